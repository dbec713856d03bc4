// Package months closes months: it publishes their count rows, coarsened once, in the public log, and the figures that anybody recomputes from them.
package months

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"huiyin/casework"
	"huiyin/supervision"
)

// Row is a count row of one month as it is published: what happened to one case in that month, as far as the definitions of figures name it. It says nothing
// of a person, and its number is random: nobody can tell which case it was.
type Row struct {
	Month        string                `json:"m"` // yyyy-mm
	Revision     int                   `json:"rev"`
	ID           string                `json:"id"`
	Part         supervision.Part      `json:"part"`
	Unit         casework.UnitCode     `json:"unit"`
	District     string                `json:"district,omitempty"`
	Category     string                `json:"category,omitempty"` // of the first two levels
	Filed        bool                  `json:"filed,omitempty"`    // this and the next four: it happened in this month
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
	NotReached   bool                  `json:"not_reached,omitempty"`
	First        bool                  `json:"first,omitempty"`    // of the first round
	Hops         int                   `json:"hops,omitempty"`     // the how many-th unit that had the case in the round
	Doubtful     bool                  `json:"doubtful,omitempty"` // the resident's word is counted apart
	Flags        string                `json:"flags,omitempty"`    // what the check of replies pointed at
	Returned     string                `json:"returned,omitempty"`
	Extensions   int                   `json:"extensions,omitempty"`
	Excluded     string                `json:"excluded,omitempty"`
	Waived       string                `json:"waived,omitempty"`
	Hours        *int                  `json:"hours,omitempty"` // to the first answer
}

var errRow = errors.New("this is no count row")

// Parse reads a published row: no unknown member.
func Parse(raw []byte) (Row, error) {
	var r Row
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, errRow
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return r, errRow
	}
	if _, err := supervision.ParseMonth(r.Month); err != nil || r.Revision < 1 || r.ID == "" {
		return r, errRow
	}
	return r, nil
}

// of makes the published row of a month from a count row. What happened in other months is left out.
func of(m supervision.Month, revision int, id string, c supervision.Row) Row {
	r := Row{Month: m.String(), Revision: revision, ID: id, Part: c.Part, Unit: c.Unit, District: c.District, Category: c.Category, Filed: c.Filed == m, Opened: c.Opened == m, Due: c.Due == m, Replied: c.Replied == m, Rated: c.Rated == m}
	if len(r.Category) > 4 {
		r.Category = r.Category[:4]
	}
	leg := c.Part != supervision.PartCase
	if r.Filed && !leg {
		r.Way = c.Way
	}
	if r.Opened {
		r.Dispatched, r.Signed, r.Returned = c.Dispatched, c.Signed, c.Returned
	}
	if r.Due {
		r.Contacted, r.Handled, r.Original, r.Extensions, r.Excluded = c.Contacted, c.Handled, c.Original, c.Extensions, c.Excluded
	}
	if leg && (r.Due || r.Rated) {
		r.Verdict = c.Verdict
	}
	if r.Rated && leg {
		r.Satisfaction, r.SentBack, r.Doubtful = c.Satisfaction, c.SentBack, c.Doubtful
	}
	if r.Opened || r.Due || r.Rated {
		r.Waived = c.Waived
		if r.Opened && r.Signed == supervision.Ended {
			r.Excluded = c.Excluded
		}
	}
	if leg && (r.Replied || r.Rated) {
		r.First = c.First
	}
	if r.Replied {
		r.SentBack, r.NotReached, r.Hops, r.Flags = c.SentBack, c.NotReached, c.Hops, c.Flags
		if !leg && c.Hours >= 0 {
			r.Hours = &c.Hours
		}
	}
	return r
}

// counts gives the row back as figures count it.
func (r Row) counts() (supervision.Row, error) {
	m, err := supervision.ParseMonth(r.Month)
	if err != nil {
		return supervision.Row{}, err
	}
	in := func(happened bool) supervision.Month {
		if happened {
			return m
		}
		return 0
	}
	c := supervision.Row{Part: r.Part, Unit: r.Unit, District: r.District, Category: r.Category, Way: r.Way, Filed: in(r.Filed), Opened: in(r.Opened), Dispatched: r.Dispatched, Due: in(r.Due), Replied: in(r.Replied), Rated: in(r.Rated),
		Signed: r.Signed, Contacted: r.Contacted, Handled: r.Handled, Original: r.Original, Verdict: r.Verdict, Satisfaction: r.Satisfaction, SentBack: r.SentBack, NotReached: r.NotReached, Returned: r.Returned, Extensions: r.Extensions,
		Excluded: r.Excluded, Waived: r.Waived, First: r.First, Hops: r.Hops, Flags: r.Flags, Doubtful: r.Doubtful, Hours: -1, N: 1}
	if r.Hours != nil {
		c.Hours = *r.Hours
	}
	return c, nil
}
