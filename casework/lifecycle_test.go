package casework_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

// TestAnyOrderOfStepsKeepsTheLaws lets everybody try everything in any order: what the table forbids fails as a fault and changes nothing,
// what it allows keeps one owner, one lead, one total clock and an unbroken history.
func TestAnyOrderOfStepsKeepsTheLaws(t *testing.T) {
	t.Parallel()
	town := withLimits(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := town.Open(t, "性质")
		promised := r.Due
		ref := casework.Ref{ID: r.ID}
		units := []casework.UnitCode{Urban, River, Willow}
		actors := []casework.Actor{Clerk(), Clerk(), Caller(), Worker(Urban), Worker(River, Willow), Worker(Willow), Chief(Urban), Chief(River), casework.Resident(r.ID), casework.System}
		steps := rapid.IntRange(1, 25).Draw(rt, "steps")
		for range steps {
			by := rapid.SampledFrom(actors).Draw(rt, "by")
			unit := rapid.SampledFrom(units).Draw(rt, "unit")
			yes := rapid.Bool().Draw(rt, "yes")
			name := rapid.SampledFrom(tryNames).Draw(rt, "step")
			before := state(t, town, r.ID)
			err := try(town, name, by, ref, unit, yes)
			after := state(t, town, r.ID)
			if err != nil && fault.KindOf(err) == fault.Internal {
				rt.Fatalf("%s by %v in %s: %v", name, by.Roles, before.State, err)
			}
			if err != nil && after.Version != before.Version {
				rt.Fatalf("%s failed with %v and yet changed the case", name, err)
			}
			if !rapid.Bool().Draw(rt, "at once") {
				town.Pass(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
			}
			laws(rt, town, r.ID, promised)
		}
	})
}

var tryNames = []string{"accept", "dispatch", "dispatch", "recall", "sign", "sign", "contact", "begin", "reply", "reply", "ask_return", "decide_return", "ask_extension", "decide_extension",
	"ask_hang", "decide_hang", "unhang", "ask_termination", "decide_termination", "pause", "resume", "co_handle", "review", "follow_up", "rate", "redo", "withdraw", "add", "close", "archive",
	"decline", "redirect", "answer", "supervise", "urge", "sweep", "reveal", "assign", "assign", "hand_back", "take_back", "hand_over", "hear", "hear",
	"whistle", "report_in", "appeal", "decide_appeal", "rule"}

func try(town *Town, name string, by casework.Actor, ref casework.Ref, unit casework.UnitCode, yes bool) error {
	day := 24 * time.Hour
	words := casework.Masked{Original: "新情况", Clear: "新情况"}
	switch name {
	case "accept":
		return town.Accept(ctx, by, ref)
	case "hand_over":
		return town.HandOver(ctx, by, ref, casework.HandingOver{ID: uuid.New(), City: "湖城市", Reason: "在湖城"})
	case "hear":
		what := casework.AbroadDispatched
		if yes {
			what = casework.AbroadAnswered
		}
		return town.Hear(ctx, ref, casework.News{Handover: uuid.New(), Seq: 1, What: what, City: "湖城市", Text: "已处理"})
	case "dispatch":
		return town.Dispatch(ctx, by, ref, casework.Order{Lead: unit, Co: []casework.UnitCode{Harbour}, Clocks: town.Clocks()})
	case "recall":
		return town.Recall(ctx, by, ref)
	case "sign":
		return town.Sign(ctx, by, ref)
	case "contact":
		return town.Contact(ctx, by, ref, casework.ContactResult{Means: "phone", Reached: yes})
	case "begin":
		return town.Begin(ctx, by, ref)
	case "reply":
		return town.Reply(ctx, by, ref, casework.Reply{Text: "已处理"})
	case "ask_return":
		return town.AskReturn(ctx, by, ref, "R1", "不是我们", "清单", unit)
	case "decide_return":
		return town.DecideReturn(ctx, by, ref, yes, "理由")
	case "ask_extension":
		return town.AskExtension(ctx, by, ref, 5, town.Now().Add(20*day), "检测")
	case "decide_extension":
		return town.DecideExtension(ctx, by, ref, yes, "理由")
	case "ask_hang":
		return town.AskHang(ctx, by, ref, "等管网改造", time.Time{})
	case "decide_hang":
		return town.DecideHang(ctx, by, ref, yes, "等管网改造", town.Now().Add(60*day))
	case "unhang":
		return town.Unhang(ctx, by, ref, town.Clocks())
	case "ask_termination":
		return town.AskTermination(ctx, by, ref, "无法核实")
	case "decide_termination":
		return town.DecideTermination(ctx, by, ref, yes, "说明")
	case "pause":
		return town.Pause(ctx, by, ref, "请补充地址")
	case "resume":
		return town.Resume(ctx, by, ref, town.Now().Add(6*day))
	case "co_handle":
		return town.CoHandle(ctx, by, ref, []casework.UnitCode{unit}, time.Time{})
	case "review":
		return town.Review(ctx, by, ref)
	case "follow_up":
		return town.FollowUp(ctx, by, ref, casework.FollowUpResult{Reached: yes})
	case "rate":
		solved := casework.SolvedNo
		if yes {
			solved = casework.SolvedYes
		}
		_, err := town.Rate(ctx, by, ref, casework.Rating{Solved: solved, Satisfaction: 3, Text: words, RedoClocks: town.Clocks()})
		return err
	case "redo":
		return town.Redo(ctx, by, ref, "未解决", town.Clocks())
	case "withdraw":
		return town.Withdraw(ctx, by, ref)
	case "add":
		return town.Add(ctx, by, ref, casework.Addition{Channel: casework.Web, Text: words})
	case "close":
		return town.Close(ctx, by, ref)
	case "archive":
		return town.Archive(ctx, by, ref)
	case "decline":
		return town.Decline(ctx, by, ref, "beyond_duty", "请拨打 12309")
	case "redirect":
		return town.Redirect(ctx, by, ref, "119")
	case "answer":
		return town.Answer(ctx, by, ref, "答复")
	case "supervise":
		return town.Supervise(ctx, by, ref, "routine", "超期")
	case "urge":
		return town.Urge(ctx, by, ref)
	case "assign":
		return town.Assign(ctx, by, ref, casework.Task{Unit: Willow})
	case "hand_back":
		return town.HandBack(ctx, by, ref, casework.HandIn{Done: yes, Text: "已处理"})
	case "rule":
		return town.Dispatch(ctx, by, ref, casework.Order{Lead: unit, Clocks: town.Clocks(), Ruling: "清单写明"})
	case "whistle":
		return town.Whistle(ctx, by, ref, casework.Whistle{Place: "柳街口", ReportBy: town.Now().Add(2 * time.Hour), Calls: []casework.WhistleCall{{Unit: Urban}}})
	case "report_in":
		return town.ReportIn(ctx, by, ref, "已到场", nil)
	case "appeal":
		return town.Appeal(ctx, by, ref, casework.Appeal{Kind: casework.Unreasoned, Reason: "要求没有依据"})
	case "decide_appeal":
		list, err := town.Appeals(ctx, casework.System, ref.ID)
		if err != nil || len(list) == 0 {
			return err
		}
		return town.DecideAppeal(ctx, by, ref, list[0].ID, yes, "核实过")
	case "take_back":
		return town.TakeBack(ctx, by, ref)
	case "reveal":
		_, err := town.Reveal(ctx, by, ref.ID, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForHandling, Basis: casework.BasisDuty})
		return err
	default:
		for _, sweep := range []func() (int, error){
			func() (int, error) { return town.SweepBreaches(ctx, 100) },
			func() (int, error) { return town.SweepStages(ctx, 100, halfAndAfter) },
			func() (int, error) { return town.SweepDecisions(ctx, 100) },
			func() (int, error) { return town.SweepRounds(ctx, 100, casework.Rounds{Redo: 2, Transfers: 2}) },
		} {
			if _, err := sweep(); err != nil {
				return err
			}
		}
		return nil
	}
}

