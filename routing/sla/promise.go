// Package sla decides by when a case must be signed, answered by a first contact, and handled, and what moves such a deadline.
package sla

import (
	"fmt"
	"slices"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/fault"
)

// Terms are a policy and a calendar in force together; every promise names the versions of both. They are pure: the same input gives the same deadline.
type Terms struct {
	Policy   *Policy
	Calendar *calendar.Calendar
}

// With puts a policy and a calendar in force together, in the policy's time zone. The policy must name that calendar.
func With(p *Policy, c *calendar.Calendar) (*Terms, error) {
	if p.Calendar != c.Name() {
		return nil, fmt.Errorf("policy %s counts by the calendar %s, not by %s", p.ID(), p.Calendar, c.Name())
	}
	return &Terms{Policy: p, Calendar: c.In(p.Zone.Location)}, nil
}

// At gives the same terms for a unit with opening hours of its own; without any it is the terms themselves. Hours decide when a unit is spoken to and by when it
// must ask for more time, never how many days it has.
func (t *Terms) At(hours calendar.Hours) *Terms {
	if len(hours) == 0 {
		return t
	}
	p := *t.Policy
	p.Hours = Hours(hours)
	return &Terms{Policy: &p, Calendar: t.Calendar}
}

// Standard is the shipped policy with the shipped calendar.
func Standard() (*Terms, error) {
	p, err := Default()
	if err != nil {
		return nil, fmt.Errorf("default policy: %w", err)
	}
	c, err := calendar.Official(p.Zone.Location)
	if err != nil {
		return nil, err
	}
	return With(p, c)
}

// Matter is what a limit depends on.
type Matter struct {
	Kind      casework.Kind
	Urgency   casework.Urgency // empty is normal
	Category  string           // by which a law may set another limit; empty where it is not known yet
	Anonymous bool             // nobody can be contacted, so no contact is promised
}

// MatterOf is what the limits of a case depend on.
func MatterOf(c casework.Case) Matter {
	return Matter{Kind: c.Kind, Urgency: c.Urgency, Category: c.Category, Anonymous: !c.HasIdentity}
}

// Class is the set of limits that apply to a matter: those of its urgency if it is critical or urgent, else those of its kind; where an override covers it, those under it.
func (t *Terms) Class(m Matter) (Class, error) {
	t = t.For(m)
	kind, ok := t.Policy.Kinds[m.Kind]
	if !ok {
		return Class{}, fault.Wrap(fault.Invalid, "fault.invalid", fmt.Errorf("kind %.20q is none of %v", m.Kind, casework.Kinds)).At("kind")
	}
	switch m.Urgency {
	case "", casework.Normal:
		return kind, nil
	case casework.Critical, casework.Urgent:
		return t.Policy.Urgency[m.Urgency], nil
	}
	return Class{}, fault.Wrap(fault.Invalid, "fault.invalid", fmt.Errorf("urgency %.20q is none of %v", m.Urgency, casework.Urgencies)).At("urgency")
}

// By is the promise that a limit makes when it starts at an instant. A limit in working days ends at the policy's day end of day n:
// for 24:00 that is 00:00 of the following day, the same instant. A step at exactly the due time is in time.
func (t *Terms) By(name string, l Limit, start time.Time) casework.Promise {
	p := casework.Promise{Name: name, WorkingDays: l.WorkingDays, CalendarDays: l.Days, Months: l.Months, Rolls: l.Rolls, Policy: t.Policy.ID(), Calendar: t.Calendar.Version()}
	if l.byDate() {
		p.Due, p.Provisional = t.byDate(l, start)
		return p
	}
	if l.WorkingDays == 0 {
		p.Due = start.Add(l.Wall).In(t.Calendar.Zone())
		return p
	}
	end, from := calendar.Clock(t.Policy.DayEnd), t.Calendar.Date(start)
	if calendar.StartRule(t.Policy.StartRule) == calendar.Immediate && start.Before(t.Calendar.At(from, end)) {
		from-- // the day of the start may itself be day 1, unless its end has passed
	}
	day, provisional := t.Calendar.Nth(from, l.WorkingDays)
	p.Due, p.Provisional = t.Calendar.At(day, end), provisional
	return p
}

// Total is the promise to the resident: the handle limit counted from filing. It never stops and is never reset.
func (t *Terms) Total(m Matter, filed time.Time) (casework.Promise, error) {
	c, err := t.Class(m)
	if err != nil {
		return casework.Promise{}, err
	}
	return t.handle(casework.ClockTotal, c, m, filed), nil
}

// handle is a promise by the class's handle limit, or by the law that covers the matter, beside which the city's own limit is kept.
func (t *Terms) handle(name string, c Class, m Matter, start time.Time) casework.Promise {
	p := t.By(name, c.Handle, start)
	if s, ok := t.Policy.statute(m); ok {
		own := p.Due
		p = t.By(name, s.Handle, start)
		p.Statute, p.Ordinary = s.Name, &own
	}
	return p
}

// Dispatch is when a case goes to a unit.
type Dispatch struct {
	At    time.Time // the dispatch; the unit's clocks start here
	Filed time.Time // when the case reached the hotline
	Total time.Time // due time of the total clock; zero in a new round (redo), whose clocks stand for themselves
}

