package casework_test

import (
	"slices"
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
)

// halfAndAfter says of a limit: half of it is over, it is over, it is over since a day, since three days.
func halfAndAfter(s casework.Staged) []casework.Stage {
	day := 24 * time.Hour
	if s.Name != casework.ClockHandle {
		return nil
	}
	return []casework.Stage{
		{Name: "remind_50", Level: casework.Reminded, At: s.Started.Add(s.Due.Sub(s.Started) / 2)},
		{Name: "urge", Level: casework.Urged, At: s.Due},
		{Name: "notify_leader", Level: casework.LeaderTold, At: s.Due.Add(day)},
		{Name: "supervise", Level: casework.Supervised, At: s.Due.Add(3 * day)},
		{Name: "summon", Level: casework.Summoned, At: s.Due.Add(10 * day)},
	}
}

// said lists what the history and the rows say of a case, which must be the same.
func said(t *testing.T, town *Town, id casework.CaseID) (names []string, at []time.Time) {
	t.Helper()
	list, err := town.Escalations(ctx, casework.System, id)
	must(t, err)
	for _, x := range list {
		names, at = append(names, x.Stage), append(at, x.At)
	}
	d, err := town.Dossier(ctx, casework.System, id)
	must(t, err)
	var told []time.Time
	for _, e := range d.Events {
		if e.Step == casework.StepRemind || e.Step == casework.StepEscalate {
			told = append(told, e.At)
		}
	}
	slices.SortFunc(told, time.Time.Compare)
	if !slices.EqualFunc(told, at, time.Time.Equal) {
		t.Errorf("the rows say it at %v, the history at %v", at, told)
	}
	return names, at
}

func sweepStages(t *testing.T, town *Town) int {
	t.Helper()
	n, err := town.SweepStages(ctx, 500, halfAndAfter)
	must(t, err)
	return n
}

func TestALimitSpeaksUpInItsOwnTimeHoweverLateTheSweep(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	town := New(t)
	begun := town.Now()
	id := town.Send(t, "井盖", River)
	town.Pass(time.Minute)
	sweepStages(t, town)
	if names, _ := said(t, town, id); len(names) != 0 {
		t.Fatalf("said at once: %v", names)
	}
	if n := sweepStages(t, town); n != 0 {
		t.Fatalf("%d clocks are looked at before their moment", n)
	}
	town.Pass(9 * day) // nobody swept for nine days
	errs := atOnce(4, func(int) error { _, err := town.SweepStages(ctx, 500, halfAndAfter); return err })
	for _, err := range errs {
		must(t, err)
	}
	sweepStages(t, town)
	names, at := said(t, town, id)
	if want := []string{"remind_50", "urge", "notify_leader", "supervise"}; !slices.Equal(names, want) {
		t.Fatalf("%v, want %v", names, want)
	}
	for i, after := range []time.Duration{5 * day / 2, 5 * day, 6 * day, 8 * day} {
		if !at[i].Equal(begun.Add(after)) {
			t.Errorf("%s at %s, want %s", names[i], at[i], begun.Add(after))
		}
	}
	c := state(t, town, id)
	if c.Raised != casework.Supervised || c.Supervised != "routine" {
		t.Errorf("raised to %d, supervised %q", c.Raised, c.Supervised)
	}
	town.Pass(7 * day)
	sweepStages(t, town)
	if c = state(t, town, id); c.Raised != casework.Summoned || c.Supervised != "summons" {
		t.Errorf("raised to %d, supervised %q", c.Raised, c.Supervised)
	}
}

func TestWhatWasMissedBeforeTheReplyIsStillSaid(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	town := New(t)
	late, inTime := town.Send(t, "迟", River), town.Send(t, "及时", River)
	town.Pass(4 * day)
	town.Work(t, inTime, River)
	town.Pass(2*day + time.Hour)
	town.Work(t, late, River)
	town.Pass(30 * day)
	for sweepStages(t, town) > 0 {
	}
	if names, _ := said(t, town, late); !slices.Equal(names, []string{"remind_50", "urge", "notify_leader"}) {
		t.Errorf("late by a day: %v", names)
	}
	if names, _ := said(t, town, inTime); !slices.Equal(names, []string{"remind_50"}) {
		t.Errorf("in time: %v", names)
	}
	if c := state(t, town, late); c.Supervised != "" {
		t.Errorf("supervised %q after the reply", c.Supervised)
	}
}

func TestAnExtensionAndAPauseMoveWhatIsSaid(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	town := New(t)
	ref := refOf(town.Send(t, "延期", River))
	by := Worker(River)
	must(t, town.Sign(ctx, by, ref))
	must(t, town.Contact(ctx, by, ref, casework.ContactResult{Means: "visit", Reached: true}))
	town.Pass(3 * day)
	sweepStages(t, town)
	must(t, town.AskExtension(ctx, by, ref, 5, town.Now().Add(7*day), "检测"))
	must(t, town.DecideExtension(ctx, Chief(River), ref, true, ""))
	town.Pass(3 * day) // past the first limit, within the new one
	sweepStages(t, town)
	if names, _ := said(t, town, ref.ID); !slices.Equal(names, []string{"remind_50", "remind_50"}) {
		t.Fatalf("%v: each limit has its reminder, and none is over", names)
	}
	must(t, town.Pause(ctx, by, ref, "等您补充照片"))
	town.Pass(20 * day)
	sweepStages(t, town)
	must(t, town.Resume(ctx, by, ref, town.Now().Add(4*day)))
	town.Pass(time.Minute)
	sweepStages(t, town)
	names, _ := said(t, town, ref.ID)
	if len(names) == 0 || slices.Contains(names, "urge") {
		t.Fatalf("a limit that stood still is over: %v", names)
	}
	town.Pass(4*day + time.Minute)
	sweepStages(t, town)
	names, at := said(t, town, ref.ID)
	if names[len(names)-1] != "urge" || town.Now().Sub(at[len(at)-1]) > time.Hour {
		t.Errorf("%v at %v", names, at)
	}
}

func TestACaseThatGoesRoundIsRaised(t *testing.T) {
	t.Parallel()
	town := New(t)
	r := casework.Rounds{Redo: 2, Transfers: 2}
	again, homeless, calm := town.Answered(t, "又来", Urban), town.Send(t, "没人管", River), town.Answered(t, "一次", Urban)
	must(t, town.Redo(ctx, Clerk(), refOf(calm), "再办", town.Clocks()))
	for range 2 {
		must(t, town.Redo(ctx, Clerk(), refOf(again), "没解决", town.Clocks()))
		town.Pass(time.Hour)
		town.Work(t, again, Urban)
	}
	back := func(unit casework.UnitCode) {
		t.Helper()
		must(t, town.AskReturn(ctx, Worker(unit), refOf(homeless), "R1", "不是我们", "清单", ""))
		must(t, town.DecideReturn(ctx, Clerk(), refOf(homeless), true, ""))
	}
	back(River)
	must(t, town.Dispatch(ctx, Clerk(), refOf(homeless), casework.Order{Lead: Harbour, Clocks: town.Clocks()}))
	for range 2 {
		_, err := town.SweepRounds(ctx, 100, r)
		must(t, err)
	}
	for id, want := range map[casework.CaseID][]string{again: {"repeat_redo"}, homeless: {"repeat_transfer"}, calm: nil} {
		names, _ := said(t, town, id)
		c := state(t, town, id)
		if !slices.Equal(names, want) || (c.Supervised == "routine") != (want != nil) {
			t.Errorf("%v, want %v; supervised %q", names, want, c.Supervised)
		}
	}
}
