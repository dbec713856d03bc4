package sla

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"huiyin/calendar"
	"huiyin/casework"
)

// question is one line of `huiyin due`; unknown members are ignored, so that whole exported orders can be piped in.
type question struct {
	ID           json.RawMessage  `json:"id"`
	Kind         casework.Kind    `json:"kind"`
	Urgency      casework.Urgency `json:"urgency"`
	Category     string           `json:"category"` // by which a law may set another limit
	At           string           `json:"at"`
	Pauses       [][]string       `json:"pauses"`
	ExtendedDays int              `json:"extended_days"`
}

// Answer is one line of what `huiyin due` says.
type Answer struct {
	ID       json.RawMessage `json:"id"`
	Clocks   []ClockAnswer   `json:"clocks"`
	Calendar string          `json:"calendar"`
	Policy   string          `json:"policy"`
}

// ClockAnswer is one clock of an answer.
type ClockAnswer struct {
	Name         string `json:"name"`  // sign, contact or handle
	Due          string `json:"due"`   // RFC 3339 in the city's zone; 24:00 of a day is 00:00 of the following
	Until        string `json:"until"` // the same for people: "2026-02-27 24:00"
	WorkingDays  int    `json:"working_days,omitempty"`
	CalendarDays int    `json:"calendar_days,omitempty"`
	Months       int    `json:"months,omitempty"`
	LastDay      string `json:"last_day,omitempty"`     // of a limit in calendar days or months: next_workday or same_day where it is a day off
	Statute      string `json:"statute,omitempty"`      // the law whose limit it is, as the policy names it
	OrdinaryDue  string `json:"ordinary_due,omitempty"` // where the city's own limit would end, beside a law's
	ExtendedDays int    `json:"extended_days,omitempty"`
	PausedDays   int    `json:"paused_days,omitempty"`
	OriginalDue  string `json:"original_due,omitempty"` // where an extension or a pause moved it
	Provisional  bool   `json:"provisional"`
}

// Bounds on one line.
const (
	MaxLine     = 64 << 10
	maxExtended = 1000
	minYear     = 1990 // before, local time in Asia/Shanghai had summer time and no weekly rest of two days
	maxYear     = 2900
)

// ErrUsage marks an input line that is wrongly written; its text says what to write instead.
var ErrUsage = errors.New("wrong input")

func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUsage, fmt.Sprintf(format, args...))
}

// AnswerLine answers one line of `huiyin due`: the unit's clocks of a case filed and dispatched at one instant. Pauses and extensions
// move the handle clock only, by working days or where it is counted by dates by calendar days. The answer carries the line's id even when an ErrUsage comes with it.
func (t *Terms) AnswerLine(line []byte) (Answer, error) {
	a := Answer{ID: json.RawMessage("null"), Calendar: t.Calendar.Version(), Policy: t.Policy.ID()}
	var q question
	if len(line) > MaxLine {
		return a, usage("the line is longer than %d bytes", MaxLine)
	}
	if !utf8.Valid(line) {
		return a, usage("the line is not UTF-8")
	}
	if err := json.Unmarshal(line, &q); err != nil {
		return a, usage("not a JSON object as {\"id\",\"kind\",\"at\"}: %v", err)
	}
	if len(q.ID) > 0 {
		if first := q.ID[0]; first == '{' || first == '[' {
			return a, usage("\"id\" must be a text or a number")
		}
		a.ID = q.ID
	}
	at, err := t.instant(q.At, false)
	if err != nil {
		return a, usage("\"at\" %v", err)
	}
	if q.ExtendedDays < 0 || q.ExtendedDays > maxExtended {
		return a, usage("\"extended_days\" must be between 0 and %d", maxExtended)
	}
	pauses, err := t.pauses(q.Pauses)
	if err != nil {
		return a, err
	}
	all, err := t.Unit(Matter{Kind: q.Kind, Urgency: q.Urgency, Category: q.Category}, Dispatch{At: at})
	if err != nil {
		return a, usage("%v", errors.Unwrap(err))
	}
	for _, p := range all {
		c := ClockAnswer{Name: p.Name, WorkingDays: p.WorkingDays, CalendarDays: p.CalendarDays, Months: p.Months, Statute: p.Statute}
		if byDates(p) {
			c.LastDay = string(SameDay)
			if p.Rolls {
				c.LastDay = string(NextWorkday)
			}
		}
		if p.Ordinary != nil {
			c.OrdinaryDue = p.Ordinary.Format(time.RFC3339Nano)
		}
		original := p.Due
		if p.Name == casework.ClockHandle {
			c.ExtendedDays = q.ExtendedDays
			p = t.Extend(p, q.ExtendedDays)
			p, c.PausedDays = t.Pauses(p, at, pauses)
		}
		if !p.Due.Equal(original) {
			c.OriginalDue = original.Format(time.RFC3339Nano)
		}
		c.Due, c.Until, c.Provisional = p.Due.Format(time.RFC3339Nano), t.Calendar.Until(p.Due), p.Provisional
		a.Clocks = append(a.Clocks, c)
	}
	return a, nil
}

