package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huiyin/routing/sla"
)

// pipe runs a command with something on its standard input, without any setting.
func pipe(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, complaints bytes.Buffer
	env := &Env{
		Getenv:  func(string) (string, bool) { return "", false },
		Environ: func() []string { return nil },
		Stdin:   strings.NewReader(stdin), Stdout: &out, Stderr: &complaints,
	}
	status = dispatch(t.Context(), env, args)
	return status, out.String(), complaints.String()
}

func TestDueAnswersEachLineWithOneLine(t *testing.T) {
	good := `{"id":"a","kind":"help","at":"2026-02-13T09:00:00+08:00"}` + "\n"
	status, out, complaints := pipe(t, good+good, "due")
	if status != exitDone || complaints != "" || strings.Count(out, "\n") != 2 || !strings.Contains(out, `"name":"handle","due":"2026-02-28T00:00:00+08:00","until":"2026-02-27 24:00"`) {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	status, out, complaints = pipe(t, good+`{"id":"b","kind":"help","at":"2026-02-13T09:00:00"}`+"\n"+good, "due")
	if status != exitUsage || strings.Count(out, "\n") != 3 || !strings.Contains(complaints, "line 2") || !strings.Contains(complaints, "offset") {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
}

// TestDueKnowsTheWorkedExamples asks the command for every example of the domain study, 3.2.
func TestDueKnowsTheWorkedExamples(t *testing.T) {
	for _, v := range []struct{ at, kind, clock, until string }{
		{"2026-02-13", "help", "handle", "2026-02-27"}, // Monday to Friday would be 02-20
		{"2026-02-14", "help", "handle", "2026-02-28"}, // a make-up Saturday, due on a Saturday that is worked
		{"2026-02-16", "help", "handle", "2026-02-28"},
		{"2026-09-24", "help", "handle", "2026-10-09"},
		{"2026-09-30", "help", "handle", "2026-10-13"},
		{"2026-04-30", "report", "handle", "2026-05-25"},
		{"2025-01-27", "help", "handle", "2025-02-10"},
		{"2025-09-30", "suggestion", "handle", "2025-10-21"},
		{"2026-01-01", "help", "sign", "2026-01-04"}, // a make-up Sunday
	} {
		for _, hour := range []string{"00:00:00", "09:00:00", "23:59:59"} {
			status, out, complaints := pipe(t, `{"id":1,"kind":"`+v.kind+`","at":"`+v.at+"T"+hour+`+08:00"}`, "due")
			var answer struct{ Clocks []sla.ClockAnswer }
			if err := json.Unmarshal([]byte(out), &answer); err != nil || status != exitDone {
				t.Fatalf("%d %v %s", status, err, complaints)
			}
			i := slices.IndexFunc(answer.Clocks, func(c sla.ClockAnswer) bool { return c.Name == v.clock })
			if i < 0 || answer.Clocks[i].Until != v.until+" 24:00" || answer.Clocks[i].Provisional {
				t.Errorf("%s %s: %+v, want %s", v.at, v.clock, answer.Clocks, v.until)
			}
		}
	}
}

func TestDueTellsALawsLimitBesideTheCitys(t *testing.T) {
	status, out, complaints := pipe(t, `{"id":1,"kind":"complaint","category":"070102","at":"2026-03-02T09:00:00+08:00"}`, "due", "--policy", "../../demo/city/policy.yaml")
	if status != exitDone || !strings.Contains(out, `"working_days":60,"statute":"labour-inspection","ordinary_due":"2026-03-10T00:00:00+08:00"`) {
		t.Errorf("%d %s %s", status, out, complaints)
	}
}

func TestDueReadsFilesAndAPolicy(t *testing.T) {
	dir := t.TempDir()
	lines, policy := filepath.Join(dir, "in.jsonl"), filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(lines, []byte(`{"id":1,"kind":"help","at":"2026-03-02T09:00:00+08:00"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../routing/sla/default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("start_rule: next_workday"), []byte("start_rule: immediate"), 1)
	if err := os.WriteFile(policy, text, 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, complaints := pipe(t, "", "due", "--policy", policy, lines, lines)
	if status != exitDone || strings.Count(out, `"until":"2026-03-06 24:00"`) != 2 || !strings.Contains(out, `"policy":"default@2026.1+`) {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	if status, _, complaints = pipe(t, "", "due", "--policy", lines); status != exitUsage || !strings.Contains(complaints, "in.jsonl") {
		t.Errorf("a file that is no policy: %d %s", status, complaints)
	}
	if status, _, _ = pipe(t, "", "due", filepath.Join(dir, "missing")); status != exitFailed {
		t.Errorf("a missing file: %d", status)
	}
}

func TestWorkdays(t *testing.T) {
	status, out, _ := pipe(t, "", "workdays", "2025-12-31", "2026-01-04")
	want := `{"date":"2025-12-31","work":true,"why":"weekday"}
{"date":"2026-01-01","work":false,"why":"元旦","holiday":"元旦"}
{"date":"2026-01-02","work":false,"why":"元旦","holiday":"元旦"}
{"date":"2026-01-03","work":false,"why":"元旦","holiday":"元旦"}
{"date":"2026-01-04","work":true,"why":"makeup","holiday":"元旦"}
`
	if status != exitDone || out != want {
		t.Errorf("%d\n%s", status, out)
	}
	for _, args := range [][]string{{"2026-01-01"}, {"2026-01-02", "2026-01-01"}, {"1.1.2026", "2026-01-01"}, {"2026-01-01", "x"}} {
		if status, _, complaints := pipe(t, "", append([]string{"workdays"}, args...)...); status != exitUsage || complaints == "" {
			t.Errorf("%v: %d %s", args, status, complaints)
		}
	}
}
