package casework_test

import (
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
)

// The moment that lists are ordered by is kept beside the clocks: whatever moves them, it says the same as they do.
func TestTheKeptLimitFollowsTheClocks(t *testing.T) {
	t.Parallel()
	town := New(t)
	agrees := func(when string) {
		t.Helper()
		conn, err := town.Pool.Acquire(ctx)
		must(t, err)
		defer conn.Release()
		_, err = conn.Exec(ctx, `select set_config('huiyin.scope', 'system', false)`)
		must(t, err)
		var all, wrong int
		must(t, conn.QueryRow(ctx, `select count(*), count(*) filter (where c.limit_at is distinct from coalesce(h.due_at, k.due_at)) from cases c
			join clock k on k.case_id = c.id and k.name = 'total' left join clock h on h.case_id = c.id and h.name = 'handle' and h.leg = c.leg`).Scan(&all, &wrong))
		_, err = conn.Exec(ctx, `select set_config('huiyin.scope', '', false)`)
		must(t, err)
		if all == 0 || wrong != 0 {
			t.Fatalf("%s: %d of %d cases keep another limit than their clocks", when, wrong, all)
		}
	}
	town.Open(t, "刚登记")
	_, err := town.OpenAll(ctx, []casework.Filing{town.Filing("一批之一"), town.Filing("一批之二")})
	must(t, err)
	agrees("filed")
	id := town.Send(t, "派出", River)
	agrees("dispatched")
	due := *state(t, town, id).UnitDue
	must(t, town.Sign(ctx, Worker(River), refOf(id)))
	must(t, town.AskExtension(ctx, Worker(River), refOf(id), 5, due.Add(5*24*time.Hour), "需要检测"))
	must(t, town.DecideExtension(ctx, Chief(River), refOf(id), true, ""))
	if c := state(t, town, id); !c.UnitDue.After(due) {
		t.Fatal("the extension moved nothing")
	}
	agrees("extended")
	slip := town.Send(t, "派错", River)
	must(t, town.Recall(ctx, Clerk(), refOf(slip)))
	agrees("recalled")
	must(t, town.Dispatch(ctx, Clerk(), refOf(slip), casework.Order{Lead: Urban, Clocks: town.Clocks()}))
	agrees("dispatched again")
	town.Pass(time.Hour)
	again := town.Answered(t, "重办", River)
	must(t, town.Redo(ctx, Clerk(), refOf(again), "没有解决", town.Clocks()))
	agrees("sent back")

	page, err := town.List(ctx, Clerk(), casework.Query{})
	must(t, err)
	limit := func(c casework.Case) time.Time {
		if c.UnitDue != nil {
			return *c.UnitDue
		}
		return c.Due
	}
	for i := 1; i < len(page.Cases); i++ {
		if limit(page.Cases[i]).Before(limit(page.Cases[i-1])) {
			t.Errorf("the list is not in the order of limits at %d", i)
		}
	}
}

// Late is judged by the clocks that still run: the promise to the resident, and the unit's own of the present leg.
func TestTheLateListHoldsWhatIsLateAndNothingElse(t *testing.T) {
	t.Parallel()
	town := New(t)
	late, cancelled := town.Send(t, "超期", River), town.Send(t, "撤销", River)
	must(t, town.Recall(ctx, Clerk(), refOf(cancelled)))
	town.Pass(6 * 24 * time.Hour)
	fresh := town.Open(t, "刚来").ID
	page, err := town.List(ctx, Clerk(), casework.Query{Late: true, States: []casework.State{casework.Dispatched, casework.Accepted, casework.Registered}})
	must(t, err)
	found := map[casework.CaseID]bool{}
	for _, c := range page.Cases {
		found[c.ID] = true
	}
	if len(page.Cases) != 2 || !found[late] || !found[cancelled] || found[fresh] {
		t.Errorf("late: %d cases", len(page.Cases))
	}
	none, err := town.List(ctx, Clerk(), casework.Query{States: []casework.State{"nowhere' or true --"}})
	must(t, err)
	if len(none.Cases) != 0 {
		t.Error("a state that does not exist finds cases")
	}
}
