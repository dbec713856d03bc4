package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

// bounce dispatches a case to a unit that has it returned.
func bounce(t *testing.T, town *Town, ref casework.Ref, unit casework.UnitCode) {
	t.Helper()
	must(t, town.Dispatch(ctx, Clerk(), ref, casework.Order{Lead: unit, Clocks: town.Clocks()}))
	must(t, town.AskReturn(ctx, Worker(unit), ref, "R1", "不归我们", "清单第 3 项", Harbour))
	must(t, town.DecideReturn(ctx, Clerk(), ref, true, ""))
}

func TestAfterTwoReturnsTheNextUnitIsNamedByARulingAndKeepsTheCase(t *testing.T) {
	t.Parallel()
	town := New(t)
	ref := refOf(town.Open(t, "谁都不管的井盖").ID)
	bounce(t, town, ref, Urban)
	wants(t, town.Dispatch(ctx, Clerk(), ref, casework.Order{Lead: River, Clocks: town.Clocks(), RuleAfter: 1}), fault.Invalid, "fault.ruling_needed") // a policy may say so after one
	bounce(t, town, ref, River)
	before, err := town.Dossier(ctx, Clerk(), ref.ID)
	must(t, err)
	if n := before.Returns(); n != casework.ReturnsBeforeRuling {
		t.Fatalf("%d returns", n)
	}
	order := casework.Order{Lead: Urban, Clocks: town.Clocks()}
	wants(t, town.Dispatch(ctx, Clerk(), ref, order), fault.Invalid, "fault.ruling_needed")
	order.Ruling = "井盖在市管道路上，清单第 8 项归市城管"
	operator := Clerk()
	operator.Roles = []casework.Role{casework.Operator}
	wants(t, town.Dispatch(ctx, operator, ref, order), fault.Forbidden, "fault.only_dispatchers_rule")
	must(t, town.Dispatch(ctx, Clerk(), ref, order))
	if !state(t, town, ref.ID).Designated {
		t.Fatal("a ruling designates")
	}
	wants(t, town.AskReturn(ctx, Worker(Urban), ref, "R1", "还是不归我们", "清单", River), fault.Conflict, "fault.designated")

	f, err := town.Dossier(ctx, casework.Resident(ref.ID), ref.ID)
	must(t, err)
	for _, e := range f.Events {
		if strings.Contains(string(e.Data), "清单第 8 项") {
			t.Error("the resident reads what offices wrote to each other")
		}
	}
	must(t, town.Recall(ctx, Clerk(), ref))
	if state(t, town, ref.ID).Designated {
		t.Error("a dispatch taken back designates nobody")
	}
}

func TestANewRoundCountsItsOwnReturns(t *testing.T) {
	t.Parallel()
	town := New(t)
	ref := refOf(town.Open(t, "反复").ID)
	bounce(t, town, ref, River)
	bounce(t, town, ref, River)
	must(t, town.Dispatch(ctx, Clerk(), ref, casework.Order{Lead: Urban, Clocks: town.Clocks(), Ruling: "归市城管"}))
	town.Work(t, ref.ID, Urban)
	must(t, town.Redo(ctx, Clerk(), ref, "没有修好", town.Clocks()))
	f, err := town.Dossier(ctx, Clerk(), ref.ID)
	must(t, err)
	if n := f.Returns(); n != 0 || state(t, town, ref.ID).Designated {
		t.Errorf("%d returns in a round that has just begun", n)
	}
}

func TestAnAppealIsAskedOnceByTheUnitItIsAboutAndDecidedByADispatcher(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Answered(t, "要求拆掉公交站", Urban)
	ref, leader := refOf(id), Chief(Urban)
	score := casework.Appeal{Kind: casework.ScoreAppeal, Figures: []string{"satisfied"}, Reason: "市民评错了单位"}
	wants(t, town.Appeal(ctx, leader, ref, casework.Appeal{Kind: casework.ScoreAppeal, Reason: "没有指明"}), fault.Invalid, "fault.figures_needed")
	wants(t, town.Appeal(ctx, leader, ref, casework.Appeal{Kind: casework.ScoreAppeal, Figures: []string{"all"}, Reason: "全部"}), fault.Invalid, "fault.figures_needed")
	wants(t, town.Appeal(ctx, leader, ref, casework.Appeal{Kind: casework.Unreasoned}), fault.Invalid, "fault.reason_needed")
	wants(t, town.Appeal(ctx, Chief(River), ref, score), fault.NotFound, "fault.no_such_case")
	wants(t, town.Appeal(ctx, Clerk(), ref, score), fault.Forbidden, "fault.not_your_step")
	must(t, town.Appeal(ctx, leader, ref, score))
	wants(t, town.Appeal(ctx, leader, ref, score), fault.Conflict, "fault.appealed_before")
	must(t, town.Appeal(ctx, leader, ref, casework.Appeal{Kind: casework.Unreasoned, Reason: "要求拆站没有依据"}))

	list, err := town.Appeals(ctx, leader, id)
	must(t, err)
	if len(list) != 2 || list[0].Unit != Urban || list[0].Leg != 1 || list[0].Granted != nil {
		t.Fatalf("%+v", list)
	}
	wants(t, town.DecideAppeal(ctx, leader, ref, list[0].ID, true, "同意"), fault.Forbidden, "fault.not_your_step")
	wants(t, town.DecideAppeal(ctx, Clerk(), ref, list[0].ID, true, ""), fault.Invalid, "fault.reason_needed")
	must(t, town.DecideAppeal(ctx, Clerk(), ref, list[0].ID, true, "录音为证"))
	wants(t, town.DecideAppeal(ctx, Clerk(), ref, list[0].ID, false, "再想"), fault.Conflict, "fault.no_such_request")
	must(t, town.Review(ctx, Clerk(), ref))
	must(t, town.Close(ctx, Clerk(), ref))
	must(t, town.DecideAppeal(ctx, Clerk(), ref, list[1].ID, false, "诉求合理")) // the case has ended meanwhile
}

