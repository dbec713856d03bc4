package months

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unique"

	"huiyin/casework"
	"huiyin/supervision"
)

// Cell is one unit in one district: what a day's changes are told of together.
type Cell struct {
	Unit     casework.UnitCode `json:"unit"`
	District string            `json:"district,omitempty"`
}

// Told is what a day's figures tell of one count row: as Row, without a number, the category and the hours.
type Told struct {
	Part         supervision.Part      `json:"part"`
	Filed        bool                  `json:"filed,omitempty"`
	Opened       bool                  `json:"opened,omitempty"`
	Due          bool                  `json:"due,omitempty"`
	Replied      bool                  `json:"replied,omitempty"`
	Rated        bool                  `json:"rated,omitempty"`
	Way          supervision.Way       `json:"way,omitempty"`
	Dispatched   bool                  `json:"dispatched,omitempty"`
	Signed       supervision.Outcome   `json:"signed,omitempty"`
	Contacted    supervision.Outcome   `json:"contacted,omitempty"`
	Handled      supervision.Outcome   `json:"handled,omitempty"`
	Original     supervision.Outcome   `json:"original,omitempty"`
	Verdict      casework.Solved       `json:"verdict,omitempty"`
	Satisfaction casework.Satisfaction `json:"satisfaction,omitempty"`
	SentBack     bool                  `json:"sent_back,omitempty"`
	Returned     string                `json:"returned,omitempty"`
	Extensions   int                   `json:"extensions,omitempty"`
	Excluded     string                `json:"excluded,omitempty"`
	Waived       string                `json:"waived,omitempty"`
	NotReached   bool                  `json:"not_reached,omitempty"`
	First        bool                  `json:"first,omitempty"`
	Hops         int                   `json:"hops,omitempty"`
	Flags        string                `json:"flags,omitempty"`
	Doubtful     bool                  `json:"doubtful,omitempty"`
}

// state is one count row as far as a day's figures can tell of it.
type state struct {
	Cell
	Told
}

// held is a state, equal ones in one place: a month of a large city has many rows and few states.
type held = unique.Handle[state]

func stateOf(r Row) state {
	return state{Cell{r.Unit, r.District}, Told{Part: r.Part, Filed: r.Filed, Opened: r.Opened, Due: r.Due, Replied: r.Replied, Rated: r.Rated, Way: r.Way, Dispatched: r.Dispatched,
		Signed: r.Signed, Contacted: r.Contacted, Handled: r.Handled, Original: r.Original, Verdict: r.Verdict, Satisfaction: r.Satisfaction, SentBack: r.SentBack, Returned: r.Returned,
		Extensions: r.Extensions, Excluded: r.Excluded, Waived: r.Waived, NotReached: r.NotReached, First: r.First, Hops: r.Hops, Flags: r.Flags, Doubtful: r.Doubtful}}
}

// counts gives n such rows as figures count them.
func (s state) counts(m supervision.Month, n int) (supervision.Row, error) {
	t := s.Told
	r, err := Row{Month: m.String(), Unit: s.Unit, District: s.District, Part: t.Part, Filed: t.Filed, Opened: t.Opened, Due: t.Due, Replied: t.Replied, Rated: t.Rated, Way: t.Way, Dispatched: t.Dispatched,
		Signed: t.Signed, Contacted: t.Contacted, Handled: t.Handled, Original: t.Original, Verdict: t.Verdict, Satisfaction: t.Satisfaction, SentBack: t.SentBack, Returned: t.Returned,
		Extensions: t.Extensions, Excluded: t.Excluded, Waived: t.Waived, NotReached: t.NotReached, First: t.First, Hops: t.Hops, Flags: t.Flags, Doubtful: t.Doubtful}.counts()
	r.N = n
	return r, err
}

// Times is how many equal rows came (above 0) or went (below 0).
type Times struct {
	N int `json:"n"`
	Told
}

