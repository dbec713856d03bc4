package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Provisional is a running limit that was counted into a year without a notice, and all that its moment depends on.
type Provisional struct {
	Clock
	Case     CaseID
	Capped   bool      // after a prompt dispatch it was shortened to the promise to the resident
	Total    Clock     // that promise
	Extended []int     // days granted, extension by extension
	Pauses   []Stretch // in this leg
}

// Stretch is a time in which a clock stood still.
type Stretch struct{ From, To time.Time }

// Recount counts a limit anew under the calendar in force. It is pure.
type Recount func(Provisional) Promise

type recountData struct {
	Clock    string     `json:"clock"`
	Leg      int        `json:"leg"`
	OldDue   time.Time  `json:"old_due"`
	NewDue   time.Time  `json:"new_due"`
	Unit     UnitCode   `json:"unit,omitempty"`
	Co       []UnitCode `json:"co,omitempty"` // units whose part moved with it
	Calendar string     `json:"calendar"`
}

// provisionalSQL finds cases with running limits that were counted by another version of the calendar than the one in force.
const provisionalSQL = `select distinct case_id from clock where provisional and met_at is null and breached_at is null and cancelled_at is null and (calendar < $1 or calendar > $1) limit $2`

// SweepCalendar counts the provisional limits that still run anew once a notice has come, at most limit cases a call, and tells how many cases it took up; those that fail are tried again. A limit
// moves only where it is still ahead; the first promise stays beside the new one, and a move is an event of the case.
func (d *Docket) SweepCalendar(ctx context.Context, limit int, version string, recount Recount) (int, error) {
	var ids []CaseID
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, provisionalSQL, version, limit)
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[CaseID])
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find provisional limits: %w", err)
	}
	n := 0
	for _, id := range ids {
		step := d.several(ctx, System, Ref{ID: id}, func(ctx context.Context, w *work) error { return w.recount(ctx, version, recount) })
		if step == nil {
			n++
			continue
		}
		err = errors.Join(err, fmt.Errorf("recount limits of %s: %w", id, step)) // which keeps no other waiting
	}
	return n, err
}

func (w *work) recount(ctx context.Context, version string, recount Recount) error {
	list, err := w.provisional(ctx, version)
	if err != nil {
		return err
	}
	for _, k := range list {
		p := recount(k)
		if p.Due.Before(w.at) { // nobody is late by a notice that came afterwards
			p.Due = k.Due
		}
		if _, err := w.tx.Exec(ctx, `update clock set due_at = $4, provisional = $5, calendar = $6 where case_id = $1 and name = $2 and leg = $3`, w.c.ID, k.Name, k.Leg, p.Due, p.Provisional, version); err != nil {
			return fmt.Errorf("move clock %s: %w", k.Name, err)
		}
		if p.Due.Equal(k.Due) {
			continue
		}
		var co []UnitCode
		if k.Name == ClockHandle {
			if co, err = w.moveParts(ctx, k, p.Due); err != nil {
				return err
			}
		}
		data := recountData{Co: co, Clock: k.Name, Leg: k.Leg, OldDue: k.Due, NewDue: p.Due, Unit: k.Unit, Calendar: version}
		if err := w.take(ctx, StepRecount, func(context.Context, *work) (any, error) { return data, nil }); err != nil {
			return err
		}
	}
	return nil
}

// moveParts moves the limits of co-handlers and of whoever below works on the case with the lead's: who had as long as the lead has as long again, who was given a
// day of their own keeps it, and nobody has longer than who leads. It names the co-handlers that moved.
func (w *work) moveParts(ctx context.Context, k Provisional, to time.Time) (co []UnitCode, err error) {
	const moved = ` set due_at = $3 where case_id = $1 and leg = $2 and (due_at > $3 or due_at = $4) and `
	rows, err := w.tx.Query(ctx, `with moved as (update party`+moved+`left_at is null returning unit, role) select unit from moved where role = 'co' order by unit`, w.c.ID, k.Leg, to, k.Due)
	if err == nil {
		co, err = pgx.CollectRows(rows, pgx.RowTo[UnitCode])
	}
	if err != nil {
		return nil, fmt.Errorf("move parts: %w", err)
	}
	for depth := range 4 { // from the top, since each hop lies within the one above
		if _, err := w.tx.Exec(ctx, `update assignment`+moved+`ended_at is null and depth = $5`, w.c.ID, k.Leg, to, k.Due, depth+1); err != nil {
			return nil, fmt.Errorf("move parts: %w", err)
		}
	}
	return co, nil
}

// provisional reads the case's running provisional limits of another version, the promise to the resident last: what was shortened to it is counted by it.
func (w *work) provisional(ctx context.Context, version string) ([]Provisional, error) {
	list, err := collect(ctx, w.tx, func(row pgx.CollectableRow) (k Provisional, err error) {
		t := &k.Total
		err = row.Scan(&k.Name, &k.Leg, &k.Unit, &k.Started, &k.Due, &k.OriginalDue, &k.WorkingDays, &k.Policy, &k.Extended,
			&t.Started, &t.Due, &t.OriginalDue, &t.WorkingDays, &t.Provisional, &k.CalendarDays, &k.Months, &k.Rolls, &t.CalendarDays, &t.Months, &t.Rolls)
		k.Case, k.Provisional, k.Capped = w.c.ID, true, k.Leg > 0 && k.OriginalDue.Equal(t.OriginalDue)
		return k, err
	}, `select k.name, k.leg, coalesce(k.unit, ''), k.started_at, k.due_at, k.original_due_at, coalesce(k.working_days, 0), k.policy,
			array(select r.days from request r where k.name = 'handle' and r.case_id = k.case_id and r.leg = k.leg and r.kind = 'extension' and r.granted order by r.decided_at),
			t.started_at, t.due_at, t.original_due_at, coalesce(t.working_days, 0), t.provisional and t.met_at is null and t.breached_at is null,
			coalesce(k.calendar_days, 0), coalesce(k.months, 0), k.rolls, coalesce(t.calendar_days, 0), coalesce(t.months, 0), t.rolls
		from clock k join clock t on t.case_id = k.case_id and t.name = 'total' and t.leg = 0
		where k.case_id = $1 and k.provisional and k.met_at is null and k.breached_at is null and k.cancelled_at is null and k.calendar <> $2 order by k.leg desc, k.name`, w.c.ID, version)
	if err != nil {
		return nil, fmt.Errorf("read provisional limits: %w", err)
	}
	for i, k := range list {
		if k.Name != ClockHandle {
			continue
		}
		list[i].Pauses, err = collect(ctx, w.tx, func(row pgx.CollectableRow) (s Stretch, err error) { return s, row.Scan(&s.From, &s.To) },
			`select from_at, until_at from pause where case_id = $1 and leg = $2 and until_at is not null order by from_at`, w.c.ID, k.Leg)
		if err != nil {
			return nil, fmt.Errorf("read pauses: %w", err)
		}
	}
	return list, nil
}
