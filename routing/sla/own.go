package sla

import (
	"cmp"
	"time"

	"huiyin/casework"
)

// OwnLimit is the limit of a call-back or of a decision that begins at a moment, as casework.Limits: a call-back within the policy's follow_up, a decision on an
// extension within extension.decision, any other decision, and that one too where nothing else is said, within return.arbitration.
func (t *Terms) OwnLimit(c casework.Case, name string, from time.Time) (casework.Promise, bool) {
	t = t.For(MatterOf(c))
	l := t.Policy.Return.Arbitration
	switch name {
	case casework.ClockFollowUp:
		l = t.Policy.FollowUp.Within
	case casework.DecideExtension:
		if d := t.Policy.Extension.Decision; !d.None() {
			l = d
		}
	}
	if l.None() {
		return casework.Promise{}, false
	}
	return t.By(name, l, from), true
}

// Rectify gives the unit's clocks after a bad rating under the resident's name (差评整改): a first contact, and the rectification within the shorter limit, or within
// the longer one where the matter's own limit is longer than that. In an emergency the limits of its class stand.
func (t *Terms) Rectify(m Matter, at time.Time) ([]casework.Promise, error) {
	all, err := t.Redo(m, at)
	if err != nil || m.Urgency != "" && m.Urgency != casework.Normal {
		return all, err
	}
	t = t.For(m)
	handle := t.Policy.Rectify.Simple
	simple := t.By("", handle, at).Due
	for i, p := range all {
		if p.Name == casework.ClockHandle && p.Due.After(simple) {
			handle = t.Policy.Rectify.Complex
		}
		if p.Name == casework.ClockContact {
			all[i] = t.By(p.Name, t.Policy.Rectify.Contact, at)
		}
	}
	for i, p := range all {
		if p.Name == casework.ClockHandle {
			all[i] = t.By(p.Name, handle, at)
		}
	}
	for i, p := range all { // a sign limit of the class may be longer than what is rectified
		if end := all[len(all)-1].Due; p.Due.After(end) {
			all[i].Due = end
		}
	}
	return all, nil
}

// Tries are how often and how far apart the policy calls a resident who is not reached.
func (p *Policy) Tries() casework.Tries {
	return casework.Tries{Most: p.FollowUp.Attempts, Apart: cmp.Or(p.FollowUp.Apart.Wall, casework.StandardTries.Apart)}
}
