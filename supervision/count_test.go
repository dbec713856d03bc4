package supervision

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huiyin/casework"
)

var city = time.FixedZone("CST", 8*3600)

// tale builds a history by hand.
type tale struct {
	casework.Dossier
	at time.Time
}

func newTale(kind casework.Kind) *tale {
	t := &tale{at: time.Date(2026, 11, 27, 9, 0, 0, 0, city)}
	t.limit(casework.ClockTotal, 0, 5)
	t.step(casework.StepFile, casework.Registered, 1, 0, `{"channel":"web","kind":"`+string(kind)+`","category":"010102","territory":"990101001"}`)
	return t
}

func (t *tale) limit(name string, leg, days int) *tale {
	due := time.Date(2026, 11, 27, 0, 0, 0, 0, city).AddDate(0, 0, days+1) // 24:00 of the day
	t.Clocks = append(t.Clocks, casework.Clock{Name: name, Leg: leg, Due: due, OriginalDue: due})
	return t
}

func (t *tale) step(s casework.Step, to casework.State, round, leg int, data string) *tale {
	t.Events = append(t.Events, casework.Event{Seq: int64(len(t.Events) + 1), At: t.at, Step: s, To: to, Round: round, Leg: leg, Data: json.RawMessage(data)})
	return t
}

func (t *tale) later(d time.Duration) *tale { t.at = t.at.Add(d); return t }

func (t *tale) sent(leg int, unit string) *tale {
	return t.limit(casework.ClockSign, leg, 1).limit(casework.ClockContact, leg, 1).limit(casework.ClockHandle, leg, 3).
		step(casework.StepDispatch, casework.Dispatched, 1, leg, `{"lead":"`+unit+`","kind":"complaint","category":"010102","territory":"990101001"}`)
}

// row picks one row of the tale.
func (t *tale) row(tt *testing.T, part Part, ord int) counted {
	tt.Helper()
	rows, err := count(t.Dossier, city, nil)
	if err != nil {
		tt.Fatal(err)
	}
	for _, r := range rows {
		if r.Part == part && r.Ord == ord {
			return r
		}
	}
	tt.Fatalf("no row %s %d among %d", part, ord, len(rows))
	return counted{}
}

// legs counts the rows of units' turns.
func (t *tale) legs(tt *testing.T) int {
	tt.Helper()
	rows, err := count(t.Dossier, city, nil)
	if err != nil {
		tt.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if r.Part == PartLeg {
			n++
		}
	}
	return n
}

func TestAPromiseUntilMidnightBelongsToTheDayBefore(t *testing.T) {
	k := newTale(casework.Complaint).sent(1, "c-urban") // handling until 24:00 of 30 November
	r := k.row(t, PartLeg, 1)
	if r.Due != 202611 || r.DueOn.In(city).Format(time.DateOnly) != "2026-11-30" {
		t.Errorf("due in %s, on %v", r.Due, r.DueOn)
	}
	k.at = time.Date(2026, 12, 1, 0, 0, 0, 0, city)
	k.step(casework.StepSign, casework.Signed, 1, 1, `{}`).step(casework.StepReply, casework.Replied, 1, 1, `{}`)
	if r := k.row(t, PartLeg, 1); r.Handled != InTime || r.Replied != 202612 {
		t.Errorf("at the due time itself the answer is %s, in %s", r.Handled, r.Replied)
	}
	k.Events[len(k.Events)-1].At = k.at.Add(time.Microsecond)
	if r := k.row(t, PartLeg, 1); r.Handled != Late {
		t.Errorf("a microsecond later the answer is %s", r.Handled)
	}
}

