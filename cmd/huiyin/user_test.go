package main

import (
	"bytes"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/staff"
)

func TestUserAccountsFromTheCommandLine(t *testing.T) {
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": t.TempDir()}
	run := func(stdin string, args ...string) (int, string, string) {
		var out, complaints bytes.Buffer
		env := &Env{
			Getenv:  func(name string) (string, bool) { v, ok := set[name]; return v, ok },
			Environ: func() []string { return nil },
			Stdin:   strings.NewReader(stdin), Stdout: &out, Stderr: &complaints,
		}
		return dispatch(t.Context(), env, append([]string{"user"}, args...)), out.String(), complaints.String()
	}
	if status, out, complaints := run("", "list"); status != exitDone || strings.Count(out, "\n") != 1 {
		t.Fatal(status, out, complaints)
	}
	pool, err := pg.Open(t.Context(), set["HUIYIN_DATABASE_URL"], pg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := staff.SyncUnits(t.Context(), pool, []staff.Unit{{Code: casework.Hotline, NameZh: "热线", NameEn: "Hotline", Level: "hotline", Active: true}}); err != nil {
		t.Fatal(err)
	}
	register := staff.New(pool)

	status, out, complaints := run("", "add", "li.na", "--role", "operator,dispatcher", "--name", "Li Na")
	_, made, found := strings.Cut(strings.TrimSpace(out), "sign-in): ")
	if status != exitDone || !found {
		t.Fatal(status, out, complaints)
	}
	if _, err := register.SignIn(t.Context(), "li.na", made, nil); err != nil {
		t.Errorf("the shown password: %v", err)
	}
	status, out, complaints = run("harbour-lantern-42\nmore\n", "passwd", "--password-stdin", "Li.Na")
	if status != exitDone || strings.Contains(out, "harbour") {
		t.Error(status, out, complaints)
	}
	if _, err := register.SignIn(t.Context(), "li.na", "harbour-lantern-42", nil); err != nil {
		t.Errorf("the given password: %v", err)
	}
	for _, step := range []struct{ args, state string }{
		{"disable li.na", "disabled"}, {"enable li.na", "open"}, {"roles li.na --role admin", "admin"},
	} {
		if status, _, complaints := run("", strings.Fields(step.args)...); status != exitDone {
			t.Error(step.args, status, complaints)
		}
		if _, out, _ := run("", "list"); !strings.Contains(out, step.state) || !strings.Contains(out, "Li Na") {
			t.Errorf("after %s:\n%s", step.args, out)
		}
	}
	for _, wrong := range []struct {
		args   string
		status int
		says   string
	}{
		{"add li.na --role admin", exitFailed, "already"},
		{"add x.y --role admin --unit moon", exitFailed, "moon"},
		{"add x.y --role king", exitFailed, "king"},
		{"add x.y", exitFailed, "role"},
		{"add x.y --role admin --password-stdin", exitFailed, "12"},
		{"disable nobody", exitFailed, "no such account"},
		{"disable", exitUsage, "huiyin user"},
		{"list all", exitUsage, "huiyin user"},
		{"promote li.na", exitUsage, "promote"},
		{"", exitUsage, "huiyin user"},
		{"list --fast", exitUsage, "fast"},
	} {
		if status, _, complaints := run("short\n", strings.Fields(wrong.args)...); status != wrong.status || !strings.Contains(complaints, wrong.says) {
			t.Errorf("user %s: %d %s", wrong.args, status, complaints)
		}
	}
}
