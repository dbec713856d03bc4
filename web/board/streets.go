package board

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// streetsAt is the page of all streets and towns.
const streetsAt = "/streets"

// streetCodes are the columns of its tables.
var streetCodes = []string{"dispatched", "on_time", "solved", "satisfied", "open", "overdue_open"}

// streetGroup is a district with the units that answer for its streets and towns, in the order of the city's files.
type streetGroup struct {
	Code   string // of the district
	Name   string
	Units  []supervision.UnitLine
	Silent []routing.Unit // nothing to count this month
}

// streets are the districts with their streets.
func (v view) streets() []streetGroup {
	var groups []streetGroup
	at := map[casework.UnitCode]int{}
	for _, u := range v.Rules.Units() {
		if u.Level != routing.StreetLevel {
			continue
		}
		i, known := at[u.Parent]
		if !known {
			i = len(groups)
			at[u.Parent] = i
			g := streetGroup{Name: v.Rules.UnitName(u.Parent, v.Lang)}
			if district, ok := v.Rules.Unit(u.Parent); ok && district.Territory != "" {
				g.Code, g.Name = district.Territory, v.Rules.TerritoryName(district.Territory, v.Lang)
			}
			groups = append(groups, g)
		}
		if j := slices.IndexFunc(v.Units, func(l supervision.UnitLine) bool { return l.Code == u.Code }); j >= 0 {
			groups[i].Units = append(groups[i].Units, v.Units[j])
		} else {
			groups[i].Silent = append(groups[i].Silent, u)
		}
	}
	return groups
}

// showStreets answers GET /streets: every street and town by district, those without a work order this month too, so that everybody finds theirs.
func (x *Pages) showStreets(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("streets.title"), streetsAt, s)
	v.Back = v.link("/board")
	return shell.Render(c, fiber.StatusOK, streetsPage(v))
}

// showStreet answers GET /streets/{code}, by the code of the street's unit or of its area: the way to the page of the unit. Errors: fault.NotFound.
func (x *Pages) showStreet(c *fiber.Ctx) error {
	code := c.Params("code")
	for _, u := range x.City.Units() {
		if u.Level == routing.StreetLevel && (string(u.Code) == code || u.Territory == code) {
			return shell.SeeOther(c, "/departments/"+string(u.Code))
		}
	}
	return notFound()
}
