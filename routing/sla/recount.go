package sla

import "huiyin/casework"

// Recount counts a provisional limit anew, as casework.Recount: from the same start by the calendar in force, shortened to the promise to the resident where it
// was, with the same extensions and pauses.
func (t *Terms) Recount(k casework.Provisional) casework.Promise {
	p := t.By(k.Name, limitOf(k.Clock), k.Started)
	if !limitOf(k.Clock).Dated() {
		p.Due = k.OriginalDue
	}
	if k.Capped {
		total := k.Total.Due
		if k.Total.Provisional && limitOf(k.Total).Dated() {
			total = t.By(casework.ClockTotal, limitOf(k.Total), k.Total.Started).Due
		}
		if p.Due.After(total) {
			p.Due = total
		}
	}
	for _, days := range k.Extended {
		p = t.Extend(p, days)
	}
	pauses := make([]Pause, len(k.Pauses))
	for i, s := range k.Pauses {
		pauses[i] = Pause(s)
	}
	p, _ = t.Pauses(p, k.Started, pauses)
	return p
}
