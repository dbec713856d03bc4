package supervision

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
)

// counted is a count row with its place: which part of the case it is, and the day its promise ends.
type counted struct {
	Row
	Ord   int       // leg number, or the answer's ordinal
	Tags  []string  // case: what its words were found to say beside its matter, such as cash refused
	DueOn time.Time // last day of the promise still owed; zero where nothing is owed
}

// owing are the states in which the resident has no answer yet to the present round.
var owing = []casework.State{casework.Registered, casework.Accepted, casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand, casework.Paused, casework.HungUp}

// count makes the count rows of one case from its events and the limits of its clocks. It reads no present time: the same history gives the same rows.
// units names by the rating's event who gave the answer that the resident of a merged case rated: see answerers.
func count(f casework.Dossier, zone *time.Location, units map[int64]casework.UnitCode) ([]counted, error) {
	c, err := walk(f.Events)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", f.Case.ID, err)
	}
	type limit struct {
		name string
		leg  int
	}
	limits := map[limit]casework.Clock{}
	for _, k := range f.Clocks {
		limits[limit{k.Name, k.Leg}] = k
	}
	month := func(t time.Time) Month {
		if t.IsZero() {
			return 0
		}
		return MonthOf(t, zone)
	}
	// A promise until 24:00 is the first instant of the next day, and belongs to the day before.
	dueMonth := func(k casework.Clock) Month { return month(lastMoment(k.Due)) }

	base := Row{District: district(c.about.Territory), Kind: c.about.Kind, Category: coarse(c.about.Category, c.about.Kind == casework.Report || f.Case.Secret),
		Channel: c.about.Channel, Way: c.became(), Filed: month(c.filed), N: 1}
	total := limits[limit{casework.ClockTotal, 0}]
	whole := counted{Row: base}
	whole.Part, whole.Round, whole.Hours = PartCase, c.rounds, -1
	whole.Due, whole.Replied = dueMonth(total), month(c.first)
	whole.Handled = judge(c.first, c.gone, total.Due, c.breach)
	whole.Original = whole.Handled
	whole.Excluded = c.why
	whole.Open, whole.Hung = slices.Contains(owing, c.state), c.state == casework.HungUp
	whole.Tags = c.about.Tags
	whole.Unit = casework.Hotline
	if !c.first.IsZero() {
		whole.Hours = int(c.first.Sub(c.filed) / time.Hour)
	}
	if c.last != nil {
		whole.Unit = c.last.unit
		whole.Verdict, whole.Satisfaction, whole.Rated = c.last.verdict, c.last.satisfied, month(c.last.ratedAt)
	}
	var rows []counted
	var current *counted
	for _, l := range c.legs {
		r := counted{Row: base, Ord: l.ord}
		r.Part, r.Unit, r.Round, r.First = l.part, l.unit, l.round, l.round == 1
		r.Hops, r.Flags, r.Doubtful = c.hops(l), strings.Join(l.flags, ","), l.doubtful
		r.Opened, r.Replied, r.Rated, r.Hours = month(l.opened), month(l.replied), month(l.ratedAt), -1
		r.Waived, r.NotReached = strings.Join(l.waived, ","), l.unreached && l.verdict == ""
		r.Verdict, r.Satisfaction, r.SentBack, r.Returned, r.Extensions, r.Excluded = l.verdict, l.satisfied, l.sentBack, l.returned, l.extensions, l.why
		if l.part == PartLeg {
			handle := limits[limit{casework.ClockHandle, l.ord}]
			r.Due, r.Dispatched = dueMonth(handle), l.fresh
			r.Handled = judge(l.replied, l.ended, handle.Due, l.breached[casework.ClockHandle])
			r.Original = judge(l.replied, l.ended, handle.OriginalDue, l.breached[casework.ClockHandle])
			if k, ok := limits[limit{casework.ClockSign, l.ord}]; ok {
				r.Signed = judge(l.signed, l.ended, k.Due, l.breached[casework.ClockSign])
			}
			if k, ok := limits[limit{casework.ClockContact, l.ord}]; ok {
				r.Contacted = l.response(k)
			}
			r.Open = l.replied.IsZero() && l.ended.IsZero()
			r.Overdue = r.Open && r.Handled == Missed
			if !l.replied.IsZero() {
				r.Hours = int(l.replied.Sub(l.opened) / time.Hour)
			}
			if r.Open {
				r.DueOn = lastMoment(handle.Due)
			}
		}
		rows = append(rows, r)
		if l.part == PartLeg && c.state.Handling() {
			current = &r
		}
	}
	if whole.Open {
		whole.Unit = casework.Hotline
		whole.DueOn = lastMoment(total.Due)
		if current != nil {
			whole.Unit = current.Unit
			if !c.first.IsZero() && !current.DueOn.IsZero() {
				whole.DueOn = current.DueOn
			}
		}
		whole.Overdue = c.first.IsZero() && whole.Handled == Missed || current != nil && current.Overdue
	}
	rows = append(rows, c.joinedRows(base, units, month)...)
	return append(rows, whole), nil
}

// response judges the first effective contact; an answer to the resident is one, what the resident denies is none.
func (l *leg) response(k casework.Clock) Outcome {
	at := l.contacted
	if at.IsZero() || !l.replied.IsZero() && l.replied.Before(at) {
		at = l.replied
	}
	if l.denied {
		return Missed
	}
	return judge(at, l.ended, k.Due, l.breached[casework.ClockContact])
}

// judge compares what was done with the due time; equal is in time. What ended without object before the due time is no breach.
func judge(done, ended, due time.Time, breached bool) Outcome {
	switch {
	case due.IsZero():
		return None
	case !done.IsZero() && done.After(due):
		return Late
	case !done.IsZero():
		return InTime
	case breached || !ended.IsZero() && ended.After(due):
		return Missed
	case !ended.IsZero():
		return Ended
	}
	return Running
}

func lastMoment(due time.Time) time.Time {
	if due.IsZero() {
		return due
	}
	return due.Add(-time.Microsecond)
}

// district is the six-digit code of the district a territory lies in (GB/T 2260); codes that end in 00 name a whole city.
func district(territory string) string {
	if len(territory) < 6 || strings.HasSuffix(territory[:6], "00") || strings.Trim(territory, "0123456789") != "" {
		return ""
	}
	return territory[:6]
}

// coarse cuts a category to its first level where the case itself must not be told from others.
func coarse(category string, hide bool) string {
	if hide && len(category) > 2 {
		return category[:2]
	}
	return category
}