func TestAStreetWhistlesAndBothSidesAreOnRecord(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "街口塌陷", Willow)
	ref, street, urban := refOf(id), Worker(Willow), Worker(Urban)
	must(t, town.Sign(ctx, street, ref))
	call := casework.Whistle{Place: "柳街 8 号路口", ReportBy: town.Now().Add(2 * time.Hour), Calls: []casework.WhistleCall{{Unit: Urban}, {Unit: Harbour}, {Unit: Urban}}}
	past, nobody, nowhere := call, call, call
	past.ReportBy, nobody.Calls, nowhere.Place = town.Now(), nil, " "
	wants(t, town.Whistle(ctx, street, ref, past), fault.Invalid, "fault.report_by_needed")
	wants(t, town.Whistle(ctx, street, ref, nobody), fault.Invalid, "fault.unit_needed")
	wants(t, town.Whistle(ctx, street, ref, nowhere), fault.Invalid, "fault.place_needed")
	self := call
	self.Calls = []casework.WhistleCall{{Unit: Willow}}
	wants(t, town.Whistle(ctx, street, ref, self), fault.Invalid, "fault.whistle_department")
	_, err := town.Case(ctx, urban, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
	must(t, town.Whistle(ctx, street, ref, call))
	wants(t, town.Whistle(ctx, urban, ref, call), fault.Forbidden, "fault.not_lead")
	page, err := town.DeskList(ctx, urban, casework.DeskQuery{View: casework.DeskOpen, Now: town.Now(), Tonight: town.Now().Add(12 * time.Hour)})
	must(t, err)
	if len(page.Entries) != 1 || !page.Entries[0].Limit.Equal(call.ReportBy) {
		t.Errorf("the department called has %+v", page.Entries)
	}

	town.Pass(2 * time.Hour)
	must(t, town.ReportIn(ctx, urban, ref, "已到现场，围了起来", nil)) // at the limit is in time
	town.Pass(time.Second)
	must(t, town.ReportIn(ctx, Worker(Harbour), ref, "来晚了", nil))
	wants(t, town.ReportIn(ctx, urban, ref, "又来", nil), fault.Conflict, "fault.not_whistled")
	n, err := town.Desk(ctx, urban, town.Now(), town.Now().Add(12*time.Hour))
	must(t, err)
	if n.Open != 0 || n.Assist != 1 {
		t.Errorf("after reporting %d open, %d to assist with", n.Open, n.Assist)
	}
	list, err := town.Whistles(ctx, street, id)
	must(t, err)
	if len(list) != 1 || len(list[0].Calls) != 2 || list[0].By != Willow {
		t.Fatalf("%+v", list)
	}
	late := map[casework.UnitCode]bool{}
	for _, c := range list[0].Calls {
		late[c.Unit] = list[0].Late(c, town.Now())
	}
	if late[Urban] || !late[Harbour] {
		t.Errorf("late: %v", late)
	}
	scores, err := town.WhistleScores(ctx, Clerk(), town.Now().Add(-24*time.Hour), town.Now().Add(time.Second))
	must(t, err)
	want := []casework.WhistleScore{{Unit: Urban, Called: 1, InTime: 1}, {Unit: Harbour, Called: 1, Late: 1}, {Unit: Willow, Made: 1}}
	if !slices.Equal(scores, want) {
		t.Errorf("both sides: %+v", scores)
	}
	own, err := town.WhistleScores(ctx, urban, town.Now().Add(-24*time.Hour), town.Now().Add(time.Second))
	must(t, err)
	if !slices.Equal(own, want[:1]) {
		t.Errorf("a unit reads of others: %+v", own)
	}

	district := refOf(town.Send(t, "另一件", River))
	must(t, town.Sign(ctx, Worker(River), district))
	call.ReportBy = town.Now().Add(time.Hour)
	wants(t, town.Whistle(ctx, Worker(River), district, call), fault.Forbidden, "fault.only_streets_whistle")
}

func TestACoHandlerIsNeverDueAfterTheLead(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "占道", River)
	limit := *state(t, town, id).UnitDue
	wants(t, town.CoHandle(ctx, Clerk(), refOf(id), []casework.UnitCode{Urban}, limit.Add(time.Second)), fault.Invalid, "fault.due_after_lead")
	wants(t, town.CoHandle(ctx, Clerk(), refOf(id), []casework.UnitCode{Urban}, town.Now()), fault.Invalid, "fault.due_after_lead")
	must(t, town.CoHandle(ctx, Clerk(), refOf(id), []casework.UnitCode{Urban}, limit.Add(-time.Hour)))
	must(t, town.CoHandle(ctx, Clerk(), refOf(id), []casework.UnitCode{Harbour}, time.Time{}))
	f, err := town.Dossier(ctx, Clerk(), id)
	must(t, err)
	for _, p := range f.Parties {
		want := limit
		if p.Unit == Urban {
			want = limit.Add(-time.Hour)
		}
		if p.Due == nil || !p.Due.Equal(want) {
			t.Errorf("%s is due %v", p.Unit, p.Due)
		}
	}
	if _, err := town.Pool.Exec(ctx, `update party set due_at = due_at + interval '1 day' where case_id = $1 and unit = 'c-urban'`, id); err == nil {
		t.Error("the database lets a co-handler have longer than the lead")
	}
}
