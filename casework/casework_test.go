package casework_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func refOf(id casework.CaseID) casework.Ref { return casework.Ref{ID: id} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.KeyOf(err) != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func state(t *testing.T, town *Town, id casework.CaseID) casework.Case {
	t.Helper()
	c, err := town.Case(ctx, casework.System, id)
	must(t, err)
	return c
}

func TestTheSameSubmissionTwiceIsOneCase(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("路灯不亮")
	var wg sync.WaitGroup
	receipts := make([]casework.Receipt, 8)
	for i := range receipts {
		wg.Go(func() {
			r, err := town.Docket.Open(ctx, f)
			if err != nil {
				t.Error(err)
			}
			receipts[i] = r
		})
	}
	wg.Wait()
	fresh := 0
	for _, r := range receipts {
		if r.ID != receipts[0].ID || r.Code != receipts[0].Code || r.Number != receipts[0].Number {
			t.Fatalf("two receipts for one submission: %v %v", r.Number, receipts[0].Number)
		}
		if !r.Existing {
			fresh++
		}
	}
	if fresh != 1 {
		t.Fatalf("%d receipts claim to be the first", fresh)
	}
}

func TestTheWholeLifeWithRedo(t *testing.T) {
	t.Parallel()
	town := New(t)
	r := town.Open(t, "占道经营")
	resident := casework.Resident(r.ID)
	due := state(t, town, r.ID).Due
	must(t, town.Dispatch(ctx, Clerk(), refOf(r.ID), casework.Order{Lead: Urban, Co: []casework.UnitCode{Willow}, Clocks: town.Clocks(), Suggested: 1}))
	if c := state(t, town, r.ID); c.State != casework.Dispatched || c.Owner != Urban || c.Lead != Urban {
		t.Fatalf("after dispatch: %s owned by %s", c.State, c.Owner)
	}
	town.Pass(time.Hour)
	town.Work(t, r.ID, Urban)
	if c := state(t, town, r.ID); c.State != casework.Replied || c.Owner != casework.Hotline {
		t.Fatalf("after reply: %s owned by %s", c.State, c.Owner)
	}
	effect, err := town.Rate(ctx, resident, refOf(r.ID), casework.Rating{Round: 1, Solved: casework.SolvedNo, Satisfaction: 2, Text: casework.Masked{Original: "第二天又来了", Clear: "第二天又来了"}, RedoClocks: town.Clocks()})
	must(t, err)
	if !effect.Redone {
		t.Fatal("not solved with new facts starts another round")
	}
	c := state(t, town, r.ID)
	if c.State != casework.Dispatched || c.Round != 2 || c.Leg != 2 || c.Owner != Urban || !c.Due.Equal(due) {
		t.Fatalf("second round: %s round %d leg %d owner %s", c.State, c.Round, c.Leg, c.Owner)
	}
	town.Pass(time.Hour)
	town.Work(t, r.ID, Urban)
	effect, err = town.Rate(ctx, resident, refOf(r.ID), casework.Rating{Solved: casework.SolvedNo, Satisfaction: 1, Text: casework.Masked{Original: "还在", Clear: "还在"}, RedoClocks: town.Clocks()})
	must(t, err)
	if effect.Redone || !effect.Spent {
		t.Fatal("the resident sends a case back once; after that a supervisor looks")
	}
	_, err = town.Rate(ctx, resident, refOf(r.ID), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
	wants(t, err, fault.Conflict, "fault.step_not_now")
	must(t, town.Close(ctx, casework.System, refOf(r.ID)))
	d, err := town.Dossier(ctx, resident, r.ID)
	must(t, err)
	if len(d.Ratings) != 2 || len(d.Requests) != 0 {
		t.Fatalf("%d ratings kept", len(d.Ratings))
	}
	var steps []string
	for _, e := range d.Events {
		steps = append(steps, string(e.Step))
	}
	if got := strings.Join(steps, " "); got != "file accept dispatch sign contact begin reply rate redo sign contact begin reply rate close" {
		t.Fatal(got)
	}
}

func TestWhoMayTakeWhichStep(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "噪音", River)
	wants(t, town.Sign(ctx, Worker(Harbour), refOf(id)), fault.NotFound, "fault.no_such_case")
	wants(t, town.Sign(ctx, Clerk(), refOf(id)), fault.Forbidden, "fault.not_your_step")
	wants(t, town.Reply(ctx, Worker(River), refOf(id), casework.Reply{Text: "x"}), fault.Conflict, "fault.step_not_now")
	wants(t, town.Sign(ctx, Worker(River), casework.Ref{ID: id, Version: 1}), fault.Conflict, "fault.stale_case")
	must(t, town.Sign(ctx, Worker(River), refOf(id)))
	must(t, town.AskExtension(ctx, Worker(River), refOf(id), 5, town.Now().Add(9*24*time.Hour), "需要检测"))
	self := Chief(River)
	self.StaffID = Worker(River).StaffID
	wants(t, town.DecideExtension(ctx, self, refOf(id), true, ""), fault.Forbidden, "fault.own_request")
	must(t, town.DecideExtension(ctx, Chief(River), refOf(id), true, ""))
	c := state(t, town, id)
	if !c.UnitDue.After(c.Due) {
		t.Fatal("an extension moves the unit's limit, not the resident's promise")
	}
	elsewhere := casework.Resident(town.Open(t, "别的").ID)
	_, err := town.Case(ctx, elsewhere, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
}

func TestReturnGoesBackToTheHotlineAndADesignatedUnitMayNotReturn(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "积水", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(id), "R1", "不属于我区", "权责清单 3.2", Urban))
	must(t, town.DecideReturn(ctx, Clerk(), refOf(id), true, ""))
	c := state(t, town, id)
	if c.State != casework.Accepted || c.Owner != casework.Hotline || c.Lead != "" {
		t.Fatalf("%s %s %s", c.State, c.Owner, c.Lead)
	}
	if _, err := town.Case(ctx, Worker(River), id); fault.KindOf(err) != fault.NotFound {
		t.Fatal("a unit that gave a case back sees it no more")
	}
	must(t, town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: Urban, Clocks: town.Clocks()}))
	must(t, town.AskReturn(ctx, Worker(Urban), refOf(id), "R1", "不属于我局", "权责清单 1.1", River))
	must(t, town.DecideReturn(ctx, Clerk(), refOf(id), false, "清单第 4 条属你局"))
	wants(t, town.AskReturn(ctx, Worker(Urban), refOf(id), "R1", "再退", "x", River), fault.Conflict, "fault.designated")
}

