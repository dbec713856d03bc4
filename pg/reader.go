package pg

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Bounds of reading from a copy.
const (
	readerLook = time.Second     // between looks at how old the copy is
	readerWait = 2 * time.Second // for one look
	readerLate = 5 * time.Second // a copy that is further behind is not read
)

// Reader answers questions of pages that may be a few seconds old from a streaming copy of the database (a hot standby), and from the database itself where
// the copy is away or more than five seconds behind. It opens no transactions on the copy: what writes goes to the database. Use NewReader, and Run beside it.
type Reader struct {
	primary *pgxpool.Pool
	copied  *pgxpool.Pool
	fresh   atomic.Bool
	log     *slog.Logger
}

// NewReader reads from copied while it is fresh; nil: always from primary.
func NewReader(primary, copied *pgxpool.Pool, log *slog.Logger) *Reader {
	return &Reader{primary: primary, copied: copied, log: log}
}

// Run looks every second at how old the copy is, until ctx ends.
func (r *Reader) Run(ctx context.Context) {
	if r.copied == nil {
		return
	}
	tick := time.NewTicker(readerLook)
	defer tick.Stop()
	for {
		behind, err := r.behind(ctx)
		fresh := err == nil && behind <= readerLate
		if was := r.fresh.Swap(fresh); was != fresh && ctx.Err() == nil {
			r.log.Info("reading of public pages moved", "copy", fresh, "behind", behind, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// behind is how old the copy is: nothing where it has replayed all that it received and the database has sent nothing since.
func (r *Reader) behind(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, readerWait)
	defer cancel()
	var seconds float64
	var at string
	err := r.copied.QueryRow(ctx, `select case when pg_is_in_recovery() then coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 1e6) else 0 end::float8,
		case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end::text`).Scan(&seconds, &at)
	if err != nil {
		return 0, Classify(err)
	}
	if seconds <= readerLate.Seconds() {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	// Nothing was committed for a while, or the copy hangs: the database knows.
	var reached bool
	if err := r.primary.QueryRow(ctx, `select pg_wal_lsn_diff(pg_current_wal_lsn(), $1::text::pg_lsn) < 65536`, at).Scan(&reached); err != nil {
		return 0, Classify(err)
	}
	if reached {
		return 0, nil
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// now is the pool to read from.
func (r *Reader) now() *pgxpool.Pool {
	if r.copied != nil && r.fresh.Load() {
		return r.copied
	}
	return r.primary
}

// Query asks the copy, or the database where that fails.
func (r *Reader) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	pool := r.now()
	rows, err := pool.Query(ctx, sql, args...)
	if err != nil && pool != r.primary && elsewhere(err) && ctx.Err() == nil {
		r.fresh.Store(false)
		return r.primary.Query(ctx, sql, args...)
	}
	return rows, err
}

// QueryRow asks the copy, or the database where that fails.
func (r *Reader) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	pool := r.now()
	row := pool.QueryRow(ctx, sql, args...)
	if pool == r.primary {
		return row
	}
	return &eitherRow{r: r, ctx: ctx, sql: sql, args: args, row: row}
}

// eitherRow asks the database where the copy fails while its row is read.
type eitherRow struct {
	r    *Reader
	ctx  context.Context
	sql  string
	args []any
	row  pgx.Row
}

// Scan reads the row.
func (e *eitherRow) Scan(dest ...any) error {
	err := e.row.Scan(dest...)
	if err != nil && elsewhere(err) && e.ctx.Err() == nil {
		e.r.fresh.Store(false)
		return e.r.primary.QueryRow(e.ctx, e.sql, e.args...).Scan(dest...)
	}
	return err
}

// elsewhere tells whether the database may answer what the copy did not: it is away, or it ended the question to replay what removes its rows.
func elsewhere(err error) bool { return IsUnavailable(err) || IsSerialization(err) }

// Exec goes to the database: a copy takes nothing.
func (r *Reader) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return r.primary.Exec(ctx, sql, args...)
}

// Begin opens a transaction on the database: only single questions go to the copy.
func (r *Reader) Begin(ctx context.Context) (pgx.Tx, error) { return r.primary.Begin(ctx) }

// SendBatch goes to the database.
func (r *Reader) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return r.primary.SendBatch(ctx, b)
}

var _ DB = (*Reader)(nil)
