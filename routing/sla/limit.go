package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/calendar"
)

// Limit is a length of time that a policy grants: working days, or wall-clock time regardless of nights and holidays. Zero is no limit.
type Limit struct {
	WorkingDays int
	Wall        time.Duration
}

const (
	maxDays = 400                 // greatest limit in working days
	maxWall = 30 * 24 * time.Hour // greatest wall-clock limit
)

// ParseLimit reads 5wd, 24h, 15m or none.
func ParseLimit(s string) (Limit, error) {
	bad := fmt.Errorf("%.20q is not a limit: write 5wd (1 to %d working days), 24h or 15m (up to 30 days) or none", s, maxDays)
	if s == "none" {
		return Limit{}, nil
	}
	number, unit := strings.TrimRight(s, "wdhm"), strings.TrimLeft(s, "0123456789")
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
	case "h":
		l.Wall = time.Duration(n) * time.Hour
	case "m":
		l.Wall = time.Duration(n) * time.Minute
	default:
		return Limit{}, bad
	}
	if l.WorkingDays > maxDays || l.Wall > maxWall {
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
	case l.Wall > 0 && l.Wall%time.Hour == 0:
		return strconv.Itoa(int(l.Wall/time.Hour)) + "h"
	case l.Wall > 0:
		return strconv.Itoa(int(l.Wall/time.Minute)) + "m"
	}
	return "none"
}

// exceeds tells whether l may end after m; limits of different units cannot be compared and count as exceeding.
func (l Limit) exceeds(m Limit) bool {
	if l.None() {
		return false
	}
	return (l.WorkingDays > 0) != (m.WorkingDays > 0) || l.WorkingDays > m.WorkingDays || l.Wall > m.Wall
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
