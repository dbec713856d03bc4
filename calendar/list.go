package calendar

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
)

// Line is a day in machine-readable form: one JSON object.
type Line struct {
	Date        string `json:"date"`
	Work        bool   `json:"work"`
	Why         string `json:"why"`               // weekday, weekend, makeup, or the official name of the holiday
	Holiday     string `json:"holiday,omitempty"` // official name of the holiday that a day off or make-up day belongs to
	Provisional bool   `json:"provisional,omitempty"`
}

// Line returns a day in machine-readable form.
func (d Day) Line() Line {
	l := Line{Date: d.Date.String(), Work: d.Work, Why: string(d.Why), Holiday: d.Name, Provisional: d.Provisional}
	if d.Why == Holiday {
		l.Why = d.Name
	}
	return l
}

// WriteDays writes one JSON line for each day from first to last, both included.
func (c *Calendar) WriteDays(ctx context.Context, w io.Writer, first, last Date) error {
	if last < first {
		return fmt.Errorf("%s is before %s: give the earlier day first", last, first)
	}
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for d := first; d <= last; d++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := enc.Encode(c.Day(d).Line()); err != nil {
			return err
		}
	}
	return out.Flush()
}
