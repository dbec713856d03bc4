package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Names of the limits that offices have towards each other, beside the clocks: a decision on what a unit asked for.
const (
	DecideReturn      = "decide_return"
	DecideExtension   = "decide_extension"
	DecideTermination = "decide_termination"
	DecideHang        = "decide_hang"
)

// Limits gives the limit of a call-back (ClockFollowUp) or a decision about a case, of which it has kind, urgency and category, that begins at a moment; ok is false where the policy sets none. It is pure.
type Limits func(c Case, name string, from time.Time) (p Promise, ok bool)

func (w *work) limit(name string) (Promise, bool) {
	if w.d.Limits == nil {
		return Promise{}, false
	}
	p, ok := w.d.Limits(Case{Kind: w.c.Kind, Urgency: w.c.Urgency, Category: w.c.Category}, name, w.at)
	p.Name = name
	return p, ok
}

// decideBy is until when a request made now is to be decided: within its limit, and an extension before the limit that it would move has passed.
func (w *work) decideBy(r Request) *time.Time {
	p, ok := w.limit(r.LimitName())
	if !ok {
		return nil
	}
	if r.Kind == "extension" && r.OldDue != nil && r.OldDue.Before(p.Due) {
		p.Due = *r.OldDue
	}
	return &p.Due
}

// callBackBy starts the limit of the call-back where the resident can be called.
func (w *work) callBackBy(ctx context.Context) error {
	p, ok := w.limit(ClockFollowUp)
	if !ok || w.c.Leg == 0 {
		return nil
	}
	var phone bool
	if err := w.tx.QueryRow(ctx, `select exists (select 1 from person where case_id = $1 and phone is not null)`, w.c.ID).Scan(&phone); err != nil || !phone {
		return err
	}
	return startClock(ctx, w.tx, w.c.ID, w.c.Leg, Hotline, w.at, p)
}

// lateDecision appends that a decision came after its limit, unless the sweep has.
func (w *work) lateDecision(ctx context.Context, r Request, by, late *time.Time) error {
	if by == nil || late != nil || !w.at.After(*by) {
		return nil
	}
	if _, err := w.tx.Exec(ctx, `update request set late_at = decide_by where id = $1`, r.ID); err != nil {
		return fmt.Errorf("mark late decision: %w", err)
	}
	before := *w.c
	before.State = w.from
	return appendEvent(ctx, w.tx, &before, System, SystemRole, StepBreach, *by, w.from, breachData{Clock: r.LimitName(), Leg: r.Leg, Due: *by, Unit: r.decider(r.Unit)})
}

// LimitName names the limit within which a request is decided: DecideReturn, DecideExtension, DecideTermination or DecideHang.
func (r Request) LimitName() string { return "decide_" + r.Kind }

// decider is who decides on a request: the leader of the unit itself on an extension, the hotline on everything else.
func (r Request) decider(unit UnitCode) UnitCode {
	if r.Kind == "extension" {
		return unit
	}
	return Hotline
}

// decisionsSQL claims requests past their limit and appends that they are, at that time; see dueSQL and breachSQL.
const decisionsSQL = `with due as (
		select r.id, r.case_id, r.kind, r.leg, r.unit, r.decide_by from request r join cases c on c.id = r.case_id
		where r.decided_at is null and r.late_at is null and r.decide_by < $1 and not exists (select 1 from event e where e.case_id = r.case_id and e.xid > pg_current_xact_id())
		order by r.decide_by limit $2 for no key update of c skip locked for update of r skip locked),
	marked as (update request r set late_at = r.decide_by from due where r.id = due.id)
	insert into event (case_id, at, step, state_from, state_to, actor, role, unit, round, leg, data)
	select c.id, due.decide_by, 'breach', c.state, c.state, 'system', 'system', 'hotline', c.round, c.leg,
		jsonb_build_object('clock', 'decide_' || due.kind, 'leg', due.leg, 'due', due.decide_by, 'unit', case due.kind when 'extension' then due.unit else 'hotline' end)
	from due join cases c on c.id = due.case_id order by due.decide_by`

// SweepDecisions appends a breach for every request that was not decided within its limit, at the time at which the limit passed, and tells how many.
func (d *Docket) SweepDecisions(ctx context.Context, limit int) (int, error) {
	n := 0
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, decisionsSQL, d.Now().UTC(), limit)
		n = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep decisions: %w", err)
	}
	if n > 0 {
		d.woke()
	}
	return n, nil
}
