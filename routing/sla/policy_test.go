package sla

import (
	"strings"
	"testing"
	"time"

	"huiyin/casework"
)

func TestDefaultPolicy(t *testing.T) {
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if p.ID() != "default@2026.1" || p.Zone.String() != "Asia/Shanghai" || p.Calendar != "cn-gov" {
		t.Errorf("%s %s %s", p.ID(), p.Zone, p.Calendar)
	}
	for kind, days := range map[casework.Kind]int{casework.Help: 5, casework.Complaint: 5, casework.Consultation: 3, casework.Report: 15, casework.Suggestion: 10, casework.Praise: 5, casework.OtherKind: 5} {
		if got := p.Kinds[kind].Handle.WorkingDays; got != days {
			t.Errorf("%s: %d working days, want %d", kind, got, days)
		}
	}
	if p.Urgency[casework.Critical].Handle.Wall != 2*time.Hour || p.Urgency[casework.Urgent].Handle.Wall != 24*time.Hour {
		t.Errorf("%+v", p.Urgency)
	}
	if p.Extension.Notice.Wall != 4*time.Hour || p.Extension.DaysMax != 10 || p.Return.Times != 2 || p.FollowUp.Within.WorkingDays != 1 || p.Pause.Allowed {
		t.Errorf("%+v", p)
	}
}

// changed is the default policy with one piece of its text replaced.
func changed(t testing.TB, old, now string) []byte {
	t.Helper()
	text := string(defaultFile)
	if !strings.Contains(text, old) {
		t.Fatalf("the default policy has no %q", old)
	}
	return []byte(strings.Replace(text, old, now, 1))
}

func TestAChangedFileHasAnotherName(t *testing.T) {
	p, err := Parse(changed(t, "handle: 5wd", "handle: 6wd"))
	if err != nil {
		t.Fatal(err)
	}
	if id := p.ID(); !strings.HasPrefix(id, "default@2026.1+") || len(id) != len("default@2026.1+12345678") {
		t.Errorf("%s", id)
	}
	p.Calendar = "elsewhere"
	if _, err := With(p, standard(t).Calendar); err == nil {
		t.Error("a policy was put in force with a foreign calendar")
	}
}

func TestPoliciesThatAreRefused(t *testing.T) {
	for _, v := range []struct{ old, now, say string }{
		{"handle: 2h", "handle: 2x", "line 13"},
		{"handle: 2h", "handle: [2h]", "line 13: one word"},
		{"handle: 2h", "handle: 1wd", "urgency.critical.dispatch"},
		{"sign: 15m", "sign: 3h", "urgency.critical.sign"},
		{"  urgent: {", "  normal: {", "urgency.urgent: missing"},
		{"kinds:", "  normal: {handle: 1h}\nkinds:", "urgency.normal"},
		{"kinds:", "  soon: {handle: 1h}\nkinds:", "urgency: only"},
		{"  praise: {", "  thanks: {", "kinds.praise: missing"},
		{"\nreturn:", "\n  petition: {handle: 60wd}\nreturn:", "kinds: only"},
		{"contact: none, handle: 5wd", "contact: none", "kinds.praise.handle: missing"},
		{"range: [1, 5]", "range: [4, 5]", "kinds.consultation.range"},
		{"remind: 2", "remind: -2", "kinds.consultation.remind"},
		{"escalate: [50, 100]", "escalate: [50, 101]", "urgency.critical.escalate"},
		{"tz: Asia/Shanghai", "tz: Asia/Linlan", "line 6"},
		{"tz: Asia/Shanghai", "", "tz: missing"},
		{"start_rule: next_workday", "start_rule: tomorrow", "line 7"},
		{`day_end: "24:00"`, `day_end: "00:00"`, "line 8"},
		{`day_end: "24:00"`, `day_end: "24:30"`, "line 8"},
		{`["09:00-17:00"]`, `["17:00-09:00"]`, "line 9"},
		{`hours: ["09:00-17:00"]`, "", "hours: missing"},
		{"name: default", "name: Default City", "name:"},
		{`version: "2026.1"`, "version: ''", "version:"},
		{"pause:", "pauze:", "field pauze not found"},
		{"days_max: 10", "days_max: 3", "extension.days_max"},
		{"notice: 4h", "notice: 1wd", "extension.notice"},
		{"window: 1wd", "window: none", "return.window: missing"},
		{"after_days: 3", "after_days: 1", "overdue[2].after_days"},
		{"step: supervise", "step: ''", "overdue[2].step"},
		{"step: supervise", "step: scold", "is none of urge"},
		{"step: supervise", "step: urge", "overdue[2].step: urge stands twice"},
		{"transfers: 3", "transfers: 1", "repeat.transfers"},
		{"shares: [50, 80]", "shares: [0]", "reminders.shares"},
		{"before: 4h", "before: 1wd", "reminders.before"},
		{"times: 2, arbitration", "times: many, arbitration", "line 25"},
	} {
		_, err := Parse(changed(t, v.old, v.now))
		if err == nil || !strings.Contains(err.Error(), v.say) {
			t.Errorf("%q for %q: %v, want %q", v.now, v.old, err, v.say)
		}
	}
	for say, file := range map[string]string{"empty": "", "one document": string(defaultFile) + "\n---\nname: x\n", "longer": strings.Repeat("#", maxPolicyBytes+1)} {
		if _, err := Parse([]byte(file)); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v, want %q", err, say)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, s := range []string{"5wd", "400wd", "60d", "3mo", "1m", "90m", "24h", "720h", "none"} {
		l, err := ParseLimit(s)
		if err != nil || l.String() != s {
			t.Errorf("%s became %s, %v", s, l, err)
		}
	}
	for _, s := range []string{"", "wd", "5", "0wd", "-1h", "401wd", "721h", "401d", "25mo", "0d", "5md", "5om", "5o", "1h30m", "5 wd", "5WD", "9999999999wd", "05xwd", "٣wd", "5wdwd"} {
		if l, err := ParseLimit(s); err == nil {
			t.Errorf("%q became %s", s, l)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaultFile)
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("kinds: {help: {handle: 5wd}}"))
	cal := standard(f).Calendar
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Parse(file)
		if err != nil {
			if p != nil || err.Error() == "" {
				t.Fatal("an error with a policy, or without a text")
			}
			return
		}
		terms := &Terms{Policy: p, Calendar: cal.In(p.Zone.Location)}
		start := time.Date(2026, 2, 13, 9, 0, 0, 0, time.UTC)
		for _, k := range casework.Kinds {
			all, err := terms.Promises(Matter{Kind: k}, start)
			if err != nil {
				t.Fatal(err)
			}
			for _, pr := range all {
				if !pr.Due.After(start) {
					t.Fatalf("%s %s is due %s", k, pr.Name, pr.Due)
				}
			}
		}
	})
}
