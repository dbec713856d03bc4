package supervision

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing/codes"
)

// rowKey is a count row's place among all.
type rowKey struct {
	id   casework.CaseID
	part Part
	ord  int
}

// placed is a count row with its place.
type placed struct {
	key rowKey
	Row
	tags []string
	due  time.Time // day of the promise still owed; zero where nothing is
}

const sumColumns = `part, unit, district, category, way, filed, opened, dispatched, due, replied, rated, signed, contacted, handled, original, verdict, satisfaction, sent_back, returned, extensions, excluded, open, overdue, hours, waived, hung, not_reached, first, hops, flags, doubtful`

// firstRound tells of a row whether it is of the first round of its case.
const firstRound = `part <> 'case' and round = 1 as first`

// sumDest are sumColumns.
func (r *Row) sumDest() []any {
	return []any{&r.Part, &r.Unit, &r.District, &r.Category, &r.Way, &r.Filed, &r.Opened, &r.Dispatched, &r.Due, &r.Replied, &r.Rated, &r.Signed, &r.Contacted, &r.Handled, &r.Original,
		&r.Verdict, &r.Satisfaction, &r.SentBack, &r.Returned, &r.Extensions, &r.Excluded, &r.Open, &r.Overdue, &r.Hours, &r.Waived, &r.Hung, &r.NotReached, &r.First, &r.Hops, &r.Flags, &r.Doubtful}
}

// keptRows reads the count rows of some cases as they stand.
func keptRows(ctx context.Context, q pg.Querier, ids []casework.CaseID) (map[rowKey]placed, error) {
	rows, err := q.Query(ctx, `select case_id, ord, tags, due_on, `+sumColumns+` from (select *, `+firstRound+` from figure_row) r where case_id = any ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read kept rows: %w", err)
	}
	out := map[rowKey]placed{}
	for rows.Next() {
		p := placed{Row: Row{N: 1}}
		var due *time.Time
		if err := rows.Scan(append([]any{&p.key.id, &p.key.ord, &p.tags, &due}, p.sumDest()...)...); err != nil {
			rows.Close()
			return nil, fmt.Errorf("read kept rows: %w", err)
		}
		p.key.part = p.Part
		if due != nil {
			p.due = *due
		}
		out[p.key] = p
	}
	return out, rows.Err()
}

// move is what it changes in the sums that a row is kept in place of what was there.
func (c change) move(old map[rowKey]placed, id casework.CaseID, r *counted, zone *time.Location) {
	due := r.dueDay(zone)
	was, known := old[rowKey{id, r.Part, r.Ord}]
	if known {
		is := r.Row
		is.Kind, is.Channel, is.Round, is.N = was.Kind, was.Channel, was.Round, was.N // no figure looks at these
		if was.Row == is && slices.Equal(was.tags, r.Tags) && was.due.Equal(due) {
			return
		}
		c.add(&was.Row, -1)
		c.tag(&was.Row, was.tags, -1)
		c.late(&was.Row, was.due, -1)
	}
	c.add(&r.Row, 1)
	c.tag(&r.Row, r.Tags, 1)
	c.late(&r.Row, due, 1)
}

// dueDay is the day on which the promise still owed ends, as the database writes days; zero where nothing is owed.
func (r *counted) dueDay(zone *time.Location) time.Time {
	if r.DueOn.IsZero() {
		return time.Time{}
	}
	y, m, d := r.DueOn.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// keep writes the change into the records.
func (c change) keep(ctx context.Context, tx pgx.Tx) error {
	keys := make([]sumKey, 0, len(c.by))
	for k := range c.by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b sumKey) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.part, b.part), cmp.Compare(a.month, b.month))
	})
	old, err := readSums(ctx, tx, keys)
	if err != nil {
		return err
	}
	var b pgx.Batch
	for _, k := range keys {
		s := old[k]
		if s == nil {
			s = sums{}
		}
		s.join(c.by[k])
		text, err := s.encode()
		if err != nil {
			return err
		}
		b.Queue(`insert into figure_sum as f (scope, part, month, sums) values ($1, $2, $3, $4) on conflict (scope, part, month) do update set sums = excluded.sums where f.sums <> excluded.sums`, k.scope, k.part, k.month, text)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("keep sums: %w", err)
	}
	return nil
}

// readSums reads the records named; those that are not there are missing.
func readSums(ctx context.Context, q pg.Querier, keys []sumKey) (map[sumKey]sums, error) {
	scopes, parts, months := make([]string, len(keys)), make([]string, len(keys)), make([]Month, len(keys))
	for i, k := range keys {
		scopes[i], parts[i], months[i] = k.scope, k.part, k.month
	}
	rows, err := q.Query(ctx, `select f.scope, f.part, f.month, f.sums from unnest($1::text[], $2::text[], $3::integer[]) k (scope, part, month) join figure_sum f using (scope, part, month)`, scopes, parts, months)
	if err != nil {
		return nil, fmt.Errorf("read sums: %w", err)
	}
	out := make(map[sumKey]sums, len(keys))
	var k sumKey
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&k.scope, &k.part, &k.month, &text}, func() error {
		var s sums
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
		out[k] = s
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read sums: %w", err)
	}
	return out, nil
}

// summed reports whether the sums stand, made by the definitions of this program and under the version of the code sets given.
func summed(ctx context.Context, q pg.Querier, under codes.Reading) (bool, error) {
	var is bool
	err := q.QueryRow(ctx, `select exists (select 1 from figure_sum_made where under = $1)`, madeUnder(under)).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("ask how the sums were made: %w", err)
	}
	return is, nil
}

// SweepSums makes the sums anew where they are out of date, as after an update that changes what is counted, and tells whether it did: 0 or 1. Pages read the
// count rows until then. They are made under the version of the code sets given: the newest of the city.
func SweepSums(ctx context.Context, db pg.DB, under codes.Reading) (int, error) {
	if done, err := summed(ctx, db, under); err != nil || done {
		return 0, err
	}
	// It goes over every row, and thinks in between.
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system", "statement_timeout": "20min", "idle_in_transaction_session_timeout": "20min"}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into follower (name) values ($1) on conflict do nothing`, FiguresFollower); err != nil {
			return err
		}
		// The follower that keeps the rows stands still meanwhile.
		if _, err := tx.Exec(ctx, `select 1 from follower where name = $1 for update`, FiguresFollower); err != nil {
			return err
		}
		return sumAnew(ctx, tx, under)
	})
	return 1, err
}

