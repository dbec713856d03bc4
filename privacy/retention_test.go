package privacy_test

import (
	"context"
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg/pgtest"
	"huiyin/privacy"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestPersonalDataIsDestroyedThreeYearsAfterTheEnd keeps what is younger, and says in the history that it was done.
func TestPersonalDataIsDestroyedThreeYearsAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	town := New(t)
	old := town.Open(t, "旧")
	if err := town.Decline(ctx, Clerk(), casework.Ref{ID: old.ID}, "beyond_duty", "请拨打 12309"); err != nil {
		t.Fatal(err)
	}
	open := town.Open(t, "在办")
	town.Pass(3*366*24*time.Hour - 48*time.Hour)
	young := town.Open(t, "新")
	if err := town.Decline(ctx, Clerk(), casework.Ref{ID: young.ID}, "beyond_duty", "请拨打 12309"); err != nil {
		t.Fatal(err)
	}
	town.Pass(48 * time.Hour)
	for want := range 2 {
		n, err := privacy.SweepRetention(ctx, town.Docket, 100)
		if err != nil || n != 1-want {
			t.Fatalf("run %d destroyed %d: %v", want+1, n, err)
		}
	}
	phone := []casework.PersonalField{casework.FieldPhone}
	use := casework.Use{Purpose: casework.ForRights}
	if _, err := town.Reveal(ctx, Clerk(), old.ID, phone, use); fault.KindOf(err) != fault.Gone {
		t.Errorf("the old case still opens: %v", err)
	}
	for _, id := range []casework.CaseID{young.ID, open.ID} {
		if got, err := town.Reveal(ctx, Clerk(), id, phone, use); err != nil || got[casework.FieldPhone] == "" {
			t.Errorf("a case within its time was destroyed: %v", err)
		}
	}
	f, err := town.Dossier(ctx, casework.System, old.ID)
	if err != nil || f.Case.Body == "" || f.Events[len(f.Events)-1].Step != casework.StepErase {
		t.Errorf("the masked words and the history remain: %v", err)
	}
}
