package casework_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

func breaches(t *testing.T, town *Town, id casework.CaseID) (names []string) {
	t.Helper()
	d, err := town.Dossier(ctx, casework.System, id)
	must(t, err)
	for _, k := range d.Clocks {
		if k.Breached != nil {
			names = append(names, k.Name)
			if !k.Breached.Equal(k.OriginalDue) {
				t.Errorf("%s broken at %s, was due %s", k.Name, k.Breached, k.OriginalDue)
			}
		}
	}
	n := 0
	for _, e := range d.Events {
		if e.Step == casework.StepBreach {
			n++
		}
	}
	if n != len(names) {
		t.Errorf("%d breaches in the history, %d on the clocks", n, len(names))
	}
	return names
}

// TestNoStepHidesABreachFromTheSweep takes, after the limit and before any sweep, the steps that cancel or move clocks.
func TestNoStepHidesABreachFromTheSweep(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for name, hide := range map[string]func(*Town, casework.Ref) error{
		"return": func(town *Town, ref casework.Ref) error {
			must(t, town.AskReturn(ctx, Worker(River), ref, "R1", "不是我们", "清单", Urban))
			return town.DecideReturn(ctx, Clerk(), ref, true, "")
		},
		"withdrawal": func(town *Town, ref casework.Ref) error { return town.Withdraw(ctx, casework.Resident(ref.ID), ref) },
		"hang-up": func(town *Town, ref casework.Ref) error {
			must(t, town.AskHang(ctx, Worker(River), ref, "等改造", town.Now().AddDate(0, 2, 0)))
			wants(t, town.DecideHang(ctx, Clerk(), ref, true, "等改造", town.Now().AddDate(50, 0, 0)), fault.Invalid, "fault.review_date_needed")
			return town.DecideHang(ctx, Clerk(), ref, true, "等改造", town.Now().Add(60*day))
		},
		"reply": func(town *Town, ref casework.Ref) error {
			return town.Reply(ctx, Worker(River), ref, casework.Reply{Text: "好"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := New(t)
			ref := refOf(town.Send(t, name, River))
			must(t, town.Sign(ctx, Worker(River), ref))
			town.Pass(6 * day)
			must(t, hide(town, ref))
			if got := breaches(t, town, ref.ID); len(got) < 2 {
				t.Errorf("contact and handle are late, the history knows of %v", got)
			}
		})
	}
}

func TestAnExtensionGrantedLateTakesNoBreachBack(t *testing.T) {
	t.Parallel()
	town := New(t)
	ref := refOf(town.Send(t, "延期", River))
	must(t, town.Sign(ctx, Worker(River), ref))
	must(t, town.Contact(ctx, Worker(River), ref, casework.ContactResult{Means: "visit", Reached: true}))
	must(t, town.AskExtension(ctx, Worker(River), ref, 5, town.Now().Add(20*24*time.Hour), "检测"))
	town.Pass(6 * 24 * time.Hour)
	must(t, town.DecideExtension(ctx, Chief(River), ref, true, ""))
	if got := breaches(t, town, ref.ID); len(got) != 1 || got[0] != casework.ClockHandle {
		t.Fatalf("%v", got)
	}
}

func TestAMergeTakenBackLetsThePromiseRunOn(t *testing.T) {
	t.Parallel()
	town := New(t)
	id, master := town.Open(t, "重复").ID, town.Open(t, "主件").ID
	must(t, town.Merge(ctx, Clerk(), refOf(id), master))
	must(t, town.Unmerge(ctx, Clerk(), refOf(id)))
	if c := state(t, town, id); c.State != casework.Accepted || c.Met != nil {
		t.Fatalf("%s, promise met %v", c.State, c.Met)
	}
	town.Pass(6 * 24 * time.Hour)
	n, err := town.SweepBreaches(ctx, 10)
	must(t, err)
	if n != 2 {
		t.Fatalf("%d promises broken, want both", n)
	}
	err = pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update clock set met_at = now() where case_id = $1`, id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update clock set met_at = null where case_id = $1`, id)
		return err
	})
	if err == nil {
		t.Fatal("a promise met was opened again without a merge")
	}
}

func TestNobodyFollowsACaseThatGoesNowhere(t *testing.T) {
	t.Parallel()
	town := New(t)
	a, b, c := town.Open(t, "甲").ID, town.Open(t, "乙").ID, town.Open(t, "丙").ID
	errs := atOnce(2, func(i int) error {
		if i == 0 {
			return town.Merge(ctx, Clerk(), refOf(a), b)
		}
		return town.Merge(ctx, Clerk(), refOf(b), a)
	})
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("two cases follow each other: %v", errs)
	}
	child, master := a, b
	if errs[0] != nil {
		child, master = b, a
	}
	wants(t, town.Merge(ctx, Clerk(), refOf(master), c), fault.Conflict, "fault.has_duplicates")
	wants(t, town.Merge(ctx, Clerk(), refOf(c), child), fault.Invalid, "fault.master_is_merged")
	wants(t, town.Merge(ctx, Clerk(), refOf(c), c), fault.Invalid, "fault.merge_self")
	must(t, town.Withdraw(ctx, casework.Resident(master), refOf(master)))
	if s := state(t, town, child); s.State != casework.Accepted || s.Owner != casework.Hotline || s.Met != nil || s.MergedInto != nil {
		t.Fatalf("after the other resident withdrew: %s", s.State)
	}
	wants(t, town.Merge(ctx, Clerk(), refOf(c), master), fault.Invalid, "fault.no_such_master")
}

func TestWhoAnsweredCannotSpeakForTheResident(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "直接答复").ID
	must(t, town.Answer(ctx, Clerk(), refOf(id), "答复"))
	self := Caller()
	self.StaffID = Clerk().StaffID
	_, err := town.Rate(ctx, self, refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
	wants(t, err, fault.Forbidden, "fault.handler_cannot_follow_up")
	wants(t, town.FollowUp(ctx, self, refOf(id), casework.FollowUpResult{Reached: true}), fault.Forbidden, "fault.handler_cannot_follow_up")
	wants(t, town.FollowUp(ctx, Caller(), refOf(id), casework.FollowUpResult{Reached: true, Solved: "a\x00"}), fault.Invalid, "fault.solved_needed")
	_, err = town.Rate(ctx, Caller(), refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
	must(t, err)
}
