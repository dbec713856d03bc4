package casework_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

// colleague opens an account, so that a case can be handed to it by name.
func colleague(t *testing.T, town *Town, login string, unit casework.UnitCode, roles ...casework.Role) casework.Actor {
	t.Helper()
	a := casework.Actor{Kind: casework.ByStaff, Unit: unit, Units: []casework.UnitCode{unit}, Roles: roles}
	err := town.Pool.QueryRow(ctx, `insert into account (login, name, password_hash, unit, roles, created_at) values ($1, $1, 'none', $2, $3, now()) returning id`, login, unit, roles).Scan(&a.StaffID)
	must(t, err)
	return a
}

func TestAStreetGetsTheCaseItsPersonAnswersTheStreetAndTheDistrictAnswersTheResident(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "路灯不亮", River)
	ref, district, willow := refOf(id), Worker(River, Willow), Worker(Willow)
	handler := colleague(t, town, "lamp", Willow, casework.Handler)
	_, err := town.Case(ctx, willow, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")

	must(t, town.Assign(ctx, district, ref, casework.Task{Unit: Willow, Advice: "请当天到现场"}))
	if c := state(t, town, id); c.State != casework.Signed || c.Lead != River || c.Owner != River {
		t.Fatalf("%s, lead %s, owner %s: the lead stays responsible", c.State, c.Lead, c.Owner)
	}
	limit := *state(t, town, id).UnitDue
	wants(t, town.Assign(ctx, willow, ref, casework.Task{Unit: Willow, Staff: handler.StaffID, Due: limit.Add(time.Second)}), fault.Invalid, "fault.due_after_giver")
	must(t, town.Assign(ctx, willow, ref, casework.Task{Unit: Willow, Staff: handler.StaffID, Due: limit.Add(-time.Hour)}))
	list, err := town.Assignments(ctx, handler, id)
	must(t, err)
	if h, ok := casework.Holder(list); !ok || h.Depth != 2 || h.Staff != handler.StaffID || !handler.Holds(h) {
		t.Fatalf("%+v", list)
	}

	must(t, town.Contact(ctx, handler, ref, casework.ContactResult{Means: "phone", Reached: true}))
	wants(t, town.Reply(ctx, handler, ref, casework.Reply{Text: "换好了"}), fault.Forbidden, "fault.not_lead")
	wants(t, town.HandBack(ctx, Worker(Urban), ref, casework.HandIn{Done: true, Text: "不是我们"}), fault.NotFound, "fault.no_such_case")
	must(t, town.HandBack(ctx, handler, ref, casework.HandIn{Done: true, Text: "灯换好了"}))
	must(t, town.HandBack(ctx, willow, ref, casework.HandIn{Done: true, Text: "街道核过，灯换好了"}))
	wants(t, town.HandBack(ctx, willow, ref, casework.HandIn{Done: true, Text: "再交一次"}), fault.Forbidden, "fault.not_holder")
	must(t, town.Reply(ctx, district, ref, casework.Reply{Text: "灯已换好"}))

	f, err := town.Dossier(ctx, casework.Resident(id), id)
	must(t, err)
	for _, m := range f.Messages {
		if m.Purpose == "internal" {
			t.Error("the resident reads what the street wrote to the district")
		}
	}
	for _, e := range f.Events {
		if data := string(e.Data); e.Step == casework.StepAssign && (contains(data, "当天") || contains(data, "staff")) {
			t.Errorf("the resident gets %s", data)
		}
	}
}

func TestAReturnedTaskIsTheGiversAgainAndOutOfSight(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "占道", River)
	ref, district, willow := refOf(id), Worker(River, Willow), Worker(Willow)
	must(t, town.Assign(ctx, district, ref, casework.Task{Unit: Willow}))
	wants(t, town.HandBack(ctx, willow, ref, casework.HandIn{}), fault.Invalid, "fault.reason_needed")
	must(t, town.HandBack(ctx, willow, ref, casework.HandIn{Text: "在柳街以外"}))
	_, err := town.Case(ctx, willow, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
	n, err := town.Desk(ctx, district, town.Now(), town.Now())
	must(t, err)
	if n.Back != 1 || n.Open != 1 {
		t.Errorf("%+v", n)
	}
	must(t, town.Assign(ctx, district, ref, casework.Task{Unit: Willow})) // once more: the earlier part in the case opens again
	must(t, town.TakeBack(ctx, district, ref))
	wants(t, town.TakeBack(ctx, district, ref), fault.Conflict, "fault.nothing_handed_out")
	_, err = town.Case(ctx, willow, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
}

func TestWhoMayHoldACase(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "噪声", River)
	ref, district := refOf(id), Worker(River, Willow)
	stranger := colleague(t, town, "stranger", Urban, casework.Handler)
	first, second := colleague(t, town, "first", River, casework.Handler), colleague(t, town, "second", River, casework.Handler)
	must(t, town.Sign(ctx, district, ref))
	wants(t, town.Assign(ctx, district, ref, casework.Task{Unit: Urban}), fault.Invalid, "fault.holder_needed")
	wants(t, town.Assign(ctx, district, ref, casework.Task{}), fault.Invalid, "fault.holder_needed")
	wants(t, town.Assign(ctx, district, ref, casework.Task{Unit: River, Staff: stranger.StaffID}), fault.Invalid, "fault.not_working_there")
	must(t, town.CoHandle(ctx, Clerk(), ref, []casework.UnitCode{Willow}, time.Time{}))
	wants(t, town.Assign(ctx, district, ref, casework.Task{Unit: Willow}), fault.Invalid, "fault.holder_assists")
	wants(t, town.Assign(ctx, first, ref, casework.Task{Staff: second.StaffID}), fault.Forbidden, "fault.only_for_yourself")
	must(t, town.Assign(ctx, first, ref, casework.Task{Staff: first.StaffID}))
	wants(t, town.Assign(ctx, second, ref, casework.Task{Staff: second.StaffID}), fault.Forbidden, "fault.only_for_yourself")
	wants(t, town.HandBack(ctx, second, ref, casework.HandIn{Text: "不是我的"}), fault.Forbidden, "fault.not_holder")
	mine, err := town.DeskList(ctx, first, casework.DeskQuery{View: casework.DeskMine, Now: town.Now(), Tonight: town.Now()})
	must(t, err)
	if len(mine.Entries) != 1 || mine.Entries[0].HolderStaff != first.StaffID {
		t.Errorf("%+v", mine)
	}
}

func TestTheDatabaseItselfKeepsALimitBelowTheOneAbove(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "积水", River)
	limit := *state(t, town, id).UnitDue
	err := pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into assignment (id, case_id, leg, depth, unit, due_at, assigned_at, by_unit) values ($1, $2, 1, 1, $3, $4, now(), $5)`, uuid.New(), id, Willow, limit.Add(time.Minute), River)
		return err
	})
	if err == nil || !contains(err.Error(), "no later than") {
		t.Errorf("%v", err)
	}
}

func TestTheSameSendingIsKeptOnce(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "井盖", River)
	ref, by, key := refOf(id), Worker(River), uuid.New()
	must(t, town.Sign(ctx, by, ref))
	must(t, town.Note(ctx, by, ref, casework.Note{Text: "已到现场", Key: key}))
	wants(t, town.Note(ctx, by, ref, casework.Note{Text: "已到现场", Key: key}), fault.Conflict, "fault.sent_before")
	there, err := town.Said(ctx, by, id, key)
	must(t, err)
	other, err := town.Said(ctx, Chief(River), id, key)
	must(t, err)
	if !there || other {
		t.Errorf("arrived %v, for somebody else %v", there, other)
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }
