package casework_test

import (
	"crypto/sha256"
	"testing"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
)

func TestWhoeverReadsAKeptSubmissionLeavesATrace(t *testing.T) {
	t.Parallel()
	town := New(t)
	k := casework.Kept{Key: sha256.Sum256([]byte("raw")), Channel: casework.Email, Verdict: "bounce", Reason: "null_return_path"}
	must(t, town.Keep(ctx, k, []byte("From: lin@example.org")))
	must(t, town.Keep(ctx, k, []byte("From: lin@example.org")))
	if list, err := town.KeptList(ctx, Clerk(), -1); err != nil || len(list) != 1 {
		t.Fatalf("%d kept, %v", len(list), err)
	}
	for _, by := range []casework.Actor{Worker(River), Chief(Urban), Caller(), casework.Resident(casework.CaseID{})} {
		if list, _ := town.KeptList(ctx, by, 10); len(list) != 0 && by.Unit != casework.Hotline {
			t.Errorf("%v lists it", by.Roles)
		}
		_, raw, err := town.KeptRaw(ctx, by, k.Key)
		wants(t, err, fault.Forbidden, "fault.not_your_step")
		if raw != nil {
			t.Errorf("%v got the message", by.Roles)
		}
		wants(t, town.Settle(ctx, by, k.Key, casework.DroppedSpam, nil), fault.Forbidden, "fault.not_your_step")
	}
	_, raw, err := town.KeptRaw(ctx, Clerk(), k.Key)
	must(t, err)
	if string(raw) != "From: lin@example.org" {
		t.Fatal("another message")
	}
	uses, err := town.KeptUses(ctx, Clerk(), k.Key)
	must(t, err)
	if len(uses) != 1 || uses[0].StaffID != Clerk().StaffID || uses[0].Role != casework.Operator || uses[0].Unit != casework.Hotline || uses[0].At.IsZero() {
		t.Fatalf("%+v", uses)
	}
	if uses, _ := town.KeptUses(ctx, Worker(River), k.Key); len(uses) != 0 {
		t.Fatal("a unit reads who read it")
	}
	for _, sql := range []string{`update kept_use set staff_id = 0`, `delete from kept_use`, `truncate kept_use`} {
		if _, err := town.Pool.Exec(ctx, sql); err == nil {
			t.Errorf("the database allowed: %s", sql)
		}
	}
	must(t, town.Settle(ctx, Clerk(), k.Key, casework.DroppedMachine, nil))
	must(t, town.Settle(ctx, casework.System, k.Key, casework.DroppedSpam, nil))
	wants(t, town.Settle(ctx, Clerk(), casework.Key{1}, casework.DroppedSpam, nil), fault.NotFound, "fault.no_such_submission")
	if list, _ := town.KeptList(ctx, Clerk(), 10); len(list) != 0 {
		t.Fatal("settled and still listed")
	}
	done, err := town.KeptSettled(ctx, Clerk(), 10)
	must(t, err)
	if len(done) != 1 || done[0].Settled == nil || done[0].Settled.How != casework.DroppedMachine || done[0].Settled.StaffID != Clerk().StaffID {
		t.Fatalf("%+v", done)
	}
}
