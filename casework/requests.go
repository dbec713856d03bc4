package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Request is what a unit asked of the hotline or of its leader, and what was decided.
type Request struct {
	ID          uuid.UUID
	Kind        string // return, extension, termination, hang
	Leg         int
	Unit        UnitCode
	RequestedAt time.Time
	ReasonCode  string
	Reason      string
	Basis       string
	Suggested   UnitCode
	Days        int
	OldDue      *time.Time
	NewDue      *time.Time
	DecideBy    *time.Time // nil: no limit
	DecidedAt   *time.Time
	Granted     *bool
	Decision    string
}

func (w *work) ask(ctx context.Context, by Actor, r Request) error {
	if w.c.Pending != nil {
		return fault.New(fault.Conflict, "fault.request_pending")
	}
	if err := need(!blank(r.Reason), "fault.reason_needed", "reason"); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	w.c.Pending = &r.Kind
	_, err = w.tx.Exec(ctx, `insert into request (id, case_id, kind, leg, unit, requested_at, requested_by, reason_code, reason, basis, suggested, days, old_due_at, new_due_at, decide_by)
		values ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10, nullif($11, ''), nullif($12, 0), $13, $14, $15)`,
		id, w.c.ID, r.Kind, w.c.Leg, w.c.lead(), w.at, by.StaffID, r.ReasonCode, clean(r.Reason, 2000), clean(r.Basis, 500), r.Suggested, r.Days, r.OldDue, r.NewDue, w.decideBy(r))
	if pg.IsForeignKeyViolation(err, "request_suggested_fkey") {
		return fault.Wrap(fault.Invalid, "fault.unit_needed", err).At("suggested")
	}
	if err != nil {
		return fmt.Errorf("keep request: %w", err)
	}
	return nil
}

// decide closes the pending request of a kind and returns it.
func (w *work) decide(ctx context.Context, by Actor, kind string, granted bool, decision string) (Request, error) {
	r := Request{Kind: kind}
	var suggested *UnitCode
	var requestedBy *int64
	var late *time.Time
	err := w.tx.QueryRow(ctx, `update request set decided_at = $3, decided_by = nullif($4, 0), granted = $5, decision = $6 where case_id = $1 and kind = $2 and decided_at is null
		returning id, leg, unit, reason_code, suggested, old_due_at, new_due_at, requested_by, decide_by, late_at`, w.c.ID, kind, w.at, by.StaffID, granted, clean(decision, 1000)).
		Scan(&r.ID, &r.Leg, &r.Unit, &r.ReasonCode, &suggested, &r.OldDue, &r.NewDue, &requestedBy, &r.DecideBy, &late)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.New(fault.Conflict, "fault.no_such_request")
	}
	if err != nil {
		return r, fmt.Errorf("decide request: %w", err)
	}
	if requestedBy != nil && *requestedBy == by.StaffID && by.StaffID != 0 {
		return r, fault.New(fault.Forbidden, "fault.own_request")
	}
	if suggested != nil {
		r.Suggested = *suggested
	}
	w.c.Pending = nil
	return r, w.lateDecision(ctx, r, r.DecideBy, late)
}

// AskReturn sends a case back as not the unit's (申请退单): reason code, basis in law or duty list, and the better unit. A designated unit may not (Weifang regulations, article 22).
func (d *Docket) AskReturn(ctx context.Context, by Actor, ref Ref, code ReturnReason, reason, basis string, suggested UnitCode) error {
	return d.leadStep(ctx, by, ref, StepAskReturn, func(ctx context.Context, w *work) (any, error) {
		if w.c.Designated {
			return nil, fault.New(fault.Conflict, "fault.designated")
		}
		if err := need(slices.Contains(ReturnReasons, code), "fault.reason_needed", "code"); err != nil {
			return nil, err
		}
		if err := need(!blank(basis), "fault.basis_needed", "basis"); err != nil {
			return nil, err
		}
		return map[string]any{"code": code, "suggested": suggested},
			w.ask(ctx, by, Request{Kind: "return", ReasonCode: string(code), Reason: reason, Basis: basis, Suggested: suggested})
	})
}

