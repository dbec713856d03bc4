package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/calendar"
)

// Limit is a length of time that a policy grants: working days; calendar days or months, as many laws count; or wall-clock time regardless of nights and holidays.
// Only one of them is set; zero is no limit.
type Limit struct {
	WorkingDays int
	Days        int // calendar days
	Months      int // ends on the day of the month that has the same number as the day of the start, or on the month's last day where it has none
	Wall        time.Duration

	Rolls bool // where the last of calendar days or months is no working day, the limit ends on the next one
}

const (
	maxDays   = 400                 // greatest limit in working or calendar days
	maxMonths = 24                  // greatest limit in months
	maxWall   = 30 * 24 * time.Hour // greatest wall-clock limit
)

// ParseLimit reads 5wd, 60d, 3mo, 24h, 15m or none.
func ParseLimit(s string) (Limit, error) {
	bad := fmt.Errorf("%.20q is not a limit: write 5wd (1 to %d working days), 60d (1 to %d calendar days), 3mo (1 to %d months), 24h or 15m (up to 30 days) or none", s, maxDays, maxDays, maxMonths)
	if s == "none" {
		return Limit{}, nil
	}
	number, unit := strings.TrimRight(s, "wdhmo"), strings.TrimLeft(s, "0123456789")
	if len(number) == 0 || len(number) > 5 || number+unit != s {
		return Limit{}, bad
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return Limit{}, bad
	}
	l := Limit{}
	switch unit {
	case "wd":
		l.WorkingDays = n
	case "d":
		l.Days = n
	case "mo":
		l.Months = n
	case "h":
		l.Wall = time.Duration(n) * time.Hour
	case "m":
		l.Wall = time.Duration(n) * time.Minute
	default:
		return Limit{}, bad
	}
	if l.WorkingDays > maxDays || l.Days > maxDays || l.Months > maxMonths || l.Wall > maxWall {
		return Limit{}, bad
	}
	return l, nil
}

// None tells that there is no limit.
func (l Limit) None() bool { return l == Limit{} }

// String writes the limit as policies do.
func (l Limit) String() string {
	switch {
	case l.WorkingDays > 0:
		return strconv.Itoa(l.WorkingDays) + "wd"
	case l.Days > 0:
		return strconv.Itoa(l.Days) + "d"
	case l.Months > 0:
		return strconv.Itoa(l.Months) + "mo"
	case l.Wall > 0 && l.Wall%time.Hour == 0:
		return strconv.Itoa(int(l.Wall/time.Hour)) + "h"
	case l.Wall > 0:
		return strconv.Itoa(int(l.Wall/time.Minute)) + "m"
	}
	return "none"
}

// Dated tells that the limit ends with a day and not at an hour.
func (l Limit) Dated() bool { return l.WorkingDays > 0 || l.byDate() }

// byDate tells that the limit is counted in calendar days or months.
func (l Limit) byDate() bool { return l.Days > 0 || l.Months > 0 }

// exceeds tells whether l may end after m. Wall-clock time cannot be compared with days: up to a day of it ends before two days do, anything else counts as exceeding. A month has at least 28 days.
func (l Limit) exceeds(m Limit) bool {
	if l.None() {
		return false
	}
	days := func(x Limit) int { return x.WorkingDays + x.Days + 28*x.Months }
	if !l.Dated() && m.Dated() {
		return l.Wall > 24*time.Hour || days(m) < 2
	}
	return l.Dated() != m.Dated() || days(l) > days(m) || l.Wall > m.Wall
}

// LastDay says where a limit in calendar days or months ends whose last day is no working day.
type LastDay string

// The rules of the last day (article 203 of the Civil Code: on the day after the holiday; some limits stand as they are).
const (
	NextWorkday LastDay = "next_workday"
	SameDay     LastDay = "same_day"
)

// UnmarshalYAML reads next_workday or same_day.
func (r *LastDay) UnmarshalYAML(node *yaml.Node) (err error) {
	*r, err = scalar(node, func(s string) (LastDay, error) {
		if rule := LastDay(s); rule == NextWorkday || rule == SameDay {
			return rule, nil
		}
		return "", fmt.Errorf("%.20q does not say where the last day lies: write %s or %s", s, NextWorkday, SameDay)
	})
	return err
}

// under puts a limit under the rule of its last day; one that is not counted by dates needs none. It fails where the rule is missing.
func (l *Limit) under(rule LastDay) error {
	if l.byDate() && rule == "" {
		return fmt.Errorf("%s: say by last_day where it ends when its last day is no working day: %s or %s", l, NextWorkday, SameDay)
	}
	l.Rolls = l.byDate() && rule == NextWorkday
	return nil
}

// UnmarshalYAML reads a limit from a policy file.
func (l *Limit) UnmarshalYAML(node *yaml.Node) (err error) {
	*l, err = scalar(node, ParseLimit)
	return err
}

// Zone is the time zone of the city that a policy belongs to.
type Zone struct{ *time.Location }

// UnmarshalYAML reads a zone name such as Asia/Shanghai.
func (z *Zone) UnmarshalYAML(node *yaml.Node) (err error) {
	z.Location, err = scalar(node, func(s string) (*time.Location, error) {
		if s == "" || s == "Local" || len(s) > 60 {
			return nil, fmt.Errorf("%.20q is not a time zone: write Asia/Shanghai", s)
		}
		return time.LoadLocation(s)
	})
	return err
}

// StartRule says which day is day 1 of a limit in working days.
type StartRule calendar.StartRule

// UnmarshalYAML reads next_workday or immediate.
func (r *StartRule) UnmarshalYAML(node *yaml.Node) (err error) {
	*r, err = scalar(node, func(s string) (StartRule, error) {
		if rule := calendar.StartRule(s); rule == calendar.NextWorkday || rule == calendar.Immediate {
			return StartRule(s), nil
		}
		return "", fmt.Errorf("%.20q is not a start rule: write %s or %s", s, calendar.NextWorkday, calendar.Immediate)
	})
	return err
}

// DayEnd is the time at which the last day of a limit ends.
type DayEnd calendar.Clock

// UnmarshalYAML reads a time of day up to 24:00.
func (e *DayEnd) UnmarshalYAML(node *yaml.Node) (err error) {
	*e, err = scalar(node, func(s string) (DayEnd, error) {
		k, err := calendar.ParseClock(s)
		if err == nil && k == 0 {
			err = fmt.Errorf("a day cannot end at 00:00: write 24:00")
		}
		return DayEnd(k), err
	})
	return err
}

// Hours are the opening hours of a working day.
type Hours calendar.Hours

// UnmarshalYAML reads a list of periods such as 09:00-17:00.
func (h *Hours) UnmarshalYAML(node *yaml.Node) error {
	var texts []string
	if err := node.Decode(&texts); err != nil {
		return err
	}
	hours, err := calendar.ParseHours(texts)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*h = Hours(hours)
	return nil
}

// scalar reads one word of a policy file; the error names its line.
func scalar[T any](node *yaml.Node, parse func(string) (T, error)) (T, error) {
	var none T
	if node.Kind != yaml.ScalarNode {
		return none, fmt.Errorf("line %d: one word is expected here", node.Line)
	}
	v, err := parse(node.Value)
	if err != nil {
		return none, fmt.Errorf("line %d: %w", node.Line, err)
	}
	return v, nil
}
