package main

import (
	"bytes"
	"strings"
	"testing"

	"huiyin/pg/pgtest"
)

func TestPartnersAndKeyFromTheCommandLine(t *testing.T) {
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": t.TempDir(), "HUIYIN_BASE_URL": "https://12345.example.gov.cn"}
	run := func(args ...string) (int, string, string) {
		var out, complaints bytes.Buffer
		env := &Env{Getenv: func(name string) (string, bool) { v, ok := set[name]; return v, ok }, Environ: func() []string { return nil }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints}
		return dispatch(t.Context(), env, append([]string{"handover"}, args...)), out.String(), complaints.String()
	}
	status, card, complaints := run("key", "--code", "990200")
	if status != exitDone || !strings.Contains(card, "partner add 990200 临澜市 https://12345.example.gov.cn ") {
		t.Fatal(status, card, complaints)
	}
	if _, again, _ := run("key"); again != card {
		t.Errorf("the key is another the second time: %s", again)
	}
	words := strings.Fields(card[strings.Index(card, "partner add"):])
	if status, _, complaints := run(append(words, "--kinds", "complaint,help")...); status != exitDone {
		t.Fatal(status, complaints)
	}
	if _, list, _ := run("partner", "list"); !strings.Contains(list, "临澜市") || !strings.Contains(list, "complaint,help") || !strings.Contains(list, words[len(words)-1]) {
		t.Errorf("partners:\n%s", list)
	}
	if _, other, _ := run("key", "--new"); other == card {
		t.Error("--new made no new key")
	}
	if status, list, complaints := run("list"); status != exitDone || strings.Count(list, "\n") != 1 {
		t.Error(status, list, complaints)
	}
	if status, _, complaints := run("partner", "remove", "990200"); status != exitDone {
		t.Error(status, complaints)
	}
	for _, wrong := range []struct {
		args   string
		status int
		says   string
	}{
		{"partner remove 990200", exitFailed, ""},
		{"partner add 1 X http://example.org " + words[len(words)-1], exitFailed, "https"},
		{"partner add 1 X https://example.org short", exitFailed, "key"},
		{"partner add 1 X https://example.org " + words[len(words)-1] + " --kinds war", exitFailed, ""},
		{"key --code 7", exitUsage, "--new"},
		{"partner add 1", exitUsage, "huiyin handover"},
		{"", exitUsage, "huiyin handover"},
		{"list --fast", exitUsage, "fast"},
	} {
		if status, _, complaints := run(strings.Fields(wrong.args)...); status != wrong.status || !strings.Contains(complaints, wrong.says) || complaints == "" {
			t.Errorf("%s: %d %s", wrong.args, status, complaints)
		}
	}
}
