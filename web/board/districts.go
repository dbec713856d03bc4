package board

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// mapCodes are the figures that the map of the districts can show.
var mapCodes = []string{"solved", "promise", "satisfied", "received", "hours_median", "overdue_open"}

// districtCodes are the columns of the table of districts.
var districtCodes = []string{"received", "promise", "on_time", "solved", "satisfied", "coverage", "hours_median", "open", "overdue_open"}

// chosen is the figure that the address asks for, the first of the list where it asks for none.
func chosen(c *fiber.Ctx, key string, list []string) string {
	if q := c.Query(key); slices.Contains(list, q) {
		return q
	}
	return list[0]
}

func (x *Pages) showDistricts(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("board.districts"), "/districts", s)
	v.Back = v.link("/board")
	figure := chosen(c, "figure", mapCodes)
	if figure != mapCodes[0] {
		v.Extra = "figure=" + figure
	}
	return shell.Render(c, fiber.StatusOK, districtsPage(v, figure))
}

func (x *Pages) showDistrict(c *fiber.Ctx) error {
	s, err := x.district(c, c.Params("code"))
	if err != nil {
		return err
	}
	t, _ := x.City.Territory(s.Filter.District)
	v := x.page(c, t.Name.In(shell.Lang(c)), "/districts/"+t.Code, s)
	v.Back = v.link("/districts")
	return shell.Render(c, fiber.StatusOK, districtPage(v))
}

// choose is the address of the map with another figure.
func (v view) choose(key, code, first string) string {
	w := v
	w.Extra = key + "=" + code
	if code == first {
		w.Extra = ""
	}
	return w.with(w.link(w.At))
}

// districtTable is every district with every figure that people compare, in the order of the city's files.
func (v view) districtTable() shell.Grid { return v.districtGrid(districtCodes, true) }

// shortDistricts is the table below the map on the board.
func (v view) shortDistricts() shell.Grid {
	return v.districtGrid([]string{"received", "solved", "promise", "overdue_open"}, false)
}

func (v view) districtGrid(codes []string, people bool) shell.Grid {
	g := shell.Grid{Caption: v.T("board.districts_table"), Hidden: true, Pairs: true, Columns: []shell.Column{{Title: v.T("board.district")}}}
	for _, code := range codes {
		d, _ := supervision.Define(code)
		g.Columns = append(g.Columns, shell.Column{Title: v.T(d.Name), Numeric: true})
	}
	if people {
		g.Columns = append(g.Columns, shell.Column{Title: v.T("board.per_10000"), Numeric: true})
	}
	for _, t := range v.districts() {
		line := lineOf(v.Districts, t.Code)
		row := []shell.Cell{{Text: t.Name.In(v.Lang), Href: v.districtLink(t.Code)}}
		for _, code := range codes {
			row = append(row, shell.Cell{View: rate(v.Lang, orZero(line, code))})
		}
		if people {
			row = append(row, shell.Cell{Text: per10000(orZero(line, "received").Denominator, v.population(t.Code))})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// orZero is a figure of a line; a count of nothing is zero, not unknown.
func orZero(l supervision.Line, code string) supervision.Figure {
	f := l.Get(code)
	if f.Definition == "" {
		d, _ := supervision.Define(code)
		return supervision.Figure{Definition: d.ID(), Measure: d.Measure}
	}
	return f
}

func per10000(cases, people int) string {
	if people == 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(cases)*10000/float64(people), 'f', 1, 64)
}

// unplaced is how many received cases name no district.
func (v view) unplaced() int {
	n := v.Whole.Get("received").Denominator
	for _, l := range v.Districts {
		n -= l.Get("received").Denominator
	}
	return n
}

// ranking is a chart of the districts with its note on those that are not ranked.
type ranking struct {
	shell.Chart
	Note string
}

// ranking draws the districts by a figure: those that stand on enough cases by size, the others after them in the order of the files.
func (v view) ranking(code string) ranking {
	d, _ := supervision.Define(code)
	ch := ranking{Chart: shell.Chart{Title: v.T(d.Name), Label: v.T("board.district"), Value: v.T(d.Name)}}
	type one struct {
		bar    shell.Bar
		ranked bool
	}
	var list []one
	for _, t := range v.districts() {
		f := orZero(lineOf(v.Districts, t.Code), code)
		o := one{ranked: f.Measure == supervision.Count || f.Ranked(), bar: shell.Bar{Label: t.Name.In(v.Lang), Value: value(f), Text: number(v.Lang, f), Href: v.districtLink(t.Code)}}
		if f.Measure == supervision.Hours && !f.Suppressed && f.Denominator > 0 {
			o.bar.Text += " " + v.T("board.hours")
		}
		if !o.ranked && !f.Suppressed && f.Denominator > 0 {
			o.bar.Text += " *"
			ch.Note = v.T("board.unranked")
		}
		list = append(list, o)
	}
	slices.SortStableFunc(list, func(a, b one) int {
		switch {
		case a.ranked != b.ranked:
			if a.ranked {
				return -1
			}
			return 1
		case !a.ranked || a.bar.Value == b.bar.Value:
			return 0
		case (a.bar.Value > b.bar.Value) == d.Lower:
			return 1
		}
		return -1
	})
	for _, o := range list {
		ch.Bars = append(ch.Bars, o.bar)
	}
	if len(list) > 1 && list[0].ranked && list[1].ranked {
		last := list[0]
		for _, o := range list {
			if o.ranked {
				last = o
			}
		}
		ch.Finding = v.T("board.ranking_finding", locale.Args{"First": list[0].bar.Label, "FirstNumber": list[0].bar.Text, "Last": last.bar.Label, "LastNumber": last.bar.Text})
	}
	return ch
}

// unitsHere lists the units that had work from a district.
func (v view) unitsHere() shell.Grid {
	return v.unitGrid(v.T("board.units_here"), topUnits(v.Units), []string{"dispatched", "on_time", "solved", "open", "overdue_open"})
}

// topUnits are the units whose totals are part of no other unit's on the list.
func topUnits(units []supervision.UnitLine) []supervision.UnitLine {
	var list []supervision.UnitLine
	for _, u := range units {
		if !slices.ContainsFunc(units, func(o supervision.UnitLine) bool { return o.Code == u.Parent && o.Level != "hotline" }) {
			list = append(list, u)
		}
	}
	return list
}

// tileName keeps a district's name within its tile: a long English one loses its last word ("District").
func tileName(name string) string {
	if len(name) <= 12 {
		return name
	}
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == ' ' {
			return name[:i]
		}
	}
	return name
}
