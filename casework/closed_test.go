package casework_test

import (
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

func TestAUnitAppealsOfAClosedCaseThatItNoLongerSees(t *testing.T) {
	t.Parallel()
	town := New(t)
	id, other := town.Answered(t, "路灯", Urban), town.Answered(t, "别人的", River)
	for _, one := range []casework.CaseID{id, other} {
		_, err := town.Rate(ctx, casework.Resident(one), refOf(one), casework.Rating{Solved: casework.SolvedPartly, Satisfaction: 2, Channel: casework.Web})
		must(t, err)
		must(t, town.Close(ctx, Clerk(), refOf(one)))
	}
	leader := Chief(Urban)
	_, err := town.Case(ctx, leader, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
	list, err := town.ClosedList(ctx, leader, 50)
	must(t, err)
	if len(list) != 1 || list[0].ID != id || list[0].Solved != casework.SolvedPartly || list[0].Satisfaction != 2 || len(list[0].Appealed) != 0 {
		t.Fatalf("%+v", list)
	}
	score := casework.Appeal{Kind: casework.ScoreAppeal, Figures: []string{"solved"}, Reason: "另一个单位的路灯"}
	wants(t, town.AppealClosed(ctx, leader, other, score), fault.NotFound, "fault.no_such_case")
	wants(t, town.AppealClosed(ctx, Clerk(), id, score), fault.Forbidden, "fault.not_your_step")
	handler := Worker(Urban)
	handler.Roles = []casework.Role{casework.Handler}
	wants(t, town.AppealClosed(ctx, handler, id, score), fault.Forbidden, "fault.not_your_step")
	must(t, town.AppealClosed(ctx, leader, id, score))
	wants(t, town.AppealClosed(ctx, leader, id, score), fault.Conflict, "fault.appealed_before")
	_, err = town.ClosedList(ctx, Clerk(), 50)
	wants(t, err, fault.Forbidden, "fault.forbidden")

	made, err := town.Appeals(ctx, Clerk(), id)
	must(t, err)
	must(t, town.DecideAppeal(ctx, Clerk(), refOf(id), made[0].ID, true, "核实无误"))
	list, err = town.ClosedList(ctx, leader, 50)
	must(t, err)
	if list[0].Granted != 1 || list[0].Waiting != 0 {
		t.Errorf("%+v", list[0])
	}
	if c := state(t, town, id); c.State != casework.Closed {
		t.Errorf("an appeal opens the case again: %s", c.State)
	}

	town.Pass(casework.AppealWithin)
	if list, err = town.ClosedList(ctx, Chief(River), 50); err != nil || len(list) != 0 {
		t.Errorf("at the end of the time: %v, %v", list, err)
	}
	town.Pass(time.Second)
	wants(t, town.AppealClosed(ctx, Chief(River), other, score), fault.Conflict, "fault.appeal_late")
}
