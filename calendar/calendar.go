// Package calendar counts working days and hours; knows weekends, statutory holidays and make-up workdays, and nothing else.
package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"time"
	_ "time/tzdata" // the city's zone must load on a machine without zone files
)

// Why is the reason that a day is a working day or not.
type Why string

// The reasons.
const (
	Weekday Why = "weekday" // Monday to Friday, no holiday: work
	Weekend Why = "weekend" // Saturday or Sunday, not made up: off
	Holiday Why = "holiday" // a day off by a State Council notice, weekend days inside a holiday included
	Makeup  Why = "makeup"  // a Saturday or Sunday worked instead of a weekday off (调休上班)
)

// Key is the reason's sentence in the locale catalogue.
func (w Why) Key() string {
	switch w {
	case Weekend:
		return "calendar.weekend"
	case Holiday:
		return "calendar.holiday"
	case Makeup:
		return "calendar.makeup"
	}
	return "calendar.weekday"
}

// ProvisionalKey is the sentence, in the locale catalogue, that explains a provisional day or deadline.
const ProvisionalKey = "calendar.provisional"

// Day is what the calendar knows of one date.
type Day struct {
	Date        Date
	Work        bool
	Why         Why
	Name        string // official name of the holiday in Chinese; empty on ordinary days
	NameEn      string // the same in English where known, else the Chinese name
	Provisional bool   // a notice that may still change this day has not been published
}

// Calendar is a set of notices in a city's time zone. It is never changed after Load and safe for concurrent use.
type Calendar struct {
	name      string
	version   string
	zone      *time.Location
	notices   []Notice
	days      map[Date]NoticeDay
	announced map[int]bool
	names     map[string]string
}

// Load reads a calendar from the *.json notices of a directory, one file a year.
//
// A day that stands in two notices (the December and January days) has the meaning of the later one. The version is
// name@year.n, the newest year announced and the number of announcements for it, followed by + and eight digits of the
// content's SHA-256 unless the content is the one shipped with this program: two different contents never share a version.
func Load(name string, fsys fs.FS, zone *time.Location) (*Calendar, error) {
	notices, err := readNotices(fsys)
	if err != nil {
		return nil, fmt.Errorf("calendar %s: %w", name, err)
	}
	c := &Calendar{name: name, zone: zone, notices: notices, days: map[Date]NoticeDay{}, announced: map[int]bool{}}
	newest, papers := 0, 0
	for _, n := range notices {
		if n.Announced() {
			newest, papers = n.Year, len(n.Papers)
			c.announced[n.Year] = true
		}
		for _, d := range n.Days {
			c.days[d.Date] = d
		}
	}
	c.version = fmt.Sprintf("%s@%d.%d", name, newest, papers)
	if digest := digestOf(notices); name != OfficialName || digest != officialDigest {
		c.version += "+" + digest[:8]
	}
	if c.names, err = englishNames(); err != nil {
		return nil, fmt.Errorf("calendar %s: names: %w", name, err)
	}
	return c, nil
}

func digestOf(notices []Notice) string {
	h := sha256.New()
	for _, n := range notices {
		fmt.Fprintf(h, "%d %q\n", n.Year, n.Papers)
		for _, d := range n.Days {
			fmt.Fprintf(h, "%s %q %t\n", d.Date, d.Name, d.Off)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// In returns the same calendar in another zone.
func (c *Calendar) In(zone *time.Location) *Calendar {
	other := *c
	other.zone = zone
	return &other
}

// Name is the calendar's name without version, such as cn-gov.
func (c *Calendar) Name() string { return c.name }

// Version names the content, such as cn-gov@2026.1; it is stored with every promise.
func (c *Calendar) Version() string { return c.version }

// Zone is the city's time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Years lists the notices by year, with the addresses of the announcements; an entry without papers is not announced yet.
func (c *Calendar) Years() []Notice { return slices.Clone(c.notices) }

// Announced tells whether the notice for a year has been published.
func (c *Calendar) Announced(year int) bool { return c.announced[year] }

// Date is the day on which t falls in the city.
func (c *Calendar) Date(t time.Time) Date { return dateOf(t.In(c.zone)) }

// newYearReach is the first day of December that the next year's notice may change: the notices of twenty years
// never reached further back than the 29th (the make-up Saturday of 2007 and 2018).
const newYearReach = 29

// Day tells whether a date is a working day, and why.
func (c *Calendar) Day(d Date) Day {
	year, month, dom := d.utc().Date()
	day := Day{Date: d, Provisional: !c.announced[year] || month == time.December && dom >= newYearReach && !c.announced[year+1]}
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	noted, isNoted := c.days[d]
	switch {
	case isNoted && noted.Off:
		day.Why = Holiday
	case isNoted && weekend:
		day.Work, day.Why = true, Makeup
	case weekend:
		day.Why = Weekend
	default: // also a weekday that a notice calls a workday, as 3 February 2020: no make-up
		day.Work, day.Why = true, Weekday
	}
	if day.Why == Holiday || day.Why == Makeup {
		day.Name, day.NameEn = noted.Name, noted.Name
		if en, ok := c.names[noted.Name]; ok {
			day.NameEn = en
		}
	}
	return day
}

// Work tells only whether a date is a working day.
func (c *Calendar) Work(d Date) bool { return c.Day(d).Work }
