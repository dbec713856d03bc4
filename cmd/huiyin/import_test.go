package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/rulebook"
	"huiyin/staff"
)

func TestImportFilesOnceAndSetsBadRowsAside(t *testing.T) {
	dir := t.TempDir()
	file, mapping := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "map.yaml")
	for name, body := range map[string]string{
		file:    "no,when,what\n1,2026-01-05,street lamp is dark\n2,soon,no date\n3,2026-01-06,pothole\n",
		mapping: "source: test\ncolumns: {number: no, filed_at: when, text: what}\n",
	} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.URL(t), "HUIYIN_DATA": dir}
	for _, tc := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{file}, exitFailed, "number, filed_at and text"},
		{[]string{file, "--map", mapping, "--dry-run"}, exitDone, "3 rows, 2 could be filed, 0 known before, 1 rejected"},
		{[]string{"--map", mapping, file}, exitDone, "3 rows, 2 filed, 0 known before, 1 rejected"},
		{[]string{file, "--map", mapping}, exitDone, "3 rows, 0 filed, 2 known before, 1 rejected"},
		{[]string{file, "--map", filepath.Join(dir, "none.yaml")}, exitUsage, "no such file"},
		{[]string{filepath.Join(dir, "none.csv")}, exitUsage, "no such file"},
		{nil, exitUsage, "one FILE is wanted"},
		{[]string{file, file}, exitUsage, "one FILE is wanted"},
	} {
		status, stdout, stderr := huiyin(t, set, append([]string{"import"}, tc.args...)...)
		if status != tc.status || !strings.Contains(stdout+stderr, tc.says) {
			t.Errorf("import %v: status %d\n%s%s", tc.args, status, stdout, stderr)
		}
	}
	rejects, err := os.ReadFile(file + ".rejects.csv")
	if err != nil || string(rejects) != "\ufeffline,reason,no,when,what\n3,\"date not understood: \"\"soon\"\"\",2,soon,no date\n" {
		t.Errorf("%q %v", rejects, err)
	}
	if info, err := os.Stat(file + ".rejects.csv"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

// An import that is killed at a random moment, again and again, and then run to its end has filed every row exactly once.
func TestAKilledImportIsResumedExactlyOnce(t *testing.T) {
	const rows = 6000
	dir := t.TempDir()
	var b bytes.Buffer
	b.WriteString("number,date,text\n")
	for i := range rows {
		fmt.Fprintf(&b, "K%05d,2026-01-05,street lamp %d in Dongfeng Road is dark\n", i, i)
	}
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	url := pgtest.URL(t)
	watch, err := pg.Open(t.Context(), url, pg.Options{Name: "watch", MaxConns: 1, AsOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	count := func(sql string) (n int) {
		t.Helper()
		if err := watch.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	midway := 0
	for _, least := range []int{1, 2000, 4000} {
		run := exec.Command(os.Args[0])
		run.Env = append(os.Environ(), asProgram+"=import\n"+file, "HUIYIN_DATABASE_URL="+url, "HUIYIN_DATA="+dir)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- run.Wait() }()
		until(t, "rows are filed", func() bool { return count(`select count(*) from event where step = 'file'`) >= least })
		_ = run.Process.Kill() // it may have ended by itself
		<-ended                //nolint:errcheck // it was killed
		if n := count(`select count(*) from event where step = 'file'`); n < rows {
			midway++
		}
	}
	if midway == 0 {
		t.Fatal("no import was killed on its way")
	}
	known := count(`select count(*) from event where step = 'file'`)
	status, stdout, stderr := huiyin(t, map[string]string{"HUIYIN_DATABASE_URL": url, "HUIYIN_DATA": dir}, "import", file)
	if want := fmt.Sprintf("%d rows, %d filed, %d known before, 0 rejected", rows, rows-known, known); status != exitDone || !strings.Contains(stdout, want) {
		t.Errorf("%d %s%s, want %s", status, stdout, stderr, want)
	}
	for sql, want := range map[string]int{`select count(*) from cases`: rows, `select count(distinct external_no) from cases`: rows, `select count(*) from event where step = 'file'`: rows,
		`select count(*) from clock where name = 'total'`: rows, `select count(*) from submission`: rows} {
		if n := count(sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
}

// A dry run decides by the rulebook in force where there is a database, and by the city's files where there is none.
func TestADryRunReadsTheRulebookInForce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("number,date,text\n1,2026-01-05,飞碟停在楼顶\n2,2026-01-05,路灯不亮\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": dir}
	const unknown = "without a matter that the file or the rules know: 1 of the 2"
	says := func(set map[string]string, want string, sorted bool) {
		t.Helper()
		status, stdout, stderr := huiyin(t, set, "import", file, "--dry-run")
		if status != exitDone || !strings.Contains(stdout, want) || strings.Contains(stdout, unknown) == sorted {
			t.Errorf("status %d\n%s%s, want %s", status, stdout, stderr, want)
		}
	}
	says(map[string]string{"HUIYIN_DATA": t.TempDir()}, "2 could be filed, 0 known before", false)
	says(set, "2 could be filed, 0 known before", false)
	config, err := Load(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	p, err := assemble(t.Context(), &Env{Config: config, Stdout: io.Discard, Stderr: io.Discard}, "test", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var admins []int64
	for _, login := range []string{"ann", "bob"} {
		a, err := p.Staff.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: login, Unit: casework.Hotline, Roles: []casework.Role{casework.Admin}, Password: "river stones at night"})
		if err != nil {
			t.Fatal(err)
		}
		admins = append(admins, a.ID)
	}
	const name = "rules.yaml"
	history, err := p.Book.History(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	old, err := p.Book.Content(t.Context(), name, history[0].Version)
	if err != nil {
		t.Fatal(err)
	}
	anew := bytes.Replace(old, []byte("strong: [路灯不亮,"), []byte("strong: [飞碟, 路灯不亮,"), 1)
	if bytes.Equal(anew, old) {
		t.Fatal("the rules have other words")
	}
	if err := p.Book.Save(t.Context(), admins[0], name, anew, "x", rulebook.BasedOn{Version: history[0].Version}); err != nil {
		t.Fatal(err)
	}
	d, err := p.Book.Draft(t.Context(), name)
	if err == nil {
		err = p.Book.PutInForce(t.Context(), admins[1], d.ID, "")
	}
	if err == nil {
		err = p.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	says(set, "2 could be filed, 0 known before", true)
	if status, stdout, stderr := huiyin(t, set, "import", file); status != exitDone {
		t.Fatalf("%s%s", stdout, stderr)
	}
	says(set, "0 could be filed, 2 known before", true)
}
