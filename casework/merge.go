package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

// Merge joins a duplicate to its master (并单). The duplicate keeps its number, code, words and resident, who follows the master's course, hears
// its answer and may rate it; "not solved" takes the case out again, for a round of its own.
func (d *Docket) Merge(ctx context.Context, by Actor, ref Ref, master CaseID) error {
	if master == ref.ID {
		return fault.New(fault.Invalid, "fault.merge_self").At("master")
	}
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		return w.take(ctx, StepMerge, func(ctx context.Context, w *work) (any, error) {
			if err := w.mayMerge(ctx, master); err != nil {
				return nil, err
			}
			return w.merge(ctx, master, "")
		})
	}, master)
}

type mergeData struct {
	Master CaseID `json:"master"`
	With   string `json:"with,omitempty"` // all: with every other of its place and matter
}

func (w *work) merge(ctx context.Context, master CaseID, with string) (any, error) {
	w.c.State, w.c.MergedInto, w.c.ClosedAt = Merged, &master, &w.at
	if err := w.d.issueRatingToken(ctx, w.tx, w.c.ID, w.c.Round, w.at); err != nil {
		return nil, err
	}
	return mergeData{Master: master, With: with}, w.end(ctx)
}

// mayMerge holds two cases against each other, both locked: nobody may be left following a case that goes nowhere.
func (w *work) mayMerge(ctx context.Context, master CaseID) error {
	var state State
	var followed bool
	err := w.tx.QueryRow(ctx, `select state, exists (select 1 from cases where merged_into = $2) from cases where id = $1`, master, w.c.ID).Scan(&state, &followed)
	switch {
	case errors.Is(err, pgx.ErrNoRows), state == Withdrawn, state == Declined, state == Redirected, state == Terminated:
		return fault.Wrap(fault.Invalid, "fault.no_such_master", err).At("master")
	case err != nil:
		return fmt.Errorf("read master: %w", err)
	case state == Merged || state == Archived:
		return fault.New(fault.Invalid, "fault.master_is_merged").At("master")
	case followed:
		return fault.New(fault.Conflict, "fault.has_duplicates")
	}
	return nil
}

// Unmerge takes a merge back; the case is with the hotline again, its first promise unchanged and running as if the merge had not been.
func (d *Docket) Unmerge(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepUnmerge, unmerge)
}

func unmerge(ctx context.Context, w *work) (any, error) {
	w.c.State, w.c.MergedInto, w.c.ClosedAt = Accepted, nil, nil
	_, err := w.tx.Exec(ctx, `update clock set met_at = null where case_id = $1 and name = 'total'`, w.c.ID)
	return nil, err
}
