package board

import (
	"strings"
	"testing"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// sides are columns with one share each.
func sides(code string, shares map[string][2]int) compareView {
	d, _ := supervision.Define(code)
	v := compareView{view: view{Page: shell.Page{Lang: locale.ZH}}}
	for _, name := range []string{"甲", "乙", "丙"} {
		of, known := shares[name]
		if !known {
			continue
		}
		rows := []supervision.Row{{Part: supervision.PartLeg, Unit: "u", Due: 202611, Handled: supervision.InTime, N: of[0]}, {Part: supervision.PartLeg, Unit: "u", Due: 202611, Handled: supervision.Late, N: of[1] - of[0]}}
		f := supervision.Fold(d, supervision.One(202611), rows).Small()
		v.Sides = append(v.Sides, aside{Name: name, Line: supervision.LineOf("u", f)})
	}
	return v
}

// A month in which nobody wrote about those chosen is said to be one: no empty table, no headings above nothing.
func TestComparisonOfNothingSaysSo(t *testing.T) {
	nothing := compareView{view: view{Page: shell.Page{Lang: locale.ZH}}, Sides: []aside{{Name: "甲"}, {Name: "乙"}}}
	if nothing.known() || len(nothing.table().Rows) > 0 {
		t.Errorf("of nothing %d rows are known", len(nothing.table().Rows))
	}
	if some := sides("on_time", map[string][2]int{"甲": {90, 100}, "乙": {60, 100}}); !some.known() {
		t.Error("of two departments with a share nothing is known")
	}
}

// Nobody is called higher than another whose interval meets his own, nor on fewer cases than may be ranked. The bounds are worked out by hand: Wilson at 95 %
// gives 90 of 100 0.826–0.945, 80 of 100 0.711–0.867, 60 of 100 0.502–0.691.
func TestComparisonSaysNoMoreThanTheIntervals(t *testing.T) {
	d, _ := supervision.Define("on_time")
	for name, c := range map[string]struct {
		shares map[string][2]int
		want   string
	}{
		"apart":             {map[string][2]int{"甲": {90, 100}, "乙": {60, 100}}, "甲高于乙，范围没有重叠。"},
		"meeting":           {map[string][2]int{"甲": {90, 100}, "乙": {80, 100}}, "范围有重叠，分不出高低。"},
		"one above two":     {map[string][2]int{"甲": {60, 100}, "乙": {59, 100}, "丙": {90, 100}}, "丙高于甲、乙，范围没有重叠。"},
		"too few":           {map[string][2]int{"甲": {29, 29}, "乙": {10, 29}}, "依据不足 30 件，不下结论。"},
		"one too few":       {map[string][2]int{"甲": {90, 100}, "乙": {60, 100}, "丙": {1, 29}}, "甲高于乙，范围没有重叠。 依据不足 30 件的没有参加比较。"},
		"nothing to say of": {map[string][2]int{"甲": {0, 0}, "乙": {0, 0}}, "没有可以比较的数字。"},
	} {
		if got := sides("on_time", c.shares).verdict(d); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	received, _ := supervision.Define("received")
	if got := sides("on_time", map[string][2]int{"甲": {90, 100}, "乙": {60, 100}}).verdict(received); !strings.Contains(got, "不下结论") {
		t.Errorf("of a count it is said: %s", got)
	}
}
