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

// listed is an entry of the duty lists with what the reasons cite of it.
type listed struct {
	Duty
	cited Args
}

// dutiesOf are the entries for one category, each in the order of the file.
type dutiesOf struct {
	lead, assist []listed

	// Of lead: where the city's departments and others lead together, the city's are first and the others second; else all are first.
	first, second []listed
}

func (of *dutiesOf) add(d Duty) {
	one := listed{d, Args{{"Basis", d.Basis}, {"Note", d.Note}}}
	if !d.Lead {
		of.assist = append(of.assist, one)
		return
	}
	of.lead = append(of.lead, one)
	of.first, of.second = of.lead, nil
	if slices.ContainsFunc(of.lead, listed.ofCity) {
		of.first = slices.DeleteFunc(slices.Clone(of.lead), func(d listed) bool { return !d.ofCity() })
		of.second = slices.DeleteFunc(slices.Clone(of.lead), listed.ofCity)
	}
}

func (d listed) ofCity() bool { return d.Level == CityLevel }

// leading gives the entries that say who leads a matter. Several are an overlap.
func (c *City) leading(category string) []listed { return c.closest(category, true).lead }

// assisting gives the entries that say who supports a matter.
func (c *City) assisting(category string) []listed { return c.closest(category, false).assist }

// leadsAt splits the leading entries of a matter. Where city and district both lead it, the city's department does and the district's assists (Weifang ordinance of 2021, article 24).
func (c *City) leadsAt(category string) (leads, overlap []listed) {
	of := c.closest(category, true)
	return of.first, of.second
}

// closest is what the lists have closest to a matter, from its own code up, that says who leads it, or who assists.
func (c *City) closest(category string, lead bool) dutiesOf {
	for prefix := category; len(prefix) >= 2; prefix = prefix[:len(prefix)-2] {
		if of := c.dutiesOf[prefix]; of != nil && (lead && len(of.lead) > 0 || !lead && len(of.assist) > 0) {
			return *of
		}
	}
	return dutiesOf{}
}

// holder is the unit that has a duty in an area; empty where the area is too wide to say, or has no such unit.
func (c *City) holder(d *Duty, area int) casework.UnitCode {
	switch d.Level {
	case CityLevel:
		return c.functions[functionAt{d.Function, c.Code}]
	case DistrictLevel:
		return c.functions[functionAt{d.Function, c.lies[area].district}]
	default:
		return c.functions[functionAt{d.Function, c.lies[area].street}]
	}
}

// government is the government of the district that an area lies in; empty where that is unknown.
func (c *City) government(area int) casework.UnitCode {
	return c.functions[functionAt{governmentFunction, c.lies[area].district}]
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
	if len(leads) == 0 || slices.ContainsFunc(leads, func(d listed) bool { return d.Level == StreetLevel }) {
		return nil
	}
	return fault.New(fault.Invalid, "fault.duty_list").At("unit").With("Basis", leads[0].Basis).With("Lead", c.nameOf(&leads[0].Duty, c.areaAt[u.Territory]))
}

// nameOf names the unit that has a duty, as seen from an area.
func (c *City) nameOf(d *Duty, area int) Name {
	for _, code := range []casework.UnitCode{c.holder(d, area), c.functions[functionAt{d.Function, c.Code}], c.government(area)} {
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
	var t tally
	for i := range leads {
		t = c.lead(t, ground{duty: &leads[i]}, 1, where{area: c.areaAt[territory]})
	}
	if len(t) == 0 {
		return ""
	}
	return t[0].unit
}
