package sla

import (
	"strings"
	"testing"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
)

const manhole = `
overrides:
  - name: manhole
    categories: ["010502"]
    kinds: [complaint, help]
    why: {zh: 井盖, en: manhole covers}
    limits: {sign: 4h, contact: 4h, handle: 2wd, range: [1, 5]}
    return: {window: 4h}
    extension: {days: 2, days_max: 3, decision: 2h, notice: 2h}
    follow_up: {within: 8h}
    rectify: {simple: 1wd, complex: 2wd}
  - name: danger
    urgency: [critical]
    why: {zh: 险情, en: danger}
    limits: {contact: 20m}
  - name: later
    categories: ["01"]
    why: {zh: 不会用到, en: never for what stands above}
    limits: {handle: 9wd, range: [1, 20]}

return: {`

func overridden(t *testing.T) *Terms {
	t.Helper()
	p, err := Parse(changed(t, "\nreturn: {", manhole))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := With(p, standard(t).Calendar)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestACityPromisesOtherwiseForSomeMatters(t *testing.T) {
	terms, at := overridden(t), moment(t, "2026-03-02T09:00:00+08:00")
	for _, v := range []struct {
		name    string
		m       Matter
		sign    time.Duration
		contact time.Duration
		handle  int
	}{
		{"covered", Matter{Kind: casework.Complaint, Category: "010502"}, 4 * time.Hour, 4 * time.Hour, 2},
		{"a category below", Matter{Kind: casework.Help, Category: "01050201"}, 4 * time.Hour, 4 * time.Hour, 2},
		{"another kind goes by the next", Matter{Kind: casework.Suggestion, Category: "010502"}, 0, 0, 9},
		{"another matter", Matter{Kind: casework.Complaint, Category: "0601"}, 0, 0, 5},
		{"not known yet", Matter{Kind: casework.Complaint}, 0, 0, 5},
		{"danger has its own", Matter{Kind: casework.Complaint, Category: "010502", Urgency: casework.Critical}, 15 * time.Minute, 20 * time.Minute, 0},
		{"what is urgent is not meant", Matter{Kind: casework.Complaint, Category: "010502", Urgency: casework.Urgent}, 30 * time.Minute, 2 * time.Hour, 0},
	} {
		all, err := terms.Promises(v.m, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			switch {
			case p.Name == casework.ClockSign && v.sign > 0 && !p.Due.Equal(at.Add(v.sign)), p.Name == casework.ClockContact && v.contact > 0 && !p.Due.Equal(at.Add(v.contact)),
				(p.Name == casework.ClockHandle || p.Name == casework.ClockTotal) && p.WorkingDays != v.handle:
				t.Errorf("%s: %+v", v.name, p)
			}
		}
	}
}

func TestAllElseOfAnOverrideHolds(t *testing.T) {
	terms, at := overridden(t), moment(t, "2026-03-02T09:00:00+08:00")
	c := casework.Case{Kind: casework.Complaint, Category: "010502"}
	own := terms.For(MatterOf(c))
	if own.Policy.ID() != terms.Policy.ID() || own.Policy.Return.Window.String() != "4h" || own.Policy.Return.Times != terms.Policy.Return.Times || own.Policy.ExtendMost("") != 3 {
		t.Errorf("%+v", own.Policy)
	}
	if err := own.Policy.Grant(4, own.Policy.ExtendMost(""), 0, true); err == nil {
		t.Error("four days more were granted where three are the most")
	}
	if due := moment(t, "2026-03-05T00:00:00+08:00"); !own.NoticeBy(due).Equal(moment(t, "2026-03-04T15:00:00+08:00")) {
		t.Errorf("notice by %v", own.NoticeBy(due))
	}
	for name, after := range map[string]time.Duration{casework.ClockFollowUp: 8 * time.Hour, casework.DecideExtension: 2 * time.Hour} {
		if p, ok := terms.OwnLimit(c, name, at); !ok || !p.Due.Equal(at.Add(after)) {
			t.Errorf("%s: %+v", name, p)
		}
		if p, _ := terms.OwnLimit(casework.Case{Kind: casework.Complaint}, name, at); p.WorkingDays != 1 {
			t.Errorf("%s of another matter: %+v", name, p)
		}
	}
	all, err := terms.Rectify(Matter{Kind: casework.Complaint, Category: "010502"}, at)
	if err != nil || all[len(all)-1].WorkingDays != 2 {
		t.Errorf("%+v %v", all, err)
	}
	due := moment(t, "2026-03-05T00:00:00+08:00")
	quiet := terms.Stages(casework.Staged{Clock: casework.Clock{Name: casework.ClockContact, Started: at, Due: due}, Kind: casework.Complaint, Urgency: casework.Normal, Category: "010502"})
	if len(quiet) != 0 {
		t.Errorf("%+v", quiet)
	}
}

func TestAUnitsHoursStayUnderAnOverride(t *testing.T) {
	hours, err := calendar.ParseHours([]string{"06:00-14:00"})
	if err != nil {
		t.Fatal(err)
	}
	early := overridden(t).At(hours).For(Matter{Kind: casework.Help, Category: "010502"})
	if due := moment(t, "2026-03-05T00:00:00+08:00"); !early.NoticeBy(due).Equal(moment(t, "2026-03-04T12:00:00+08:00")) {
		t.Errorf("%v", early.NoticeBy(due))
	}
}

func TestOverridesThatAreRefused(t *testing.T) {
	for wrong, say := range map[string]string{
		`{name: "", categories: ["01"], why: {zh: 因, en: why}}`:                                            "overrides[0].name",
		`{name: a, why: {zh: 因, en: why}}`:                                                                 "overrides[0].categories",
		`{name: a, categories: [""], why: {zh: 因, en: why}}`:                                               "overrides[0].categories",
		`{name: a, categories: ["01"], why: {zh: 因}}`:                                                      "overrides[0].why",
		`{name: a, kinds: [x], why: {zh: 因, en: why}}`:                                                     "overrides[0].kinds",
		`{name: a, urgency: [x], why: {zh: 因, en: why}}`:                                                   "overrides[0].urgency",
		`{name: a, kinds: [help], why: {zh: 因, en: why}, limits: {sign: 9wd}}`:                             "overrides[0].kinds.help.sign",
		`{name: a, kinds: [help], why: {zh: 因, en: why}, limits: {signs: 1wd}}`:                            "field signs not found",
		`{name: a, kinds: [help], why: {zh: 因, en: why}, extension: {days: 20}}`:                           "overrides[0].extension.days_max",
		`{name: a, kinds: [help], why: {zh: 因, en: why}, follow_up: {attempts: 9}}`:                        "field attempts not found",
		`{name: a, kinds: [help], why: {zh: 因, en: why}, return: {window: 1y}}`:                            "1y",
		`{name: a, kinds: [help], why: {zh: 因, en: why}}, {name: a, kinds: [help], why: {zh: 因, en: why}}`: "stands twice",
	} {
		if _, err := Parse(changed(t, "\nreturn: {", "\noverrides: ["+wrong+"]\nreturn: {")); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
