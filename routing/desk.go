package routing

import (
	"context"
	"slices"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing/sla"
)

// Desk takes the steps that need a decision first: it asks the duty lists and the promises, then lets the docket write. No other way leads to a dispatch.
type Desk struct {
	Docket *casework.Docket
	City   *City
	Terms  *sla.Terms
	Now    func() time.Time
}

// Dispatch sends a case to a unit that the duty lists allow, with the clocks of its kind and urgency.
// Errors: fault.Invalid "fault.duty_list" for a department's matter sent to a street, with the entry cited.
func (d *Desk) Dispatch(ctx context.Context, by casework.Actor, ref casework.Ref, o casework.Order) error {
	c, err := d.look(ctx, by, ref)
	if err != nil {
		return err
	}
	category := o.Category
	if category == "" {
		category = c.Category
	}
	if err := d.City.CanDispatch(category, o.Lead); err != nil {
		return err
	}
	for _, u := range o.Co {
		if err := d.City.CanCoHandle(o.Lead, u); err != nil {
			return err
		}
	}
	m := sla.MatterOf(c)
	if o.Kind != "" {
		m.Kind = o.Kind
	}
	if o.Urgency != "" {
		m.Urgency = o.Urgency
	}
	m.Category = category
	ref.Version = c.Version // what was checked is what is dispatched
	o.RuleAfter = d.RuleAfter(m)
	o.Clocks, err = d.Terms.Unit(m, sla.Dispatch{At: d.Now(), Filed: c.FiledAt, Total: c.Due})
	if err != nil {
		return err
	}
	return d.Docket.Dispatch(ctx, by, ref, o)
}

// look reads the case that a decision is about, in the version that the caller saw.
func (d *Desk) look(ctx context.Context, by casework.Actor, ref casework.Ref) (casework.Case, error) {
	c, err := d.Docket.Case(ctx, by, ref.ID)
	if err == nil && ref.Version != 0 && ref.Version != c.Version {
		err = fault.New(fault.Conflict, "fault.stale_case")
	}
	return c, err
}

// CoHandle adds co-handlers that the city allows, with a limit of their own no later than the lead's; the zero time is the lead's.
func (d *Desk) CoHandle(ctx context.Context, by casework.Actor, ref casework.Ref, units []casework.UnitCode, own time.Time) error {
	c, err := d.look(ctx, by, ref)
	if err != nil {
		return err
	}
	for _, u := range units {
		if err := d.City.CanCoHandle(c.Lead, u); err != nil {
			return err
		}
	}
	ref.Version = c.Version
	return d.Docket.CoHandle(ctx, by, ref, units, own)
}

