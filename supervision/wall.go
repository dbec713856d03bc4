package supervision

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/routing"
)

// AtWorkFor is how long after their last request somebody of the hotline counts as at work; a session notes its requests to the minute.
const AtWorkFor = 5 * time.Minute

// SlowLetter is how long a letter may wait to be sent before it counts as kept waiting.
const SlowLetter = 10 * time.Minute

// Wall is how the hotline stands at one moment, for the screen that its supervisors look up to.
type Wall struct {
	At        time.Time
	Waiting   int       // cases that wait to be dispatched or answered
	Critical  int       // the critical among them
	Longest   time.Time // since when the one waits that has waited longest; zero where none waits
	Asked     int       // requests of units that wait for a decision
	AskedLate int       // those among them whose limit has passed
	Late      int       // open cases whose limit or promise has passed
	Today     int       // open cases whose limit or promise ends by the end of the day
	Units     []UnitDue // by who must act, the most late first, at most ten
	Levels    []Level   // how many cases with units are raised how far, the mildest first
	CallBacks int       // residents who are to be called back
	CallSince time.Time // since when the one waits that has waited longest; zero where none waits
	Kept      int       // submissions that became no case by themselves and wait for a person
	KeptSince time.Time
	Letters   int // letters that wait too long to be sent, or failed since yesterday
	People    []AtWork
	Surges    []Surge
}

// UnitDue is what a unit has late, and what will be late by the end of the day.
type UnitDue struct {
	Unit        casework.UnitCode
	Late, Today int
	Raised      int // how far its case is raised that is raised most
}

// Level is how many cases are raised how far: casework.Urged to casework.Summoned.
type Level struct{ Raised, Cases int }

// AtWork is somebody of the hotline who is at work, and the case they have open.
type AtWork struct {
	Name   string
	Roles  []casework.Role
	Seen   time.Time // their last request
	Case   casework.CaseID
	Number string // of the open case; empty where none is known
	Since  time.Time
}

// WallNow reads how the hotline stands, by the rows that OnTheWall keeps. It is for those who see every case; others get fault.Forbidden. tonight is the end of the city's day.
func WallNow(ctx context.Context, d *casework.Docket, city *routing.City, by casework.Actor, tonight time.Time) (Wall, error) {
	w := Wall{At: d.Now()}
	if !by.Sight().All {
		return w, fault.New(fault.Forbidden, "fault.forbidden")
	}
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "hotline"}, func(tx pgx.Tx) error {
		for _, read := range []func(context.Context, pgx.Tx) error{w.readWaiting(d.CallTries()), w.readPeople, w.readLevels} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		if err := w.readDue(ctx, tx, tonight); err != nil {
			return err
		}
		return w.readSurges(ctx, tx, city)
	})
	if err != nil {
		return w, pg.Classify(fmt.Errorf("read the wall: %w", err))
	}
	return w, nil
}

// readWaiting counts what waits for the hotline itself. A case waits since it came to the hotline: when it was filed, or came back.
func (w *Wall) readWaiting(tries casework.Tries) func(context.Context, pgx.Tx) error {
	return func(ctx context.Context, tx pgx.Tx) error { return w.readQueues(ctx, tx, tries) }
}

func (w *Wall) readQueues(ctx context.Context, tx pgx.Tx, tries casework.Tries) error {
	var longest, calls, kept *time.Time
	err := tx.QueryRow(ctx, `
		with counted as (
			select count(*) filter (where state in ('registered','accepted')) as triage, count(*) filter (where state in ('registered','accepted') and urgency = 'critical') as critical, min(since) as longest,
				count(*) filter (where pending and not over) as asked, count(*) filter (where called) as calls, min(replied_at) filter (where called) as calling
			from (select *, state = any ($1::text[]) and replied_at is not null and may_call(tries, $2, $3, $6) as called from wall_case) w
		), kept as (
			select s.received_at from submission s where s.case_id is null and s.settled_at is null
		)
		select triage, critical, longest, asked, (select count(*) from request r where r.decided_at is null and r.decide_by < $6), calls, calling, (select count(*) from kept), (select min(received_at) from kept),
			(select count(*) from letter l where l.state = 'queued' and l.queued_at < $4 or l.state = 'failed' and l.queued_at > $5)
		from counted`,
		words(casework.Lifecycle[casework.StepFollowUp].From), tries.Most, int64(tries.Apart.Seconds()), w.At.UTC().Add(-SlowLetter), w.At.UTC().AddDate(0, 0, -1), w.At.UTC()).
		Scan(&w.Waiting, &w.Critical, &longest, &w.Asked, &w.AskedLate, &w.CallBacks, &calls, &w.Kept, &kept, &w.Letters)
	if err != nil {
		return err
	}
	for to, from := range map[*time.Time]*time.Time{&w.Longest: longest, &w.CallSince: calls, &w.KeptSince: kept} {
		if from != nil {
			*to = *from
		}
	}
	return nil
}