func laws(t *rapid.T, town *Town, id casework.CaseID, promised time.Time) {
	err := pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var st casework.State
		var owner, lead casework.UnitCode
		var round, leg, leads, totals, redos, legs, broken, running, hops, depth, said, told, ended int
		var start, due time.Time
		err := tx.QueryRow(ctx, `select c.state, c.owner_unit, coalesce(c.lead_unit, ''), c.round, c.leg,
				(select count(*) from party where case_id = c.id and role = 'lead' and left_at is null),
				(select count(*) from clock where case_id = c.id and name = 'total' and cancelled_at is null),
				(select started_at from clock where case_id = c.id and name = 'total'), (select due_at from clock where case_id = c.id and name = 'total'),
				(select count(*) from event where case_id = c.id and step = 'redo'),
				(select count(*) from event where case_id = c.id and (step in ('dispatch','unhang','redo') or step in ('grant_return','recall') and data ? 'due')),
				(select count(*) from (select state_from, lag(state_to) over (order by seq) as was from event where case_id = c.id) e where was is not null and state_from <> was)
				, (select count(*) from clock where case_id = c.id and met_at is null and cancelled_at is null)
				, (select count(*) from assignment where case_id = c.id and ended_at is null), (select coalesce(max(depth), 0) from assignment where case_id = c.id and ended_at is null)
				, (select count(*) from escalation where case_id = c.id), (select count(*) from event where case_id = c.id and step in ('remind','escalate'))
				, (select count(*) from clock where case_id = c.id and leg > 0 and met_at is null and cancelled_at is null and c.state in ('closed','terminated','withdrawn'))
			from cases c where c.id = $1`, id).Scan(&st, &owner, &lead, &round, &leg, &leads, &totals, &start, &due, &redos, &legs, &broken, &running, &hops, &depth, &said, &told, &ended)
		if err != nil {
			return err
		}
		switch {
		case owner == "":
			return fmt.Errorf("no owner in %s", st)
		case (st == casework.Registered || st == casework.Accepted) && (owner != casework.Hotline || leads != 0):
			return fmt.Errorf("%s is owned by %s with %d leads", st, owner, leads)
		case st.Handling() && (owner != lead || leads != 1):
			return fmt.Errorf("%s: owner %s, lead %s, %d leads", st, owner, lead, leads)
		case leads > 1:
			return fmt.Errorf("%d leads", leads)
		case totals != 1 || !due.Equal(promised):
			return fmt.Errorf("%d total clocks, due %s, promised %s", totals, due, promised)
		case round != 1+redos || leg != legs:
			return fmt.Errorf("round %d after %d redos, leg %d after %d dispatches", round, redos, leg, legs)
		case running == 0 && (st == casework.Registered || st == casework.Accepted || st.Handling() && st != casework.HungUp):
			return fmt.Errorf("%s rests without a running clock", st)
		case hops != depth || hops > 0 && (!st.Handling() || st == casework.HungUp):
			return fmt.Errorf("%d hops, the deepest at %d, in %s", hops, depth, st)
		case said != told:
			return fmt.Errorf("%d things were said of limits, the history knows of %d", said, told)
		case ended != 0:
			return fmt.Errorf("%d limits run on in %s", ended, st)
		case broken != 0:
			return fmt.Errorf("history has %d gaps", broken)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
