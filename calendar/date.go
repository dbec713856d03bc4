package calendar

import (
	"fmt"
	"time"
)

// Date is a day of the civil calendar without time or zone, counted in days since 1 January 1970.
// Dates are ordered and subtracted as integers, so that counting days never meets a change of clocks.
type Date int32

const secondsPerDay = 24 * 60 * 60

// The first and last day that the calendar answers for; times outside are refused by ParseDate and by Covers.
const (
	MinDate Date = 0      // 1970-01-01
	MaxDate Date = 376199 // 2999-12-31
)

// NewDate returns the date of a year, month and day; values outside their range are carried over as time.Date does.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// ParseDate reads a date written 2006-01-02, from 1970 to 2999.
func ParseDate(s string) (Date, error) {
	if len(s) != len(time.DateOnly) {
		return 0, fmt.Errorf("%q is not a date: write it as 2026-02-27", clip(s))
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date: write it as 2026-02-27", s)
	}
	d := NewDate(t.Date())
	if t.Year() < 1970 || d < MinDate || d > MaxDate {
		return 0, fmt.Errorf("%s is outside the years 1970 to 2999", s)
	}
	return d, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String writes the date as 2006-01-02.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// Year is the date's year.
func (d Date) Year() int { return d.utc().Year() }

// Month is the date's month.
func (d Date) Month() time.Month { return d.utc().Month() }

// Day is the date's day of the month.
func (d Date) Day() int { return d.utc().Day() }

// Weekday is the date's day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// Start is the first moment of the date in a zone. Where the change of clocks skips midnight, it is the first moment that exists.
func (d Date) Start(zone *time.Location) time.Time {
	y, m, day := d.utc().Date()
	t := time.Date(y, m, day, 0, 0, 0, 0, zone)
	for dateOf(t) < d {
		t = t.Add(15 * time.Minute)
	}
	return t
}

// dateOf is the date that a clock shows in t's own zone.
func dateOf(t time.Time) Date { return NewDate(t.Date()) }
