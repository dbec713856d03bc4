package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// RecallWithin is how long whoever dispatched a case may take the dispatch back: a slip of the hand, seen at once, asks for no confirmation before every dispatch.
const RecallWithin = 10 * time.Second

// Recall takes back a dispatch that the actor made just now and that no unit has touched (撤销派单): the case is with the hotline again, the leg's clocks are
// cancelled and nobody takes part in it any more. What the dispatch corrected in the classification stays. The promise to the resident runs on unchanged.
// Errors: fault.Forbidden where somebody else dispatched, fault.Conflict where the ten seconds are over, a unit has signed or asked something, or the case was sent back by another round.
func (d *Docket) Recall(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepRecall, func(ctx context.Context, w *work) (any, error) {
		lead := w.c.lead()
		if err := w.mayRecall(ctx); err != nil {
			return nil, err
		}
		if err := w.cancelLeg(ctx); err != nil {
			return nil, err
		}
		if err := w.leave(ctx); err != nil {
			return nil, err
		}
		w.c.State, w.c.Owner, w.c.Lead, w.c.Designated = Accepted, Hotline, nil, false
		data := recallData{Lead: lead, Recalled: w.c.Leg}
		due, err := w.handOver(ctx)
		if err == nil && !due.IsZero() {
			data.Due = &due
		}
		return data, err
	})
}

// recallData says which leg never was. Due is the hotline's own limit where the promise to the resident has ended before.
type recallData struct {
	Lead     UnitCode   `json:"lead"`
	Recalled int        `json:"recalled"`
	Due      *time.Time `json:"due,omitempty"`
}

func (w *work) mayRecall(ctx context.Context) error {
	if w.c.Pending != nil {
		return fault.New(fault.Conflict, "fault.request_pending")
	}
	var at time.Time
	var staff int64
	err := w.tx.QueryRow(ctx, `select at, coalesce(staff_id, 0) from event where case_id = $1 and leg = $2 and step = 'dispatch'`, w.c.ID, w.c.Leg).Scan(&at, &staff)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // another round brought it to the unit
		return fault.New(fault.Conflict, "fault.recall_no_dispatch")
	case err != nil:
		return fmt.Errorf("read dispatch: %w", err)
	case staff == 0 || staff != w.by.StaffID:
		return fault.New(fault.Forbidden, "fault.recall_not_yours")
	case w.at.Sub(at) > RecallWithin:
		return fault.New(fault.Conflict, "fault.recall_late")
	}
	return nil
}

// afresh reports whether the dispatch under way follows one that was recalled: the resident has heard of the wrong unit.
func (w *work) afresh(ctx context.Context) (bool, error) {
	if w.c.Leg == 0 {
		return false, nil
	}
	var recalled bool
	err := w.tx.QueryRow(ctx, `select coalesce((select step = 'recall' from event where case_id = $1 and step in ('dispatch','recall','redo','grant_return','unhang') order by seq desc limit 1), false)`, w.c.ID).Scan(&recalled)
	return recalled, err
}
