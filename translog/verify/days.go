package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/translog/form"
)

// Day is the figures of one day of a month under way as they were recomputed.
type Day struct {
	Month   string `json:"month"`
	Day     string `json:"day"`
	Rows    int    `json:"rows"`
	Figures int    `json:"figures"` // that were recomputed and are as published
}

// told is a day as the log has it: its closing, and all rows that were told by then.
type told struct {
	months.DayClosing
	rows months.Tally
}

// change takes the changes of one unit in one district.
func (t *telling) change(e form.Entry) error {
	c, err := months.ParseChange(e.Body)
	if err != nil {
		return err
	}
	if t.tallies == nil {
		t.tallies, t.open = map[string]months.Tally{}, map[string]int{}
	}
	if t.tallies[c.Month] == nil {
		t.tallies[c.Month] = months.Tally{}
	}
	t.open[c.Month+" "+c.Day]++
	return t.tallies[c.Month].Take(c)
}

// day takes the closing of a day.
func (t *telling) day(e form.Entry) error {
	var c months.DayClosing
	if err := json.Unmarshal(e.Body, &c); err != nil || c.Day == "" {
		return errors.New("this is no closing of a day")
	}
	at := c.Month + " " + c.Day
	if n := t.open[at]; n != c.Cells {
		return fmt.Errorf("the figures of %s were made over %d changes, the log has %d", at, c.Cells, n)
	}
	delete(t.open, at)
	t.days = append(t.days, told{DayClosing: c, rows: maps.Clone(t.tallies[c.Month])})
	return nil
}

// days recomputes the figures of every day from the changes in the log, and holds what the installation publishes against them.
func (s *Site) days(ctx context.Context, r *Report, t *telling) {
	for at := range t.open {
		r.wrong("the log has changes of %s and no closing of them", at)
	}
	listed := map[string]bool{}
	for _, d := range t.days {
		listed[d.Month+" "+d.Day] = true
		s.day(ctx, r, d)
	}
	raw, err := s.get(ctx, "/days.json")
	if errors.Is(err, errGone) && len(t.days) == 0 {
		return
	}
	var list struct {
		Days []struct {
			Month string `json:"month"`
			Day   string `json:"day"`
		} `json:"days"`
	}
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		r.wrong("the list of daily figures cannot be read: %v", err)
		return
	}
	for _, d := range list.Days {
		at := d.Month + " " + d.Day
		if !listed[at] {
			r.wrong("figures of %s are published, and the log does not have them", at)
		}
		delete(listed, at)
	}
	for at := range listed {
		r.wrong("the log has figures of %s, and the installation does not publish them", at)
	}
}

func (s *Site) day(ctx context.Context, r *Report, d told) {
	at := d.Month + " as of " + d.Day
	published, err := s.get(ctx, "/days/"+d.Month+"/"+d.Day+".json")
	if err != nil {
		r.wrong("the daily figures of %s are missing: %v", at, err)
		return
	}
	if months.Digest(published) != d.Report {
		r.wrong("the daily figures of %s are not those that were told on that day", at)
	}
	var shown reported
	m, err := supervision.ParseMonth(d.Month)
	if err == nil {
		err = json.Unmarshal(published, &shown)
	}
	if err != nil {
		r.wrong("the daily figures of %s cannot be read", at)
		return
	}
	house, err := json.Marshal(shown.House)
	if err != nil || months.Digest(house) != d.House {
		r.wrong("the daily figures of %s tell of other units than on that day", at)
	}
	made, err := d.rows.Again(m, d.Day, shown.House)
	if err != nil {
		r.wrong("the rows of %s cannot be counted: %v", at, err)
		return
	}
	r.Days = append(r.Days, Day{Month: d.Month, Day: d.Day, Rows: made.Rows, Figures: r.compare(at, shown, made)})
}

// reported is a report as it is published.
type reported struct {
	House     []months.Unit   `json:"house"`
	City      json.RawMessage `json:"city"`
	Units     json.RawMessage `json:"units"`
	Districts json.RawMessage `json:"districts"`
	Identity  json.RawMessage `json:"identity"`
}

// compare holds published figures against those made of the rows, and counts those that are the same.
func (r *Report) compare(at string, shown reported, made months.Report) int {
	n := 0
	keep(&made, definitionsOf(shown.City))
	for _, part := range []struct {
		name  string
		shown json.RawMessage
		made  any
	}{{"the city", shown.City, made.City}, {"the units", shown.Units, made.Units}, {"the districts", shown.Districts, made.Districts}, {"the double entry", shown.Identity, made.Identity}} {
		want, err := json.Marshal(part.made)
		if err != nil {
			r.wrong("the figures of %s cannot be written", at)
			return n
		}
		if !bytes.Equal(want, part.shown) {
			r.differ(at, part.name, part.shown, want)
			continue
		}
		n += bytes.Count(want, []byte(`"definition"`))
	}
	return n
}

// definitionsOf lists the definitions that a published line has figures of. Definitions are added with time: what was published before one came has no figure of it,
// and its digest in the log says that it never had.
func definitionsOf(line json.RawMessage) []string {
	var l struct {
		Figures []struct {
			Definition string `json:"definition"`
		} `json:"figures"`
	}
	_ = json.Unmarshal(line, &l) // a line that cannot be read has none, and differs
	var out []string
	for _, f := range l.Figures {
		out = append(out, f.Definition)
	}
	return out
}

// keep leaves of the figures made those that were published, in the order in which they were.
func keep(made *months.Report, known []string) {
	less := func(l *months.Line) {
		at := map[string]supervision.Figure{}
		for _, f := range l.Figures {
			at[f.Definition] = f
		}
		l.Figures = []supervision.Figure{}
		for _, id := range known {
			if f, ok := at[id]; ok {
				l.Figures = append(l.Figures, f)
			}
		}
	}
	less(&made.City)
	for i := range made.Units {
		less(&made.Units[i])
	}
	for i := range made.Districts {
		less(&made.Districts[i])
	}
}
