package sla

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/calendar"
	"huiyin/casework"
)

// withLaw is the shipped policy with one law over category 99.
func withLaw(t testing.TB, law string) *Terms {
	t.Helper()
	p, err := Parse(append(DefaultFile(), "\nstatutes:\n  - {name: petition, categories: [\"99\"], law: {zh: 法, en: Law}, "+law+"}\n"...))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := With(p, standard(t).Calendar)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// Worked examples, counted on the calendar of the State Council's notices. The day of the start is not counted.
func TestLimitsInCalendarDaysAndMonths(t *testing.T) {
	for _, v := range []struct{ limit, lastDay, at, until, why string }{
		{"60d", "next_workday", "2026-03-02T09:00:00+08:00", "2026-05-06 24:00", "day 60 is 1 May, Labour Day: on to the 6th"},
		{"60d", "same_day", "2026-03-02T09:00:00+08:00", "2026-05-01 24:00", "the same, where the law does not put it off"},
		{"60d", "next_workday", "2026-03-03T00:00:00+08:00", "2026-05-06 24:00", "the first moment of a day is that day"},
		{"60d", "next_workday", "2026-03-02T23:59:59+08:00", "2026-05-06 24:00", "and the last one too"},
		{"60d", "next_workday", "2026-03-10T09:00:00+08:00", "2026-05-09 24:00", "a Saturday, but a make-up workday"},
		{"30d", "next_workday", "2026-09-02T15:00:00+08:00", "2026-10-08 24:00", "day 30 lies in the National Day holiday"},
		{"30d", "same_day", "2026-09-02T15:00:00+08:00", "2026-10-02 24:00", "the same, as it stands"},
		{"15d", "next_workday", "2026-02-05T09:00:00+08:00", "2026-02-24 24:00", "day 15 lies in the Spring Festival"},
		{"1mo", "same_day", "2026-01-31T09:00:00+08:00", "2026-02-28 24:00", "February has no 31st: its last day"},
		{"1mo", "next_workday", "2026-01-31T09:00:00+08:00", "2026-02-28 24:00", "which is a make-up workday"},
		{"3mo", "same_day", "2025-11-30T09:00:00+08:00", "2026-02-28 24:00", "over the end of the year"},
		{"3mo", "next_workday", "2025-11-29T09:00:00+08:00", "2026-02-28 24:00", "no 29th in 2026"},
		{"1mo", "same_day", "2024-01-31T09:00:00+08:00", "2024-02-29 24:00", "a leap year"},
		{"6mo", "next_workday", "2026-04-01T09:00:00+08:00", "2026-10-08 24:00", "1 October: on to the first working day"},
		{"12mo", "same_day", "2024-02-29T09:00:00+08:00", "2025-02-28 24:00", "a year from a leap day"},
	} {
		terms := withLaw(t, "handle: "+v.limit+", last_day: "+v.lastDay)
		p, err := terms.Total(Matter{Kind: casework.Complaint, Category: "9901"}, moment(t, v.at))
		if err != nil {
			t.Fatal(err)
		}
		if got := terms.Calendar.Until(p.Due); got != v.until || p.Provisional || p.Statute != "petition" || p.Ordinary == nil {
			t.Errorf("%s %s from %s: %s (%s), want %s: %+v", v.limit, v.lastDay, v.at, got, v.why, v.until, p)
		}
	}
}

func TestALimitByDatesIsProvisionalOnlyWhereADayOffMayMoveIt(t *testing.T) {
	at := moment(t, "2026-11-15T09:00:00+08:00") // 60 days on is 14 January 2027, of which there is no notice
	for lastDay, want := range map[string]bool{"next_workday": true, "same_day": false} {
		terms := withLaw(t, "handle: 60d, last_day: "+lastDay)
		p, err := terms.Total(Matter{Kind: casework.Complaint, Category: "99"}, at)
		if err != nil || p.Provisional != want {
			t.Errorf("%s: %+v %v", lastDay, p, err)
		}
	}
}

func TestExtensionsAndPausesOfALimitByDatesAreCalendarDays(t *testing.T) {
	terms := withLaw(t, "handle: 60d, last_day: next_workday, extend: 30d")
	p, err := terms.Total(Matter{Kind: casework.Complaint, Category: "99"}, moment(t, "2026-03-09T09:00:00+08:00"))
	if err != nil || terms.Calendar.Until(p.Due) != "2026-05-08 24:00" {
		t.Fatalf("%+v %v", p, err)
	}
	if got := terms.Calendar.Until(terms.Extend(p, 30).Due); got != "2026-06-08 24:00" { // 7 June is a Sunday
		t.Errorf("thirty days more: %s", got)
	}
	paused, days := terms.Pauses(p, moment(t, "2026-03-09T09:00:00+08:00"), []Pause{{moment(t, "2026-04-03T09:00:00+08:00"), moment(t, "2026-04-07T09:00:00+08:00")}})
	if got := terms.Calendar.Until(paused.Due); got != "2026-05-12 24:00" || days != 4 { // the holiday inside counts as it would have
		t.Errorf("paused %d days: %s", days, got)
	}
	if most := terms.Policy.ExtendMost("petition"); most != 30 {
		t.Errorf("the law allows %d days more", most)
	}
	if most := terms.Policy.ExtendMost(""); most != terms.Policy.Extension.DaysMax {
		t.Errorf("the city allows %d days more", most)
	}
}

func TestDuePrintsWhatALimitIsCountedIn(t *testing.T) {
	a, err := withLaw(t, "handle: 60d, last_day: next_workday").AnswerLine([]byte(`{"id":1,"kind":"complaint","category":"99","at":"2026-03-02T09:00:00+08:00","extended_days":1}`))
	if err != nil {
		t.Fatal(err)
	}
	c := a.Clocks[len(a.Clocks)-1]
	if c.CalendarDays != 60 || c.WorkingDays != 0 || c.LastDay != "next_workday" || c.Until != "2026-05-07 24:00" || c.OriginalDue != "2026-05-07T00:00:00+08:00" {
		t.Errorf("%+v", c)
	}
}

func TestTheRuleOfTheLastDayMustBeSaid(t *testing.T) {
	for law, say := range map[string]string{
		"handle: 60d":                   "last_day",
		"handle: 60d, last_day: friday": "next_workday or same_day",
		"handle: 2h":                    "working days, calendar days or months",
		"handle: 60d, last_day: same_day, extend: 30wd": "extend",
		"handle: 60wd, extend: 1mo":                     "extend",
	} {
		_, err := Parse(append(DefaultFile(), "\nstatutes:\n  - {name: petition, categories: [\"99\"], law: {zh: 法, en: Law}, "+law+"}\n"...))
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", law, err, say)
		}
	}
	if _, err := Parse(changed(t, "contact: 3wd, handle: 10wd, range: [5, 15]", "contact: 3wd, handle: 15d")); err == nil || !strings.Contains(err.Error(), "kinds.suggestion") {
		t.Errorf("%v", err)
	}
	p, err := Parse(append(changed(t, "contact: 3wd, handle: 10wd, range: [5, 15]", "contact: 3wd, handle: 15d"), "\nlast_day: next_workday\n"...))
	if err != nil || !p.Kinds[casework.Suggestion].Handle.Rolls {
		t.Errorf("%v", err)
	}
}

