package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// AppealWithin is how long after a case was closed its unit may still appeal against how it is scored.
const AppealWithin = 15 * 24 * time.Hour

// ClosedEntry is a case that a unit led and that was closed a short while ago: as much as is needed to appeal, and no words of the resident beyond the masked headline.
type ClosedEntry struct {
	ID           CaseID
	Number       string
	Version      int
	Title        string
	ClosedAt     time.Time
	Leg          int
	Unit         UnitCode
	Solved       Solved // empty where nobody said
	Satisfaction Satisfaction
	Appealed     []AppealKind // of this leg, whatever was decided
	Granted      int          // of them
	Waiting      int
}

// ClosedList lists what the actor's units led last and was closed within AppealWithin, newest first, at most limit. The units no longer see these cases themselves.
func (d *Docket) ClosedList(ctx context.Context, by Actor, limit int) ([]ClosedEntry, error) {
	if by.Sight().All || by.Sight().None() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var list []ClosedEntry
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		var err error
		list, err = collect(ctx, tx, pgx.RowToStructByPos[ClosedEntry], `
			select c.id, c.number, c.version, c.title, c.closed_at, c.leg, c.lead_unit, coalesce(r.solved, ''), coalesce(r.satisfaction, 0),
				coalesce((select array_agg(a.kind order by a.kind) from appeal a where a.case_id = c.id and a.leg = c.leg), '{}'),
				(select count(*) from appeal a where a.case_id = c.id and a.leg = c.leg and a.granted)::int,
				(select count(*) from appeal a where a.case_id = c.id and a.leg = c.leg and a.decided_at is null)::int
			from cases c left join rating r on r.case_id = c.id and r.round = c.round
			where c.state = 'closed' and c.lead_unit = any ($1::text[]) and c.closed_at > $2 order by c.closed_at desc, c.id limit $3`,
			texts(by.Units), d.Now().UTC().Add(-AppealWithin), limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list closed cases: %w", err)
	}
	return list, nil
}

// AppealClosed is Appeal for a case that was closed within AppealWithin and that the unit therefore no longer sees. It opens nothing of the case.
// Errors: as Appeal; fault.NotFound for a case that another unit led, fault.Conflict "fault.appeal_late".
func (d *Docket) AppealClosed(ctx context.Context, by Actor, id CaseID, a Appeal) error {
	if by.Sight().All || by.Sight().None() {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	err := d.inOrderOf(ctx, System.scope(), func(tx pgx.Tx) error {
		var led bool
		err := tx.QueryRow(ctx, `select exists (select 1 from cases where id = $1 and state = 'closed' and lead_unit = any ($2::text[]))`, id, texts(by.Units)).Scan(&led)
		if err != nil {
			return fmt.Errorf("look for the case: %w", err)
		}
		if !led {
			return fault.New(fault.NotFound, "fault.no_such_case")
		}
		var c record
		if err := tx.QueryRow(ctx, `select `+recordColumns+` from cases where id = $1 for no key update`, id).Scan(c.dest()...); err != nil {
			return fmt.Errorf("lock case: %w", err)
		}
		w := &work{d: d, tx: tx, c: &c, by: by, at: d.Now().UTC().Truncate(time.Microsecond)}
		if c.ClosedAt != nil && w.at.Sub(*c.ClosedAt) > AppealWithin {
			return fault.New(fault.Conflict, "fault.appeal_late")
		}
		return w.take(ctx, StepAppeal, func(ctx context.Context, w *work) (any, error) { return w.appeal(ctx, a) })
	})
	if err == nil {
		d.woke()
	}
	return err
}
