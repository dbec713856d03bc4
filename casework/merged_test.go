package casework_test

import (
	"strings"
	"testing"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

// someone files a case as another resident.
func someone(t *testing.T, town *Town, words, name, phone, email string) casework.CaseID {
	t.Helper()
	f := town.Filing(words)
	f.Person = casework.Person{Name: name, Phone: phone, Email: email}
	r, err := town.Docket.Open(ctx, f)
	must(t, err)
	return r.ID
}

func TestAFollowerSeesTheAnswerAndNothingOfTheOthers(t *testing.T) {
	t.Parallel()
	town := New(t)
	master := someone(t, town, "路灯不亮", "林小舟", "13800001111", "lin@mail.example")
	child := someone(t, town, "巷口太黑", "高远山", "13800002222", "")
	must(t, town.Merge(ctx, Clerk(), refOf(child), master))
	if _, _, err := town.Master(ctx, casework.Resident(master), child); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another resident's code opens it: %v", err)
	}
	_, err := town.Rate(ctx, casework.Resident(child), refOf(child), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
	wants(t, err, fault.Conflict, "fault.step_not_now")
	must(t, town.Dispatch(ctx, Clerk(), refOf(master), casework.Order{Lead: River, Clocks: town.Clocks(), Advice: "内部意见"}))
	must(t, town.Sign(ctx, Worker(River), refOf(master)))
	must(t, town.Begin(ctx, Worker(River), refOf(master)))
	must(t, town.Record(ctx, Worker(River), refOf(master), "林小舟家里没人", true, nil))
	must(t, town.Reply(ctx, Worker(River), refOf(master), casework.Reply{Text: "林小舟（13800001111）、高远山反映的路灯已修好"}))
	f, ok, err := town.Master(ctx, casework.Resident(child), child)
	must(t, err)
	if !ok || len(f.Messages) != 1 || f.Messages[0].Body != "林**（1**********）、高远山反映的路灯已修好" {
		t.Errorf("%v %+v", ok, f.Messages)
	}
	if f.Case.Number != "" || f.Case.Title != "" || f.Case.Body != "" || f.Case.Place != "" || f.Case.ID == master || f.Files != nil {
		t.Errorf("of the other case there is to see: %+v", f.Case)
	}
	for _, e := range f.Events {
		if e.Step == casework.StepRecord || e.Step == casework.StepFile || strings.Contains(string(e.Data), "内部意见") {
			t.Errorf("%s %s", e.Step, e.Data)
		}
	}
	if n, err := town.Affected(ctx, Worker(River), master); err != nil || n != 2 {
		t.Errorf("%d people, %v", n, err)
	}
	list, err := town.CallBacks(ctx, Caller(), 10)
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d to be called about one answer to two people", len(list))
	}
	must(t, town.FollowUp(ctx, Caller(), refOf(child), casework.FollowUpResult{Reached: true, Solved: casework.SolvedYes}))
	if list, err = town.CallBacks(ctx, Caller(), 10); err != nil || len(list) != 1 || list[0].ID != master {
		t.Errorf("after the call: %d, %v", len(list), err)
	}
	_, err = town.Rate(ctx, casework.Resident(child), refOf(child), casework.Rating{Solved: casework.SolvedPartly, Satisfaction: 3})
	must(t, err)
	if c := state(t, town, child); c.State != casework.Merged || *c.MergedInto != master {
		t.Errorf("%s", c.State)
	}
	if c := state(t, town, master); c.State != casework.Replied {
		t.Errorf("the word on one case moved the other to %s", c.State)
	}
}
