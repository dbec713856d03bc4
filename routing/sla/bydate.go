package sla

import (
	"time"

	"huiyin/calendar"
	"huiyin/casework"
)

// byDate is where a limit in calendar days or months ends. The day of the start is not counted (article 201 of the Civil Code), whatever the policy's start rule for
// working days; a limit in months ends on the day of the same number, or on the month's last day where it has no such day (article 202).
func (t *Terms) byDate(l Limit, start time.Time) (due time.Time, provisional bool) {
	day := t.Calendar.Date(start) + calendar.Date(l.Days)
	if l.Months > 0 {
		day = monthsOn(day, l.Months)
	}
	day, provisional = t.last(day, l.Rolls)
	return t.Calendar.At(day, calendar.Clock(t.Policy.DayEnd)), provisional
}

// last is the day on which a limit counted by dates ends: the day itself, or where it rolls and the day is no working day the next one that is.
// It is provisional where a notice still to come may make another day of it.
func (t *Terms) last(day calendar.Date, rolls bool) (calendar.Date, bool) {
	if !rolls {
		return day, false
	}
	return t.Calendar.Nth(day-1, 1)
}

// monthsOn is the day so many months later.
func monthsOn(d calendar.Date, months int) calendar.Date {
	first := time.Date(d.Year(), d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	end := first.AddDate(0, 1, -1)
	return calendar.NewDate(first.Year(), first.Month(), min(d.Day(), end.Day()))
}

// byDates tells that a promise is counted in calendar days or months.
func byDates(p casework.Promise) bool { return p.CalendarDays > 0 || p.Months > 0 }

// limitOf is the limit that a promise was made by; none where it runs on the wall clock.
func limitOf(k casework.Clock) Limit {
	return Limit{WorkingDays: k.WorkingDays, Days: k.CalendarDays, Months: k.Months, Rolls: k.Rolls}
}
