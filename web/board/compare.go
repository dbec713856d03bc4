package board

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

const compareAt = "/compare"

// compareKeys are the names under which an address says what is to be set side by side.
var compareKeys = []string{"a", "b", "c", "d"}

// wholeCity is the name of the city among what can be compared: with itself, in two months.
const wholeCity = "city"

// aside is one column: something in one month.
type aside struct {
	Name  string // as the heading of its column says it
	Month supervision.Month
	Href  string // its own page
	Line  supervision.Line
	place func(code string) string // its place among its peers by a figure; empty where there is none
}

// compareView is what the page of comparison is drawn from.
type compareView struct {
	view
	Chosen []string          // codes, at most four, all of one group
	Group  string            // of the codes chosen; empty where none is
	With   supervision.Month // the other month; 0 for one month only
	Strays bool              // the address named something of another group, or too much
	Sides  []aside
}

// groupOf tells the group within which a code may be compared; empty for a code that there is not.
func (v view) groupOf(code string) string {
	if code == wholeCity {
		return wholeCity
	}
	if t, ok := v.Rules.Territory(code); ok && t.Level == "district" {
		return "districts"
	}
	if u, ok := v.Rules.Unit(casework.UnitCode(code)); ok {
		return supervision.Unit{Level: string(u.Level), Nature: u.Nature}.Peers()
	}
	return ""
}

func (x *Pages) showCompare(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := compareView{view: x.page(c, shell.Lang(c).T("compare.title"), compareAt, s)}
	v.Back, v.Summary = v.link("/board"), v.T("compare.lead")
	for _, key := range compareKeys {
		code := strings.Clone(c.Query(key))
		if code == "" || slices.Contains(v.Chosen, code) {
			continue
		}
		group := v.groupOf(code)
		switch {
		case group == "":
			return notFound()
		case v.Group == "" || group == v.Group:
			v.Group, v.Chosen = group, append(v.Chosen, code)
		default:
			v.Strays = true
		}
	}
	if q := c.Query("with"); q != "" {
		if v.With, err = supervision.ParseMonth(q); err != nil {
			return err
		}
		if v.With == v.Month || v.First == 0 || v.With < v.First || v.With > v.Current {
			v.With = 0
		}
	}
	if v.With != 0 && len(v.Chosen) > 2 { // four columns are what a page holds
		v.Chosen, v.Strays = v.Chosen[:2], true
	}
	if v.Empty() || len(v.Chosen) == 0 {
		return shell.Render(c, fiber.StatusOK, comparePage(v))
	}
	v.stand(v.view)
	if v.With != 0 {
		other := v.view
		other.Month = v.With
		if other.Board, err = x.view(c.UserContext(), v.With, supervision.Filter{}, s.under); err != nil {
			return err
		}
		v.stand(other)
	}
	return shell.Render(c, fiber.StatusOK, comparePage(v))
}

// stand adds a column for each thing chosen, as a month's sheet has it.
func (v *compareView) stand(month view) {
	for _, code := range v.Chosen {
		a := aside{Month: month.Month, place: func(string) string { return "" }}
		switch u, isUnit := v.Rules.Unit(casework.UnitCode(code)); {
		case code == wholeCity:
			a.Name, a.Href, a.Line = v.Rules.Name.In(v.Lang), month.link("/board"), month.Whole
		case isUnit:
			a.Name, a.Href = u.Name.In(v.Lang), month.link("/departments/"+code)
			if i := slices.IndexFunc(month.Units, func(l supervision.UnitLine) bool { return string(l.Code) == code }); i >= 0 {
				a.Line = month.Units[i].Line
			}
			a.place = func(figure string) string { return month.placeOf(u, figure) }
		default:
			t, _ := v.Rules.Territory(code)
			a.Name, a.Href, a.Line = t.Name.In(v.Lang), month.link("/districts/"+code), lineOf(month.Districts, code)
		}
		if v.With != 0 {
			a.Name = v.monthName(v.Lang, month.Month) + " · " + a.Name
		}
		v.Sides = append(v.Sides, a)
	}
}

// placeOf tells the place of a unit among its peers by a figure: none where it stands on too few cases to be ranked.
func (v view) placeOf(u routing.Unit, code string) string {
	group := supervision.Unit{Level: string(u.Level), Nature: u.Nature}.Peers()
	for _, g := range v.peerGroups(code) {
		if g.Group != group {
			continue
		}
		figure := func(l supervision.UnitLine) supervision.Figure { return l.Get(code) }
		places, among := v.places(g.Units, figure), 0
		for _, l := range g.Units {
			if ranked(figure(l)) {
				among++
			}
		}
		for i, l := range g.Units {
			if l.Code == u.Code && places[i] != "–" && among > 1 {
				return v.T("compare.place", locale.Args{"Place": places[i], "Among": v.Lang.Number(among)})
			}
		}
	}
	return ""
}

// months are those that can be chosen, the newest first, at most two years of them.
func (v compareView) months() []supervision.Month {
	var list []supervision.Month
	for m := v.Current; m >= v.First && v.First != 0 && len(list) < 24; m = m.Add(-1) {
		list = append(list, m)
	}
	return list
}

// among is one group of things that may be compared with each other.
type among struct {
	Name    string
	Choices []shell.Choice
}

// offers lists what can be chosen: everything for the first, what may stand beside it for the others.
func (v compareView) offers(first bool) []among {
	open := func(group string) bool { return first || v.Group == "" || v.Group == group }
	var list []among
	if open(wholeCity) && first {
		list = append(list, among{v.T("compare.city"), []shell.Choice{{Value: wholeCity, Label: v.Rules.Name.In(v.Lang)}}})
	}
	if open("districts") {
		g := among{Name: v.T("compare.districts")}
		for _, t := range v.districts() {
			g.Choices = append(g.Choices, shell.Choice{Value: t.Code, Label: t.Name.In(v.Lang)})
		}
		list = append(list, g)
	}
	at := map[string]int{}
	for _, u := range v.Rules.Units() {
		group := v.groupOf(string(u.Code))
		if !open(group) || u.Code == casework.Hotline && !first {
			continue
		}
		if _, known := at[group]; !known {
			at[group] = len(list)
			list = append(list, among{Name: v.T("board.peers_" + string(u.Level) + "_" + u.Nature)})
		}
		g := &list[at[group]]
		g.Choices = append(g.Choices, shell.Choice{Value: string(u.Code), Label: u.Name.In(v.Lang)})
	}
	return list
}

// choice is the code chosen at a place of the form, empty where none is.
func (v compareView) choice(i int) string {
	if i < len(v.Chosen) {
		return v.Chosen[i]
	}
	return ""
}

// compareLink is the address at which something stands alone, waiting for what it is to be compared with.
func (v view) compareLink(code string) string {
	address := v.link(compareAt)
	if code == "" {
		return address
	}
	w := v
	w.Extra = "a=" + code
	return w.with(address)
}