// sumAnew makes every record from the count rows, equal rows together. The follower of the figures must stand still.
func sumAnew(ctx context.Context, tx pgx.Tx, under codes.Reading) error {
	c, category := newChange(under), "left(category, 4)"
	if !under.Plain() {
		category = "category"
	}
	rows, err := tx.Query(ctx, `select `+sumColumns+`, count(*) from (select part, unit, district, `+category+` as category, case part when 'case' then way else '' end as way,
			case part when 'case' then filed else 0 end as filed, opened, dispatched, due, replied, case part when 'case' then 0 else rated end as rated, signed, contacted, handled, original,
			case part when 'case' then '' else verdict end as verdict, case part when 'case' then 0 else satisfaction end as satisfaction, sent_back, returned, extensions, excluded, open, overdue,
			case part when 'case' then hours else -1 end as hours, waived, hung, not_reached, `+firstRound+`, hops, flags, doubtful from figure_row) r group by `+sumColumns)
	if err != nil {
		return fmt.Errorf("sum rows: %w", err)
	}
	var r Row
	if _, err = pgx.ForEachRow(rows, append(r.sumDest(), &r.N), func() error { c.add(&r, r.N); return nil }); err != nil {
		return fmt.Errorf("sum rows: %w", err)
	}
	rows, err = tx.Query(ctx, `select filed, t.tag, count(*) from figure_row r cross join unnest(r.tags) t (tag) where part = 'case' group by 1, 2`)
	if err != nil {
		return fmt.Errorf("sum tags: %w", err)
	}
	one := Row{Part: PartCase}
	var tag string
	if _, err = pgx.ForEachRow(rows, []any{&one.Filed, &tag, &one.N}, func() error { c.tag(&one, []string{tag}, one.N); return nil }); err != nil {
		return fmt.Errorf("sum tags: %w", err)
	}
	rows, err = tx.Query(ctx, `select unit, district, due_on, count(*) from figure_row where open and overdue and part = 'case' and due_on is not null group by 1, 2, 3`)
	if err != nil {
		return fmt.Errorf("sum broken promises: %w", err)
	}
	owed := Row{Part: PartCase, Open: true, Overdue: true}
	var due time.Time
	if _, err = pgx.ForEachRow(rows, []any{&owed.Unit, &owed.District, &due, &owed.N}, func() error { c.late(&owed, due, owed.N); return nil }); err != nil {
		return fmt.Errorf("sum broken promises: %w", err)
	}
	for _, sql := range []string{`delete from figure_sum`, `delete from figure_sum_made`} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("sum rows: %w", err)
		}
	}
	if err := c.keep(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into figure_sum_made (under) values ($1)`, madeUnder(under))
	return err
}
