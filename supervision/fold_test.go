package supervision_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/supervision"
)

var (
	outcomes = []supervision.Outcome{supervision.None, supervision.InTime, supervision.Late, supervision.Missed, supervision.Running, supervision.Ended}
	months   = []supervision.Month{0, 202610, 202611, 202612}
)

func anyRow(t *rapid.T) supervision.Row {
	month := rapid.SampledFrom(months)
	outcome := rapid.SampledFrom(outcomes)
	return supervision.Row{
		Part: rapid.SampledFrom([]supervision.Part{supervision.PartCase, supervision.PartLeg, supervision.PartAnswer}).Draw(t, "part"),
		Way:  rapid.SampledFrom(supervision.Ways).Draw(t, "way"), Filed: month.Draw(t, "filed"), Opened: month.Draw(t, "opened"), Dispatched: rapid.Bool().Draw(t, "dispatched"),
		Due: month.Draw(t, "due"), Replied: month.Draw(t, "replied"), Rated: month.Draw(t, "rated"),
		Signed: outcome.Draw(t, "signed"), Contacted: outcome.Draw(t, "contacted"), Handled: outcome.Draw(t, "handled"), Original: outcome.Draw(t, "original"),
		Verdict:      rapid.SampledFrom([]casework.Solved{"", casework.SolvedYes, casework.SolvedPartly, casework.SolvedNo}).Draw(t, "verdict"),
		Satisfaction: casework.Satisfaction(rapid.IntRange(0, 5).Draw(t, "satisfaction")), SentBack: rapid.Bool().Draw(t, "sent back"),
		Returned: rapid.SampledFrom([]string{"", "granted", "refused"}).Draw(t, "returned"), Extensions: rapid.IntRange(0, 2).Draw(t, "extensions"),
		Excluded: supervision.OutReturned, Open: rapid.Bool().Draw(t, "open"), Overdue: rapid.Bool().Draw(t, "overdue"),
		Hours: rapid.IntRange(-1, 100).Draw(t, "hours"), N: rapid.IntRange(1, 9).Draw(t, "n"),
	}
}

func TestFiguresOfTwoHeapsAddUpToTheFigureOfBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.Custom(anyRow), 0, 20).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Custom(anyRow), 0, 20).Draw(t, "b")
		p := supervision.Period{From: 202610, To: 202611}
		both := append(append([]supervision.Row{}, a...), b...)
		for _, d := range supervision.Definitions {
			fa, fb, f := supervision.Fold(d, p, a), supervision.Fold(d, p, b), supervision.Fold(d, p, both)
			if fa.Denominator+fb.Denominator != f.Denominator || fa.Out()+fb.Out() != f.Out() {
				t.Fatalf("%s: denominators do not add up", d.Code)
			}
			if d.Measure != supervision.Hours && fa.Numerator+fb.Numerator != f.Numerator {
				t.Fatalf("%s: numerators do not add up", d.Code)
			}
			if d.Measure != supervision.Hours && (f.Numerator < 0 || f.Numerator > supervision.Whole(f.Denominator)) {
				t.Fatalf("%s: %s of %d", d.Code, f.Numerator, f.Denominator)
			}
			for reason := range f.Excluded {
				if _, named := supervision.ExclusionNames[reason]; !named {
					t.Fatalf("%s leaves rows out for %q, which has no name", d.Code, reason)
				}
			}
		}
		if id := supervision.Balance(p, both); !id.Holds() {
			t.Fatalf("the double entry does not hold: %+v", id)
		}
	})
}

func TestOneRowOfManyCountsLikeManyRowsOfOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRow(t)
		var apart []supervision.Row
		for range r.N {
			single := r
			single.N = 1
			apart = append(apart, single)
		}
		p := supervision.Period{From: 202610, To: 202612}
		for _, d := range supervision.Definitions {
			if diff := cmp.Diff(supervision.Fold(d, p, []supervision.Row{r}), supervision.Fold(d, p, apart)); diff != "" {
				t.Fatalf("%s: %s", d.Code, diff)
			}
		}
	})
}

