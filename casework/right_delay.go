package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"huiyin/fault"
)

// DelayRight tells the resident why the answer to a request takes longer, and until when; once a request. Before its limit the limit moves to the new day (extended).
// A limit that has passed stays where it was, and the request late (excused). Errors: fault.Forbidden for others than the privacy officer, fault.Invalid without a reason,
// fault.Conflict where it is decided or was delayed before.
func (d *Docket) DelayRight(ctx context.Context, by Actor, request uuid.UUID, until Promise, reason string) error {
	if err := need(!blank(reason), "fault.reason_needed", "delay"); err != nil {
		return err
	}
	r, err := d.Right(ctx, by, request)
	if err != nil {
		return err
	}
	return d.step(ctx, by, Ref{ID: r.Case}, StepRight, func(ctx context.Context, w *work) (any, error) {
		if by.Kind != ByStaff || !by.Has(Privacy) {
			return nil, errNotYourStep
		}
		var due time.Time
		var open, delayed bool
		if err := w.tx.QueryRow(ctx, `select due_at, decided_at is null, delayed_at is not null from rights_request where id = $1 for update`, request).Scan(&due, &open, &delayed); err != nil {
			return nil, fmt.Errorf("lock request about data: %w", err)
		}
		switch {
		case !open:
			return nil, fault.New(fault.Conflict, "fault.right_decided")
		case delayed:
			return nil, fault.New(fault.Conflict, "fault.right_delayed")
		case !until.Due.After(due) || !until.Due.After(w.at):
			return nil, fault.New(fault.Invalid, "fault.invalid").At("delay")
		}
		do, sql := "extended", `update rights_request set delayed_at = $2, delayed_by = nullif($3::bigint, 0), delay_reason = $4, expected_at = $5, first_due_at = due_at, due_at = $5, provisional = false, soon_told_at = null where id = $1`
		if w.at.After(due) {
			do, sql = "excused", `update rights_request set delayed_at = $2, delayed_by = nullif($3::bigint, 0), delay_reason = $4, expected_at = $5, late_at = coalesce(late_at, due_at) where id = $1`
		}
		if _, err := w.tx.Exec(ctx, sql, request, w.at, by.StaffID, clean(reason, 1000), until.Due); err != nil {
			return nil, fmt.Errorf("delay request about data: %w", err)
		}
		return LogRight{Request: r.Number, Kind: r.Kind, Do: do}, nil
	})
}
