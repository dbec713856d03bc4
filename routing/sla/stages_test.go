package sla

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
)

func TestWhatIsSaidOfALimit(t *testing.T) {
	terms := standard(t)
	start, due := moment(t, "2026-02-13T10:00:00+08:00"), moment(t, "2026-02-28T00:00:00+08:00") // over the Spring Festival
	said := func(s casework.Staged) string {
		var all []string
		for _, x := range terms.Stages(s) {
			all = append(all, x.At.In(terms.Calendar.Zone()).Format("01-02 15:04 ")+x.Name)
		}
		return strings.Join(all, "\n")
	}
	of := func(name string, kind casework.Kind, urgency casework.Urgency, state casework.State) casework.Staged {
		return casework.Staged{Clock: casework.Clock{Name: name, Started: start, Due: due}, Kind: kind, Urgency: urgency, State: state}
	}
	want := `02-20 17:00 remind_50
02-25 02:00 remind_80
02-27 20:00 remind_last
02-28 00:00 urge
02-28 09:00 notify_leader
03-03 09:00 supervise
03-05 09:00 criticise
03-12 09:00 summon`
	if got := said(of(casework.ClockHandle, casework.Help, casework.Normal, casework.InHand)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, silent := range []casework.Staged{
		of(casework.ClockSign, casework.Help, casework.Normal, casework.Dispatched), of(casework.ClockFollowUp, casework.Help, casework.Critical, casework.Replied),
		of(casework.ClockTotal, casework.Help, casework.Normal, casework.Accepted), of(casework.ClockTotal, casework.Help, casework.Critical, casework.InHand), of(casework.ClockHandle, "x", casework.Normal, casework.InHand),
	} {
		if got := said(silent); got != "" {
			t.Errorf("%s %s: %s", silent.Name, silent.Urgency, got)
		}
	}
	own := moment(t, "2026-02-26T00:00:00+08:00")
	byLaw := of(casework.ClockHandle, casework.Help, casework.Normal, casework.InHand)
	byLaw.Ordinary = &own
	if got := said(byLaw); !strings.Contains(got, "02-25 20:00 remind_progress\n02-27 20:00 remind_last") {
		t.Errorf("by law:\n%s", got)
	}
	due = start.Add(2 * time.Hour)
	want = "02-13 11:00 escalate_50\n02-13 12:00 escalate_100"
	for _, name := range []string{casework.ClockTotal, casework.ClockSign, casework.ClockContact} {
		if got := said(of(name, casework.Help, casework.Critical, casework.Registered)); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestStagesLaws(t *testing.T) {
	terms := standard(t)
	low, high := moment(t, "2007-01-05T00:00:00+08:00").Unix(), moment(t, "2027-10-01T00:00:00+08:00").Unix()
	rapid.Check(t, func(t *rapid.T) {
		m := Matter{Kind: rapid.SampledFrom(casework.Kinds).Draw(t, "kind"), Urgency: rapid.SampledFrom(casework.Urgencies).Draw(t, "urgency")}
		at := time.Unix(rapid.Int64Range(low, high).Draw(t, "at"), 0)
		unit, err := terms.Unit(m, Dispatch{At: at})
		if err != nil {
			t.Fatal(err)
		}
		p := unit[len(unit)-1]
		s := casework.Staged{Clock: casework.Clock{Name: p.Name, Started: at, Due: p.Due}, Kind: m.Kind, Urgency: m.Urgency, State: casework.InHand}
		all := terms.Stages(s)
		names := map[string]time.Time{}
		for i, x := range all {
			if _, twice := names[x.Name]; twice {
				t.Fatalf("%s is said twice of one limit", x.Name)
			}
			names[x.Name] = x.At
			switch {
			case i > 0 && x.At.Before(all[i-1].At):
				t.Fatalf("%s at %s stands after %s at %s", x.Name, x.At, all[i-1].Name, all[i-1].At)
			case x.Level == casework.Reminded && (!x.At.After(at) || !x.At.Before(p.Due)):
				t.Fatalf("%s at %s is no reminder of %s to %s", x.Name, x.At, at, p.Due)
			case x.Level > casework.Reminded && !strings.HasPrefix(x.Name, "escalate_") && x.At.Before(p.Due):
				t.Fatalf("%s at %s, before the limit %s", x.Name, x.At, p.Due)
			case slices.Contains(Steps[1:], x.Name) && !terms.Calendar.Work(terms.Calendar.Date(x.At)):
				t.Fatalf("%s on %s, not a working day", x.Name, x.At)
			}
		}
		// A limit that ends later is spoken of later.
		s.Due = s.Due.Add(time.Duration(rapid.Int64Range(0, int64(400*time.Hour)).Draw(t, "longer")))
		for _, x := range terms.Stages(s) {
			if before, ok := names[x.Name]; ok && x.At.Before(before) {
				t.Fatalf("%s moved from %s back to %s", x.Name, before, x.At)
			}
		}
		// Counted anew by the same calendar, a limit stays where it is, extended and paused or not.
		total, err := terms.Total(m, at)
		if err != nil {
			t.Fatal(err)
		}
		sent := at.Add(time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "wait")))
		unit, err = terms.Unit(m, Dispatch{At: sent, Filed: at, Total: total.Due})
		if err != nil {
			t.Fatal(err)
		}
		p = unit[len(unit)-1]
		days := rapid.IntRange(0, 10).Draw(t, "extended")
		moved := terms.Extend(p, days)
		again := terms.Recount(casework.Provisional{Clock: casework.Clock{Name: p.Name, Leg: 1, Started: sent, Due: moved.Due, OriginalDue: p.Due, WorkingDays: p.WorkingDays}, Extended: []int{days},
			Capped: p.Due.Equal(total.Due), Total: casework.Clock{Started: at, Due: total.Due, WorkingDays: total.WorkingDays, Provisional: total.Provisional}})
		if !again.Due.Equal(moved.Due) {
			t.Fatalf("counted anew: %s, was %s", again.Due, moved.Due)
		}
	})
}
