package supervision

import (
	"testing"
	"time"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
)

// Whoever could not be reached is counted apart: neither satisfied nor solved, and not among those who said a word.
func TestWhoWasNotReachedIsCountedApart(t *testing.T) {
	answer := func() *tale {
		return newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepReply, casework.Replied, 1, 1, `{}`)
	}
	called := func(k *tale, last string) *tale {
		return k.step(casework.StepFollowUp, casework.Replied, 1, 1, `{"reached":false`+last+`}`)
	}
	rows := []Row{
		called(answer(), "").row(t, PartLeg, 1).Row,
		called(answer(), `,"last":true`).row(t, PartLeg, 1).Row,
		called(answer(), `,"last":true`).step(casework.StepRate, casework.Rated, 1, 1, `{"solved":"yes","satisfaction":5}`).row(t, PartLeg, 1).Row, // spoke up later
	}
	for code, want := range map[string]Halves{"not_reached": Whole(1), "satisfied": Whole(1), "solved": Whole(1), "coverage": Whole(1)} {
		d, ok := Define(code)
		if f := Fold(d, One(202611), rows); !ok || f.Numerator != want {
			t.Errorf("%s: %v of %d", code, f.Numerator.Float(), f.Denominator)
		}
	}
}

// A reply that was reviewed after the last call is closed by the sweep, as not reached.
func TestTheSweepClosesWhoWasNotReached(t *testing.T) {
	town := New(t)
	id := town.Answered(t, "打不通", Urban)
	ref := casework.Ref{ID: id}
	for range casework.StandardTries.Most {
		if err := town.FollowUp(t.Context(), Caller(), ref, casework.FollowUpResult{}); err != nil {
			t.Fatal(err)
		}
		town.Pass(casework.StandardTries.Apart)
	}
	if n, err := SweepClose(t.Context(), town.Docket, DefaultWaits); n != 0 || err != nil {
		t.Fatalf("%d closed before their review, %v", n, err)
	}
	if err := town.Review(t.Context(), Clerk(), ref); err != nil {
		t.Fatal(err)
	}
	town.Pass(time.Minute)
	if n, err := SweepClose(t.Context(), town.Docket, DefaultWaits); n != 1 || err != nil {
		t.Fatalf("%d closed, %v", n, err)
	}
	f, err := town.Dossier(t.Context(), casework.System, id)
	if last := f.Events[len(f.Events)-1]; err != nil || last.Step != casework.StepClose || string(last.Data) != `{"not_reached": true}` {
		t.Errorf("%+v %v", last, err)
	}
}
