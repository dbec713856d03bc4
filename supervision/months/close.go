package months

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/translog/form"
)

// Closer closes months. Make it with its fields; it is safe for concurrent use and by several processes.
type Closer struct {
	DB   pg.DB
	Zone *time.Location
	Now  func() time.Time
	// Enter puts entries into the public log, in the transaction given, and tells the number of the first.
	Enter func(ctx context.Context, tx pgx.Tx, entries []form.Entry) (int64, error)
}

// settle is how long after its end a month waits: limits that end with its last day are judged by then, and every follower has read them.
const settle = 3 * 24 * time.Hour

// Sweep closes the oldest month that is over and not closed yet, and tells how many it closed: none or one. Months before the first case are none.
func (x *Closer) Sweep(ctx context.Context) (int, error) {
	var first, last supervision.Month
	err := x.DB.QueryRow(ctx, `select coalesce((select min(filed) from figure_row where filed > 0), 0), coalesce((select max(month) from month_report), 0)`).Scan(&first, &last)
	if err != nil {
		return 0, fmt.Errorf("look for months: %w", err)
	}
	next := first
	if last != 0 {
		next = last.Add(1)
	}
	if first == 0 || next.Add(1).Start(x.Zone).Add(settle).After(x.Now()) {
		return 0, nil
	}
	if _, err := x.close(ctx, next, 1, ""); err != nil {
		return 0, err
	}
	return 1, nil
}

// SweepAll closes every month that is over, one after the other: a city that brings years of work orders along has many. It ends with ctx, and goes on the next time.
func (x *Closer) SweepAll(ctx context.Context) (int, error) {
	n := 0
	for {
		closed, err := x.Sweep(ctx)
		n += closed
		if err != nil || closed == 0 {
			return n, err
		}
	}
}

// Revise closes a month again, as the rows stand now, beside what was published before. why is published. Errors: fault.NotFound for a month that was never closed, fault.Invalid without a reason.
func (x *Closer) Revise(ctx context.Context, m supervision.Month, why string) (Report, error) {
	if why == "" {
		return Report{}, fault.New(fault.Invalid, "fault.reason_needed").At("reason")
	}
	var last int
	if err := x.DB.QueryRow(ctx, `select coalesce(max(revision), 0) from month_report where month = $1`, m).Scan(&last); err != nil {
		return Report{}, fmt.Errorf("find month: %w", err)
	}
	if last == 0 {
		return Report{}, fault.New(fault.NotFound, "fault.no_month")
	}
	return x.close(ctx, m, last+1, why)
}