// Change is what the log says in clear of one cell on one day: the rows that came and went, equal ones together. What came before and what comes after of the same
// case is not told to belong together.
type Change struct {
	Month string `json:"m"`
	Day   string `json:"day"`
	Cell
	Rows []Times `json:"rows"`
}

// DayClosing is what the log says in clear behind the changes of a day.
type DayClosing struct {
	Month  string `json:"m"`
	Day    string `json:"day"`
	Cells  int    `json:"cells"`  // changes that it closes
	Report string `json:"report"` // SHA-256 of the bytes of the day's report, in hexadecimal
	House  string `json:"house"`  // the same of its house
}

var errChange = errors.New("this is no change of a day")

// ParseChange reads a published change: no unknown member.
func ParseChange(raw []byte) (Change, error) {
	var c Change
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, errChange
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return c, errChange
	}
	if _, err := supervision.ParseMonth(c.Month); err != nil || c.Day == "" || len(c.Rows) == 0 {
		return c, errChange
	}
	return c, nil
}

// Tally is all that the days of a month told so far: how many rows there are of each kind.
type Tally map[state]int

// Take adds a change. No kind of row may fall below none.
func (t Tally) Take(c Change) error {
	for _, r := range c.Rows {
		s := state{c.Cell, r.Told}
		if t[s] += r.N; t[s] < 0 {
			return fmt.Errorf("%s takes away rows of %s that were never told", c.Day, c.Unit)
		}
		if t[s] == 0 {
			delete(t, s)
		}
	}
	return nil
}

// Report makes the figures of a day from all that was told by then, by the fold that pages and closed months share. Hours are told when the month is closed.
func (t Tally) Report(m supervision.Month, day string, house []Unit) (Report, error) {
	return t.report(m, day, house, supervision.Definitions)
}

// Again is Report with the figures of retired definitions too, for what was told by them.
func (t Tally) Again(m supervision.Month, day string, house []Unit) (Report, error) {
	return t.report(m, day, house, every())
}

func (t Tally) report(m supervision.Month, day string, house []Unit, by []supervision.Definition) (Report, error) {
	out := Report{Month: m.String(), Day: day, House: house}
	f := out.begin(m, by, func(d supervision.Definition) bool { return !d.Now && d.Measure != supervision.Hours })
	for s, n := range t {
		r, err := s.counts(m, n)
		if err != nil {
			return out, err
		}
		f.add(&r)
		out.Rows += n
	}
	f.end()
	return out, nil
}

// changes lists what leads from one state of rows to another, cell by cell.
func changes(m supervision.Month, day string, before, after map[rowID]held, ids []rowID) []Change {
	n := map[Cell]map[Told]int{}
	add := func(s state, by int) {
		if n[s.Cell] == nil {
			n[s.Cell] = map[Told]int{}
		}
		n[s.Cell][s.Told] += by
	}
	for _, id := range ids {
		if s, ok := before[id]; ok {
			add(s.Value(), -1)
		}
		if s, ok := after[id]; ok {
			add(s.Value(), 1)
		}
	}
	var out []Change
	for cell, rows := range n {
		c := Change{Month: m.String(), Day: day, Cell: cell}
		for t, k := range rows {
			if k != 0 {
				c.Rows = append(c.Rows, Times{N: k, Told: t})
			}
		}
		if len(c.Rows) == 0 {
			continue
		}
		slices.SortFunc(c.Rows, func(a, b Times) int { // by content, so that the order says nothing
			x, _ := json.Marshal(a.Told)
			y, _ := json.Marshal(b.Told)
			return bytes.Compare(x, y)
		})
		for len(c.Rows) > mostTimes {
			head := c
			head.Rows, c.Rows = c.Rows[:mostTimes], c.Rows[mostTimes:]
			out = append(out, head)
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.District, b.District))
	})
	return out
}

// mostTimes bounds an entry: 100 kinds of rows stay well below 64 KB.
const mostTimes = 100
