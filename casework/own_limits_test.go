package casework_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
)

// withLimits is a town whose call-backs and decisions have a day.
func withLimits(t *testing.T) *Town {
	town := New(t)
	town.Limits = func(_ casework.Case, _ string, from time.Time) (casework.Promise, bool) {
		return casework.Promise{Due: from.Add(24 * time.Hour), WorkingDays: 1, Policy: "test@1", Calendar: "test@1"}, true
	}
	return town
}

// lateOf lists the clocks that the history says are late, with the time that it says.
func lateOf(t *testing.T, town *Town, id casework.CaseID) map[string]time.Time {
	t.Helper()
	late := map[string]time.Time{}
	d, err := town.Dossier(ctx, casework.System, id)
	must(t, err)
	for _, e := range d.Events {
		if e.Step == casework.StepBreach {
			var data struct {
				Clock string `json:"clock"`
			}
			must(t, json.Unmarshal(e.Data, &data))
			if _, twice := late[data.Clock]; twice {
				t.Errorf("%s is late twice", data.Clock)
			}
			late[data.Clock] = e.At
		}
	}
	return late
}

func callBack(t *testing.T, town *Town, id casework.CaseID) casework.Clock {
	t.Helper()
	d, err := town.Dossier(ctx, casework.System, id)
	must(t, err)
	i := slices.IndexFunc(d.Clocks, func(k casework.Clock) bool { return k.Name == casework.ClockFollowUp })
	if i < 0 {
		t.Fatal("no limit of the call-back")
	}
	return d.Clocks[i]
}

func TestACallBackHasALimit(t *testing.T) {
	t.Parallel()
	town := withLimits(t)
	reached, tried, rated, again, silent := town.Answered(t, "打通", Urban), town.Answered(t, "打不通", Urban), town.Answered(t, "自己评了", Urban), town.Answered(t, "重办", Urban), town.Answered(t, "没人打", Urban)
	replied := town.Now()
	town.Pass(time.Hour)
	must(t, town.FollowUp(ctx, Caller(), refOf(reached), casework.FollowUpResult{Reached: true, Solved: casework.SolvedYes, Satisfaction: 5}))
	for range casework.StandardTries.Most {
		if k := callBack(t, town, tried); k.Met != nil {
			t.Fatal("a call that reached nobody ended the limit")
		}
		must(t, town.FollowUp(ctx, Caller(), refOf(tried), casework.FollowUpResult{}))
		town.Pass(2 * time.Hour)
	}
	_, err := town.Rate(ctx, casework.Resident(rated), refOf(rated), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
	must(t, err)
	must(t, town.Redo(ctx, Clerk(), refOf(again), "答非所问", town.Clocks()))
	for _, id := range []casework.CaseID{reached, tried, rated} {
		if k := callBack(t, town, id); k.Met == nil || k.Unit != casework.Hotline {
			t.Errorf("%+v", k)
		}
	}
	if k := callBack(t, town, again); k.Cancelled == nil {
		t.Errorf("%+v", k)
	}
	town.Pass(3 * 24 * time.Hour)
	_, err = town.SweepBreaches(ctx, 100)
	must(t, err)
	for _, id := range []casework.CaseID{reached, tried, rated, again} {
		if at, late := lateOf(t, town, id)[casework.ClockFollowUp]; late {
			t.Errorf("late at %s", at)
		}
	}
	if at := lateOf(t, town, silent)[casework.ClockFollowUp]; !at.Equal(replied.Add(24 * time.Hour)) {
		t.Errorf("late at %s", at)
	}
	must(t, town.Review(ctx, Clerk(), refOf(silent)))
	must(t, town.Close(ctx, Clerk(), refOf(silent)))
	if k := callBack(t, town, silent); k.Running() {
		t.Error("a closed case is to be called back")
	}
}

func TestADecisionHasALimit(t *testing.T) {
	t.Parallel()
	town := withLimits(t)
	asked := town.Now()
	ask := func(words string) casework.Ref {
		t.Helper()
		ref := refOf(town.Send(t, words, River))
		must(t, town.AskReturn(ctx, Worker(River), ref, "R1", "不是我们", "清单", ""))
		return ref
	}
	inTime, swept, found := ask("及时"), ask("扫到"), ask("裁定时才发现")
	longer := refOf(town.Send(t, "延期", River))
	must(t, town.Sign(ctx, Worker(River), longer))
	town.Pass(24 * time.Hour)
	must(t, town.DecideReturn(ctx, Clerk(), inTime, true, "")) // exactly at the limit is in time
	town.Pass(4*24*time.Hour - 2*time.Hour)
	must(t, town.DecideReturn(ctx, Clerk(), found, false, "是你们的"))
	must(t, town.AskExtension(ctx, Worker(River), longer, 5, town.Now().Add(7*24*time.Hour), "检测"))
	for range 2 {
		_, err := town.SweepDecisions(ctx, 100)
		must(t, err)
	}
	if late := lateOf(t, town, inTime.ID); len(late) > 1 || !late[casework.DecideReturn].IsZero() {
		t.Errorf("decided in time: %v", late)
	}
	for _, ref := range []casework.Ref{swept, found} {
		if at := lateOf(t, town, ref.ID)[casework.DecideReturn]; !at.Equal(asked.Add(24 * time.Hour)) {
			t.Errorf("late at %s", at)
		}
	}
	must(t, town.DecideReturn(ctx, Clerk(), swept, true, ""))
	lateOf(t, town, swept.ID) // once, though it was found twice
	d, err := town.Dossier(ctx, casework.System, longer.ID)
	must(t, err)
	if by := d.Requests[0].DecideBy; by == nil || !by.Equal(asked.Add(5*24*time.Hour)) {
		t.Errorf("an extension is decided by %v: before the limit that it moves is over", by)
	}
	town.Pass(3 * time.Hour)
	_, err = town.SweepDecisions(ctx, 100)
	must(t, err)
	if _, late := lateOf(t, town, longer.ID)[casework.DecideExtension]; !late {
		t.Error("the extension was not decided, and nobody says so")
	}
}
