// Package pgtest gives each test a freshly migrated database of its own on a throw-away server.
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/migrations"
	"huiyin/pg"
)

// Env names the variable with the address of a server to test on; its user must be allowed to create databases and
// roles. Without it each test process starts a server of its own.
const Env = "HUIYIN_TEST_DATABASE_URL"

// lock is the advisory lock under which one process makes the template.
const lock = 0x4855_5445_5354 // "HUTEST"

var server struct {
	once    sync.Once
	main    bool
	err     error
	url     string // maintenance database
	stop    func()
	prefix  string
	counter int
	mu      sync.Mutex
	tests   map[testing.TB]string
}

// Main runs the tests of a package, and stops the server they may have started. Call it from TestMain.
func Main(m *testing.M) {
	server.main = true
	code := m.Run()
	if server.stop != nil {
		server.stop()
	}
	os.Exit(code)
}

// DB is a pool on the test's own database, as the application role: row-level security binds it.
func DB(t testing.TB) *pgxpool.Pool { return open(t, false) }

// OwnerPool is a pool on the test's own database as its owner, who sees every row: to look at what the code under test wrote.
func OwnerPool(t testing.TB) *pgxpool.Pool { return open(t, true) }

func open(t testing.TB, owner bool) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), URL(t), pg.Options{Name: "test", AsOwner: owner})
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL is the address of the test's own database, for its owner. The database is made at the first call in a test and
// dropped at its end; a subtest that asks gets another one.
func URL(t testing.TB) string {
	t.Helper()
	if !server.main {
		t.Fatal("this package needs: func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
	server.once.Do(func() { server.err = start() })
	if server.err != nil {
		t.Fatalf("start the test server: %v", server.err)
	}
	server.mu.Lock()
	u, ok := server.tests[t]
	server.mu.Unlock()
	if ok {
		return u
	}
	template, err := ensureTemplate(t.Context())
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	name := newName()
	if err := execute(t.Context(), "create database "+name+" template "+template); err != nil {
		t.Fatalf("make the test database: %v", err)
	}
	u = inDatabase(name)
	server.mu.Lock()
	server.tests[t] = u
	server.mu.Unlock()
	t.Cleanup(func() {
		server.mu.Lock()
		delete(server.tests, t)
		server.mu.Unlock()
		if err := execute(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return u
}

// Empty is the address of a database of the test's own without any schema: for tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	URL(t) // the server runs, and has the role
	name := newName()
	if err := execute(t.Context(), "create database "+name); err != nil {
		t.Fatalf("make an empty database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the empty database: %v", err)
		}
	})
	return inDatabase(name)
}

func newName() string {
	server.mu.Lock()
	defer server.mu.Unlock()
	server.counter++
	return fmt.Sprintf("%s_%d", server.prefix, server.counter)
}

func start() error {
	server.tests = make(map[testing.TB]string)
	server.prefix = fmt.Sprintf("test_%d_%d", os.Getpid(), rand.Uint32())
	if server.url = os.Getenv(Env); server.url != "" {
		return nil
	}
	s, err := Start(context.Background(), os.Stderr)
	if err != nil {
		return err
	}
	server.url, server.stop = s.URL, s.Stop
	return nil
}

var template struct {
	once sync.Once
	name string
	err  error
}

// ensureTemplate makes the migrated database that the tests copy, once for each set of migrations, whichever process is first.
func ensureTemplate(ctx context.Context) (string, error) {
	template.once.Do(func() { template.name, template.err = makeTemplate(ctx) })
	return template.name, template.err
}

func makeTemplate(ctx context.Context) (string, error) {
	sum := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	name := "template_" + hex.EncodeToString(sum.Sum(nil)[:8])
	conn, err := pgx.Connect(ctx, server.url)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, int64(lock)); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&there); err != nil || there {
		return name, err
	}
	// It gets its name when it is whole, so that a killed test leaves no half template.
	for _, sql := range []string{`drop database if exists ` + name + `_raw with (force)`, `create database ` + name + `_raw`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	if err := pg.Migrate(ctx, inDatabase(name+"_raw")); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, `alter database `+name+`_raw rename to `+name)
	return name, err
}

func execute(ctx context.Context, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, server.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func inDatabase(name string) string {
	u, err := url.Parse(server.url)
	if err != nil {
		return server.url
	}
	u.Path = "/" + name
	return u.String()
}