func TestTheFirstContact(t *testing.T) {
	for _, c := range []struct {
		name string
		tell func(*tale)
		want Outcome
	}{
		{"reached in time", func(k *tale) {
			k.step(casework.StepContact, casework.Contacted, 1, 1, `{"means":"phone","reached":true}`)
		}, InTime},
		{"tried in vain", func(k *tale) {
			k.step(casework.StepContact, casework.Signed, 1, 1, `{"means":"phone","reached":false}`)
		}, Running},
		{"tried in vain, then past due", func(k *tale) {
			k.step(casework.StepContact, casework.Signed, 1, 1, `{"reached":false}`).step(casework.StepBreach, casework.Signed, 1, 1, `{"clock":"contact","leg":1}`)
		}, Missed},
		{"reached too late", func(k *tale) {
			k.later(72*time.Hour).step(casework.StepContact, casework.Contacted, 1, 1, `{"reached":true}`)
		}, Late},
		{"answered at once", func(k *tale) { k.step(casework.StepReply, casework.Replied, 1, 1, `{}`) }, InTime},
		{"reached, but the resident denies it", func(k *tale) {
			k.step(casework.StepContact, casework.Contacted, 1, 1, `{"reached":true}`).step(casework.StepReply, casework.Replied, 1, 1, `{}`).
				step(casework.StepFollowUp, casework.FollowedUp, 1, 1, `{"reached":true,"contacted":false,"solved":"yes","satisfaction":4}`)
		}, Missed},
	} {
		k := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepSign, casework.Signed, 1, 1, `{}`)
		c.tell(k)
		if got := k.row(t, PartLeg, 1).Contacted; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTheResidentsWord(t *testing.T) {
	answered := func() *tale {
		return newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepReply, casework.Replied, 1, 1, `{}`)
	}
	for _, c := range []struct {
		name  string
		k     *tale
		want  casework.Solved
		level casework.Satisfaction
	}{
		{"silence", answered().step(casework.StepReview, casework.Reviewed, 1, 1, `{}`).step(casework.StepClose, casework.Closed, 1, 1, `{}`), "", 0},
		{"a call-back that reached nobody", answered().step(casework.StepFollowUp, casework.Replied, 1, 1, `{"reached":false}`), "", 0},
		{"a call-back", answered().step(casework.StepFollowUp, casework.FollowedUp, 1, 1, `{"reached":true,"solved":"partly","satisfaction":3}`), casework.SolvedPartly, 3},
		{"a rating after a call-back stands", answered().step(casework.StepFollowUp, casework.FollowedUp, 1, 1, `{"reached":true,"solved":"yes","satisfaction":5}`).
			step(casework.StepRate, casework.Rated, 1, 1, `{"solved":"no","satisfaction":1}`), casework.SolvedNo, 1},
		{"a call-back after a rating does not", answered().step(casework.StepRate, casework.Closed, 1, 1, `{"solved":"no","satisfaction":1}`).
			step(casework.StepFollowUp, casework.FollowedUp, 1, 1, `{"reached":true,"solved":"yes","satisfaction":5}`), casework.SolvedNo, 1},
	} {
		r := c.k.row(t, PartLeg, 1)
		if r.Verdict != c.want || r.Satisfaction != c.level {
			t.Errorf("%s: %q and %d, want %q and %d", c.name, r.Verdict, r.Satisfaction, c.want, c.level)
		}
	}
}

