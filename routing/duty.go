package routing

import (
	"errors"
	"slices"

	"huiyin/casework"
	"huiyin/fault"
)

// Duties lists the entries of the duty lists that a unit answers by, in the order of the file: those of its function at its level.
func (c *City) Duties(code casework.UnitCode) []Duty {
	u, ok := c.Unit(code)
	if !ok {
		return nil
	}
	var own []Duty
	for _, d := range c.duties {
		if d.Function == u.Function && d.Level == dutyLevel(u.Level) {
			own = append(own, d)
		}
	}
	return own
}

// dutyLevel is the level at which a unit's duties are handled: a utility's are the city's.
func dutyLevel(l Level) Level {
	if l == UtilityLevel {
		return CityLevel
	}
	return l
}

// leading gives the entries that say who leads a matter: the closest to it, from its own code up. Several of equal closeness are an overlap.
func (c *City) leading(category string) []Duty { return c.closest(category, true) }

// assisting gives the entries that say who supports a matter.
func (c *City) assisting(category string) []Duty { return c.closest(category, false) }

func (c *City) closest(category string, lead bool) []Duty {
	for prefix := category; len(prefix) >= 2; prefix = prefix[:len(prefix)-2] {
		var at []Duty
		for _, i := range c.dutiesOf[prefix] {
			if c.duties[i].Lead == lead {
				at = append(at, c.duties[i])
			}
		}
		if len(at) > 0 {
			return at
		}
	}
	return nil
}

// holder is the unit that has a duty in a territory; empty where the territory is too wide to say, or has no such unit.
func (c *City) holder(d Duty, territory string) casework.UnitCode {
	switch d.Level {
	case CityLevel:
		return c.functions[functionAt{d.Function, c.Code}]
	case DistrictLevel:
		return c.functions[functionAt{d.Function, c.District(territory)}]
	default:
		return c.functions[functionAt{d.Function, c.Street(territory)}]
	}
}

// government is the government of the district that a territory lies in; empty where that is unknown.
func (c *City) government(territory string) casework.UnitCode {
	return c.functions[functionAt{governmentFunction, c.District(territory)}]
}

// The functions that the code itself asks for.
const (
	governmentFunction = "gov"
	streetFunction     = "street"
)

// CanDispatch refuses a lead that the duty lists do not allow: a matter on a department's list cannot go to a street or town (Weifang ordinance of 2021, article 24; State Council
// opinion 66 of 2025, part 5: duties of departments may not be passed down). The failure "fault.duty_list" cites the entry as Basis and names the function's unit as Lead, both Name values.
func (c *City) CanDispatch(category string, code casework.UnitCode) error {
	u, ok := c.Unit(code)
	if !ok {
		return fault.Wrap(fault.Invalid, "fault.no_such_unit", errors.New(string(code))).At("unit")
	}
	if u.Level == HotlineLevel {
		return fault.New(fault.Invalid, "fault.not_to_hotline").At("unit")
	}
	if _, ok := c.Category(category); !ok && category != "" {
		return fault.Wrap(fault.Invalid, "fault.no_such_category", errors.New(category)).At("category")
	}
	if u.Level != StreetLevel {
		return nil
	}
	leads := c.leading(category)
	if len(leads) == 0 || slices.ContainsFunc(leads, func(d Duty) bool { return d.Level == StreetLevel }) {
		return nil
	}
	return fault.New(fault.Invalid, "fault.duty_list").At("unit").With("Basis", leads[0].Basis).With("Lead", c.nameOf(leads[0], u.Territory))
}

// nameOf names the unit that has a duty, as seen from a territory.
func (c *City) nameOf(d Duty, territory string) Name {
	for _, code := range []casework.UnitCode{c.holder(d, territory), c.functions[functionAt{d.Function, c.Code}], c.government(territory)} {
		if u, ok := c.Unit(code); ok {
			return u.Name
		}
	}
	return Name{}
}

// CanCoHandle refuses a co-handler that cannot be one: the lead itself, the hotline, or a unit the city does not have. Streets may support departments; they may not lead in their place.
func (c *City) CanCoHandle(lead, helper casework.UnitCode) error {
	u, ok := c.Unit(helper)
	switch {
	case !ok:
		return fault.Wrap(fault.Invalid, "fault.no_such_unit", errors.New(string(helper))).At("helper")
	case u.Level == HotlineLevel:
		return fault.New(fault.Invalid, "fault.not_to_hotline").At("helper")
	case lead == helper:
		return fault.New(fault.Invalid, "fault.own_helper").At("helper")
	}
	return nil
}

// LeadOf is the unit that the duty lists make responsible for a matter at a place: the city's department where city and district overlap,
// the district's government where its bureau is missing, and the city's department where the place is unknown. Empty where no list has the matter.
func (c *City) LeadOf(category, territory string) casework.UnitCode {
	leads, _ := c.leadsAt(category)
	t := newTally()
	for _, d := range leads {
		c.lead(t, d, 1, where{code: territory}, Reason{}, false)
	}
	if len(t.order) == 0 {
		return ""
	}
	return t.order[0]
}
