package board

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huiyin/locale"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

func shareOf(num, den int) supervision.Figure {
	return supervision.Figure{Definition: "on_time@1", Measure: supervision.Share, Numerator: supervision.Whole(num), Denominator: den, Suppressed: den > 0 && den < supervision.MinShown}
}

func TestFewCasesAreNeverRankedBeforeOrAfterMany(t *testing.T) {
	better, _ := supervision.Define("on_time")
	lower, _ := supervision.Define("redo")
	late, _ := supervision.Define("overdue_open")
	count := func(n int) supervision.Figure {
		return supervision.Figure{Definition: "overdue_open@1", Measure: supervision.Count, Numerator: supervision.Whole(n), Denominator: 90}
	}
	for _, c := range []struct {
		name string
		d    supervision.Definition
		a, b supervision.Figure
		want int
	}{
		{"the higher share first", better, shareOf(39, 40), shareOf(30, 40), -1},
		{"a share of 29 after one of 30, however high", better, shareOf(29, 29), shareOf(1, 30), 1},
		{"two of few keep their order", better, shareOf(1, 10), shareOf(10, 10), 0},
		{"nothing counted comes after", better, supervision.Figure{}, shareOf(1, 30), 1},
		{"where lower is better, the lower first", lower, shareOf(1, 40), shareOf(9, 40), -1},
		{"of counts the larger first, so that most late comes on top", late, count(9), count(2), -1},
		{"equal stays", better, shareOf(20, 40), shareOf(30, 60), 0},
	} {
		if got := inOrder(c.d, c.a, c.b); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestOrderOfUnitsIsAnOrder(t *testing.T) {
	d, _ := supervision.Define("on_time")
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) supervision.Figure {
			den := rapid.IntRange(0, 60).Draw(t, "den")
			return shareOf(rapid.IntRange(0, den).Draw(t, "num"), den)
		}), 0, 12).Draw(t, "figures")
		slices.SortStableFunc(list, func(a, b supervision.Figure) int { return inOrder(d, a, b) })
		many := true
		for i, f := range list {
			if f.Ranked() && !many {
				t.Fatalf("a ranked figure follows one of few cases: %v", list)
			}
			if many = many && f.Ranked(); many && i > 0 && value(list[i-1]) < value(f) {
				t.Fatalf("%v before %v", list[i-1], f)
			}
		}
	})
}

func TestPlacesAreSharedByEquals(t *testing.T) {
	line := func(code string, f supervision.Figure) supervision.UnitLine {
		l := supervision.UnitLine{Unit: supervision.Unit{ZH: code, EN: code}}
		l.Code, l.Key = "u", code
		l.Figures = []supervision.Figure{f}
		return l
	}
	units := []supervision.UnitLine{line("a", shareOf(40, 40)), line("b", shareOf(30, 40)), line("c", shareOf(60, 80)), line("d", shareOf(10, 40)), line("e", shareOf(9, 9))}
	v := view{Page: shell.Page{Lang: locale.EN}}
	places := v.places(units, func(l supervision.UnitLine) supervision.Figure { return l.Figures[0] })
	if want := []string{"1", "2", "2", "4", "–"}; !slices.Equal(places, want) {
		t.Errorf("places %v, want %v", places, want)
	}
}

func TestEveryAreaHasATileOfItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "areas")
		var areas []routing.Territory
		for i := range n {
			a := routing.Territory{Code: string(rune('a' + i))}
			if rapid.Bool().Draw(t, "known") {
				a.Point = &routing.Point{Lat: rapid.Float64Range(18, 53).Draw(t, "lat"), Lon: rapid.Float64Range(73, 135).Draw(t, "lon")}
			}
			areas = append(areas, a)
		}
		cells := grid(areas)
		used := map[at]bool{}
		for code, c := range cells {
			if used[c] || c.col < 0 || c.row < 0 || c.col > n || c.row > n {
				t.Fatalf("%s has no tile of its own: %v", code, cells)
			}
			used[c] = true
		}
		if len(cells) != n {
			t.Fatalf("%d tiles of %d areas", len(cells), n)
		}
	})
}

func TestTheMapKeepsNorthAndWest(t *testing.T) {
	p := func(code string, lat, lon float64) routing.Territory {
		return routing.Territory{Code: code, Point: &routing.Point{Lat: lat, Lon: lon}}
	}
	c := grid([]routing.Territory{p("middle", 30, 120), p("north-west", 31, 119), p("south-east", 29, 121), p("east", 30, 121)})
	if c["north-west"].row >= c["middle"].row || c["north-west"].col >= c["middle"].col || c["south-east"].row <= c["middle"].row || c["east"].col <= c["middle"].col {
		t.Errorf("tiles do not follow where the areas lie: %v", c)
	}
}

func TestStepsOfColourCoverTheRange(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want int
	}{{0, 0}, {0.19, 0}, {0.5, 2}, {0.99, 4}, {1, 4}} {
		if got := step(c.v, 0, 1); got != c.want {
			t.Errorf("%v has the shade %d, want %d", c.v, got, c.want)
		}
	}
	if got := step(3, 3, 3); got != 2 {
		t.Errorf("where all are equal the shade is %d", got)
	}
}

func TestChangeIsSaidInWordsAndNotAcrossAHiddenMonth(t *testing.T) {
	hours := func(n int) supervision.Figure {
		return supervision.Figure{Definition: "hours_median@1", Measure: supervision.Hours, Numerator: supervision.Whole(n), Denominator: 9}
	}
	count := func(n int) supervision.Figure {
		return supervision.Figure{Definition: "received@1", Measure: supervision.Count, Numerator: supervision.Whole(n), Denominator: n}
	}
	for _, c := range []struct {
		name        string
		now, before supervision.Figure
		running     bool
		want        string
	}{
		{"up", shareOf(90, 100), shareOf(85, 100), false, "5.0 points above last month"},
		{"down", shareOf(2, 30), shareOf(1, 10), true, "3.3 points below last month"},
		{"same", shareOf(1, 10), shareOf(2, 20), false, "same as last month"},
		{"last month is hidden", shareOf(9, 10), shareOf(1, 4), false, ""},
		{"nothing last month", shareOf(9, 10), supervision.Figure{}, false, ""},
		{"faster", hours(20), hours(31), false, "11 hours faster than last month"},
		{"a running month is not judged by its count", count(12), count(1400), true, "1,400 in the whole of last month"},
		{"a month that is over is", count(12), count(1400), false, "1,388 fewer than last month"},
	} {
		if got := change(locale.EN, c.now, c.before, c.running); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
