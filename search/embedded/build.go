package embedded

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"huiyin/pg"
	"huiyin/search"
)

const (
	buildLock   = 0x68757969_73726368 // one build at a time in a database
	buildMemory = "512MB"             // for sorting the inverted index; less makes it slower, not wrong
	swapPatient = time.Second         // how long the exchange may wait for searches under way before it lets others pass
	swapTries   = 60
)

// Build makes the whole index anew beside the one in use, which goes on answering and being kept, and puts it in its place in one step: nobody ever searches half an index. read hands over every case; owner owns
// the tables. What was written meanwhile is taken along. It tells how many documents were built, and may run again after an interruption.
func (e *Engine) Build(ctx context.Context, owner *pgxpool.Pool, read func(ctx context.Context, each func([]search.Document) error) error) (int, error) {
	conn, err := owner.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("build index: %w", err)
	}
	defer conn.Release()
	var alone bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, int64(buildLock)).Scan(&alone); err != nil {
		return 0, fmt.Errorf("build index: %w", err)
	}
	if !alone {
		return 0, errors.New("build index: another process is building it")
	}
	defer func() { // the connection goes back to the pool without the lock and the settings
		_, _ = conn.Exec(context.WithoutCancel(ctx), `reset statement_timeout; reset maintenance_work_mem; reset work_mem; select pg_advisory_unlock_all()`)
	}()
	if err := exec(ctx, conn, `set statement_timeout = 0`, `set maintenance_work_mem = '`+buildMemory+`'`, `drop table if exists search_document_next`,
		`create table search_document_next (like search_document including defaults including comments) with (fillfactor = 85, toast_tuple_target = 4080, autovacuum_enabled = false)`, // a cleaning that began behind the building would hold up the exchange
		`alter table search_document_next alter column tokens set statistics 300`, `alter table search_document_next alter column sounds set statistics 300`); err != nil {
		return 0, err
	}
	n, err := load(ctx, conn.Conn(), read)
	if err != nil {
		return n, fmt.Errorf("build index after %d documents: %w", n, err)
	}
	if err := exec(ctx, conn, `alter table search_document_next add constraint search_document_next_pkey primary key (case_id)`); err != nil {
		return n, err
	}
	if err := indexes(ctx, conn, owner); err != nil {
		return n, err
	}
	if err := exec(ctx, conn, missed, `analyze search_document_next`, `set work_mem = '64MB'`); err != nil {
		return n, err
	}
	if _, err := draw(ctx, conn, "search_document_next", float64(n)); err != nil {
		return n, fmt.Errorf("draw a sample of the index: %w", err)
	}
	for try := 1; ; try++ {
		err := swap(ctx, conn)
		var refused *pgconn.PgError
		if err == nil || !errors.As(err, &refused) || refused.Code != "55P03" || try == swapTries {
			return n, err
		}
	}
}

// indexes makes the inverted indexes of the new table, the larger one by one connection and the others by another: the database makes each on one processor.
func indexes(ctx context.Context, conn *pgxpool.Conn, owner *pgxpool.Pool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return exec(ctx, conn, `create index search_document_next_tokens on search_document_next using gin (tokens) with (fastupdate = on, gin_pending_list_limit = 1024)`)
	})
	group.Go(func() error {
		beside, err := owner.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("build index: %w", err)
		}
		defer beside.Release()
		defer func() {
			_, _ = beside.Exec(context.WithoutCancel(ctx), `reset statement_timeout; reset maintenance_work_mem`)
		}()
		return exec(ctx, beside, `set statement_timeout = 0`, `set maintenance_work_mem = '`+buildMemory+`'`,
			`create index search_document_next_sounds on search_document_next using gin (sounds) with (fastupdate = on, gin_pending_list_limit = 1024)`,
			`create index search_document_next_newest on search_document_next (filed_at desc, case_id desc)`)
	})
	return group.Wait()
}

func exec(ctx context.Context, conn *pgxpool.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("build index: %w", err)
		}
	}
	return nil
}

// missed takes along what the follower wrote into the index in use while the new one was made.
const missed = `insert into search_document_next select o.* from search_document o where not exists (select from search_document_next n where n.case_id = o.case_id and n.version >= o.version)
	on conflict (case_id) do update set version = excluded.version, filed_at = excluded.filed_at, state = excluded.state, kind = excluded.kind, category = excluded.category, district = excluded.district,
		lead_unit = excluded.lead_unit, parties = excluded.parties, title = excluded.title, body = excluded.body, tokens = excluded.tokens, sounds = excluded.sounds`

// swap puts the new index in the place of the old one. Writers wait for it, searches only for the renaming.
func swap(ctx context.Context, conn *pgxpool.Conn) error {
	return pg.InTx(ctx, conn, pg.Settings{"lock_timeout": fmt.Sprint(swapPatient.Milliseconds())}, func(tx pgx.Tx) error {
		for _, sql := range []string{
			`lock table search_document in exclusive mode`, missed, `lock table search_document in access exclusive mode`,
			`drop table search_document`,
			`alter table search_document_next reset (autovacuum_enabled)`,
			`alter table search_document_next set (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.01)`, // as migration 77
			`alter table search_document_next rename to search_document`,
			`alter index search_document_next_pkey rename to search_document_pkey`,
			`alter index search_document_next_newest rename to search_document_newest`,
			`alter index search_document_next_tokens rename to search_document_tokens`,
			`alter index search_document_next_sounds rename to search_document_sounds`,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("exchange index: %w", err)
			}
		}
		return nil
	})
}

// load copies documents into the new table: one reads cases, as many as there are processors take them apart, and one writes.
func load(ctx context.Context, conn *pgx.Conn, read func(context.Context, func([]search.Document) error) error) (int, error) {
	group, ctx := errgroup.WithContext(ctx)
	batches, rows := make(chan []search.Document, 2), make(chan [][]any, 2)
	group.Go(func() error {
		defer close(batches)
		return read(ctx, func(docs []search.Document) error {
			select {
			case batches <- docs:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
	})
	var apart errgroup.Group
	for range runtime.GOMAXPROCS(0) {
		apart.Go(func() error {
			for docs := range batches {
				out := make([][]any, len(docs))
				for i, d := range docs {
					en := entryOf(d)
					out[i] = []any{d.Case, d.Version, d.FiledAt, string(d.State), string(d.Kind), d.Category, d.District, string(d.Lead), texts(d.Parties), en.title, en.body, en.tokens, en.sounds}
				}
				select {
				case rows <- out:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(rows)
		return apart.Wait()
	})
	n := 0
	group.Go(func() error {
		source := &arriving{ctx: ctx, rows: rows}
		got, err := conn.CopyFrom(ctx, pgx.Identifier{"search_document_next"}, []string{"case_id", "version", "filed_at", "state", "kind", "category", "district", "lead_unit", "parties", "title", "body", "tokens", "sounds"}, source)
		n = int(got)
		return err
	})
	return n, group.Wait()
}

// arriving hands rows to COPY as they come.
type arriving struct {
	ctx  context.Context
	rows <-chan [][]any
	now  [][]any
}

// Next waits for a row.
func (a *arriving) Next() bool {
	if len(a.now) > 1 {
		a.now = a.now[1:]
		return true
	}
	for {
		next, more := <-a.rows
		if !more {
			return false
		}
		if a.now = next; len(next) > 0 {
			return true
		}
	}
}

// Values is the row.
func (a *arriving) Values() ([]any, error) { return a.now[0], nil }

// Err ends COPY without its rows where reading failed.
func (a *arriving) Err() error { return context.Cause(a.ctx) }
