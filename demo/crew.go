package demo

import (
	"context"
	"slices"

	"huiyin/casework"
)

// crew is who works in the invented city: the sign-ins, by number. Units without a sign-in work as well, under no number.
type crew struct {
	clerk   casework.Actor // of the hotline
	caller  casework.Actor // who calls residents back
	officer casework.Actor // of personal data
	second  casework.Actor // who confirms what the officer proposes
	units   map[casework.UnitCode][]casework.Actor
}

var unnamed = crew{
	clerk:   hotline(0, casework.Operator, casework.Dispatcher, casework.Supervisor),
	caller:  hotline(0, casework.Callback),
	officer: hotline(0, casework.Privacy, casework.Publisher),
	second:  hotline(0, casework.Supervisor),
}

func hotline(id int64, roles ...casework.Role) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: id, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: roles}
}

// muster gives everybody of the crew the number of a sign-in.
func (c *City) muster(ctx context.Context) error {
	all, err := c.Staff.List(ctx)
	if err != nil {
		return err
	}
	c.crew = unnamed
	c.crew.units = map[casework.UnitCode][]casework.Actor{}
	for _, a := range all {
		switch a.Login {
		case "operator":
			c.crew.clerk.StaffID = a.ID
		case "callback":
			c.crew.caller.StaffID = a.ID
		case "privacy":
			c.crew.officer.StaffID = a.ID
		case "supervisor":
			c.crew.second.StaffID = a.ID
		default:
			c.crew.units[a.Unit] = append(c.crew.units[a.Unit], casework.Actor{StaffID: a.ID, Roles: a.Roles})
		}
	}
	return nil
}

// worker is who handles cases in a unit.
func (c *City) worker(unit casework.UnitCode) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: c.numberOf(unit, casework.Handler), Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
}

// leader is who decides in a unit: never under the number of who asked.
func (c *City) leader(unit casework.UnitCode) casework.Actor {
	id := c.numberOf(unit, casework.Leader)
	if id == c.numberOf(unit, casework.Handler) {
		id = 0
	}
	return casework.Actor{Kind: casework.ByStaff, StaffID: id, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Leader}}
}

func (c *City) numberOf(unit casework.UnitCode, role casework.Role) int64 {
	for _, a := range c.crew.units[unit] {
		if slices.Contains(a.Roles, role) {
			return a.StaffID
		}
	}
	return 0
}
