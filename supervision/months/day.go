package months

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unique"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/translog/form"
)

// Day is the figures of a month under way as they were told on one day.
type Day struct {
	Month supervision.Month
	Day   time.Time // the last whole day that they tell of, at midnight UTC
	At    time.Time // when the rows were read
	Cells int       // units in districts of which something was told
	Entry int64     // of the closing in the log
}

// Name is the day as addresses and entries write it.
func (d Day) Name() string { return d.Day.Format(time.DateOnly) }

// SweepDay tells the figures of every month that has begun and is not closed, once a day, as far as they can be told without giving a single case away, and counts
// the months it told of. It is safe to run twice, late, or on two machines at once.
func (x *Closer) SweepDay(ctx context.Context) (int, error) {
	now := x.Now().In(x.Zone)
	y, m, d := now.Date()
	yesterday := time.Date(y, m, d-1, 0, 0, 0, 0, time.UTC)
	var first, last supervision.Month
	err := x.DB.QueryRow(ctx, `select coalesce((select min(filed) from figure_row where filed > 0), 0), coalesce((select max(month) from month_report), 0)`).Scan(&first, &last)
	if err != nil {
		return 0, fmt.Errorf("look for months: %w", err)
	}
	next := max(first, supervision.MonthOf(now, x.Zone).Add(-1))
	if last != 0 {
		next = max(next, last.Add(1))
	}
	n := 0
	for ; first != 0 && !next.Start(time.UTC).After(yesterday); next = next.Add(1) {
		told, err := x.tellDay(ctx, next, yesterday)
		if err != nil {
			return n, fmt.Errorf("tell the day of %s: %w", next, err)
		}
		n += told
	}
	return n, nil
}

func (x *Closer) tellDay(ctx context.Context, m supervision.Month, day time.Time) (int, error) {
	n := 0
	err := pg.InTx(ctx, x.DB, pg.Settings{"huiyin.scope": "system", "statement_timeout": "20min", "idle_in_transaction_session_timeout": "20min"}, func(tx pgx.Tx) error {
		n = 0
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('huiyin month'))`); err != nil {
			return err
		}
		// The mark is set whether or not anything can be told: once a day is enough to look.
		tag, err := tx.Exec(ctx, `insert into log_source as s (name, pos) select 'day ' || $1::text, $2::bigint where not exists (select 1 from month_report where month = $3)
			on conflict (name) do update set pos = excluded.pos where s.pos < excluded.pos`, m.String(), day.Unix()/86400, m)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		told, err := readTold(ctx, tx, m)
		if err != nil {
			return err
		}
		now, err := readStates(ctx, tx, m)
		if err != nil {
			return err
		}
		ids := release(told, now)
		if len(ids) == 0 {
			return nil
		}
		n = 1
		return x.publishDay(ctx, tx, m, day, told, now, ids)
	})
	return n, err
}

func (x *Closer) publishDay(ctx context.Context, tx pgx.Tx, m supervision.Month, day time.Time, told, now map[rowID]held, ids []rowID) error {
	name := day.Format(time.DateOnly)
	list := changes(m, name, told, now, ids)
	house, err := readHouse(ctx, tx)
	if err != nil {
		return err
	}
	if err := keepTold(ctx, tx, m, told, now, ids); err != nil {
		return err
	}
	tally := Tally{}
	for _, s := range told { // keepTold brought it up to the day
		tally[s.Value()]++
	}
	report, err := tally.Report(m, name, house)
	if err != nil {
		return err
	}
	c, err := report.closing("")
	if err != nil {
		return err
	}
	entered := x.Now().UTC().Format(time.DateOnly)
	entries := make([]form.Entry, 0, len(list)+1)
	enter := func(t form.Type, v any) error {
		body, err := json.Marshal(v)
		entries = append(entries, form.Entry{V: 1, Type: t, Day: entered, Body: body})
		return err
	}
	for _, one := range list {
		if err := enter(form.Change, one); err != nil {
			return err
		}
	}
	if err := enter(form.Day, DayClosing{Month: c.Month, Day: name, Cells: len(list), Report: c.Report, House: c.House}); err != nil {
		return err
	}
	first, err := x.Enter(ctx, tx, entries)
	if err != nil {
		return err
	}
	doc, err := report.Encode()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into month_day (month, day, at, cells, entry_idx, report) values ($1, $2, $3, $4, $5, $6)`, m, day, x.Now().UTC(), len(list), first+int64(len(list)), doc)
	return err
}

// readStates reads the count rows that a month touches, as far as a day can tell of them.
func readStates(ctx context.Context, q pg.Querier, m supervision.Month) (map[rowID]held, error) {
	all := map[rowID]held{}
	err := eachCount(ctx, q, m, func(id rowID, c supervision.Row) { all[id] = unique.Make(stateOf(of(m, 1, "", c))) })
	return all, err
}

func readTold(ctx context.Context, q pg.Querier, m supervision.Month) (map[rowID]held, error) {
	rows, err := q.Query(ctx, `select row, told from month_told where month = $1`, m)
	if err != nil {
		return nil, fmt.Errorf("read what was told: %w", err)
	}
	all := map[rowID]held{}
	var id rowID
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &raw}, func() error {
		var s state
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		all[id] = unique.Make(s)
		return pg.Rest(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("read what was told: %w", err)
	}
	return all, nil
}

// keepTold remembers what is told now, in the table and in told.
func keepTold(ctx context.Context, q pg.Querier, m supervision.Month, told, now map[rowID]held, ids []rowID) error {
	var gone, kept []rowID
	var docs [][]byte
	for _, id := range ids {
		s, ok := now[id]
		if !ok {
			gone = append(gone, id)
			delete(told, id)
			continue
		}
		raw, err := json.Marshal(s.Value())
		if err != nil {
			return err
		}
		told[id] = s
		kept, docs = append(kept, id), append(docs, raw)
	}
	if _, err := q.Exec(ctx, `delete from month_told where month = $1 and row = any ($2)`, m, gone); err != nil {
		return fmt.Errorf("keep what was told: %w", err)
	}
	_, err := q.Exec(ctx, `insert into month_told (month, row, told) select $1, row, told from unnest($2::uuid[], $3::bytea[]) as f (row, told) on conflict (month, row) do update set told = excluded.told`, m, kept, docs)
	if err != nil {
		return fmt.Errorf("keep what was told: %w", err)
	}
	return nil
}

// ListDays lists the days that were told, the newest first.
func ListDays(ctx context.Context, q pg.Querier) ([]Day, error) {
	rows, err := q.Query(ctx, `select month, day, at, cells, entry_idx from month_day order by month desc, day desc`)
	if err != nil {
		return nil, fmt.Errorf("list days: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Day])
}

// ReadDay reads the report of a day of a month, byte for byte as it was told; the newest where day is zero. Errors: fault.NotFound.
func ReadDay(ctx context.Context, q pg.Querier, m supervision.Month, day time.Time) (Day, []byte, error) {
	d := Day{Month: m}
	var doc []byte
	var on *time.Time
	if !day.IsZero() {
		on = &day
	}
	err := q.QueryRow(ctx, `select day, at, cells, entry_idx, report from month_day where month = $1 and ($2::date is null or day = $2) order by day desc limit 1`, m, on).Scan(&d.Day, &d.At, &d.Cells, &d.Entry, &doc)
	if pg.IsNoRows(err) {
		return d, nil, fault.New(fault.NotFound, "fault.no_day")
	}
	if err != nil {
		return d, nil, fmt.Errorf("read day: %w", err)
	}
	return d, doc, nil
}