func TestEveryReadOfPersonalDataIsAUse(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "漏水", River)
	got, err := town.Reveal(ctx, Worker(River), id, []casework.PersonalField{casework.FieldName, casework.FieldPhone, casework.FieldBody}, casework.Use{Purpose: casework.ForContact, Basis: casework.BasisDuty})
	must(t, err)
	if got[casework.FieldPhone] != "13800001111" || got[casework.FieldName] != "林小舟" || !strings.Contains(got[casework.FieldBody], "13800001111") {
		t.Fatal("not what was filed")
	}
	if s := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(s, "138") || strings.Contains(s, "林") {
		t.Fatal("revealed data prints itself")
	}
	if _, err := town.Reveal(ctx, Worker(Harbour), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact}); fault.KindOf(err) != fault.NotFound {
		t.Fatal("another unit read it")
	}
	_, err = town.Reveal(ctx, Worker(River), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{})
	wants(t, err, fault.Invalid, "fault.purpose_needed")
	_, err = town.Reveal(ctx, Worker(River), id, []casework.PersonalField{casework.FieldCode}, casework.Use{Purpose: casework.ForContact})
	wants(t, err, fault.Forbidden, "fault.code_is_the_residents")
	uses, err := town.Uses(ctx, casework.Resident(id), id)
	must(t, err)
	if len(uses) != 1 || uses[0].Unit != River || uses[0].Purpose != casework.ForContact || len(uses[0].Fields) != 3 {
		t.Fatalf("%+v", uses)
	}
	var clear int
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from cases c join person p on p.case_id = c.id join event e on e.case_id = c.id
			where to_jsonb(c)::text || to_jsonb(p)::text || to_jsonb(e)::text ~ '13800001111|林小舟|lin@example|[^0-9a-f-]301[^0-9a-f-]'`).Scan(&clear)
	}))
	if clear != 0 {
		t.Fatal("personal data stands in clear in the database")
	}
	must(t, town.Erase(ctx, casework.System, id, casework.Erasure{Reason: "retention"}))
	_, err = town.Reveal(ctx, Worker(River), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact})
	wants(t, err, fault.Gone, "fault.erased")
}

func TestIdentityBehindASecretCaseStaysWithTheHotline(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("举报")
	f.Secret = true
	r, err := town.Docket.Open(ctx, f)
	must(t, err)
	must(t, town.Dispatch(ctx, Clerk(), refOf(r.ID), casework.Order{Lead: River, Clocks: town.Clocks()}))
	_, err = town.Reveal(ctx, Worker(River), r.ID, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact})
	wants(t, err, fault.Forbidden, "fault.secret_case")
	_, err = town.Reveal(ctx, Worker(River), r.ID, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForHandling})
	wants(t, err, fault.Forbidden, "fault.secret_case") // the resident's own words can name them
	_, err = town.Reveal(ctx, Worker(River), r.ID, []casework.PersonalField{casework.FieldPlace}, casework.Use{Purpose: casework.ForHandling})
	must(t, err)
}

func TestNoScopeNoRows(t *testing.T) {
	t.Parallel()
	town := New(t)
	town.Send(t, "井盖", River)
	for _, table := range []string{"cases", "person", "attachment", "message", "rating", "submission"} {
		var n int
		must(t, town.Pool.QueryRow(ctx, `select count(*) from `+table).Scan(&n))
		if n != 0 {
			t.Errorf("%s shows %d rows without a scope", table, n)
		}
		var forced bool
		must(t, town.Pool.QueryRow(ctx, `select relrowsecurity and relforcerowsecurity from pg_class where relname = $1`, table).Scan(&forced))
		if !forced {
			t.Errorf("%s does not force row-level security", table)
		}
	}
	if _, err := town.Pool.Exec(ctx, `update event set step = 'x'`); err == nil {
		t.Error("history was edited")
	}
	if _, err := town.Pool.Exec(ctx, `delete from event`); err == nil {
		t.Error("history was deleted")
	}
}

func TestABreachIsJudgedAtItsTime(t *testing.T) {
	t.Parallel()
	town := New(t)
	onTime := town.Send(t, "准时", River)
	late := town.Send(t, "超期", River)
	town.Pass(24 * time.Hour) // exactly the sign limit: met
	must(t, town.Sign(ctx, Worker(River), refOf(onTime)))
	if n, err := town.SweepBreaches(ctx, 100); err != nil || n != 0 {
		t.Fatalf("%d breaches at the due time itself: %v", n, err)
	}
	town.Pass(time.Second)
	must(t, town.Sign(ctx, Worker(River), refOf(late))) // late before any sweep saw it
	n, err := town.SweepBreaches(ctx, 100)
	must(t, err)
	if n != 2 { // both contact clocks
		t.Fatalf("%d breaches, want the two contact clocks", n)
	}
	if n, err := town.SweepBreaches(ctx, 100); err != nil || n != 0 {
		t.Fatalf("a second sweep found %d: %v", n, err)
	}
	d, err := town.Dossier(ctx, casework.System, late)
	must(t, err)
	var breaches []string
	for _, e := range d.Events {
		if e.Step == casework.StepBreach {
			breaches = append(breaches, e.At.Sub(d.Case.FiledAt).String()+string(e.Data))
		}
	}
	if len(breaches) != 2 || !strings.HasPrefix(breaches[0], "24h0m0s") {
		t.Fatalf("%v", breaches)
	}
	d, _ = town.Dossier(ctx, casework.System, onTime)
	for _, k := range d.Clocks {
		if k.Name == casework.ClockSign && (k.Late(town.Now()) || k.Breached != nil) {
			t.Fatal("equal to the deadline is met")
		}
	}
}

func TestTheTotalClockIsNeverResetOrStopped(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "x", River)
	for _, sql := range []string{
		`update clock set due_at = due_at + interval '1 day' where case_id = $1 and name = 'total'`,
		`update clock set cancelled_at = now() where case_id = $1 and name = 'total'`,
		`update clock set started_at = now() where case_id = $1 and name = 'total'`,
		`delete from clock where case_id = $1 and name = 'total'`,
		`insert into clock select case_id, 'total', 1, unit, started_at, due_at, original_due_at, working_days, provisional, policy, calendar from clock where case_id = $1 and name = 'total'`,
		`insert into party (case_id, unit, role, leg, joined_at) values ($1, 'd-harbour', 'lead', 1, now())`,
		`update cases set lead_unit = null where id = $1`,
		`update cases set owner_unit = 'hotline' where id = $1`,
	} {
		err := pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, id)
			return err
		})
		if err == nil {
			t.Errorf("the database allowed: %s", sql)
		}
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"7kq2-m9tx": "7KQ2-M9TX", " 7KQ2 M9TX ": "7KQ2-M9TX", "7KQ2M9TX": "7KQ2-M9TX", "７ＫＱ２－Ｍ９ＴＸ": "7KQ2-M9TX", "7KQ2-M9T": "", "7KQ2-M9TXX": "", "IIII-OOOO": "", "": ""} {
		if got, _ := casework.NormalCode(typed); got != want {
			t.Errorf("%q → %q, want %q", typed, got, want)
		}
	}
	town := New(t)
	r := town.Open(t, "x")
	id, err := town.ByCode(ctx, strings.ToLower(strings.ReplaceAll(r.Code, "-", " ")))
	must(t, err)
	if id != r.ID {
		t.Fatal("another case")
	}
	_, err = town.ByCode(ctx, "2222-2222")
	wants(t, err, fault.NotFound, "fault.no_such_code")
	link := town.RatingLink(r.ID, 1)
	_, _, err = town.ByRatingLink(ctx, link)
	wants(t, err, fault.NotFound, "fault.no_such_link")
	must(t, town.Answer(ctx, Clerk(), refOf(r.ID), "答复"))
	_, round, err := town.ByRatingLink(ctx, link)
	must(t, err)
	if round != 1 {
		t.Fatal(round)
	}
	town.Pass(31 * 24 * time.Hour)
	_, _, err = town.ByRatingLink(ctx, link)
	wants(t, err, fault.Gone, "fault.link_expired")
}

func TestSharedListsAndCounts(t *testing.T) {
	t.Parallel()
	town := New(t)
	for i := range 5 {
		town.Send(t, fmt.Sprint("件", i), Willow)
	}
	town.Send(t, "别处", Harbour)
	district := Worker(River, Willow)
	seen := map[casework.CaseID]bool{}
	q := casework.Query{Owner: district.Units, Limit: 2}
	for {
		p, err := town.List(ctx, district, q)
		must(t, err)
		for _, c := range p.Cases {
			if seen[c.ID] {
				t.Fatal("listed twice")
			}
			seen[c.ID] = true
		}
		if p.Next == "" {
			break
		}
		q.After = p.Next
	}
	if len(seen) != 5 {
		t.Fatalf("%d of 5 listed for the district above the street", len(seen))
	}
	n, err := town.Counts(ctx, district, nil)
	must(t, err)
	if n[casework.Dispatched] != 5 {
		t.Fatalf("%v", n)
	}
}

func TestAUnitThatWaitsForTheResidentIsNotLateMeanwhile(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "等材料", River)
	by := Worker(River)
	must(t, town.Sign(ctx, by, refOf(id)))
	must(t, town.Contact(ctx, by, refOf(id), casework.ContactResult{Means: "phone", Reached: true}))
	must(t, town.Pause(ctx, by, refOf(id), "请补充合同照片"))
	town.Pass(6 * 24 * time.Hour) // past the handling limit and past the promise
	if n, err := town.SweepBreaches(ctx, 100); err != nil || n != 1 {
		t.Fatalf("%d breaches, %v: the promise to the resident runs on, the unit's limit stands still", n, err)
	}
	must(t, town.Add(ctx, casework.Resident(id), refOf(id), casework.Addition{Channel: casework.Web, Text: casework.Masked{Original: "补上了", Clear: "补上了"}}))
	if c := state(t, town, id); c.State != casework.InHand {
		t.Fatalf("%s after the resident answered", c.State)
	}
}