func (t *Terms) pauses(in [][]string) ([]Pause, error) {
	var all []Pause
	for i, pair := range in {
		if len(pair) != 2 {
			return nil, usage("\"pauses\"[%d] must be a pair [from, to]", i)
		}
		from, err := t.instant(pair[0], true)
		if err != nil {
			return nil, usage("\"pauses\"[%d] from %v", i, err)
		}
		to, err := t.instant(pair[1], true)
		if err != nil {
			return nil, usage("\"pauses\"[%d] to %v", i, err)
		}
		sameDay := len(pair[1]) == len(time.DateOnly) && t.Calendar.Date(to) == t.Calendar.Date(from)
		if to.Before(from) && !sameDay {
			return nil, usage("\"pauses\"[%d] ends before it begins", i)
		}
		all = append(all, Pause{From: from, To: to})
	}
	return all, nil
}

// instant reads a time with offset, or where allowed a date, which is the day's start in the city.
func (t *Terms) instant(s string, dates bool) (time.Time, error) {
	const want = "must be a time with offset, as 2026-02-13T09:00:00+08:00"
	at, err := time.Parse(time.RFC3339, s)
	if err != nil && dates {
		if d, err := calendar.ParseDate(s); err == nil {
			return t.bounded(d.Start(t.Calendar.Zone()))
		}
		return at, errors.New(want + ", or a date, as 2026-02-13")
	}
	switch {
	case s == "":
		return at, errors.New("is missing: it " + want)
	case err != nil && strings.Contains(s, "T") && !strings.ContainsAny(s[strings.Index(s, "T"):], "Z+-"):
		return at, errors.New("has no offset: it " + want)
	case err != nil:
		return at, errors.New(want)
	}
	return t.bounded(at)
}

func (t *Terms) bounded(at time.Time) (time.Time, error) {
	if year := at.In(t.Calendar.Zone()).Year(); year < minYear || year > maxYear {
		return at, fmt.Errorf("must lie in the years %d to %d", minYear, maxYear)
	}
	return at, nil
}

// Answers answers every line of a stream with one line each, in order; blank lines have no answer. A line that is wrongly written gets
// {"id","error"}, and complain hears its number and reason. It returns how many such lines there were, and an error only where reading or writing failed.
func (t *Terms) Answers(ctx context.Context, in io.Reader, out io.Writer, complain func(line int, why error)) (bad int, err error) {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	r := bufio.NewReaderSize(in, MaxLine+2)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		line, more, err := readLine(r)
		if err != nil {
			return bad, err
		}
		if len(line) <= MaxLine { // a longer one is refused as it is, even if its kept part is blank
			line = bytes.TrimSpace(line)
		}
		if len(line) > 0 {
			answer, err := t.AnswerLine(line)
			switch {
			case err == nil:
				err = enc.Encode(answer)
			default:
				bad++
				complain(n, err)
				err = enc.Encode(struct {
					ID    json.RawMessage `json:"id"`
					Error string          `json:"error"`
				}{answer.ID, err.Error()})
			}
			if err != nil {
				return bad, err
			}
		}
		if !more {
			return bad, w.Flush()
		}
		if r.Buffered() == 0 { // a terminal or pipe that waits sees what is answered so far
			if err := w.Flush(); err != nil {
				return bad, err
			}
		}
	}
}

// readLine reads one line without keeping more than a line's bound of it; a longer one comes back longer than MaxLine, cut.
func readLine(r *bufio.Reader) (line []byte, more bool, err error) {
	line, err = r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = bytes.Clone(line)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
	}
	if errors.Is(err, io.EOF) {
		return line, false, nil
	}
	return line, true, err
}