// AskExtension asks for so many days more, working days or where the limit is counted by dates calendar days, early enough before the handling limit (policy's notice).
func (d *Desk) AskExtension(ctx context.Context, by casework.Actor, ref casework.Ref, days int, reason string) error {
	f, err := d.Docket.Dossier(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	handle, ok := running(f, casework.ClockHandle)
	if !ok {
		return fault.New(fault.Conflict, "fault.step_not_now").With("State", string(f.Case.State))
	}
	terms := d.TermsOf(handle.Unit).For(sla.MatterOf(f.Case))
	if !terms.WithinNotice(handle.Due, d.Now()) {
		return fault.New(fault.Conflict, "fault.extension_too_late")
	}
	before := 0
	for _, r := range f.Requests {
		if r.Kind == "extension" && r.Leg == f.Case.Leg && r.Granted != nil && *r.Granted {
			before++
		}
	}
	if err := terms.Policy.Grant(days, terms.Policy.ExtendMost(handle.Statute), before, true); err != nil {
		return err
	}
	longer := d.Terms.Extend(handle.Promise(), days)
	return d.Docket.AskExtension(ctx, by, ref, days, longer.Due, reason)
}

// TermsOf are the terms by the opening hours of a unit.
func (d *Desk) TermsOf(code casework.UnitCode) *sla.Terms {
	u, _ := d.City.Unit(code)
	return d.Terms.At(u.Hours)
}

// Stages are what is said when of a limit, by the opening hours of the unit that has it. It is a casework.Plan.
func (d *Desk) Stages(s casework.Staged) []casework.Stage { return d.TermsOf(s.Unit).Stages(s) }

// CanPause reports whether the policy lets a unit's limit stand still while it waits for the resident. The promise to the resident never does.
func (d *Desk) CanPause() bool { return d.Terms.Policy.Pause.Allowed }

// Pause stops the unit's handling limit where the policy allows it, as often as it allows; reason says what is awaited.
// Errors: fault.Conflict "fault.pause_off" or "fault.too_many_pauses".
func (d *Desk) Pause(ctx context.Context, by casework.Actor, ref casework.Ref, reason string) error {
	if !d.CanPause() {
		return fault.New(fault.Conflict, "fault.pause_off")
	}
	return d.Docket.Pause(ctx, by, ref, reason)
}

// Resume ends a pause; the paused working days are added to the unit's handling limit.
func (d *Desk) Resume(ctx context.Context, by casework.Actor, ref casework.Ref) error {
	due, err := d.resumeDue(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	return d.Docket.Resume(ctx, by, ref, due)
}

// Add keeps what a resident adds; a case that waited for it goes on, its paused working days added to the unit's handling limit.
func (d *Desk) Add(ctx context.Context, by casework.Actor, ref casework.Ref, a casework.Addition) error {
	c, err := d.Docket.Case(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	if c.State == casework.Paused {
		if a.ResumeDue, err = d.resumeDue(ctx, by, ref.ID); err != nil {
			return err
		}
	}
	return d.Docket.Add(ctx, by, ref, a)
}

// resumeDue is the handling limit of a paused case if it went on now; zero where nothing is to be moved.
func (d *Desk) resumeDue(ctx context.Context, by casework.Actor, id casework.CaseID) (time.Time, error) {
	f, err := d.Docket.Dossier(ctx, by, id)
	if err != nil {
		return time.Time{}, err
	}
	from, err := d.Docket.PausedSince(ctx, by, id)
	if err != nil || from.IsZero() {
		return time.Time{}, err
	}
	handle, ok := running(f, casework.ClockHandle)
	if !ok {
		return time.Time{}, nil
	}
	moved, _ := d.Terms.Pauses(casework.Promise{Name: handle.Name, Due: handle.Due}, handle.Started, []sla.Pause{{From: from, To: d.Now()}})
	return moved.Due, nil
}

// Redo sends a case back for another round with new clocks for the unit.
func (d *Desk) Redo(ctx context.Context, by casework.Actor, ref casework.Ref, reason string) error {
	clocks, err := d.again(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	return d.Docket.Redo(ctx, by, ref, reason, clocks)
}

// Rate keeps the resident's word; "not solved" with new facts, and a bad rating under the resident's name, go back once with new clocks for the unit.
func (d *Desk) Rate(ctx context.Context, by casework.Actor, ref casework.Ref, r casework.Rating) (casework.RatingEffect, error) {
	if err := d.rectifies(ctx, by, ref, &r); err != nil {
		return casework.RatingEffect{}, err
	}
	return d.Docket.Rate(ctx, by, ref, r)
}

// ChangeRating lets a resident say something else within a day; it goes back as by Rate.
func (d *Desk) ChangeRating(ctx context.Context, by casework.Actor, ref casework.Ref, r casework.Rating) (casework.RatingEffect, error) {
	if err := d.rectifies(ctx, by, ref, &r); err != nil {
		return casework.RatingEffect{}, err
	}
	return d.Docket.ChangeRating(ctx, by, ref, r)
}

// rectifies decides with which clocks the case would go back.
func (d *Desk) rectifies(ctx context.Context, by casework.Actor, ref casework.Ref, r *casework.Rating) error {
	c, err := d.Docket.Case(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	if r.Rectify = (r.Solved == casework.SolvedNo || r.Satisfaction.Bad()) && c.HasIdentity; r.Rectify {
		r.RedoClocks, err = d.Terms.Rectify(sla.MatterOf(c), d.Now())
	} else {
		r.RedoClocks, err = d.Terms.Redo(sla.MatterOf(c), d.Now())
	}
	return err
}

// Unhang takes a case off the ledger with a new handling limit.
func (d *Desk) Unhang(ctx context.Context, by casework.Actor, ref casework.Ref) error {
	clocks, err := d.again(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	return d.Docket.Unhang(ctx, by, ref, clocks)
}

func (d *Desk) again(ctx context.Context, by casework.Actor, id casework.CaseID) ([]casework.Promise, error) {
	c, err := d.Docket.Case(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return d.Terms.Redo(sla.MatterOf(c), d.Now())
}

func running(f casework.Dossier, name string) (casework.Clock, bool) {
	i := slices.IndexFunc(f.Clocks, func(k casework.Clock) bool {
		return k.Name == name && k.Leg == f.Case.Leg && k.Running()
	})
	if i < 0 {
		return casework.Clock{}, false
	}
	return f.Clocks[i], true
}
