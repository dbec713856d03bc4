package board

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// unitCodes are the columns of the table of units.
var unitCodes = []string{"dispatched", "on_time", "solved", "satisfied", "coverage", "redo", "return", "open", "overdue_open", "hung_up"}

// orders are the figures by which units can be put in order.
var orders = []string{"on_time", "solved", "satisfied", "overdue_open", "dispatched"}

// peers is a group of units that may be compared: same level, same nature.
type peers struct {
	Group  string // level/nature
	Name   string
	Units  []supervision.UnitLine
	Silent int // units of the group that have nothing to count this month
}

// peerGroups are the groups in the order of the city's files, each ordered by a figure: the units that stand on enough cases first,
// the others, unranked, in the order of the files.
func (v view) peerGroups(by string) []peers {
	var groups []peers
	at := map[string]int{}
	for _, u := range v.Rules.Units() {
		key := supervision.Unit{Level: string(u.Level), Nature: u.Nature}.Peers()
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, peers{Group: key, Name: v.T("board.peers_" + string(u.Level) + "_" + u.Nature)})
		}
		j := slices.IndexFunc(v.Units, func(l supervision.UnitLine) bool { return l.Code == u.Code })
		if j < 0 {
			groups[i].Silent++
			continue
		}
		groups[i].Units = append(groups[i].Units, v.Units[j])
	}
	if len(groups) > 1 && groups[0].Group == "hotline/hotline" {
		groups = append(groups[1:], groups[0]) // it has no peers to be compared with
	}
	d, _ := supervision.Define(by)
	for _, g := range groups {
		slices.SortStableFunc(g.Units, func(a, b supervision.UnitLine) int { return inOrder(d, a.Get(by), b.Get(by)) })
	}
	return groups
}

// inOrder puts the better figure first; figures that may not be ranked come last and keep their order.
func inOrder(d supervision.Definition, a, b supervision.Figure) int {
	ra, rb := ranked(a), ranked(b)
	switch {
	case ra && !rb:
		return -1
	case rb && !ra:
		return 1
	case !ra:
		return 0
	}
	x, y := value(a), value(b)
	switch {
	case x == y:
		return 0
	case (x > y) != (d.Lower && d.Measure != supervision.Count):
		return -1
	}
	return 1
}

// ranked tells whether a figure may be put in order: counts always, shares from supervision.MinRanked rows on.
func ranked(f supervision.Figure) bool {
	return f.Definition != "" && (f.Measure == supervision.Count || f.Ranked())
}

// unitGrid is a table of units with the figures named.
func (v view) unitGrid(caption string, units []supervision.UnitLine, codes []string) shell.Grid {
	g := shell.Grid{Caption: caption, Hidden: true, Pairs: true, Empty: v.T("board.no_units"), Columns: []shell.Column{{Title: v.T("board.unit")}}}
	for _, code := range codes {
		g.Columns = append(g.Columns, shell.Column{Title: figureName(v.Page, code), Numeric: true})
	}
	for _, u := range units {
		row := []shell.Cell{{Text: v.Lang.Pick(u.ZH, u.EN), Href: v.link("/departments/" + string(u.Code))}}
		for _, code := range codes {
			row = append(row, shell.Cell{View: rate(v.Lang, u.Get(code))})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// anchor is the name of a group of peers within the page of departments.
func anchor(group string) string { return "peers-" + strings.ReplaceAll(group, "/", "-") }

// league is the table of one group with places where the order by a figure may be told.
func (v view) league(g peers, by string) shell.Grid {
	t := v.unitGrid(g.Name, g.Units, unitCodes)
	if by == "dispatched" || !slices.ContainsFunc(g.Units, func(u supervision.UnitLine) bool { return ranked(u.Get(by)) }) {
		return t
	}
	t.Columns = slices.Insert(t.Columns, 1, shell.Column{Title: v.T("board.place"), Numeric: true})
	for i, place := range v.places(g.Units, func(u supervision.UnitLine) supervision.Figure { return u.Get(by) }) {
		t.Rows[i] = slices.Insert(t.Rows[i], 1, shell.Cell{Text: place})
	}
	return t
}

// places tells the place of each unit of an ordered list: equals share one, and units on too few cases have none.
func (v view) places(units []supervision.UnitLine, figure func(supervision.UnitLine) supervision.Figure) []string {
	var list []string
	place, last := 0, 0.0
	for i, u := range units {
		f := figure(u)
		if !ranked(f) {
			list = append(list, "–")
			continue
		}
		if n := value(f); place == 0 || n != last {
			place, last = i+1, n
		}
		list = append(list, v.Lang.Number(place))
	}
	return list
}

func figureName(p shell.Page, code string) string {
	d, _ := supervision.Define(code)
	return p.T(d.Name)
}

// here marks the link that leads to what is already shown.
func here(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

func (x *Pages) showUnits(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("board.departments"), "/departments", s)
	v.Back = v.link("/board")
	by := chosen(c, "by", orders)
	if by != orders[0] {
		v.Extra = "by=" + by
	}
	return shell.Render(c, fiber.StatusOK, unitsPage(v, by))
}

func (x *Pages) showUnit(c *fiber.Ctx) error {
	s, err := x.unit(c, c.Params("code"))
	if err != nil {
		return err
	}
	u, _ := x.City.Unit(s.Filter.Unit)
	v := x.page(c, u.Name.In(shell.Lang(c)), "/departments/"+string(u.Code), s)
	v.Back = v.link("/departments")
	return shell.Render(c, fiber.StatusOK, unitPage(v, u))
}

// about says what kind of unit it is and to whom it belongs.
func (v view) about(u routing.Unit) string {
	kind := v.T("board.peers_" + string(u.Level) + "_" + u.Nature)
	if u.Parent == "" || u.Parent == casework.Hotline {
		return kind
	}
	return v.T("board.belongs", locale.Args{"Kind": kind, "Parent": v.Rules.UnitName(u.Parent, v.Lang)})
}

// dutyTable is the unit's duty list with the basis of each entry.
func (v view) dutyTable(u routing.Unit) shell.Grid {
	g := shell.Grid{Caption: v.T("board.duties"), Hidden: true, Empty: v.T("board.no_duties"), Columns: []shell.Column{{Title: v.T("board.matter")}, {Title: v.T("board.part")}, {Title: v.T("board.basis_of_duty")}}}
	for _, d := range v.Rules.Duties(u.Code) {
		part := v.T("board.assists")
		if d.Lead {
			part = v.T("board.leads")
		}
		matter := v.Rules.CategoryPath(d.Category, v.Lang)
		if note := d.Note.In(v.Lang); note != "" {
			part += " · " + note
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: matter}, {Text: part}, {Text: d.Basis.In(v.Lang)}})
	}
	return g
}