func TestAnswerTimesByNearestRank(t *testing.T) {
	answered := func(hours, n int) supervision.Row {
		return supervision.Row{Part: supervision.PartCase, Replied: 202611, Hours: hours, N: n}
	}
	for _, c := range []struct {
		name        string
		rows        []supervision.Row
		median, p90 string
		n           int
	}{
		{"none", nil, "0", "0", 0},
		{"one", []supervision.Row{answered(7, 1)}, "7", "7", 1},
		{"two take the lower", []supervision.Row{answered(9, 1), answered(3, 1)}, "3", "9", 2},
		{"ten", []supervision.Row{answered(1, 5), answered(2, 4), answered(50, 1)}, "1", "2", 10},
		{"eleven", []supervision.Row{answered(1, 5), answered(2, 4), answered(50, 2)}, "2", "50", 11},
		{"unanswered rows do not count", []supervision.Row{answered(4, 1), {Part: supervision.PartCase, Replied: 202611, Hours: -1, N: 9}}, "4", "4", 1},
	} {
		median, _ := supervision.Define("hours_median")
		p90, _ := supervision.Define("hours_p90")
		m, p := supervision.Fold(median, supervision.One(202611), c.rows), supervision.Fold(p90, supervision.One(202611), c.rows)
		if m.Numerator.String() != c.median || p.Numerator.String() != c.p90 || m.Denominator != c.n {
			t.Errorf("%s: median %s, nine in ten %s of %d", c.name, m.Numerator, p.Numerator, m.Denominator)
		}
	}
}

func TestFigureIsWrittenAsTheContractSays(t *testing.T) {
	d, _ := supervision.Define("solved")
	rows := []supervision.Row{
		{Part: supervision.PartLeg, Rated: 202611, Verdict: casework.SolvedYes, N: 3},
		{Part: supervision.PartLeg, Rated: 202611, Verdict: casework.SolvedPartly, N: 1},
	}
	body, err := json.Marshal(supervision.Fold(d, supervision.One(202611), rows))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"definition":"solved@3","measure":"share","numerator":3.5,"denominator":4,"excluded":{},"period":"2026-11","state":"live"}`; string(body) != want {
		t.Errorf("written %s, want %s", body, want)
	}
	hidden := supervision.Fold(d, supervision.Last(202611, 6), rows)
	hidden.Suppressed = true
	body, _ = json.Marshal(hidden)
	if want := `{"definition":"solved@3","measure":"share","numerator":null,"denominator":null,"excluded":{},"period":"2026-06/2026-11","state":"live","suppressed":true}`; string(body) != want {
		t.Errorf("written %s, want %s", body, want)
	}
}

func TestBoundsOfSmallSharesAreWide(t *testing.T) {
	f := supervision.Figure{Measure: supervision.Share, Numerator: supervision.Whole(9), Denominator: 10}
	low, high := f.Bounds() // Wilson at 95 %: 0.5958 to 0.9821
	if math.Abs(low-0.5958) > 0.0005 || math.Abs(high-0.9821) > 0.0005 {
		t.Errorf("9 of 10 lies between %.4f and %.4f", low, high)
	}
	if f.Ranked() {
		t.Error("ten rows are ranked")
	}
}

func TestMonths(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	if m := supervision.MonthOf(time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC), zone); m != 202611 {
		t.Errorf("midnight in the city is still in %s", m)
	}
	for _, c := range []struct {
		m    supervision.Month
		n    int
		want supervision.Month
	}{{202611, 1, 202612}, {202612, 1, 202701}, {202601, -1, 202512}, {202603, -14, 202501}, {202611, 0, 202611}} {
		if got := c.m.Add(c.n); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.m, c.n, got, c.want)
		}
	}
	if _, err := supervision.ParseMonth("2026-13"); err == nil {
		t.Error("a thirteenth month was read")
	}
	if m, err := supervision.ParseMonth("2026-02"); err != nil || m != 202602 {
		t.Errorf("2026-02 was read as %s, %v", m, err)
	}
}
