package pg

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// city is a private server with durability, as it serves a city, and its pool.
func city(t *testing.T) (*Cluster, *pgxpool.Pool) {
	t.Helper()
	dir, err := os.MkdirTemp("", "huiyin-copy-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, passThrough); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := launch(ctx, filepath.Join(dir, "pg"), nil, mode{attached: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return c, poolOf(t, c)
}

func poolOf(t *testing.T, c *Cluster) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), c.url("postgres", "huiyin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// copyOf is a streaming copy of a server: a base backup that follows its log.
func copyOf(t *testing.T, of *Cluster) *Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := &Cluster{dir: filepath.Join(filepath.Dir(of.dir), "copy"), progress: t.Output(), mode: mode{attached: true}}
	if err := os.Mkdir(c.dir, passThrough); err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { return c.locate(ctx) },
		c.makeSettings,
		func() error { c.password = of.password; return os.Mkdir(c.data(), 0o700) },
		func() error { return c.server.own(c.data()) },
		func() error {
			out, err := runCommand(ctx, c.server.command("pg_basebackup", "-d", of.url("postgres", "postgres"), "-D", c.data(), "-R", "-X", "stream", "-c", "fast"))
			if err != nil {
				t.Logf("%s", out)
			}
			return err
		},
		func() error {
			lock, err := tryLock(filepath.Join(c.dir, "server.lock"))
			if err != nil {
				return err
			}
			return c.startServer(ctx, lock)
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := c.halt(ctx); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A real copy, streamed: it is read while it follows, what was committed is on it soon, one that no longer follows is left within seconds, and none that dies
// under a question fails it.
func TestPagesReadACopyThatFollows(t *testing.T) {
	t.Parallel()
	primary, pool := city(t)
	for _, sql := range []string{`create table card (n int primary key, words text not null)`, `insert into card values (0, 'first')`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	copied := copyOf(t, primary)
	follower := poolOf(t, copied)
	r := NewReader(pool, follower, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	asked := func() (byCopy bool, cards int) {
		t.Helper()
		if err := r.QueryRow(t.Context(), `select pg_is_in_recovery(), (select count(*) from card)`).Scan(&byCopy, &cards); err != nil {
			t.Fatalf("a page fails: %v", err)
		}
		return byCopy, cards
	}
	await := func(what string, d time.Duration, holds func() bool) {
		t.Helper()
		for limit := time.Now().Add(d); !holds(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Fatalf("%s: not within %v", what, d)
			}
		}
	}
	await("the copy is read", 30*time.Second, func() bool { byCopy, _ := asked(); return byCopy })

	if _, err := r.Exec(t.Context(), `insert into card values (1, 'second')`); err != nil {
		t.Fatal(err)
	}
	await("what was written is read from the copy", 10*time.Second, func() bool { byCopy, cards := asked(); return byCopy && cards == 2 })

	// It hangs, and much is written that it does not have.
	if _, err := follower.Exec(t.Context(), `select pg_wal_replay_pause()`); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `insert into card select n, repeat('x', 1000) from generate_series(2, 301) n`); err != nil {
		t.Fatal(err)
	}
	await("a copy that hangs is left", readerLate+15*time.Second, func() bool { byCopy, cards := asked(); return !byCopy && cards == 302 })

	if _, err := follower.Exec(t.Context(), `select pg_wal_replay_resume()`); err != nil {
		t.Fatal(err)
	}
	await("a copy that follows again is read again", 30*time.Second, func() bool { byCopy, cards := asked(); return byCopy && cards == 302 })

	if err := syscall.Kill(copied.Pid(), syscall.SIGQUIT); err != nil { // it dies as a crash would have it
		t.Fatal(err)
	}
	for range 20 { // at once, and later: no page fails
		asked()
		time.Sleep(10 * time.Millisecond)
	}
	await("a copy that is gone is left", 10*time.Second, func() bool { byCopy, _ := asked(); return !byCopy })
}