func TestTurnsOfACase(t *testing.T) {
	type face struct {
		Unit     casework.UnitCode
		Handled  Outcome
		Excluded string
		Open     bool
	}
	look := func(r counted) face { return face{r.Unit, r.Handled, r.Excluded, r.Open} }

	hung := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepSign, casework.Signed, 1, 1, `{}`).step(casework.StepHang, casework.HungUp, 1, 1, `{"review_on":"2026-12-31"}`)
	if diff := cmp.Diff(face{"c-urban", Ended, OutHungUp, false}, look(hung.row(t, PartLeg, 1))); diff != "" {
		t.Errorf("hung up: %s", diff)
	}
	if diff := cmp.Diff(face{"c-urban", Running, "", true}, look(hung.row(t, PartCase, 0))); diff != "" {
		t.Errorf("the case hung up still waits for its unit: %s", diff)
	}
	hung.limit(casework.ClockHandle, 2, 40).step(casework.StepUnhang, casework.InHand, 1, 2, `{}`)
	if diff := cmp.Diff(face{"c-urban", Running, "", true}, look(hung.row(t, PartLeg, 2))); diff != "" {
		t.Errorf("taken off the ledger: %s", diff)
	}
	if hung.row(t, PartLeg, 2).Dispatched || !hung.row(t, PartLeg, 1).Dispatched {
		t.Error("only the first turn is a dispatch")
	}

	merged := newTale(casework.Complaint).step(casework.StepMerge, casework.Merged, 1, 0, `{}`)
	if r := merged.row(t, PartCase, 0); r.Way != WayMerged || r.Open || r.Handled != Ended {
		t.Errorf("merged: %+v", r.Row)
	}
	merged.step(casework.StepUnmerge, casework.Accepted, 1, 0, `{}`)
	if r := merged.row(t, PartCase, 0); r.Way != WayWaiting || !r.Open || r.Excluded != "" || r.Unit != casework.Hotline {
		t.Errorf("taken apart again: %+v", r.Row)
	}

	own := newTale(casework.Consultation).step(casework.StepAnswer, casework.Answered, 1, 0, `{}`).
		step(casework.StepRate, casework.Rated, 1, 0, `{"solved":"no","satisfaction":2}`).step(casework.StepRedo, casework.Accepted, 2, 0, `{"lead":""}`)
	if r := own.row(t, PartAnswer, 1); !r.SentBack || r.Verdict != casework.SolvedNo || r.Unit != casework.Hotline {
		t.Errorf("the hotline's answer: %+v", r.Row)
	}
	own.step(casework.StepAnswer, casework.Answered, 2, 0, `{}`)
	if r := own.row(t, PartAnswer, 2); r.SentBack || r.Verdict != "" || r.Round != 2 {
		t.Errorf("its second answer: %+v", r.Row)
	}
	if r := own.row(t, PartCase, 0); r.Way != WayAnswered || r.Round != 2 {
		t.Errorf("the case: %+v", r.Row)
	}

	slip := newTale(casework.Complaint).sent(1, "c-water").later(8*time.Second).step(casework.StepRecall, casework.Accepted, 1, 1, `{"lead":"c-water","recalled":1}`)
	if r := slip.row(t, PartCase, 0); r.Way != WayWaiting || !r.Open || r.Unit != casework.Hotline || slip.legs(t) != 0 {
		t.Errorf("a dispatch taken back at once was none: %+v, %d legs", r.Row, slip.legs(t))
	}
	slip.sent(2, "c-urban")
	if r := slip.row(t, PartLeg, 2); slip.legs(t) != 1 || !r.Dispatched || r.Unit != "c-urban" || slip.row(t, PartCase, 0).Way != WayDispatched {
		t.Errorf("the dispatch that stands is the only one: %+v, %d legs", r.Row, slip.legs(t))
	}
	back := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepGrantReturn, casework.Accepted, 1, 1, `{"code":"R1"}`).
		sent(2, "c-water").step(casework.StepRecall, casework.Accepted, 1, 2, `{"lead":"c-water","recalled":2}`)
	if r := back.row(t, PartLeg, 1); back.legs(t) != 1 || r.Returned != "granted" || back.row(t, PartCase, 0).Way != WayDispatched {
		t.Errorf("the unit that returned it had it all the same: %+v, %d legs", r.Row, back.legs(t))
	}

	broken := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepBreach, casework.Dispatched, 1, 1, `{"clock":"handle","leg":1}`).
		later(96*time.Hour).step(casework.StepWithdraw, casework.Withdrawn, 1, 1, `{"after_sign":false}`)
	if r := broken.row(t, PartLeg, 1); r.Handled != Missed || r.Signed != Missed {
		t.Errorf("a broken promise is not undone when the resident gives up: %+v", r.Row)
	}
}

func TestReportsAndSecretCasesStandCoarserInTheRows(t *testing.T) {
	if r := newTale(casework.Report).row(t, PartCase, 0); r.Category != "01" {
		t.Errorf("a report shows %q", r.Category)
	}
	secret := newTale(casework.Complaint)
	secret.Case.Secret = true
	if r := secret.row(t, PartCase, 0); r.Category != "01" || r.District != "990101" {
		t.Errorf("a secret case shows %q in %q", r.Category, r.District)
	}
	if r := newTale(casework.Complaint).row(t, PartCase, 0); r.Category != "010102" {
		t.Errorf("a complaint shows %q", r.Category)
	}
}
