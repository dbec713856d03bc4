package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

const (
	// MonthsAhead is how many months beyond the present one have their tables made: the hotline may stand still that long and lose no order.
	MonthsAhead = 3
	// monthRests is how long after its end a month is read by the followers as the present ones are: most cases are closed by then.
	monthRests = 60 * 24 * time.Hour
)

// SweepMonths makes the tables of the coming months of the history and of the uses of data, lets old months rest, and tells the planner from time to time
// what lies in them. It counts the months made and put to rest. Where somebody reads a table for long it leaves the rest to the next sweep, without an error.
func SweepMonths(ctx context.Context, db pg.DB) (int, error) {
	n := 0
	for {
		var part *string
		err := db.QueryRow(ctx, `select coalesce(make_month($1), rest_month($2))`, MonthsAhead, monthRests).Scan(&part)
		if pg.State(err) == lockNotAvailable {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("make the tables of a month: %w", pg.Classify(err))
		}
		if part == nil {
			break
		}
		n++
	}
	err := pg.InTx(ctx, db, pg.Settings{"statement_timeout": "30min"}, func(tx pgx.Tx) error {
		var done bool
		return tx.QueryRow(ctx, `select analyze_months()`).Scan(&done)
	})
	if err != nil && pg.State(err) != lockNotAvailable {
		return n, fmt.Errorf("look at the months for the planner: %w", pg.Classify(err))
	}
	return n, nil
}

// lockNotAvailable is the SQLSTATE of a lock that was not given in time.
const lockNotAvailable = "55P03"

// Months tells how the tables by month stand.
type Months struct {
	Ahead   int  // months after the present one that have tables; below 0 when the present one has none
	Parts   int  // tables in which the history lies
	Locks   int  // max_locks_per_transaction of the server: a statement over the whole history takes one for each part
	Waiting bool // rows lie in the rest, because their month had no table, or because a clock is wrong
}

// MonthsKept looks how far the tables by month reach.
func MonthsKept(ctx context.Context, q pg.Querier) (m Months, err error) {
	const ask = `select (extract(year from upto) * 12 + extract(month from upto))::int - 1 - (extract(year from here) * 12 + extract(month from here))::int,
			(select count(*) from event_month) + 1, current_setting('max_locks_per_transaction')::int,
			exists (select 1 from event where case_id >= past) or exists (select 1 from data_use where case_id >= past)
		from (select past, case_filed_at(past) at time zone 'UTC' as upto, clock_timestamp() at time zone 'UTC' as here from event_month order by past desc limit 1) m`
	if err := q.QueryRow(ctx, ask).Scan(&m.Ahead, &m.Parts, &m.Locks, &m.Waiting); err != nil {
		return m, pg.Classify(fmt.Errorf("look at the months: %w", err))
	}
	return m, nil
}
