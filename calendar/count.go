package calendar

import "time"

// StartRule says which day is day 1 of a limit in working days.
type StartRule string

// The start rules. Ordinances differ: "from the day after receipt" (as art. 201 of the Civil Code counts) or "within n working days of receipt".
const (
	NextWorkday StartRule = "next_workday" // day 1 is the first working day after the day of the start
	Immediate   StartRule = "immediate"    // day 1 is the day of the start itself if it is a working day, else the next one
)

// Nth is the n-th working day after a date, which is itself not counted; provisional tells that a day on the way
// or the result may still be changed by a notice. For n < 1 it is the date itself.
func (c *Calendar) Nth(after Date, n int) (d Date, provisional bool) {
	d = after
	for n > 0 && d < MaxDate {
		d++
		day := c.Day(d)
		provisional = provisional || day.Provisional
		if day.Work {
			n--
		}
	}
	return d, provisional
}

// Back is the n-th working day before a date, which is itself not counted. For n < 1 it is the date itself.
func (c *Calendar) Back(before Date, n int) Date {
	d := before
	for n > 0 && d > MinDate {
		d--
		if c.Work(d) {
			n--
		}
	}
	return d
}

// Next is the first working day after a date.
func (c *Calendar) Next(after Date) (d Date, provisional bool) { return c.Nth(after, 1) }

// AddWorkingDays gives the end (24:00 in the city) of working day n of a limit that starts at an instant.
//
// 24:00 of a day and 00:00 of the following day are one instant; it is returned as the latter. A step taken exactly then is in time.
// n must be at least 1; anything less gives the end of the day of the start.
func (c *Calendar) AddWorkingDays(start time.Time, n int, rule StartRule) (due time.Time, provisional bool) {
	from := c.Date(start)
	if rule == Immediate && n > 0 {
		from--
	}
	d, provisional := c.Nth(from, n)
	return c.End(d), provisional
}

// WorkingDaysBetween counts the working days from the day after from's day up to and including to's day:
// the first day is not counted. It is 0 where to is on or before from's day.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) (n int, provisional bool) {
	return c.Count(c.Date(from), c.Date(to))
}

// Count counts the working days after one date up to and including another; 0 where last is not after it.
func (c *Calendar) Count(after, last Date) (n int, provisional bool) {
	for d := after + 1; d <= min(last, MaxDate); d++ {
		day := c.Day(d)
		provisional = provisional || day.Provisional
		if day.Work {
			n++
		}
	}
	return n, provisional
}

// End is 24:00 of a date in the city, the same instant as 00:00 of the next.
func (c *Calendar) End(d Date) time.Time { return (d + 1).Start(c.zone) }

// DueDate is the day whose end or inside a deadline is: for 24:00 of a day that day, not the following one.
func (c *Calendar) DueDate(due time.Time) Date { return c.Date(due.Add(-time.Nanosecond)) }

// Until writes a deadline for people, as "2026-02-27 24:00" rather than "2026-02-28 00:00".
func (c *Calendar) Until(due time.Time) string {
	if d := c.DueDate(due); c.End(d).Equal(due) {
		return d.String() + " 24:00"
	}
	return due.In(c.zone).Format("2006-01-02 15:04")
}