// Unit gives the clocks of the unit a case is dispatched to: sign, contact (where one is due) and handle, counted from the dispatch.
//
// The rule of the total clock: after a prompt dispatch (within the class's dispatch limit of filing) none of the unit's clocks ends
// later than the promise to the resident; they are shortened to it. After a late dispatch the unit has its full limits, and the
// total clock, which may then end earlier, shows the time that the hotline took.
func (t *Terms) Unit(m Matter, d Dispatch) ([]casework.Promise, error) {
	c, err := t.Class(m)
	if err != nil {
		return nil, err
	}
	prompt := !d.Total.IsZero() && d.At.Before(d.Total) && !d.At.After(t.By("", c.Dispatch, d.Filed).Due)
	var all []casework.Promise
	for _, clock := range []struct {
		name  string
		limit Limit
	}{{casework.ClockSign, c.Sign}, {casework.ClockContact, c.Contact}, {casework.ClockHandle, c.Handle}} {
		if clock.limit.None() || clock.name == casework.ClockContact && m.Anonymous {
			continue
		}
		p := t.By(clock.name, clock.limit, d.At)
		if clock.name == casework.ClockHandle {
			p = t.handle(clock.name, c, m, d.At)
		}
		if prompt && p.Due.After(d.Total) {
			p.Due = d.Total.In(t.Calendar.Zone())
		}
		all = append(all, p)
	}
	return all, nil
}

// Promises gives all clocks of a matter that is filed and dispatched at one instant: total, sign, contact where one is due, handle.
func (t *Terms) Promises(m Matter, at time.Time) ([]casework.Promise, error) {
	total, err := t.Total(m, at)
	if err != nil {
		return nil, err
	}
	unit, err := t.Unit(m, Dispatch{At: at, Filed: at, Total: total.Due})
	if err != nil {
		return nil, err
	}
	return append([]casework.Promise{total}, unit...), nil
}

// Redo gives the clocks of a new round: the limits of the class from the moment the case is sent back. The total clock is not touched.
func (t *Terms) Redo(m Matter, at time.Time) ([]casework.Promise, error) {
	return t.Unit(m, Dispatch{At: at})
}

// shift moves a due time by days, which step counts, and keeps its time of day; 24:00 stays 24:00. Less than one day moves nothing.
func (t *Terms) shift(due time.Time, days int, step func(from calendar.Date, days int) (calendar.Date, bool)) (time.Time, bool) {
	if days < 1 {
		return due, false
	}
	from := t.Calendar.DueDate(due)
	to, provisional := step(from, days)
	if due.Equal(t.Calendar.End(from)) {
		return t.Calendar.End(to), provisional
	}
	h, m, s := due.In(t.Calendar.Zone()).Clock()
	return time.Date(to.Year(), to.Month(), to.Day(), h, m, s, due.Nanosecond(), t.Calendar.Zone()), provisional
}

// Extend gives a promise that ends so many days later, under the terms of today; the caller keeps the original beside it. They are working days, and
// calendar days where the promise is counted by dates. Less than one day changes nothing.
func (t *Terms) Extend(p casework.Promise, days int) casework.Promise {
	step := t.Calendar.Nth
	if byDates(p) {
		step = func(from calendar.Date, days int) (calendar.Date, bool) {
			return t.last(from+calendar.Date(days), p.Rolls)
		}
	}
	due, provisional := t.shift(p.Due, days, step)
	p.Due, p.Provisional = due, p.Provisional || provisional
	return p
}

// Grant tells whether the policy allows an extension of so many days, of most at most, to a clock extended before times; approved is the hotline's consent.
// It fails with fault.Invalid for a length out of range and fault.Conflict when no further extension is possible.
func (p *Policy) Grant(days, most, before int, approved bool) error {
	limit := p.Extension.Times
	if approved {
		limit = p.Extension.TimesApproved
	}
	switch {
	case days < 1 || days > most:
		return fault.Wrap(fault.Invalid, "fault.invalid", fmt.Errorf("%d days are outside 1 to %d", days, most)).At("days")
	case before >= limit:
		return fault.Wrap(fault.Conflict, "fault.conflict", fmt.Errorf("extended %d times already, %d allowed", before, limit))
	}
	return nil
}

// NoticeBy is the last moment at which an extension may be applied for: the policy's notice in working hours before the due time.
func (t *Terms) NoticeBy(due time.Time) time.Time {
	return t.Calendar.Before(due, t.Policy.Extension.Notice.Wall, calendar.Hours(t.Policy.Hours))
}

// WithinNotice tells whether now is early enough to apply for an extension; exactly at the last moment is.
func (t *Terms) WithinNotice(due, now time.Time) bool { return !now.After(t.NoticeBy(due)) }

// Pause is a time in which a clock stands still, from and to included; the day on which it begins still counts for the limit.
type Pause struct{ From, To time.Time }

// Pauses gives a promise moved by the pauses of a clock that started at an instant, and the days added, working days or where the promise is counted by
// dates calendar days: those inside the pauses, the first day of each not counted, a day in two pauses counted once. A pause begun after the due time adds nothing:
// it cannot undo a breach. Days before the start add nothing either.
func (t *Terms) Pauses(p casework.Promise, start time.Time, pauses []Pause) (casework.Promise, int) {
	pauses = slices.Clone(pauses)
	slices.SortStableFunc(pauses, func(a, b Pause) int { return a.From.Compare(b.From) })
	covered, sum := t.Calendar.Date(start), 0
	for _, pause := range pauses {
		if pause.From.After(p.Due) {
			break
		}
		first := max(covered, t.Calendar.Date(pause.From))
		last := t.Calendar.Date(pause.To)
		n, provisional := t.Calendar.Count(first, last)
		if byDates(p) {
			n, provisional = max(0, int(last-first)), false
		}
		p.Provisional = p.Provisional || provisional
		p = t.Extend(p, n)
		sum += n
		covered = max(covered, last)
	}
	return p, sum
}
