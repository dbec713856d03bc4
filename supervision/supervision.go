// Package supervision watches the promises, computes the published figures, and runs ratings and follow-up.
package supervision

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"huiyin/fault"
)

// Month is a calendar month of the city as the number yyyymm; 0 is no month.
type Month int

// MonthOf tells the month a moment falls in, in the city's zone.
func MonthOf(t time.Time, zone *time.Location) Month {
	y, m, _ := t.In(zone).Date()
	return Month(y*100 + int(m))
}

// ParseMonth reads yyyy-mm. Errors: fault.Invalid.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, "fault.invalid", err).At("month")
	}
	return MonthOf(t, time.UTC), nil
}

// Add moves by whole months.
func (m Month) Add(n int) Month {
	months := int(m)/100*12 + int(m)%100 - 1 + n
	return Month(months/12*100 + months%12 + 1)
}

// String is yyyy-mm.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/100, int(m)%100) }

// Start is the first moment of the month in a zone.
func (m Month) Start(zone *time.Location) time.Time {
	return time.Date(int(m)/100, time.Month(int(m)%100), 1, 0, 0, 0, 0, zone)
}

// Period is a run of whole months, both ends included.
type Period struct {
	From, To Month
}

// One is the period of a single month.
func One(m Month) Period { return Period{From: m, To: m} }

// Last is the period of the n months that end with m.
func Last(m Month, n int) Period { return Period{From: m.Add(1 - n), To: m} }

// Holds reports whether a month lies in the period; no month lies in none.
func (p Period) Holds(m Month) bool { return m != 0 && m >= p.From && m <= p.To }

// String is yyyy-mm for one month, yyyy-mm/yyyy-mm for several.
func (p Period) String() string {
	if p.From == p.To {
		return p.From.String()
	}
	return p.From.String() + "/" + p.To.String()
}

// MarshalJSON writes the period as String does.
func (p Period) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Period) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	from, to, several := strings.Cut(text, "/")
	if !several {
		to = from
	}
	var err error
	if p.From, err = ParseMonth(from); err == nil {
		p.To, err = ParseMonth(to)
	}
	return err
}

// Halves counts in half steps, so that a partly solved matter weighs exactly one half.
type Halves int

// Whole is n as halves.
func Whole(n int) Halves { return Halves(2 * n) }

// String is the decimal number: 12 or 12.5.
func (h Halves) String() string {
	s := strconv.Itoa(int(h) / 2)
	if h%2 != 0 {
		s += ".5"
	}
	return s
}

// Float is the number itself.
func (h Halves) Float() float64 { return float64(h) / 2 }

// MarshalJSON writes a plain number.
func (h Halves) MarshalJSON() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalJSON reads a plain number with at most one half.
func (h *Halves) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" { // a figure that is not shown
		return nil
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f*2)/2 || math.Abs(f) > 1<<50 {
		return fmt.Errorf("no number of halves: %.20s", raw)
	}
	*h = Halves(f * 2)
	return nil
}
