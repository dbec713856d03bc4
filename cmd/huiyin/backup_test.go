package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/translog"
)

// run runs a command on an installation of its own in dir, and tells its status and what it said.
func runIn(t *testing.T, dir string, args ...string) (int, string) {
	t.Helper()
	var said bytes.Buffer
	env := &Env{Getenv: func(name string) (string, bool) {
		v, ok := map[string]string{"HUIYIN_DATA": dir, "HUIYIN_CLOCK": "2026-11-22T10:00:00+08:00"}[name]
		return v, ok
	}, Environ: func() []string { return nil }, Stdin: strings.NewReader(""), Stdout: &said, Stderr: &said}
	return dispatch(t.Context(), env, args), said.String()
}

func TestABackupIsTheWholeState(t *testing.T) {
	first, second := dataDir(t), dataDir(t)
	file := filepath.Join(t.TempDir(), "city.backup")
	for _, args := range [][]string{{"demo", "--cases", "40", "--months", "2"}, {"backup", file}} {
		if status, said := runIn(t, first, args...); status != exitDone {
			t.Fatalf("%v: %d %s", args, status, said)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if status, said := runIn(t, first, "restore", file); status != exitFailed || !strings.Contains(said, "data here already") {
		t.Errorf("restored over a city: %d %s", status, said)
	}
	if status, said := runIn(t, second, "restore", file); status != exitDone || !strings.Contains(said, "restored as of") {
		t.Fatalf("%d %s", status, said)
	}
	before, after := contents(t, first), contents(t, second)
	if len(before) < 60 {
		t.Errorf("%d tables were compared", len(before))
	}
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s: %s became %s", name, was, after[name])
		}
	}
	// Personal data opens, and the log is still that of the cases.
	config, err := Load(func(name string) (string, bool) {
		if name == "HUIYIN_DATA" {
			return second, true
		}
		return "", false
	})
	if err != nil {
		t.Fatal(err)
	}
	env := &Env{Config: config, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}
	p, err := assemble(t.Context(), env, "test", env.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	page, err := p.Docket.List(t.Context(), casework.System, casework.Query{})
	if err != nil || len(page.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(page.Cases), err)
	}
	if _, err := p.Docket.Reveal(t.Context(), casework.System, page.Cases[0].ID, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForLetter, Automatic: true}); err != nil {
		t.Errorf("personal data does not open: %v", err)
	}
	log := &translog.Log{DB: p.Pool, Keys: p.Keys, Now: p.Config.Now()}
	if broken, err := log.SweepAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("%d entries of the log do not fit, %v", broken, err)
	}
	if err := os.WriteFile(file, []byte("PK no zip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, said := runIn(t, dataDir(t), "restore", file); status != exitFailed || !strings.Contains(said, "no backup") {
		t.Errorf("a broken file: %d %s", status, said)
	}
}

// contents counts the rows of each table, with a sum over what they hold.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	cluster, err := pg.Launch(t.Context(), dir, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cluster.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	pool, err := pg.Open(t.Context(), cluster.URL(), pg.Options{AsOwner: true, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), `set huiyin.scope = 'system'`); err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	out := map[string]string{}
	for _, n := range names {
		var sum string
		sql := `select count(*) || ' ' || coalesce(sum(hashtextextended(to_jsonb(x)::text, 0)), 0) from "` + n + `" x`
		if n == "event" || n == "follower" || n == "goose_db_version" { // their transaction numbers are this cluster's own
			sql = `select count(*)::text from "` + n + `"`
		}
		if err := pool.QueryRow(t.Context(), sql).Scan(&sum); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
		out[n] = sum
	}
	return out
}

// dataDir is a directory that the database server's own user can pass through.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "huiyin-backup-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // passed through, not read
		t.Fatal(err)
	}
	return dir
}
