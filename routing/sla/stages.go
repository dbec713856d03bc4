package sla

import (
	"slices"
	"strconv"
	"time"

	"huiyin/casework"
)

// Steps are what a policy may do with a case whose limit has passed, the mildest first (domain study 3.3).
var Steps = []string{"urge", "notify_leader", "supervise", "criticise", "summon"}

var levels = map[string]int{
	"urge": casework.Urged, "notify_leader": casework.LeaderTold, "supervise": casework.Supervised, "criticise": casework.Criticised, "summon": casework.Summoned,
}

// emergency is how far a case in danger is raised at the shares of its limit: whoever leads the unit hears of it at once.
const emergency = casework.LeaderTold

// Stages are the moments at which something is said of a clock that nobody meets: the reminders before its limit, the steps after it. Only the unit's handling
// limit has all of them; signing, the first contact and the hotline's own dispatch are hurried in an emergency alone.
// It is a casework.Plan: pure, so that a sweep that comes late says the same, at the same times.
func (t *Terms) Stages(s casework.Staged) []casework.Stage {
	m := Matter{Kind: s.Kind, Urgency: s.Urgency, Category: s.Category}
	t = t.For(m)
	class, err := t.Class(m)
	if err != nil {
		return nil // a case of a kind that the policy no longer knows waits for a person
	}
	var all []casework.Stage
	add := func(name string, level int, at time.Time) {
		all = append(all, casework.Stage{Name: name, Level: level, At: at})
	}
	switch s.Name {
	case casework.ClockHandle:
		t.remind(class, s.Started, s.Due, add)
		if s.Ordinary != nil { // the law gives longer: the resident hears how it stands when the city's own limit ends
			if at := s.Ordinary.Add(-t.Policy.Reminders.Before.Wall); at.After(s.Started) && at.Before(s.Due) {
				add("remind_progress", casework.Reminded, at)
			}
		}
		for _, r := range t.Raises(Class{}, s.Started, s.Due) {
			add(r.Step, levels[r.Step], r.At)
		}
	case casework.ClockSign, casework.ClockContact:
	case casework.ClockTotal:
		if s.State != casework.Registered && s.State != casework.Accepted {
			return nil // the unit's own clocks speak
		}
	default:
		return nil
	}
	for _, share := range class.Escalate {
		add("escalate_"+strconv.Itoa(share), emergency, s.Started.Add(s.Due.Sub(s.Started)/100*time.Duration(share)))
	}
	slices.SortStableFunc(all, func(a, b casework.Stage) int { return a.At.Compare(b.At) })
	return all
}

// remind names the reminders of a limit. Two at one moment are one.
func (t *Terms) remind(c Class, start, due time.Time, add func(string, int, time.Time)) {
	var named []casework.Stage
	name := func(s string, at time.Time) {
		same := func(x casework.Stage) bool { return x.At.Equal(at) }
		if at.After(start) && at.Before(due) && !slices.ContainsFunc(named, same) {
			named = append(named, casework.Stage{Name: s, At: at})
		}
	}
	for _, share := range t.Policy.Reminders.Shares {
		name("remind_"+strconv.Itoa(share), start.Add(due.Sub(start)/100*time.Duration(share)))
	}
	if before := t.Policy.Reminders.Before.Wall; before > 0 {
		name("remind_last", due.Add(-before))
	}
	if c.Remind > 0 {
		name("remind_day", t.opening(t.Calendar.Back(t.Calendar.DueDate(due), c.Remind)))
	}
	for _, x := range named {
		add(x.Name, casework.Reminded, x.At)
	}
}

// Rounds are from how many rounds and returns a case is raised by itself.
func (p *Policy) Rounds() casework.Rounds {
	return casework.Rounds{Redo: p.Repeat.Redo, Transfers: p.Repeat.Transfers}
}
