package warning

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/pg"
)

// FollowerName is the name under which the early warning remembers how far it read the history.
const FollowerName = "warning"

// Watch finds the patterns. Use its fields; it is safe for concurrent use and by several processes.
type Watch struct {
	Limits Limits
	Zone   *time.Location
	Now    func() time.Time
}

// Follower looks at every use of personal data as it is written: a pattern is a warning within seconds.
func (w *Watch) Follower() follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: w.handle}
}

// use is what an event says of one use by a person.
type use struct {
	casework.Event
	casework.LogUse
}

func (w *Watch) handle(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
	latest := map[int64]use{}
	for _, e := range events {
		if e.Step != casework.StepUse || e.Actor != casework.ByStaff || e.StaffID == 0 {
			continue
		}
		u := use{Event: e}
		if err := json.Unmarshal(e.Data, &u.LogUse); err != nil {
			return fmt.Errorf("use %d: %w", e.Seq, err)
		}
		if u.Automatic {
			continue
		}
		latest[e.StaffID] = u
		if err := w.single(ctx, tx, u); err != nil {
			return err
		}
	}
	for _, u := range latest {
		if err := w.person(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// single looks at one use: whose data it was, and whether the reader has a part in a case that is to stay among few.
func (w *Watch) single(ctx context.Context, tx pgx.Tx, u use) error {
	var readers int
	var outside bool
	err := tx.QueryRow(ctx, `select
			(select count(distinct e.staff_id) from person p join person q on q.phone_hash = p.phone_hash join event e on e.case_id = q.case_id and e.step = 'use' and e.staff_id is not null
				and e.at > $3::timestamptz - interval '1 day' and e.at <= $3 and not coalesce((e.data ->> 'automatic')::bool, false)
				and not exists (select 1 from event s where s.case_id = e.case_id and s.staff_id = e.staff_id and s.step <> 'use' and s.at <= $3) where p.case_id = $1),
			(select (c.secret or c.kind = 'report') and not exists (select 1 from event s where s.case_id = c.id and s.staff_id = $2 and s.step <> 'use')
				and exists (select 1 from event s where s.case_id = c.id and s.staff_id <> $2 and s.step <> 'use')
				and (not $4 or exists (select 1 from assignment a where a.case_id = c.id and a.ended_at is null and a.staff_id <> $2)
					and not exists (select 1 from assignment a where a.case_id = c.id and a.ended_at is null and a.staff_id = $2)) from cases c where c.id = $1)`, u.Case, u.StaffID, u.At, inTurn(u)).Scan(&readers, &outside)
	if err != nil {
		return fmt.Errorf("look at a use: %w", err)
	}
	if readers >= w.Limits.ManyReaders {
		if err := w.raise(ctx, tx, ManyReaders, u, readers, "case "+u.Case.String()+w.day(u.At)); err != nil {
			return err
		}
	}
	if outside {
		return w.raise(ctx, tx, Sealed, u, 1, "case "+u.Case.String()+" "+strconv.FormatInt(u.StaffID, 10)+w.day(u.At))
	}
	return nil
}

// inTurn tells whether somebody who has not worked on a secret case or a report yet may have to read it now: whoever triages a new one, calls back about an answered one, supervises, answers a
// request about data, or belongs to the unit that handles it (row-level security lets no other unit see it).
func inTurn(u use) bool {
	switch {
	case u.Unit != casework.Hotline:
		return true
	case u.Role == casework.Callback:
		return u.Purpose == casework.ForFollowUp && slices.Contains([]casework.State{casework.Answered, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated, casework.Merged}, u.From)
	case u.Role == casework.Supervisor:
		return u.Purpose == casework.ForSupervise
	case u.Role == casework.Privacy:
		return u.Purpose == casework.ForRights
	}
	return u.Purpose == casework.ForTriage && u.From == casework.Registered
}

// nightWork is how many times the limit somebody reads at night with work done on each case before it is remarkable all the same.
const nightWork = 4

// person looks at what one person read of late.
func (w *Watch) person(ctx context.Context, tx pgx.Tx, u use) error {
	var bulk, idle, night, worked, out int
	var fresh bool
	err := tx.QueryRow(ctx, `select count(distinct case_id) filter (where recent), count(distinct case_id) filter (where recent and not acted),
			count(distinct case_id) filter (where dark and not acted), count(distinct case_id) filter (where dark),
			count(distinct case_id) filter (where recent and coalesce(data ->> 'receiver', '') <> ''),
			exists (select 1 from account_network n where n.account = $1 and n.first_at > $2::timestamptz - interval '1 day' and n.first_at <= $2
				and exists (select 1 from account_network o where o.account = n.account and o.peer <> n.peer and o.first_at < n.first_at - make_interval(secs => $6)))
		from (select e.case_id, e.at, e.data, e.at > $2::timestamptz - interval '1 hour' as recent,
				extract(hour from e.at at time zone $3) >= $4 or extract(hour from e.at at time zone $3) < $5 as dark,
				exists (select 1 from event s where s.case_id = e.case_id and s.staff_id = e.staff_id and s.step <> 'use' and s.at between e.at - interval '1 day' and $2) as acted
			from event e where e.staff_id = $1 and e.step = 'use' and e.at > $2::timestamptz - interval '10 hours' and e.at <= $2 and not coalesce((e.data ->> 'automatic')::bool, false)) as seen`,
		u.StaffID, u.At, w.Zone.String(), w.Limits.Night[0], w.Limits.Night[1], w.Limits.Settled.Seconds()).Scan(&bulk, &idle, &night, &worked, &out, &fresh)
	if err != nil {
		return fmt.Errorf("look at a reader: %w", err)
	}
	if worked >= nightWork*w.Limits.OffHours {
		night = worked
	}
	who := strconv.FormatInt(u.StaffID, 10)
	for _, one := range []struct {
		rule    Rule
		n, from int
		when    string
		skip    bool
	}{
		{Bulk, bulk, w.Limits.Bulk, w.hour(u.At), false},
		{Idle, idle, w.Limits.Idle, w.hour(u.At), u.Purpose == casework.ForSupervise || u.Purpose == casework.ForRights},
		{OffHours, night, w.Limits.OffHours, w.day(u.At), u.Unit == casework.Hotline}, // the hotline never sleeps
		{Export, out, w.Limits.Export, w.hour(u.At), false},
		{NewNetwork, idle, w.Limits.NewNetwork, w.day(u.At), !fresh},
	} {
		if one.skip || one.n < one.from {
			continue
		}
		if err := w.raise(ctx, tx, one.rule, u, one.n, who+one.when); err != nil {
			return err
		}
	}
	return nil
}

func (w *Watch) hour(t time.Time) string { return " " + t.In(w.Zone).Format("2006-01-02T15") }
func (w *Watch) day(t time.Time) string  { return " " + t.In(w.Zone).Format(time.DateOnly) }

func (w *Watch) raise(ctx context.Context, tx pgx.Tx, r Rule, u use, n int, key string) error {
	var about *casework.CaseID
	if r == ManyReaders || r == Sealed {
		about = &u.Case
	}
	_, err := tx.Exec(ctx, `insert into warning (key, rule, at, raised_at, staff_id, unit, case_id, measure) values ($1, $2, $3, $4, (select id from account where id = $5), $6, $7, $8)
		on conflict (key) do update set measure = greatest(warning.measure, excluded.measure)`, string(r)+" "+key, r, u.At, w.Now().UTC(), u.StaffID, u.Unit, about, n)
	if err != nil {
		return fmt.Errorf("raise warning: %w", err)
	}
	return nil
}

// Sweep looks at what stands in no case: look-ups of people, accounts that wake. It tells how many warnings it raised, and is safe to run twice, late, or on two machines at once.
func (w *Watch) Sweep(ctx context.Context, db pg.DB) (int, error) {
	now := w.Now().UTC()
	n := 0
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		n = 0
		for _, one := range []struct {
			sql  string
			args []any
		}{
			{`insert into warning (key, rule, at, raised_at, staff_id, unit, measure)
				select 'search ' || l.staff_id || ' ' || to_char(date_trunc('hour', $1::timestamptz), 'YYYY-MM-DD"T"HH24'), 'search', max(l.at), $1, l.staff_id, max(l.unit), count(distinct l.contact)
				from lookup_use l where l.at > $1::timestamptz - interval '1 hour' and l.staff_id is not null group by l.staff_id
				having count(distinct l.contact) >= $2 and count(distinct l.contact) > 2 * (select count(distinct e.case_id) from event e where e.staff_id = l.staff_id and e.at > $1::timestamptz - interval '1 hour')
				on conflict (key) do nothing`, []any{now, w.Limits.Search}},
			{`insert into warning (key, rule, at, raised_at, staff_id, unit, measure)
				select 'dormant ' || a.id || ' ' || a.slept_since, 'dormant', a.last_seen_at, $1, a.id, a.unit, extract(day from a.last_seen_at - a.slept_since)::int
				from account a where a.slept_since is not null and a.last_seen_at > $1::timestamptz - interval '7 days' and a.last_seen_at - a.slept_since >= make_interval(secs => $2) on conflict (key) do nothing`, []any{now, w.Limits.Rest.Seconds()}},
		} {
			tag, err := tx.Exec(ctx, one.sql, one.args...)
			if err != nil {
				return err
			}
			n += int(tag.RowsAffected())
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for warnings: %w", err)
	}
	return n, nil
}
