package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Names of the clocks. Total is the promise to the resident: one a case, it never stops and is never reset.
const (
	ClockTotal    = "total"
	ClockSign     = "sign"
	ClockContact  = "contact"
	ClockHandle   = "handle"
	ClockFollowUp = "follow_up"
	ClockRight    = "right" // the limit of a request about data; it stands in the request, not among the clocks of the case
)

// Clock is one running or finished limit of a case.
type Clock struct {
	Name         string
	Leg          int // 0 for the total clock; each dispatch opens a new leg
	Unit         UnitCode
	Started      time.Time
	Due          time.Time
	OriginalDue  time.Time // the first promise, kept when an extension moves Due
	WorkingDays  int
	CalendarDays int  // of a limit counted in calendar days
	Months       int  // of one counted in months
	Rolls        bool // of either: it ends on the next working day where its last day is none
	Provisional  bool
	Policy       string
	Calendar     string
	Statute      string     // the law whose limit it is; empty: the city's own
	Ordinary     *time.Time // where the city's own limit would end; nil where that is Due
	Met          *time.Time
	Breached     *time.Time
	Cancelled    *time.Time
}

// Running reports whether the clock still waits to be met.
func (c Clock) Running() bool { return c.Met == nil && c.Cancelled == nil }

// Late reports whether the clock was, or now is, past its due time; a step exactly at the due time is in time.
func (c Clock) Late(now time.Time) bool {
	switch {
	case c.Met != nil:
		return c.Met.After(c.Due)
	case c.Cancelled != nil:
		return c.Breached != nil
	default:
		return now.After(c.Due)
	}
}

// Promise is the limit as it was promised, with its present due time.
func (c Clock) Promise() Promise {
	return Promise{Name: c.Name, Due: c.Due, WorkingDays: c.WorkingDays, CalendarDays: c.CalendarDays, Months: c.Months, Rolls: c.Rolls, Provisional: c.Provisional,
		Policy: c.Policy, Calendar: c.Calendar, Statute: c.Statute, Ordinary: c.Ordinary}
}

type breachData struct {
	Clock string    `json:"clock"`
	Leg   int       `json:"leg"`
	Due   time.Time `json:"due"`
	Unit  UnitCode  `json:"unit,omitempty"`
}

func startClock(ctx context.Context, q pg.Querier, id CaseID, leg int, unit UnitCode, at time.Time, p Promise) error {
	_, err := q.Exec(ctx, `insert into clock (case_id, name, leg, unit, started_at, due_at, original_due_at, working_days, provisional, policy, calendar, statute, ordinary_due_at, calendar_days, months, rolls)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $6, nullif($7, 0), $8, $9, $10, $11, $12, nullif($13, 0), nullif($14, 0), $15)`,
		id, p.Name, leg, unit, at, p.Due, p.WorkingDays, p.Provisional, p.Policy, p.Calendar, p.Statute, p.Ordinary, p.CalendarDays, p.Months, p.Rolls)
	if err != nil {
		return fmt.Errorf("start clock %s: %w", p.Name, err)
	}
	return nil
}

// meet stops a clock of the present leg (or the total clock) at the time of the step; late is judged here and a breach appended if the sweep has not.
func (w *work) meet(ctx context.Context, name string) error {
	leg := w.c.Leg
	if name == ClockTotal {
		leg = 0
	}
	var due time.Time
	var breached *time.Time
	var unit UnitCode
	err := w.tx.QueryRow(ctx, `update clock set met_at = $4 where case_id = $1 and name = $2 and leg = $3 and met_at is null and cancelled_at is null
		returning due_at, breached_at, coalesce(unit, '')`, w.c.ID, name, leg, w.at).Scan(&due, &breached, &unit)
	if pg.IsNoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("meet clock %s: %w", name, err)
	}
	if w.at.After(due) && breached == nil {
		return w.breach(ctx, name, leg, due, unit)
	}
	return nil
}

// breach appends the fact that a deadline passed, at the time it passed.
func (w *work) breach(ctx context.Context, name string, leg int, due time.Time, unit UnitCode) error {
	if _, err := w.tx.Exec(ctx, `update clock set breached_at = due_at where case_id = $1 and name = $2 and leg = $3 and breached_at is null`, w.c.ID, name, leg); err != nil {
		return fmt.Errorf("mark breach: %w", err)
	}
	before := *w.c
	before.State = w.from // the breach came before the step that found it
	return appendEvent(ctx, w.tx, &before, System, SystemRole, StepBreach, due, w.from, breachData{Clock: name, Leg: leg, Due: due, Unit: unit})
}

