package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseMail(t *testing.T) {
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter.eml")
	if err := os.WriteFile(letter, []byte("From: a@b.example\nSubject: lamp\n\nThe lamp is dark.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.eml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		env := &Env{Getenv: func(string) (string, bool) { return "", false }, Environ: func() []string { return nil }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
		return dispatch(t.Context(), env, append([]string{"parse"}, args...)), out.String(), errs.String()
	}
	code, out, _ := run("mail", letter, empty)
	if code != exitDone || strings.Count(out, "\n") != 2 {
		t.Fatalf("exit %d: %s", code, out)
	}
	var got struct {
		File, Verdict, Subject, Text string
		From                         struct{ Address string }
		MayAnswer                    bool `json:"may_answer"`
		Failure                      *struct{ Recipients []string }
	}
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.File != letter || got.Verdict != "case" || got.Subject != "lamp" || got.Text != "The lamp is dark." || got.From.Address != "a@b.example" || !got.MayAnswer || got.Failure != nil {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(out, `"verdict":"quarantine"`) {
		t.Errorf("an unreadable message is not quarantined: %s", out)
	}
	if code, out, errs := run("mail", filepath.Join(dir, "absent.eml"), letter); code != exitFailed || strings.Count(out, "\n") != 1 || strings.Count(errs, "\n") != 1 {
		t.Errorf("absent file: exit %d, %q, %q", code, out, errs)
	}
	for _, args := range [][]string{{}, {"mail"}, {"letter", letter}} {
		if code, _, _ := run(args...); code != exitUsage {
			t.Errorf("%q: exit %d", args, code)
		}
	}
}
