package casework_test

import (
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

func TestADispatchIsTakenBackByWhoMadeItWithinTenSeconds(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "派错了", River)
	due := state(t, town, id).Due
	another := Clerk()
	another.StaffID = 7
	wants(t, town.Recall(ctx, another, refOf(id)), fault.Forbidden, "fault.recall_not_yours")
	wants(t, town.Recall(ctx, Worker(River), refOf(id)), fault.Forbidden, "fault.not_your_step")
	town.Pass(casework.RecallWithin)
	must(t, town.Recall(ctx, Clerk(), refOf(id)))
	c := state(t, town, id)
	if c.State != casework.Accepted || c.Owner != casework.Hotline || c.Lead != "" || !c.Due.Equal(due) {
		t.Fatalf("after the recall: %s with %q", c.State, c.Owner)
	}
	if _, err := town.Case(ctx, Worker(River), id); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("the unit still sees it: %v", err)
	}
	f, err := town.Dossier(ctx, Clerk(), id)
	must(t, err)
	for _, k := range f.Clocks {
		if k.Leg == 1 && k.Cancelled == nil {
			t.Errorf("clock %s still runs", k.Name)
		}
	}
	town.Pass(30 * 24 * time.Hour)
	_, err = town.SweepBreaches(ctx, 100)
	must(t, err)
	if names := breaches(t, town, id); len(names) != 1 || names[0] != "total" {
		t.Errorf("breaches: %v; only the hotline's own promise is broken", names)
	}

	must(t, town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: Urban, Clocks: town.Clocks()}))
	town.Pass(casework.RecallWithin + time.Microsecond)
	wants(t, town.Recall(ctx, Clerk(), refOf(id)), fault.Conflict, "fault.recall_late")

	signed := town.Send(t, "已签收", River)
	must(t, town.Sign(ctx, Worker(River), refOf(signed)))
	wants(t, town.Recall(ctx, Clerk(), refOf(signed)), fault.Conflict, "fault.step_not_now")

	asked := town.Send(t, "申请退单", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(asked), "R1", "不是我们", "清单", Urban))
	wants(t, town.Recall(ctx, Clerk(), refOf(asked)), fault.Conflict, "fault.request_pending")

	again := town.Answered(t, "第二轮", River)
	must(t, town.Redo(ctx, Clerk(), refOf(again), "未解决", town.Clocks()))
	wants(t, town.Recall(ctx, Clerk(), refOf(again)), fault.Conflict, "fault.recall_no_dispatch")
}