func TestLawsOfLimitsByDates(t *testing.T) {
	terms := standard(t)
	low, high := moment(t, "2007-01-05T00:00:00+08:00").Unix(), moment(t, "2026-10-01T00:00:00+08:00").Unix()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 90).Draw(t, "n")
		kept, rolled := Limit{Days: n}, Limit{Days: n, Rolls: true}
		if rapid.Bool().Draw(t, "months") {
			n = 1 + n%12
			kept, rolled = Limit{Months: n}, Limit{Months: n, Rolls: true}
		}
		start := time.Unix(rapid.Int64Range(low, high).Draw(t, "start"), 0)
		day := func(l Limit, at time.Time) calendar.Date { return terms.Calendar.DueDate(terms.By("", l, at).Due) }
		from, as, on := terms.Calendar.Date(start), day(kept, start), day(rolled, start)
		if kept.Days > 0 && as != from+calendar.Date(n) {
			t.Fatalf("%d days from %s: %s", n, from, as)
		}
		if kept.Months > 0 && (as.Day() > from.Day() || as.Day() < from.Day() && (as+1).Day() != 1 || (as.Year()-from.Year())*12+int(as.Month())-int(from.Month()) != n) {
			t.Fatalf("%d months from %s: %s", n, from, as)
		}
		if on < as || !terms.Calendar.Work(on) || terms.Calendar.Work(as) && on != as {
			t.Fatalf("%s rolls to %s", as, on)
		}
		if none, _ := terms.Calendar.Count(as-1, on-1); on > as && none != 0 {
			t.Fatalf("a working day lies between %s and %s", as, on)
		}
		later := start.Add(time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, "wait")))
		if day(rolled, later) < on || day(kept, later) < as {
			t.Fatal("a later start is due earlier")
		}
		longer := Limit{Days: rolled.Days + min(rolled.Days, 1), Months: rolled.Months + min(rolled.Months, 1), Rolls: true}
		if day(longer, start) < on {
			t.Fatal("a longer limit is due earlier")
		}
		p := terms.By("", rolled, start)
		days := rapid.IntRange(1, 30).Draw(t, "extended")
		more := terms.Extend(p, days)
		if d := terms.Calendar.DueDate(more.Due); d < on+calendar.Date(days) || !terms.Calendar.Work(d) {
			t.Fatalf("%d days after %s: %s", days, on, d)
		}
		again := terms.Recount(casework.Provisional{Clock: casework.Clock{Started: start, Due: more.Due, OriginalDue: p.Due, CalendarDays: p.CalendarDays, Months: p.Months, Rolls: p.Rolls}, Extended: []int{days}})
		if !again.Due.Equal(more.Due) {
			t.Fatalf("counted anew: %s, was %s", again.Due, more.Due)
		}
	})
}
