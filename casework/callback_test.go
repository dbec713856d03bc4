package casework_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/fault"

	. "huiyin/casework/caseworktest"
)

// Nobody is called twice at one hour of the day, and nobody oftener than the policy says.
func TestTriesAreAtDifferentHours(t *testing.T) {
	tries := casework.Tries{Most: 3, Apart: 2 * time.Hour}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	for _, v := range []struct {
		before []time.Time
		now    time.Time
		may    bool
	}{
		{nil, at(2, 10, 0), true},
		{[]time.Time{at(2, 10, 0)}, at(2, 10, 1), false},
		{[]time.Time{at(2, 10, 0)}, at(2, 12, 0), true},
		{[]time.Time{at(2, 10, 0)}, at(3, 10, 30), false}, // another day, the same hour
		{[]time.Time{at(2, 10, 0)}, at(3, 8, 0), true},
		{[]time.Time{at(2, 10, 0), at(2, 14, 0)}, at(3, 12, 0), true},
		{[]time.Time{at(2, 10, 0), at(2, 14, 0)}, at(3, 13, 0), false},
		{[]time.Time{at(2, 10, 0), at(2, 14, 0), at(3, 18, 0)}, at(4, 8, 0), false}, // three are enough
		{[]time.Time{at(2, 23, 30)}, at(3, 0, 30), false},                           // over midnight
	} {
		if got := tries.MayCall(v.before, v.now); got != v.may {
			t.Errorf("%v at %s: %t", v.before, v.now, got)
		}
	}
}

// The database lists for a call exactly those whom the rule lets be called.
func TestTheDatabaseKnowsTheRuleOfTries(t *testing.T) {
	t.Parallel()
	town := New(t)
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		tries := casework.Tries{Most: rapid.IntRange(1, 5).Draw(t, "most"), Apart: time.Duration(rapid.IntRange(0, 12*60).Draw(t, "apart")) * time.Minute}
		before := []time.Time{}
		for range rapid.IntRange(0, 4).Draw(t, "calls") {
			before = append(before, start.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "call"))*time.Minute))
		}
		now := start.Add(time.Duration(rapid.IntRange(5000, 9000).Draw(t, "now")) * time.Minute)
		var may bool
		if err := town.Pool.QueryRow(ctx, `select may_call($1, $2, $3, $4)`, before, tries.Most, int64(tries.Apart.Seconds()), now).Scan(&may); err != nil {
			t.Fatal(err)
		}
		if may != tries.MayCall(before, now) {
			t.Fatalf("%v at %s by %+v: the database says %t", before, now, tries, may)
		}
	})
}

func TestWhoIsNotReachedIsClosedAsSuch(t *testing.T) {
	t.Parallel()
	town := New(t)
	town.Tries = casework.Tries{Most: 2, Apart: 3 * time.Hour} // the policy's numbers, not a constant
	id := town.Answered(t, "打不通", Urban)
	must(t, town.Review(ctx, Clerk(), refOf(id)))
	listed := func() bool {
		list, err := town.CallBacks(ctx, Caller(), 10)
		must(t, err)
		return slices.ContainsFunc(list, func(c casework.CallBack) bool { return c.ID == id })
	}
	must(t, town.FollowUp(ctx, Caller(), refOf(id), casework.FollowUpResult{}))
	town.Pass(2 * time.Hour)
	if err := town.FollowUp(ctx, Caller(), refOf(id), casework.FollowUpResult{}); fault.KeyOf(err) != "fault.called_too_soon" || listed() {
		t.Errorf("called again at once: %v, listed %t", err, listed())
	}
	town.Pass(time.Hour)
	if !listed() {
		t.Error("nobody calls again at another hour")
	}
	must(t, town.FollowUp(ctx, Caller(), refOf(id), casework.FollowUpResult{}))
	f, err := town.Dossier(ctx, casework.System, id)
	must(t, err)
	var said struct {
		NotReached bool `json:"not_reached"`
	}
	last := f.Events[len(f.Events)-1]
	must(t, json.Unmarshal(last.Data, &said))
	if f.Case.State != casework.Closed || last.Step != casework.StepClose || last.Role != casework.SystemRole || !said.NotReached || listed() {
		t.Errorf("%s: %s by %s, %s", f.Case.State, last.Step, last.Role, last.Data)
	}
	if len(f.Ratings) > 0 {
		t.Errorf("silence became %+v", f.Ratings)
	}
	_, err = town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: casework.SolvedPartly, Satisfaction: 2}) // the resident is heard all the same
	must(t, err)

	waits := town.Answered(t, "还没审核", Urban)
	for range 2 {
		must(t, town.FollowUp(ctx, Caller(), refOf(waits), casework.FollowUpResult{}))
		town.Pass(3 * time.Hour)
	}
	if c, err := town.Case(ctx, casework.System, waits); err != nil || c.State != casework.Replied {
		t.Errorf("a reply that nobody reviewed was closed: %s %v", c.State, err)
	}
}
