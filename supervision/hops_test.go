package supervision

import (
	"fmt"
	"testing"

	"huiyin/casework"
)

// sentBy is a case that went through units in turn, each returning it but the last, which answers.
func sentBy(units ...string) *tale {
	k := newTale(casework.Complaint)
	for i, u := range units {
		k.sent(i+1, u)
		if i+1 < len(units) {
			k.step(casework.StepGrantReturn, casework.Accepted, 1, i+1, `{}`)
		}
	}
	return k.step(casework.StepReply, casework.Replied, 1, len(units), `{"flags":["boilerplate","late"]}`)
}

// What a case went through before a unit answered, counted by hand: who is asked first, second, third and later; a unit that gets it again at once counts once.
func TestHopsCountTheUnitsThatHadACase(t *testing.T) {
	for name, c := range map[string]struct {
		k    *tale
		last int
		want int
	}{
		"right at once":         {sentBy("c-urban"), 1, 1},
		"passed on once":        {sentBy("c-urban", "c-water"), 2, 2},
		"passed on twice":       {sentBy("c-urban", "c-water", "c-roads"), 3, 3},
		"passed on three times": {sentBy("c-urban", "c-water", "c-roads", "c-urban"), 4, 3},
		"to the same again":     {sentBy("c-urban", "c-urban"), 2, 1},
	} {
		if r := c.k.row(t, PartLeg, c.last); r.Hops != c.want || !r.First || r.Flags != "boilerplate,late" {
			t.Errorf("%s: %d hops, first %t, flags %q", name, r.Hops, r.First, r.Flags)
		}
	}
	again := sentBy("c-urban", "c-water").step(casework.StepRedo, casework.Dispatched, 2, 3, `{"lead":"c-water"}`).limit(casework.ClockHandle, 3, 9).step(casework.StepReply, casework.Replied, 2, 3, `{}`)
	if r := again.row(t, PartLeg, 3); r.Hops != 1 || r.First || r.Flags != "" {
		t.Errorf("another round: %d hops, first %t, flags %q", r.Hops, r.First, r.Flags)
	}
}

// folded is what each figure says of some rows of November, as "numerator/denominator".
func folded(rows []Row, codes ...string) map[string]string {
	out := map[string]string{}
	for _, code := range codes {
		d, _ := Define(code)
		f := Fold(d, One(202611), rows)
		out[code] = fmt.Sprintf("%s/%d", f.Numerator, f.Denominator)
	}
	return out
}

// Six answers by hand: three from the first unit, two from the second, one from the third; four of them pointed at. What came in another round is no hop of the
// case, and the hotline's own answer is neither.
func TestFiguresOfHopsAndFlagsByHand(t *testing.T) {
	leg := func(hops, n int, flags string, first bool) Row {
		return Row{Part: PartLeg, Unit: "c-urban", Replied: 202611, Hops: hops, Flags: flags, First: first, N: n}
	}
	rows := []Row{leg(1, 2, "", true), leg(1, 1, "late", true), leg(2, 2, "no_basis,late", true), leg(3, 1, "", true), leg(1, 1, "late", false),
		{Part: PartAnswer, Unit: casework.Hotline, Replied: 202611, First: true, N: 5}, {Part: PartLeg, Unit: "c-urban", Replied: 202610, Hops: 3, First: true, N: 9}}
	for code, want := range map[string]string{"hops_one": "3/6", "hops_two": "2/6", "hops_more": "1/6", "flagged": "4/7"} {
		if got := folded(rows, code)[code]; got != want {
			t.Errorf("%s is %s, by hand %s", code, got, want)
		}
	}
}

// A case whose first answer served badly and whose second served well: the first word is a bad one, the final word a good one, and both count as satisfaction.
func TestFirstAndFinalSatisfactionByHand(t *testing.T) {
	k := sentBy("c-urban").step(casework.StepRate, casework.Rated, 1, 1, `{"of":1,"solved":"no","satisfaction":1}`).
		step(casework.StepRedo, casework.Dispatched, 2, 2, `{"lead":"c-urban"}`).limit(casework.ClockHandle, 2, 9).step(casework.StepReply, casework.Replied, 2, 2, `{}`).
		step(casework.StepRate, casework.Rated, 2, 2, `{"of":2,"solved":"yes","satisfaction":5}`)
	twice := []Row{k.row(t, PartLeg, 1).Row, k.row(t, PartLeg, 2).Row}
	if got := folded(twice, "satisfied", "satisfied_first", "satisfied_final"); got["satisfied"] != "1/2" || got["satisfied_first"] != "0/1" || got["satisfied_final"] != "1/1" {
		t.Errorf("answered twice: %v", got)
	}
	once := sentBy("c-urban").step(casework.StepRate, casework.Rated, 1, 1, `{"of":1,"solved":"partly","satisfaction":3}`).row(t, PartLeg, 1).Row
	silent := sentBy("c-urban").row(t, PartLeg, 1).Row
	letter := sentBy("c-urban").step(casework.StepRate, casework.Rated, 1, 1, `{"of":1,"solved":"yes"}`).row(t, PartLeg, 1).Row // says nothing of satisfaction
	doubted := once
	doubted.Doubtful = true
	for _, code := range []string{"solved", "satisfied", "satisfied_first", "satisfied_final"} {
		d, _ := Define(code)
		if f := Fold(d, One(202611), []Row{once, doubted}); f.Denominator != 1 || f.Excluded[OutDoubtful] != 1 {
			t.Errorf("%s counts %d of a word and a doubtful one, left out %v", code, f.Denominator, f.Excluded)
		}
	}
	if got := folded([]Row{once, doubted}, "doubtful")["doubtful"]; got != "1/2" {
		t.Errorf("doubtful: %s", got)
	}
	for _, d := range Retired {
		if f := Fold(d, One(202611), []Row{once, doubted}); f.Denominator != 2 {
			t.Errorf("%s counts %d, as it never knew of doubts", d.ID(), f.Denominator)
		}
	}
	d, _ := Define("satisfied_first")
	f := Fold(d, One(202611), append(twice, once, silent, letter))
	if f.Numerator != Whole(1) || f.Denominator != 2 || f.Excluded[OutUnrated] != 1 {
		t.Errorf("first words: %s of %d, left out %v", f.Numerator, f.Denominator, f.Excluded)
	}
	if got := folded(append(twice, once, silent, letter), "satisfied_final")["satisfied_final"]; got != "2/2" {
		t.Errorf("final words: %s", got)
	}
	waived := once
	waived.Waived = "satisfied"
	if f := Fold(d, One(202611), []Row{waived}); f.Denominator != 0 || f.Excluded[OutAppealed] != 1 {
		t.Errorf("an appeal granted: %d, left out %v", f.Denominator, f.Excluded)
	}
}
