package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

// asProgram holds the arguments with which the test's own binary is the program, in tests that kill it.
const asProgram = "TEST_AS_HUIYIN"

func TestMain(m *testing.M) {
	if args := os.Getenv(asProgram); args != "" {
		os.Args = append([]string{"huiyin"}, strings.Split(args, "\n")...)
		main() // ends the process
	}
	pgtest.Main(m)
}

// huiyin runs a command with settings, as a shell would.
func huiyin(t *testing.T, set map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	var environ []string
	for name, value := range set {
		environ = append(environ, name+"="+value)
	}
	env := &Env{
		Getenv:  func(name string) (string, bool) { v, ok := set[name]; return v, ok },
		Environ: func() []string { return environ },
		Stdin:   strings.NewReader(""), Stdout: &out, Stderr: &err,
	}
	status = dispatch(t.Context(), env, args)
	return status, out.String(), err.String()
}

func TestExitStatusAndWords(t *testing.T) {
	for _, tc := range []struct {
		args   []string
		set    map[string]string
		status int
		stdout string
		stderr string
	}{
		{nil, nil, exitDone, "Commands", ""},
		{[]string{"help"}, nil, exitDone, "HUIYIN_SMARTHOST", ""},
		{[]string{"--help"}, map[string]string{"HUIYIN_ADDR": "x"}, exitDone, "Commands", ""},
		{[]string{"version"}, nil, exitDone, "schema version", ""},
		{[]string{"migrate", "--help"}, nil, exitDone, "usage: huiyin migrate", ""},
		{[]string{"nothing"}, nil, exitUsage, "", "there is no command"},
		{[]string{"migrate", "now"}, nil, exitUsage, "", "one argument too many"},
		{[]string{"migrate", "--fast"}, nil, exitUsage, "", "-fast"},
		{[]string{"migrate"}, map[string]string{"HUIYIN_ADDR": "x"}, exitUsage, "", "HUIYIN_ADDR"},
		{[]string{"migrate"}, map[string]string{"HUIYIN_DATABASE_URL": "postgres://nobody:geheim@127.0.0.1:1/none?sslmode=disable"}, exitFailed, "", "the database does not answer"},
	} {
		status, stdout, stderr := huiyin(t, tc.set, tc.args...)
		if status != tc.status || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) {
			t.Errorf("huiyin %v: status %d\nstdout %s\nstderr %s", tc.args, status, stdout, stderr)
		}
		if status == exitDone && stderr != "" || status != exitDone && strings.Count(stderr, "\n") != 1 {
			t.Errorf("huiyin %v: stderr is not one sentence: %q", tc.args, stderr)
		}
		if strings.Contains(stderr, "geheim") {
			t.Errorf("huiyin %v: shows the password: %s", tc.args, stderr)
		}
	}
}

func TestErrorsBecomeSentences(t *testing.T) {
	for _, tc := range []struct {
		err  error
		says string
	}{
		{errors.New("plain"), "plain"},
		{fault.New(fault.NotFound, "fault.not_found"), "could not find"},
		{fault.Wrap(fault.Conflict, "fault.schema_newer", errors.New("start the newer huiyin")), "start the newer huiyin"},
		{fault.Wrap(fault.Unavailable, "fault.unavailable", errors.New("dial\nrefused")), "the database does not answer: see that it runs and that HUIYIN_DATABASE_URL is right (dial refused)"},
	} {
		if got := sentence(tc.err); !strings.Contains(got, tc.says) {
			t.Errorf("sentence(%v) = %q", tc.err, got)
		}
	}
}

func TestMigrateAndDoctorOnAGivenServer(t *testing.T) {
	dir := t.TempDir()
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": dir, "HUIYIN_ADDR": "127.0.0.1:18080", "HUIYIN_MAIL_ADDR": "127.0.0.1:12525"}
	if status, stdout, stderr := huiyin(t, set, "migrate"); status != exitDone || !strings.Contains(stdout, "schema version") {
		t.Fatal(status, stdout, stderr)
	}
	status, stdout, stderr := huiyin(t, set, "doctor")
	if status != exitDone || stderr != "" || strings.Contains(stdout, "wrong ") {
		t.Errorf("healthy: status %d\n%s%s", status, stdout, stderr)
	}
	if lines := strings.Count(stdout, "\n"); lines != len(checks()) {
		t.Errorf("%d lines for %d checks", lines, len(checks()))
	}
	owner, err := pg.Open(t.Context(), set["HUIYIN_DATABASE_URL"], pg.Options{AsOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(t.Context(), `alter table person no force row level security`); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	set["HUIYIN_MAILBX"] = "x@y"
	status, stdout, _ = huiyin(t, set, "doctor")
	for _, says := range []string{"not forced on person", "open to other users", "HUIYIN_MAILBX is set, but there is no such setting"} {
		if !strings.Contains(stdout, says) {
			t.Errorf("doctor does not say %q:\n%s", says, stdout)
		}
	}
	if status != exitFailed {
		t.Errorf("status %d", status)
	}
}

func TestDoctorTellsOfAnAbsentDatabase(t *testing.T) {
	set := map[string]string{"HUIYIN_DATABASE_URL": "postgres://127.0.0.1:1/none?sslmode=disable", "HUIYIN_DATA": t.TempDir(), "HUIYIN_ADDR": "nonsense"}
	status, stdout, _ := huiyin(t, set, "doctor")
	if status != exitFailed || !strings.Contains(stdout, "the database does not answer") || !strings.Contains(stdout, "HUIYIN_ADDR cannot be") {
		t.Errorf("status %d\n%s", status, stdout)
	}
}

func TestJudgements(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		what string
		got  Finding
		want Grade
	}{
		{"same clock", judgeClock(now, now, now), good},
		{"slow question", judgeClock(now.Add(9*time.Second), now, now.Add(10*time.Second)), good},
		{"5 s behind", judgeClock(now.Add(-5*time.Second), now, now), doubtful},
		{"a minute ahead", judgeClock(now.Add(time.Minute), now, now), wrong},
		{"large disk", judgeDisk(50e9), good},
		{"small disk", judgeDisk(1e9), doubtful},
		{"full disk", judgeDisk(100e6), wrong},
		{"known year", checkCalendar(context.Background(), &patient{now: func() time.Time { return now }}), good},
		{"unknown year", checkCalendar(context.Background(), &patient{now: func() time.Time { return now.AddDate(40, 0, 0) }}), wrong},
	} {
		if tc.got.Grade != tc.want {
			t.Errorf("%s: %v %s", tc.what, tc.got.Grade, tc.got.Text)
		}
	}
}
