package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/translog/form"
)

// Month is one closed month as it was recomputed.
type Month struct {
	Month    string `json:"month"`
	Revision int    `json:"revision"`
	Rows     int    `json:"rows"`
	Figures  int    `json:"figures"` // that were recomputed and are as published
}

// telling gathers what the log says in clear.
type telling struct {
	tallies map[string]months.Tally // of each month: the rows that its days told so far
	open    map[string]int          // changes of a day that is not closed yet
	days    []told
	rules   map[string]string        // digest of each version of the rules
	stones  map[string]string        // what the log says last of each card that was withheld; empty: it is shown again
	rows    map[string]*months.Kinds // of the months that are not closed yet, as the log goes by
	closed  []closed
}

type closed struct {
	months.Closing
	rows *months.Kinds
}

func place(month string, revision int) string { return fmt.Sprintf("%s/%d", month, revision) }

// take reads one entry in its turn. The error names what is wrong with it.
func (t *telling) take(_ int64, e form.Entry) error {
	switch e.Type {
	case form.Tombstone:
		return t.stone(e)
	case form.Change:
		return t.change(e)
	case form.Day:
		return t.day(e)
	case form.Row:
		r, err := months.Parse(e.Body)
		if err != nil {
			return err
		}
		if t.rows == nil {
			t.rows = map[string]*months.Kinds{}
		}
		at := place(r.Month, r.Revision)
		for _, c := range t.closed {
			if place(c.Month, c.Revision) == at {
				return fmt.Errorf("a row of %s came after the month was closed", at)
			}
		}
		if t.rows[at] == nil {
			t.rows[at] = &months.Kinds{}
		}
		t.rows[at].Add(r)
	case form.Rules:
		var r translog.RuleEntry
		if err := json.Unmarshal(e.Body, &r); err != nil || r.Name == "" || len(r.SHA256) != 64 {
			return errors.New("this is no version of the rules")
		}
		return t.rule(r)
	case form.Month:
		var c months.Closing
		if err := json.Unmarshal(e.Body, &c); err != nil {
			return errors.New("this is no closing of a month")
		}
		at := place(c.Month, c.Revision)
		rows := t.rows[at]
		if rows == nil {
			rows = &months.Kinds{}
		}
		if n := rows.Rows(); n != c.Rows {
			return fmt.Errorf("%s was closed over %d rows, the log has %d", at, c.Rows, n)
		}
		t.closed = append(t.closed, closed{Closing: c, rows: rows})
		delete(t.rows, at)
	}
	return nil
}

// months recomputes every closed month from the rows in the log, and holds what the installation publishes against it.
func (s *Site) months(ctx context.Context, r *Report, t *telling) {
	for at := range t.rows {
		r.wrong("the log has rows of %s and no closing of it", at)
	}
	listed := map[string]bool{}
	for _, c := range t.closed {
		listed[place(c.Month, c.Revision)] = true
		s.month(ctx, r, c)
	}
	raw, err := s.get(ctx, "/reports.json")
	if err != nil {
		r.wrong("the list of closed months cannot be read: %v", err)
		return
	}
	var list struct {
		Months []struct {
			Month    string `json:"month"`
			Revision int    `json:"revision"`
		} `json:"months"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		r.wrong("the list of closed months cannot be read")
		return
	}
	for _, m := range list.Months {
		if at := place(m.Month, m.Revision); !listed[at] {
			r.wrong("%s is published as closed, and the log does not close it", at)
		}
		delete(listed, place(m.Month, m.Revision))
	}
	for at := range listed {
		r.wrong("the log closes %s, and the installation does not publish it", at)
	}
}

func (s *Site) month(ctx context.Context, r *Report, c closed) {
	at := place(c.Month, c.Revision)
	published, err := s.get(ctx, fmt.Sprintf("/reports/%s.json?revision=%d", c.Month, c.Revision))
	if err != nil {
		r.wrong("the report of %s is missing: %v", at, err)
		return
	}
	if months.Digest(published) != c.Report {
		r.wrong("the report of %s is not the one that was closed", at)
	}
	var shown reported
	m, err := supervision.ParseMonth(c.Month)
	if err == nil {
		err = json.Unmarshal(published, &shown)
	}
	if err != nil {
		r.wrong("the report of %s cannot be read", at)
		return
	}
	house, err := json.Marshal(shown.House)
	if err != nil || months.Digest(house) != c.House {
		r.wrong("the report of %s tells of other units than when it was closed", at)
	}
	made, err := months.Again(m, c.Revision, c.rows, shown.House)
	if err != nil {
		r.wrong("the rows of %s cannot be counted: %v", at, err)
		return
	}
	n := r.compare(at, shown, made)
	if !made.Identity.Holds() {
		r.wrong("the double entry of %s does not hold: %d received, %d accounted for", at, made.Identity.Received, made.Identity.Sum)
	}
	r.Months = append(r.Months, Month{Month: c.Month, Revision: c.Revision, Rows: c.rows.Rows(), Figures: n})
}

// differ names the figures that are not as the rows give them.
func (r *Report) differ(at, part string, shown, want []byte) {
	read := func(raw []byte) map[string]string {
		out := map[string]string{}
		var lines []struct {
			Code    string            `json:"code"`
			Figures []json.RawMessage `json:"figures"`
		}
		if json.Unmarshal(raw, &lines) != nil {
			lines = lines[:0]
			var one struct {
				Code    string            `json:"code"`
				Figures []json.RawMessage `json:"figures"`
			}
			if json.Unmarshal(raw, &one) == nil {
				lines = append(lines, one)
			}
		}
		for _, l := range lines {
			for _, f := range l.Figures {
				var d struct {
					Definition string `json:"definition"`
				}
				_ = json.Unmarshal(f, &d)
				out[l.Code+" "+d.Definition] = string(f)
			}
		}
		return out
	}
	before := len(r.Mismatches)
	is, should := read(shown), read(want)
	for k, v := range should {
		switch got, ok := is[k]; {
		case !ok:
			r.wrong("%s, %s: the figure %s is missing", at, part, k)
		case got != v:
			r.wrong("%s, %s: the figure %s is published as %s and follows from the rows as %s", at, part, k, got, v)
		}
	}
	for k := range is {
		if _, ok := should[k]; !ok {
			r.wrong("%s, %s: the figure %s follows from no row", at, part, k)
		}
	}
	if len(r.Mismatches) == before {
		r.wrong("%s, %s: published otherwise than the rows give it", at, part)
	}
}
