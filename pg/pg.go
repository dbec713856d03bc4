// Package pg opens the database (a given server, or a private one in the data directory) and tells its errors apart.
package pg

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/fault"
)

// Role is the role every connection of a pool works as: it owns nothing, cannot sign in, and row-level security binds it.
const Role = "huiyin_app"

// Querier runs statements. A function that works inside a transaction takes a Querier, never a pool.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// DB is a Querier that opens transactions: a pool, or a transaction that nests one as a savepoint.
type DB interface {
	Querier
	Begin(ctx context.Context) (pgx.Tx, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

var (
	_ DB      = (*pgxpool.Pool)(nil)
	_ DB      = (pgx.Tx)(nil)
	_ Querier = (*pgx.Conn)(nil)
)

// Options bounds a pool. The zero value is right for a service.
type Options struct {
	Name             string        // application_name, shown beside each connection on the server; "huiyin" when empty
	MaxConns         int32         // connections at most; 16 when zero
	StatementTimeout time.Duration // a longer statement is cancelled by the server; 30 s when zero
	Forgetful        bool          // commits do not wait for the disk: only for what can be made again, such as a demonstration
	Lazy             bool          // do not ask the server before the first statement: for one that may be away
	AsOwner          bool          // stay the session user instead of becoming Role: for migrations, backups and test fixtures only
}

// Open connects a pool whose sessions work as Role, in UTC, and give up on a statement after Options.StatementTimeout
// and on an idle open transaction after 5 s. It fails with fault.Unavailable when the server does not answer, and with
// fault.Invalid when the address cannot be read. The schema is not touched: see Migrate.
func Open(ctx context.Context, url string, opts Options) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "fault.database_url", err)
	}
	if opts.Name == "" {
		opts.Name = "huiyin"
	}
	if opts.MaxConns == 0 {
		opts.MaxConns = 16
	}
	if opts.StatementTimeout == 0 {
		opts.StatementTimeout = 30 * time.Second
	}
	config.MaxConns = opts.MaxConns
	config.MaxConnIdleTime = 5 * time.Minute
	config.ConnConfig.ConnectTimeout = 10 * time.Second
	set := config.ConnConfig.RuntimeParams
	set["application_name"] = opts.Name
	set["statement_timeout"] = millis(opts.StatementTimeout)
	set["idle_in_transaction_session_timeout"] = millis(5 * time.Second)
	set["timezone"] = "UTC"
	if opts.Forgetful {
		set["synchronous_commit"] = "off"
	}
	if !opts.AsOwner {
		config.AfterConnect = becomeRole
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, Classify(err)
	}
	if opts.Lazy {
		return pool, nil
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, Classify(err)
	}
	return pool, nil
}

// A connection that cannot become Role is not handed out: without the role, row-level security might not bind.
func becomeRole(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "set role "+Role)
	if State(err) == invalidParameter { // what the server calls a role that does not exist
		return fault.Wrap(fault.Unavailable, "fault.schema_older", fmt.Errorf("the database has no role %s: run huiyin migrate: %w", Role, err))
	}
	return err
}
