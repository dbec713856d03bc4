package sla

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAnswerLine(t *testing.T) {
	terms := standard(t)
	a, err := terms.AnswerLine([]byte(`{"id":7,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-24","2026-02-25"],["2026-02-26T10:00:00+08:00","2026-02-27T09:00:00Z"]],"extended_days":1,"title":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":7,"clocks":[` +
		`{"name":"sign","due":"2026-02-15T00:00:00+08:00","until":"2026-02-14 24:00","working_days":1,"provisional":false},` +
		`{"name":"contact","due":"2026-02-15T00:00:00+08:00","until":"2026-02-14 24:00","working_days":1,"provisional":false},` +
		`{"name":"handle","due":"2026-03-04T00:00:00+08:00","until":"2026-03-03 24:00","working_days":5,"extended_days":1,"paused_days":2,"original_due":"2026-02-28T00:00:00+08:00","provisional":false}],` +
		`"calendar":"cn-gov@2026.1","policy":"default@2026.1"}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAnswerLineOnTheWallClock(t *testing.T) {
	a, err := standard(t).AnswerLine([]byte(`{"id":"k","kind":"report","urgency":"critical","at":"2026-10-01T15:30:00.5Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2026-10-01T23:45:00.5+08:00", "2026-10-02T00:00:00.5+08:00", "2026-10-02T01:30:00.5+08:00"}
	for i, c := range a.Clocks {
		if c.Due != want[i] || c.WorkingDays != 0 || c.Provisional {
			t.Errorf("%+v, want %s", c, want[i])
		}
	}
}

func TestLinesThatAreRefused(t *testing.T) {
	terms := standard(t)
	for _, v := range []struct{ line, say string }{
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00"}`, "no offset"},
		{`{"id":1,"kind":"help","at":"2026-02-13"}`, "time with offset"},
		{`{"id":1,"kind":"help","at":"13.2.2026 9 Uhr"}`, "time with offset"},
		{`{"id":1,"kind":"help"}`, "missing"},
		{`{"id":1,"kind":"help","at":"1969-02-13T09:00:00+08:00"}`, "years"},
		{`{"id":1,"kind":"petition","at":"2026-02-13T09:00:00+08:00"}`, "kind"},
		{`{"id":1,"at":"2026-02-13T09:00:00+08:00"}`, "kind"},
		{`{"id":1,"kind":"help","urgency":"soon","at":"2026-02-13T09:00:00+08:00"}`, "urgency"},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","extended_days":-1}`, "extended_days"},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","extended_days":1001}`, "extended_days"},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-13"]]}`, `"pauses"[0] must be a pair`},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-13","2026-02-14"],["2026-02-15","2026-02-14"]]}`, `"pauses"[1] ends before`},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-13T10:00:00","2026-02-14"]]}`, `"pauses"[0] from`},
		{`{"id":1,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-13T10:00:00+08:00","2026-02-13T09:59:59+08:00"]]}`, `"pauses"[0] ends before`},
		{`{"id":{},"kind":"help","at":"2026-02-13T09:00:00+08:00"}`, `"id"`},
		{`[]`, "not a JSON object"},
		{`{"id":1`, "not a JSON object"},
		{"{\"id\":\"\xff\"}", "UTF-8"},
		{strings.Repeat(" ", MaxLine+1), "longer"},
	} {
		_, err := terms.AnswerLine([]byte(v.line))
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), v.say) {
			t.Errorf("%.120s: %v, want %q", v.line, err, v.say)
		}
	}
}

func TestAnswersGivesOneLineForEachLine(t *testing.T) {
	good := `{"id":"%s","kind":"praise","at":"2026-03-02T09:00:00+08:00"}`
	long := `{"id":"long","kind":"` + strings.Repeat("x", 3*MaxLine) + `"}`
	in := strings.Join([]string{fmt.Sprintf(good, "a"), "", "  ", `{"id":"b","kind":"help","at":"2026-03-02T09:00:00"}`, long, strings.Repeat(" ", 2*MaxLine), fmt.Sprintf(good, "c") + "\r", fmt.Sprintf(good, "d")}, "\n")
	var out bytes.Buffer
	var complaints []int
	bad, err := standard(t).Answers(t.Context(), strings.NewReader(in), &out, func(line int, _ error) { complaints = append(complaints, line) })
	if err != nil || bad != 3 || fmt.Sprint(complaints) != "[4 5 6]" {
		t.Errorf("%d bad, %v, complaints about %v", bad, err, complaints)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var ids []string
	for _, l := range lines {
		var a struct {
			ID    any
			Error string
		}
		if err := json.Unmarshal([]byte(l), &a); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, fmt.Sprintf("%v %t", a.ID, a.Error != ""))
	}
	if fmt.Sprint(ids) != "[a false b true <nil> true <nil> true c false d false]" {
		t.Errorf("%v", ids)
	}
}

func FuzzAnswerLine(f *testing.F) {
	f.Add([]byte(`{"id":7,"kind":"help","at":"2026-02-13T09:00:00+08:00","pauses":[["2026-02-24","2026-02-25"]],"extended_days":1}`))
	f.Add([]byte(`{"id":null,"kind":"report","urgency":"critical","at":"2026-10-01T15:30:00.5Z"}`))
	f.Add([]byte(`{"id":"x","kind":"help","at":"2026-02-13T09:00:00"}`))
	terms := standard(f)
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := terms.AnswerLine(line)
		if err != nil {
			if !errors.Is(err, ErrUsage) {
				t.Fatal(err)
			}
			return
		}
		out, err := json.Marshal(a)
		if err != nil || bytes.ContainsAny(out, "\n\r") {
			t.Fatalf("%q %v", out, err)
		}
		for _, c := range a.Clocks {
			due, err := time.Parse(time.RFC3339, c.Due)
			if err != nil {
				t.Fatal(err)
			}
			if c.OriginalDue != "" && !due.After(moment(t, c.OriginalDue)) {
				t.Fatalf("%+v: moved back", c)
			}
		}
	})
}
