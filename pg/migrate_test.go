package pg

import (
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"huiyin/fault"
	"huiyin/migrations"
)

// emptyDatabase starts no server: the test server is package pgtest's, which imports this one.
var emptyDatabase func(t testing.TB) string

// UseEmptyDatabase hands the test server to the tests inside the package.
func UseEmptyDatabase(make func(t testing.TB) string) { emptyDatabase = make }

func ownerPool(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := Open(t.Context(), url, Options{AsOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func migrateDown(t *testing.T, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.DownTo(t.Context(), 0)
	return err
}

func TestMigrateFromZeroByManyAtOnce(t *testing.T) {
	url := emptyDatabase(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := Migrate(t.Context(), url); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	pool := ownerPool(t, url)
	if err := CheckVersion(t.Context(), pool); err != nil {
		t.Error(err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := migrator.Validate(t.Context(), nil); err != nil || !result.OK {
		t.Errorf("River does not accept its tables: %v %v", result, err)
	}
}

// Databases of one cluster share the role: migrating them at the same moment must not fail on it.
func TestMigrateManyDatabasesAtOnce(t *testing.T) {
	files := fstest.MapFS{"00001_one.sql": {Data: []byte("-- +goose Up\ncreate table one (n int);\n")}}
	var all sync.WaitGroup
	for range 4 {
		url := emptyDatabase(t)
		all.Go(func() {
			if err := migrate(t.Context(), url, files); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	url := emptyDatabase(t)
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := migrateDown(t, url); err != nil {
		t.Fatal(err)
	}
	pool := ownerPool(t, url)
	var left []string
	const tables = `select coalesce(array_agg(relname::text), '{}') from pg_class
	                where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'S') and relname not like 'goose_%'`
	if err := pool.QueryRow(t.Context(), tables).Scan(&left); err != nil || len(left) != 0 {
		t.Errorf("left after all the way down: %v %v", left, err)
	}
	if err := Migrate(t.Context(), url); err != nil {
		t.Errorf("up again: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	url := emptyDatabase(t)
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	pool := ownerPool(t, url)
	if _, err := pool.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (99999, true)`); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"Migrate": Migrate(t.Context(), url), "CheckVersion": CheckVersion(t.Context(), pool)} {
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "99999") {
			t.Errorf("%s: kind %v, %v", what, fault.KindOf(err), err)
		}
	}
}

func TestOlderSchemaIsToldFromNone(t *testing.T) {
	pool := ownerPool(t, emptyDatabase(t))
	v, err := SchemaVersion(t.Context(), pool)
	if err != nil || v != 0 {
		t.Errorf("empty database: version %d, %v", v, err)
	}
	if err := CheckVersion(t.Context(), pool); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("empty database: %v", err)
	}
}

// A failing migration leaves the schema at the version before it, and the lock free for the next try.
func TestFailedMigrationCanBeRepeated(t *testing.T) {
	url := emptyDatabase(t)
	files := fstest.MapFS{
		"00001_one.sql": {Data: []byte("-- +goose Up\ncreate table one (n int);\n")},
		"00002_two.sql": {Data: []byte("-- +goose Up\ncreate table two (n int);\nselect 1/0;\n")},
	}
	if err := migrate(t.Context(), url, files); err == nil {
		t.Fatal("a division by zero went through")
	}
	files["00002_two.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table two (n int);\n")}
	if err := migrate(t.Context(), url, files); err != nil {
		t.Error(err)
	}
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for i, name := range names {
		if want := "0000" + string(rune('1'+i)); i < 9 && !strings.HasPrefix(name, want+"_") {
			t.Errorf("migration %d is named %s", i+1, name)
		}
	}
}
