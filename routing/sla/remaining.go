package sla

import (
	"slices"
	"time"

	"huiyin/calendar"
)

// Met tells whether a step taken at an instant is in time; exactly at the due time is.
func Met(due, at time.Time) bool { return !at.After(due) }

// Remaining is how much of a limit is left, for people. Days, hours and minutes are wall-clock time and never negative.
type Remaining struct {
	Overdue bool
	Days    int
	Hours   int // 0 to 23
	Minutes int // 0 to 59, rounded down
	Span    time.Duration
	Share   float64 // used part of the limit: 0 at the start, 1 at the due time, more when overdue
}

// Left tells how much is left at now of a limit that started and is due at given instants. At the due time nothing is left and nothing is overdue.
func Left(start, due, now time.Time) Remaining {
	r := Remaining{Overdue: now.After(due), Span: due.Sub(now).Abs(), Share: 1}
	r.Days, r.Hours, r.Minutes = int(r.Span/(24*time.Hour)), int(r.Span/time.Hour)%24, int(r.Span/time.Minute)%60
	if limit := due.Sub(start); limit > 0 {
		r.Share = max(0, float64(now.Sub(start))/float64(limit))
	}
	return r
}

// Key is the sentence for the remaining time in the locale catalogue; it takes the span as text.
func (r Remaining) Key() string {
	if r.Overdue {
		return "calendar.over"
	}
	return "calendar.left"
}

// Reminders are the times at which the unit is reminded of a limit: at the policy's shares of it, the stated time before it is due,
// and at the opening of the class's reminder day. All lie after the start and before the due time, in order.
func (t *Terms) Reminders(c Class, start, due time.Time) []time.Time {
	var at []time.Time
	t.remind(c, start, due, func(_ string, _ int, x time.Time) { at = append(at, x) })
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// Raise is a moment at which a case is raised, and how.
type Raise struct {
	At   time.Time
	Step string // as the policy names it: urge, notify_leader, supervise, criticise, summon; escalate within an emergency's limit
}

// Raises are the steps that raise a case while nobody meets its limit, in order: those of an emergency at their shares of the limit,
// and those after the due time, the first at once, the others at the opening of the n-th working day after the due day.
func (t *Terms) Raises(c Class, start, due time.Time) []Raise {
	var all []Raise
	for _, share := range c.Escalate {
		all = append(all, Raise{At: start.Add(due.Sub(start) / 100 * time.Duration(share)), Step: "escalate"})
	}
	for _, e := range t.Policy.Overdue {
		at := due
		if e.AfterDays > 0 {
			day, _ := t.Calendar.Nth(t.Calendar.DueDate(due), e.AfterDays)
			at = t.opening(day)
		}
		all = append(all, Raise{At: at, Step: e.Step})
	}
	slices.SortStableFunc(all, func(a, b Raise) int { return a.At.Compare(b.At) })
	return all
}

func (t *Terms) opening(d calendar.Date) time.Time { return t.Calendar.At(d, t.Policy.Hours[0].From) }
