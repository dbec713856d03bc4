package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Clock is a time of day as minutes since midnight, 0 to 1440; 1440 is 24:00.
type Clock int

// DayEnd is 24:00.
const DayEnd Clock = 24 * 60

// ParseClock reads a time of day written 09:00, up to 24:00.
func ParseClock(s string) (Clock, error) {
	if len(s) == 5 && s[2] == ':' && digits(s[:2]) && digits(s[3:]) {
		c := Clock(int(s[0]-'0')*600 + int(s[1]-'0')*60 + int(s[3]-'0')*10 + int(s[4]-'0'))
		if s[3] < '6' && c <= DayEnd {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%q is not a time of day: write it as 09:00, at most 24:00", clip(s))
}

func digits(s string) bool {
	return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9'
}

// String writes the time of day as 09:00.
func (k Clock) String() string { return fmt.Sprintf("%02d:%02d", int(k)/60, int(k)%60) }

// At is the instant at which clocks in the city show a time of day on a date.
func (c *Calendar) At(d Date, k Clock) time.Time {
	switch k {
	case 0:
		return d.Start(c.zone)
	case DayEnd:
		return c.End(d)
	}
	y, m, day := d.utc().Date()
	return time.Date(y, m, day, int(k)/60, int(k)%60, 0, 0, c.zone)
}

// Hours are the opening hours of a working day, from to until, in order and without overlap.
type Hours []Period

// Period is one stretch of opening hours.
type Period struct{ From, To Clock }

// ParseHours reads opening hours written 09:00-12:00, several a day, in order and without overlap.
func ParseHours(texts []string) (Hours, error) {
	var h Hours
	for _, s := range texts {
		if len(s) != 11 || s[5] != '-' {
			return nil, fmt.Errorf("%q is not a period: write it as 09:00-17:00", clip(s))
		}
		from, err := ParseClock(s[:5])
		if err != nil {
			return nil, err
		}
		to, err := ParseClock(s[6:])
		if err != nil {
			return nil, err
		}
		if to <= from || len(h) > 0 && from < h[len(h)-1].To {
			return nil, fmt.Errorf("%s: periods must have a length, stand in order and not overlap", s)
		}
		h = append(h, Period{from, to})
	}
	if len(h) == 0 {
		return nil, fmt.Errorf("no period given")
	}
	return h, nil
}

// Before is the instant from which exactly d of working time remains until t: the last moment to do what must be done
// d of working time ahead of a deadline. Only opening hours on working days count. Without opening hours it is t itself.
func (c *Calendar) Before(t time.Time, d time.Duration, hours Hours) time.Time {
	if d <= 0 || len(hours) == 0 {
		return t
	}
	for day := c.Date(t); day > MinDate; day-- {
		if !c.Work(day) {
			continue
		}
		for _, p := range slices.Backward(hours) {
			from, to := c.At(day, p.From), c.At(day, p.To)
			if to.After(t) {
				to = t
			}
			if !to.After(from) {
				continue
			}
			if open := to.Sub(from); open >= d {
				return to.Add(-d)
			} else {
				d -= open
			}
		}
	}
	return c.At(MinDate, 0)
}