// judge appends the breaches of the present leg's clocks that are past their due time and that no sweep has seen yet. A step that
// cancels or moves clocks judges them first: what is late does not depend on when the sweep came by.
func (w *work) judge(ctx context.Context) error {
	late, err := collect(ctx, w.tx, func(row pgx.CollectableRow) (k Clock, err error) {
		return k, row.Scan(&k.Name, &k.Leg, &k.Due, &k.Unit)
	}, `select name, leg, due_at, coalesce(unit, '') from clock k where case_id = $1 and leg = $2 and leg > 0 and due_at < $3
			and met_at is null and breached_at is null and cancelled_at is null
			and not exists (select 1 from pause p where p.case_id = k.case_id and p.leg = k.leg and k.name = 'handle' and p.until_at is null and p.from_at <= k.due_at)
		order by due_at`, w.c.ID, w.c.Leg, w.at)
	if err != nil {
		return fmt.Errorf("judge clocks: %w", err)
	}
	for _, k := range late {
		if err := w.breach(ctx, k.Name, k.Leg, k.Due, k.Unit); err != nil {
			return err
		}
	}
	return nil
}

// cancelLeg ends the unit's clocks that a return, a hang-up or an ending leaves without object. The total clock runs on.
func (w *work) cancelLeg(ctx context.Context) error {
	if err := w.judge(ctx); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, `update clock set cancelled_at = $3 where case_id = $1 and leg = $2 and leg > 0 and met_at is null and cancelled_at is null`, w.c.ID, w.c.Leg, w.at)
	if err != nil {
		return fmt.Errorf("cancel clocks: %w", err)
	}
	return nil
}

// dueSQL claims the clocks past their due time, each with its case: a step under way is passed over, never waited for, so a sweep
// cannot stand in a circle with steps. A clock that stands still for a pause is not due.
const dueSQL = `select k.case_id, k.name, k.leg from clock k join cases c on c.id = k.case_id
	where k.met_at is null and k.breached_at is null and k.cancelled_at is null and k.due_at < $1
		and not exists (select 1 from pause p where p.case_id = k.case_id and p.leg = k.leg and k.name = 'handle' and p.until_at is null and p.from_at <= k.due_at)
	order by k.due_at limit $2 for no key update of c skip locked for update of k skip locked`

// breachSQL writes the breaches of the claimed clocks. A case whose last event came from a younger transaction than this one is left to
// the next sweep: followers read by transaction, and would see the breach before that event.
const breachSQL = `with due as (
		select k.case_id, k.name, k.leg, k.due_at, k.unit from unnest($1::uuid[], $2::text[], $3::int[]) as d (case_id, name, leg)
		join clock k on k.case_id = d.case_id and k.name = d.name and k.leg = d.leg
		where not exists (select 1 from event e where e.case_id = d.case_id and e.xid > pg_current_xact_id())),
	marked as (update clock k set breached_at = k.due_at from due where k.case_id = due.case_id and k.name = due.name and k.leg = due.leg)
	insert into event (case_id, at, step, state_from, state_to, actor, role, unit, round, leg, data)
	select c.id, due.due_at, 'breach', c.state, c.state, 'system', 'system', 'hotline', c.round, c.leg,
		jsonb_build_object('clock', due.name, 'leg', due.leg, 'due', due.due_at, 'unit', coalesce(due.unit, ''))
	from due join cases c on c.id = due.case_id order by due.due_at`

// SweepBreaches appends a breach for every clock past its due time, oldest first, at most limit a call, and tells how many it wrote.
// It is safe to run twice, late, or on two machines at once: rows are claimed with skip locked, and a breach is judged at the due time.
func (d *Docket) SweepBreaches(ctx context.Context, limit int) (int, error) {
	n := 0
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, dueSQL, d.Now().UTC(), limit)
		if err != nil {
			return err
		}
		var ids []CaseID
		var names []string
		var legs []int
		var id CaseID
		var name string
		var leg int
		_, err = pgx.ForEachRow(rows, []any{&id, &name, &leg}, func() error {
			ids, names, legs = append(ids, id), append(names, name), append(legs, leg)
			return nil
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		tag, err := tx.Exec(ctx, breachSQL, ids, names, legs)
		n = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sweep breaches: %w", err)
	}
	if n > 0 {
		d.woke()
	}
	return n, nil
}
