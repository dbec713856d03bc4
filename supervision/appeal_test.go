package supervision

import (
	"testing"

	"huiyin/casework"
)

// Two legs of one unit in November: one in time and rated solved, one late and rated not solved; the second is appealed against.
func TestAGrantedAppealLeavesALegOutOfTheFiguresItNames(t *testing.T) {
	late := func(step casework.Step, data string) Row {
		k := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepSign, casework.Signed, 1, 1, `{}`).step(casework.StepReply, casework.Replied, 1, 1, `{}`).
			step(casework.StepRate, casework.Rated, 1, 1, `{"solved":"no","satisfaction":1}`)
		if step != "" {
			k.step(step, casework.Rated, 1, 1, data)
		}
		return k.row(t, PartLeg, 1).Row
	}
	good := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepReply, casework.Replied, 1, 1, `{}`).step(casework.StepRate, casework.Rated, 1, 1, `{"solved":"yes","satisfaction":5}`).row(t, PartLeg, 1).Row
	figure := func(code string, r Row) Figure {
		d, _ := Define(code)
		return Fold(d, Period{From: 202611, To: 202611}, []Row{good, r})
	}
	for _, c := range []struct {
		name, code string
		row        Row
		num        Halves
		of         int
		out        string
		outOf      int
	}{
		{"nobody appealed", "solved", late("", ""), Whole(1), 2, "", 0},
		{"appealed and not decided", "solved", late(casework.StepAppeal, `{"kind_of":"score","leg":1,"figures":["solved"]}`), Whole(1), 2, "", 0},
		{"refused", "solved", late(casework.StepRefuseAppeal, `{"kind_of":"score","leg":1,"figures":["solved"]}`), Whole(1), 2, "", 0},
		{"granted", "solved", late(casework.StepGrantAppeal, `{"kind_of":"score","leg":1,"figures":["solved"]}`), Whole(1), 1, OutAppealed, 1},
		{"granted for another figure", "satisfied", late(casework.StepGrantAppeal, `{"kind_of":"score","leg":1,"figures":["solved"]}`), Whole(1), 2, "", 0},
		{"unreasonable, the verdict", "solved", late(casework.StepGrantAppeal, `{"kind_of":"unreasonable","leg":1}`), Whole(1), 1, OutUnreasoned, 1},
		{"unreasonable, the satisfaction", "satisfied", late(casework.StepGrantAppeal, `{"kind_of":"unreasonable","leg":1}`), Whole(1), 1, OutUnreasoned, 1},
		{"unreasonable, and still to be answered in time", "on_time", late(casework.StepGrantAppeal, `{"kind_of":"unreasonable","leg":1}`), Whole(2), 2, "", 0},
	} {
		f := figure(c.code, c.row)
		if f.Numerator != c.num || f.Denominator != c.of || f.Excluded[c.out] != c.outOf {
			t.Errorf("%s: %v of %d, left out %v", c.name, f.Numerator.Float(), f.Denominator, f.Excluded)
		}
	}
}

func TestAHungUpCaseIsCountedAsSuchUntilItIsTakenOff(t *testing.T) {
	k := newTale(casework.Complaint).sent(1, "c-urban").step(casework.StepSign, casework.Signed, 1, 1, `{}`).step(casework.StepHang, casework.HungUp, 1, 1, `{"review_on":"2026-12-31"}`)
	d, _ := Define("hung_up")
	if f := Fold(d, One(202611), []Row{k.row(t, PartCase, 0).Row}); f.Numerator != Whole(1) {
		t.Errorf("hung up: %v", f.Numerator.Float())
	}
	k.limit(casework.ClockHandle, 2, 5).step(casework.StepUnhang, casework.InHand, 1, 2, `{}`)
	if f := Fold(d, One(202611), []Row{k.row(t, PartCase, 0).Row}); f.Numerator != 0 {
		t.Errorf("taken off: %v", f.Numerator.Float())
	}
}
