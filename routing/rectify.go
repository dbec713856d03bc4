package routing

import (
	"context"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing/sla"
)

// Rectify sends the case of a bad rating to the unit whose service was rated, whatever the duty lists say of its words, with the clocks of a rectification
// (差评整改). The unit may not return it. A rating of the hotline itself stays with the hotline.
func (d *Desk) Rectify(ctx context.Context, ref casework.Ref, unit casework.UnitCode) error {
	if unit == casework.Hotline {
		return nil
	}
	if _, ok := d.City.Unit(unit); !ok {
		return fault.New(fault.Invalid, "fault.unit_needed").At("unit")
	}
	c, err := d.look(ctx, casework.System, ref)
	if err != nil {
		return err
	}
	clocks, err := d.TermsOf(unit).Rectify(sla.MatterOf(c), d.Now())
	if err != nil {
		return err
	}
	return d.Docket.Dispatch(ctx, casework.System, ref, casework.Order{Lead: unit, Clocks: clocks, Auto: true, Rectify: true})
}
