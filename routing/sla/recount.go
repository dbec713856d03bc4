package sla

import "huiyin/casework"

// Recount counts a provisional limit anew, as casework.Recount: from the same start by the calendar in force, shortened to the promise to the resident where it
// was, with the same extensions and pauses.
func (t *Terms) Recount(k casework.Provisional) casework.Promise {
	p := t.By(k.Name, Limit{WorkingDays: k.WorkingDays}, k.Started)
	if k.WorkingDays == 0 {
		p.Due = k.OriginalDue
	}
	if k.Capped {
		total := k.Total.Due
		if k.Total.Provisional && k.Total.WorkingDays > 0 {
			total = t.By(casework.ClockTotal, Limit{WorkingDays: k.Total.WorkingDays}, k.Total.Started).Due
		}
		if p.Due.After(total) {
			p.Due = total
		}
	}
	p = t.Extend(p, k.Extended)
	pauses := make([]Pause, len(k.Pauses))
	for i, s := range k.Pauses {
		pauses[i] = Pause(s)
	}
	p, _ = t.Pauses(p, k.Started, pauses)
	return p
}
