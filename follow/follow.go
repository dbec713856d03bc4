// Package follow lets other packages see every case event once, in order, inside the transaction that remembers how far they read.
package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/pg"
)

// Channel is the notification that wakes followers after commits; a missed one costs a poll interval, never an event.
const Channel = "huiyin_event"

const (
	batch = 500
	poll  = time.Second
)

// Handler reacts to events in order, inside the transaction that advances the follower's cursor. An error rolls both back, and the batch comes again.
type Handler func(ctx context.Context, tx pgx.Tx, events []casework.Event) error

// Follower is one reader of the history with its own cursor.
type Follower struct {
	Name   string
	Handle Handler
}

// Run lets the follower read until ctx ends, waking on wake or every second. A failing batch is retried with a growing pause; nothing is skipped.
func (f Follower) Run(ctx context.Context, db pg.DB, wake <-chan struct{}, log *slog.Logger) {
	pause := poll
	for ctx.Err() == nil {
		n, err := f.Step(ctx, db)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Warn("follower failed, will retry", "follower", f.Name, "error", err, "pause", pause)
			sleep(ctx, nil, pause)
			pause = min(2*pause, time.Minute)
		case n == batch:
			pause = poll
		default:
			pause = poll
			sleep(ctx, wake, poll)
		}
	}
}

func sleep(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

var errElsewhere = errors.New("another process runs this follower")

// Step reads and handles one batch and tells how many events it held. Events of transactions still open are left for later,
// and so is everything after them, so that an event committing late is never missed (the cursor is the pair of transaction and sequence).
func (f Follower) Step(ctx context.Context, db pg.DB) (int, error) {
	n := 0
	err := pg.InTx(ctx, db, reading, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into follower (name) values ($1) on conflict do nothing`, f.Name); err != nil {
			return err
		}
		var from place
		err := tx.QueryRow(ctx, `select xid::text, seq, `+RecentSQL(`read_to`)+`, `+horizonSQL+` from follower where name = $1 for update skip locked`, f.Name).Scan(&from.xid, &from.seq, &from.recent, &from.horizon)
		if errors.Is(err, pgx.ErrNoRows) {
			return errElsewhere
		}
		if err != nil {
			return err
		}
		events, err := from.read(ctx, tx, batch)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return inOrder(ctx, tx, from.recent)
		}
		if _, err := tx.Exec(ctx, `select set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)`); err != nil {
			return err
		}
		if err := f.handle(ctx, tx, events); err != nil {
			return fmt.Errorf("follower %s at %d: %w", f.Name, events[0].Seq, err)
		}
		last := events[len(events)-1]
		n = len(events)
		_, err = tx.Exec(ctx, `update follower set xid = $2::text::xid8, seq = $3, read_at = clock_timestamp(), read_to = (select recorded_at from event where case_id = $4 and seq = $3) where name = $1`,
			f.Name, strconv.FormatUint(last.XID, 10), last.Seq, last.Case)
		return err
	})
	if errors.Is(err, errElsewhere) {
		return 0, nil
	}
	return n, err
}

// inOrder refuses a history whose transaction numbers this cluster has not reached: it would never be read, and nobody would notice.
func inOrder(ctx context.Context, tx pgx.Tx, recent casework.CaseID) error {
	var ahead bool
	err := tx.QueryRow(ctx, `select coalesce((select xid from event where case_id >= $1 order by xid desc, seq desc limit 1) >= pg_snapshot_xmax(pg_current_snapshot()), false)`, recent).Scan(&ahead)
	if err == nil && ahead {
		err = errors.New("the history was restored from a dump and its order is not this cluster's: stop every huiyin on it and start again")
	}
	return err
}

// Restored brings the history of a dump restored into a new cluster into that cluster's order, each follower at its old place, and tells
// how many events it renumbered: 0 where nothing was to do. Run it as the tables' owner after a restore, before anything else writes, as huiyin does whenever it opens a database.
func Restored(ctx context.Context, owner pg.Querier) (int, error) {
	var n int
	if err := owner.QueryRow(ctx, `select history_restored()`).Scan(&n); err != nil {
		return 0, fmt.Errorf("bring restored history into order: %w", err)
	}
	return n, nil
}

// handle turns a panic of the handler into an error: one event that a reader cannot bear must not end the process that takes in mail.
func (f Follower) handle(ctx context.Context, tx pgx.Tx, events []casework.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler panicked with %T at %s", p, firstFrame())
		}
	}()
	return f.Handle(ctx, tx, events)
}

// firstFrame names where the panic arose: a place in the code, never a value, which may be personal data.
func firstFrame() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") || !more {
			return frame.Function + ":" + strconv.Itoa(frame.Line)
		}
	}
}

// CatchUp runs steps until nothing is left below the horizon; for tests, imports and the demonstration city.
func (f Follower) CatchUp(ctx context.Context, db pg.DB) error {
	for {
		n, err := f.Step(ctx, db)
		if err != nil || n == 0 {
			return err
		}
	}
}

// CatchUpAll is CatchUp, and then waits for the older transactions of the server, in whatever database, that hold the horizon back: nothing
// committed before is left unread. It does not end while others keep writing; for a history that was made just now.
func (f Follower) CatchUpAll(ctx context.Context, db pg.DB) error {
	for {
		if err := f.CatchUp(ctx, db); err != nil {
			return err
		}
		var unread bool
		err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select exists (select 1 from event e, follower f where f.name = $1 and (e.xid, e.seq) > (f.xid, f.seq))`, f.Name).Scan(&unread)
		})
		if err != nil || !unread {
			return err
		}
		sleep(ctx, nil, 20*time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Announcer sends one coalesced notification at most every 50 ms: a notification inside the writing transaction would serialise all commits.
type Announcer struct {
	dirty chan struct{}
}

// NewAnnouncer returns an announcer; its Wake is what casework.Docket calls after each commit.
func NewAnnouncer() *Announcer { return &Announcer{dirty: make(chan struct{}, 1)} }

// Wake remembers that something was committed. It never blocks.
func (a *Announcer) Wake() {
	select {
	case a.dirty <- struct{}{}:
	default:
	}
}

// Run sends the notifications until ctx ends.
func (a *Announcer) Run(ctx context.Context, db pg.DB) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.dirty:
			_, _ = db.Exec(ctx, `select pg_notify($1, '')`, Channel) // a lost wake-up costs one poll interval
			sleep(ctx, nil, 50*time.Millisecond)
		}
	}
}

// Listen holds one connection and wakes every channel when another process announces commits, reconnecting as needed.
func Listen(ctx context.Context, pool *pgxpool.Pool, wake []chan struct{}) {
	for ctx.Err() == nil {
		_ = listen(ctx, pool, wake)
		sleep(ctx, nil, poll)
	}
}

func listen(ctx context.Context, pool *pgxpool.Pool, wake []chan struct{}) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `listen `+Channel); err != nil {
		return err
	}
	defer func() {
		if ctx.Err() == nil {
			_, _ = conn.Exec(context.WithoutCancel(ctx), `unlisten *`)
		}
	}()
	for {
		if _, err := conn.Conn().WaitForNotification(ctx); err != nil {
			return err
		}
		for _, w := range wake {
			select {
			case w <- struct{}{}:
			default:
			}
		}
	}
}