func (x *Closer) close(ctx context.Context, m supervision.Month, revision int, why string) (Report, error) {
	var out Report
	// It goes over every row of a month, and thinks in between.
	err := pg.InTx(ctx, x.DB, pg.Settings{"huiyin.scope": "system", "statement_timeout": "20min", "idle_in_transaction_session_timeout": "20min"}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('huiyin month'))`); err != nil {
			return err
		}
		var done bool
		if err := tx.QueryRow(ctx, `select exists (select 1 from month_report where month = $1 and revision >= $2)`, m, revision).Scan(&done); err != nil || done {
			return err
		}
		house, err := readHouse(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := readRows(ctx, tx, m, revision)
		if err != nil {
			return err
		}
		coarsen(rows.list, parentsOf(house))
		if out, err = Make(m, revision, &rows.Kinds, house); err != nil {
			return err
		}
		return x.publish(ctx, tx, m, rows, out, why)
	})
	if err != nil {
		return out, fmt.Errorf("close %s: %w", m, err)
	}
	return out, nil
}

func (x *Closer) publish(ctx context.Context, tx pgx.Tx, m supervision.Month, rows *numbered, report Report, why string) error {
	day := x.Now().UTC().Format(time.DateOnly)
	closing, err := report.closing(why)
	if err != nil {
		return err
	}
	last, err := json.Marshal(closing)
	if err != nil {
		return err
	}
	entry, err := x.enter(ctx, tx, day, rows, last)
	if err != nil {
		return err
	}
	doc, err := report.Encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into month_report (month, revision, closed_at, rows, first_idx, entry_idx, why, report) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m, report.Revision, x.Now().UTC(), rows.n, entry-int64(rows.n), entry, why, doc)
	return err
}

// portion is how many rows are entered at a time: the rows of a large city's month never stand in memory as they are published.
const portion = 10000

// enter puts the rows and behind them the closing into the log, in one transaction that holds the log until its end, so that they stand one after the other; it tells the number of the closing.
func (x *Closer) enter(ctx context.Context, tx pgx.Tx, day string, rows *numbered, closing []byte) (int64, error) {
	next := int64(-1)
	put := func(entries []form.Entry) error {
		first, err := x.Enter(ctx, tx, entries)
		if err != nil {
			return err
		}
		if next >= 0 && first != next {
			return fmt.Errorf("entry %d of the log stands where %d should", first, next)
		}
		next = first + int64(len(entries))
		return nil
	}
	entries := make([]form.Entry, 0, min(rows.n, portion))
	for part := range slices.Chunk(rows.numbers, portion) {
		entries = entries[:0]
		for _, one := range part {
			body, err := json.Marshal(rows.row(one))
			if err != nil {
				return 0, err
			}
			entries = append(entries, form.Entry{V: 1, Type: form.Row, Day: day, Body: body})
		}
		if err := put(entries); err != nil {
			return 0, err
		}
	}
	if err := put([]form.Entry{{V: 1, Type: form.Month, Day: day, Body: closing}}); err != nil {
		return 0, err
	}
	return next - 1, nil
}

func readHouse(ctx context.Context, q pg.Querier) ([]Unit, error) {
	rows, err := q.Query(ctx, `select code, name_zh, name_en, coalesce(parent, '') from unit order by code`)
	if err != nil {
		return nil, fmt.Errorf("read units: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (u Unit, err error) {
		return u, row.Scan(&u.Code, &u.ZH, &u.EN, &u.Parent)
	})
}

// readRows reads the count rows that a month touches, each under a new random number.
func readRows(ctx context.Context, q pg.Querier, m supervision.Month, revision int) (*numbered, error) {
	all := &numbered{}
	err := eachCount(ctx, q, m, func(_ rowID, c supervision.Row) { all.add(of(m, revision, "", c)) })
	all.sort()
	return all, err
}

// eachCount goes over the count rows that a month touches.
func eachCount(ctx context.Context, q pg.Querier, m supervision.Month, each func(rowID, supervision.Row)) error {
	rows, err := q.Query(ctx, `select id, part, unit, district, category, way, filed, opened, dispatched, due, replied, rated, signed, contacted, handled, original, verdict, satisfaction, sent_back, returned, extensions, excluded, waived, hours, not_reached, part <> 'case' and round = 1, hops, flags, doubtful
		from figure_row where $1 in (filed, opened, due, replied, rated)`, m)
	if err != nil {
		return fmt.Errorf("read count rows: %w", err)
	}
	var id rowID
	var c supervision.Row
	_, err = pgx.ForEachRow(rows, []any{&id, &c.Part, &c.Unit, &c.District, &c.Category, &c.Way, &c.Filed, &c.Opened, &c.Dispatched, &c.Due, &c.Replied, &c.Rated, &c.Signed, &c.Contacted, &c.Handled, &c.Original, &c.Verdict, &c.Satisfaction,
		&c.SentBack, &c.Returned, &c.Extensions, &c.Excluded, &c.Waived, &c.Hours, &c.NotReached, &c.First, &c.Hops, &c.Flags, &c.Doubtful}, func() error {
		each(id, c)
		return pg.Rest(ctx)
	})
	if err != nil {
		return fmt.Errorf("read count rows: %w", err)
	}
	return nil
}

// Closed is one closed month as the list shows it.
type Closed struct {
	Month    supervision.Month
	Revision int
	At       time.Time
	Rows     int
	Entry    int64 // of the closing in the log
	Why      string
}

// List tells every closing, the newest month first and of a month the newest revision first.
func List(ctx context.Context, q pg.Querier) ([]Closed, error) {
	rows, err := q.Query(ctx, `select month, revision, closed_at, rows, entry_idx, why from month_report order by month desc, revision desc`)
	if err != nil {
		return nil, fmt.Errorf("list months: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Closed, err error) {
		return c, row.Scan(&c.Month, &c.Revision, &c.At, &c.Rows, &c.Entry, &c.Why)
	})
}

// Read reads the report of a closed month, byte for byte as it was closed; revision 0 is the newest. Errors: fault.NotFound.
func Read(ctx context.Context, q pg.Querier, m supervision.Month, revision int) (Closed, []byte, error) {
	c := Closed{Month: m}
	var doc []byte
	err := q.QueryRow(ctx, `select revision, closed_at, rows, entry_idx, why, report from month_report where month = $1 and ($2 = 0 or revision = $2) order by revision desc limit 1`, m, revision).
		Scan(&c.Revision, &c.At, &c.Rows, &c.Entry, &c.Why, &doc)
	if pg.IsNoRows(err) {
		return c, nil, fault.New(fault.NotFound, "fault.no_month")
	}
	if err != nil {
		return c, nil, fmt.Errorf("read month: %w", err)
	}
	return c, doc, nil
}