// DecideReturn is the hotline's decision on a return: granted, the case is with the hotline again and the leg's clocks end; refused, the unit is designated.
func (d *Docket) DecideReturn(ctx context.Context, by Actor, ref Ref, granted bool, decision string) error {
	s := StepRefuseReturn
	if granted {
		s = StepGrantReturn
	}
	return d.step(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := need(granted || !blank(decision), "fault.reason_needed", "decision"); err != nil {
			return nil, err
		}
		r, err := w.decide(ctx, by, "return", granted, decision)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"code": r.ReasonCode, "unit": r.Unit}
		if !granted {
			w.c.Designated = true
			return data, nil
		}
		if err := w.cancelLeg(ctx); err != nil {
			return nil, err
		}
		if err := w.leave(ctx); err != nil {
			return nil, err
		}
		w.c.State, w.c.Owner, w.c.Lead = Accepted, Hotline, nil
		due, err := w.handOver(ctx)
		if err == nil && !due.IsZero() {
			data["due"] = due
		}
		return data, err
	})
}

// handOver gives what was left of the unit's handling limit to the hotline where the total clock has ended, in a later round; zero where it still runs.
func (w *work) handOver(ctx context.Context) (time.Time, error) {
	var p Promise
	var ended bool
	err := w.tx.QueryRow(ctx, `select k.due_at, coalesce(k.working_days, 0), k.provisional, k.policy, k.calendar, t.met_at is not null, coalesce(k.calendar_days, 0), coalesce(k.months, 0), k.rolls
		from clock k join clock t on t.case_id = k.case_id and t.name = 'total' where k.case_id = $1 and k.leg = $2 and k.name = 'handle'`, w.c.ID, w.c.Leg).
		Scan(&p.Due, &p.WorkingDays, &p.Provisional, &p.Policy, &p.Calendar, &ended, &p.CalendarDays, &p.Months, &p.Rolls)
	if err != nil || !ended {
		return time.Time{}, err
	}
	p.Name = ClockHandle
	if p.Due.Before(w.at) {
		p.Due = w.at
	}
	return p.Due, w.hotlineTurn(ctx, p)
}

// AskExtension asks for more time (申请延期) before the handle clock is due: newDue as routing computed it from days. One extension a leg, a second only by the hotline.
func (d *Docket) AskExtension(ctx context.Context, by Actor, ref Ref, days int, newDue time.Time, reason string) error {
	return d.leadStep(ctx, by, ref, StepAskExtension, func(ctx context.Context, w *work) (any, error) {
		old, err := w.handleDue(ctx)
		if err != nil {
			return nil, err
		}
		if w.at.After(old) {
			return nil, fault.New(fault.Conflict, "fault.extension_too_late")
		}
		if err := need(days > 0 && newDue.After(old), "fault.days_needed", "days"); err != nil {
			return nil, err
		}
		var granted int
		if err := w.tx.QueryRow(ctx, `select count(*) from request where case_id = $1 and leg = $2 and kind = 'extension' and granted`, w.c.ID, w.c.Leg).Scan(&granted); err != nil {
			return nil, err
		}
		if granted >= maxExtensions {
			return nil, fault.New(fault.Conflict, "fault.too_many_extensions").With("Limit", maxExtensions)
		}
		return map[string]any{"days": days, "old_due": old, "new_due": newDue}, w.ask(ctx, by, Request{Kind: "extension", Reason: reason, Days: days, OldDue: &old, NewDue: &newDue})
	})
}

const maxExtensions = 2

func (w *work) handleDue(ctx context.Context) (time.Time, error) {
	var due time.Time
	err := w.tx.QueryRow(ctx, `select due_at from clock where case_id = $1 and leg = $2 and name = 'handle'`, w.c.ID, w.c.Leg).Scan(&due)
	return due, err
}

// DecideExtension is the leader's decision (the second extension: the hotline's). Original and new due are both kept; the total clock does not move.
func (d *Docket) DecideExtension(ctx context.Context, by Actor, ref Ref, granted bool, decision string) error {
	s := StepRefuseExtension
	if granted {
		s = StepGrantExtension
	}
	return d.leadStep(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := need(granted || !blank(decision), "fault.reason_needed", "decision"); err != nil {
			return nil, err
		}
		var before int
		if err := w.tx.QueryRow(ctx, `select count(*) from request where case_id = $1 and leg = $2 and kind = 'extension' and granted`, w.c.ID, w.c.Leg).Scan(&before); err != nil {
			return nil, err
		}
		if before > 0 && w.role != Dispatcher {
			return nil, fault.New(fault.Forbidden, "fault.second_extension")
		}
		r, err := w.decide(ctx, by, "extension", granted, decision)
		if err != nil {
			return nil, err
		}
		data := map[string]any{"old_due": r.OldDue, "new_due": r.NewDue}
		if !granted {
			return data, nil
		}
		if err := w.judge(ctx); err != nil {
			return nil, err
		}
		if _, err := w.tx.Exec(ctx, `update clock set due_at = $3 where case_id = $1 and leg = $2 and name = 'handle' and met_at is null and cancelled_at is null`, w.c.ID, w.c.Leg, r.NewDue); err != nil {
			return nil, err
		}
		return data, nil
	})
}