// readDue counts, by who must act, what is late in the sense of the late list, and what will be by the end of the day; what waits for the resident or is hung up
// is not due today.
func (w *Wall) readDue(ctx context.Context, tx pgx.Tx, tonight time.Time) error {
	rows, err := tx.Query(ctx, `
		with open as (
			select owner_unit, state, case when state = any ($3::text[]) then raised else 0 end as raised, total_due < $1 or handle_due < $1 as late, total_due <= $2 or handle_due <= $2 as today
			from wall_case where not over and (limit_at <= $2 or total_due <= $2)
		)
		select owner_unit, count(*) filter (where late) as n, count(*) filter (where today and late is not true and state not in ('paused','hung_up')) as m, max(raised)
		from open group by owner_unit having bool_or(today) order by n desc, m desc, owner_unit`, w.At.UTC(), tonight.UTC(), words(withUnits))
	if err != nil {
		return err
	}
	var u UnitDue
	_, err = pgx.ForEachRow(rows, []any{&u.Unit, &u.Late, &u.Today, &u.Raised}, func() error {
		w.Late += u.Late
		w.Today += u.Today
		if len(w.Units) < 10 && u.Late+u.Today > 0 {
			w.Units = append(w.Units, u)
		}
		return nil
	})
	return err
}

// withUnits are the states in which a unit's limit runs, or has passed.
var withUnits = slices.DeleteFunc(slices.Clone(casework.States), func(s casework.State) bool { return !s.Handling() })

// readLevels counts the cases with units by how far they are raised.
func (w *Wall) readLevels(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select raised, count(*) from wall_case where raised > 0 and state = any ($1::text[]) and not over group by raised order by raised`, words(withUnits))
	if err != nil {
		return err
	}
	w.Levels, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Level])
	return err
}

// readPeople lists who of the hotline is at work: those who sent a request within AtWorkFor.
func (w *Wall) readPeople(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		select a.name, a.roles, s.seen, t.case_id, coalesce(c.number, ''), coalesce(t.since, s.seen)
		from account a join (select account, max(seen_at) as seen from session where expires_at > $1 and seen_at > $2 group by account) s on s.account = a.id
		left join attention t on t.account = a.id and t.seen_at > $2 left join cases c on c.id = t.case_id
		where a.unit = $3 and a.disabled_at is null and a.roles && $4::text[] order by a.name`,
		w.At.UTC(), w.At.UTC().Add(-AtWorkFor), casework.Hotline, words([]casework.Role{casework.Operator, casework.Dispatcher, casework.Callback, casework.Supervisor}))
	if err != nil {
		return err
	}
	w.People, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p AtWork, err error) {
		var open *casework.CaseID
		if err = row.Scan(&p.Name, &p.Roles, &p.Seen, &open, &p.Number, &p.Since); err == nil && open != nil {
			p.Case = *open
		}
		return p, err
	})
	return err
}

// readSurges counts the filings of the window, today and on the days before.
func (w *Wall) readSurges(ctx context.Context, tx pgx.Tx, city *routing.City) error {
	rows, err := tx.Query(ctx, `
		select c.category, c.territory, d.day, count(*) from generate_series(0, $2::int) d (day)
		cross join lateral (select category, territory from wall_case c where c.filed_at > $1::timestamptz - make_interval(days => d.day) - make_interval(secs => $3) and c.filed_at <= $1::timestamptz - make_interval(days => d.day) and c.category <> '' offset 0) c
		group by c.category, c.territory, d.day`, w.At.UTC(), SurgeDays, SurgeWindow.Seconds())
	if err != nil {
		return err
	}
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[filedCount])
	if err == nil {
		w.Surges = surges(city, counts)
	}
	return err
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