// AskTermination asks the hotline to end a case that cannot be handled (申请终止办理; Weifang regulations, article 21).
func (d *Docket) AskTermination(ctx context.Context, by Actor, ref Ref, reason string) error {
	return d.leadStep(ctx, by, ref, StepAskTermination, func(ctx context.Context, w *work) (any, error) {
		return nil, w.ask(ctx, by, Request{Kind: "termination", Reason: reason})
	})
}

// DecideTermination ends the case, told explaining it to the resident, or refuses.
func (d *Docket) DecideTermination(ctx context.Context, by Actor, ref Ref, granted bool, told string) error {
	s := StepRefuseTerminate
	if granted {
		s = StepTerminate
	}
	return d.step(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(told), "fault.reason_needed", "told"); err != nil {
			return nil, err
		}
		if _, err := w.decide(ctx, by, "termination", granted, told); err != nil || !granted {
			return nil, err
		}
		if err := w.cancelLeg(ctx); err != nil {
			return nil, err
		}
		if err := w.leave(ctx); err != nil {
			return nil, err
		}
		w.c.State, w.c.Owner, w.c.Told, w.c.ClosedAt = Terminated, Hotline, clean(told, 1000), &w.at
		return nil, w.meet(ctx, ClockTotal)
	})
}

// AskHang asks to put a case on the ledger of long-lasting difficulties (申请挂账) with a plan, and the day on which the unit means to look at it again;
// the zero time leaves the day to the hotline. Errors: fault.Invalid at review_on for a day that is past or over a year ahead.
func (d *Docket) AskHang(ctx context.Context, by Actor, ref Ref, plan string, reviewOn time.Time) error {
	return d.leadStep(ctx, by, ref, StepAskHang, func(ctx context.Context, w *work) (any, error) {
		r := Request{Kind: "hang", Reason: plan}
		if !reviewOn.IsZero() {
			if err := need(mayReview(w.at, reviewOn), "fault.review_date_needed", "review_on"); err != nil {
				return nil, err
			}
			r.NewDue = &reviewOn
		}
		return nil, w.ask(ctx, by, r)
	})
}

// mayReview reports whether a hung-up case can be looked at again on a day: after now, and at most a year ahead.
func mayReview(now, on time.Time) bool { return on.After(now) && on.Before(now.AddDate(1, 0, 1)) }

// DecideHang hangs a case up with a plan and a review date at most a year ahead, or refuses. The total clock runs on.
func (d *Docket) DecideHang(ctx context.Context, by Actor, ref Ref, granted bool, plan string, reviewOn time.Time) error {
	s := StepRefuseHang
	if granted {
		s = StepHang
	}
	return d.step(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(plan), "fault.reason_needed", "plan"); err != nil {
			return nil, err
		}
		if err := need(!granted || mayReview(w.at, reviewOn), "fault.review_date_needed", "review_on"); err != nil {
			return nil, err
		}
		if _, err := w.decide(ctx, by, "hang", granted, plan); err != nil || !granted {
			return nil, err
		}
		if err := w.cancelLeg(ctx); err != nil {
			return nil, err
		}
		w.c.State, w.c.Plan, w.c.ReviewOn = HungUp, clean(plan, 2000), &reviewOn
		return map[string]any{"review_on": reviewOn.Format(time.DateOnly)}, nil
	})
}

// Unhang takes a case off the ledger; the unit handles it under a new leg of clocks.
func (d *Docket) Unhang(ctx context.Context, by Actor, ref Ref, clocks []Promise) error {
	return d.leadStep(ctx, by, ref, StepUnhang, func(ctx context.Context, w *work) (any, error) {
		lead := w.c.lead()
		if err := w.leave(ctx); err != nil {
			return nil, err
		}
		w.c.State, w.c.ReviewOn = InHand, nil
		var handleOnly []Promise
		for _, p := range clocks {
			if p.Name == ClockHandle {
				handleOnly = append(handleOnly, p)
			}
		}
		return nil, w.openLeg(ctx, lead, nil, handleOnly)
	})
}
