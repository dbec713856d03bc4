package supervision

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/routing/codes"
)

// The two halves of what is summed in one scope and month: trends read the whole alone.
const (
	sumWhole = "whole" // the scope's own line, what became of its cases, and its tags
	sumParts = "parts" // the lines of its units, districts and topics
)

// Lines of the whole that are no figures.
const (
	ofWays = "ways"
	ofTags = "tags"
)

// lateCode is, beside the figures of a unit, how many promises that ended on a day (yyyymmdd) are broken and still owed.
const lateCode = "late"

// standing is the month of what stands now, whatever the period.
const standing Month = 0

// sumKey names what is kept in one record.
type sumKey struct {
	scope string // "" for the city, else the key of a line: of a unit with its own rows only, or of a district
	part  string
	month Month
}

// share is what the rows of one line in one month add to one figure.
type share struct {
	Num   Halves         `json:"n,omitempty"`
	Den   int            `json:"d,omitempty"`
	Out   map[string]int `json:"o,omitempty"` // rows left out, by reason
	Hours map[int]int    `json:"h,omitempty"` // rows by value, of figures in hours and of days
}

// sums are shares by line and by the code of the figure.
type sums map[string]map[string]*share

// line finds the shares of a line, and makes the line where there is none.
func (s sums) line(line string) map[string]*share {
	l := s[line]
	if l == nil {
		l = map[string]*share{}
		s[line] = l
	}
	return l
}

// of finds a share, and makes it where there is none.
func (s sums) of(line, code string) *share {
	l := s.line(line)
	if l[code] == nil {
		l[code] = &share{}
	}
	return l[code]
}

// add adds n equal rows as a definition judged them; a negative n takes them away.
func (x *share) add(d *Definition, r *Row, num Halves, out string, n int) {
	switch {
	case out != "":
		if x.Out == nil {
			x.Out = map[string]int{}
		}
		bump(x.Out, out, n)
		return
	case d.Measure == Hours:
		if x.Hours == nil {
			x.Hours = map[int]int{}
		}
		bump(x.Hours, r.Hours, n)
	default:
		x.Num += num * Halves(n)
	}
	x.Den += n
}

// bump changes a count, and forgets one that came to nothing.
func bump[K comparable](counts map[K]int, key K, n int) {
	if counts[key] += n; counts[key] == 0 {
		delete(counts, key)
	}
}

func (x *share) empty() bool {
	return x.Num == 0 && x.Den == 0 && len(x.Out) == 0 && len(x.Hours) == 0
}

// join adds what another record of the same scope, part and month holds.
func (s sums) join(other sums) {
	for line, figures := range other {
		for code, from := range figures {
			to := s.of(line, code)
			to.Num += from.Num
			to.Den += from.Den
			if len(from.Out) > 0 && to.Out == nil {
				to.Out = map[string]int{}
			}
			for out, n := range from.Out {
				bump(to.Out, out, n)
			}
			if len(from.Hours) > 0 && to.Hours == nil {
				to.Hours = map[int]int{}
			}
			for h, n := range from.Hours {
				bump(to.Hours, h, n)
			}
		}
	}
}

// encode writes the sums without what came to nothing, always alike.
func (s sums) encode() (string, error) {
	for line, figures := range s {
		maps.DeleteFunc(figures, func(_ string, x *share) bool { return x.empty() })
		if len(figures) == 0 {
			delete(s, line)
		}
	}
	raw, err := json.Marshal(s)
	return string(raw), err
}

// change is what some rows add to the records, read under a version of the code sets.
type change struct {
	under codes.Reading
	by    map[sumKey]sums
}

func newChange(under codes.Reading) change { return change{under, map[sumKey]sums{}} }

func (c change) at(k sumKey) sums {
	if c.by[k] == nil {
		c.by[k] = sums{}
	}
	return c.by[k]
}

// recoded is the row with the codes of the version.
func (c change) recoded(r *Row) *Row {
	if c.under.Plain() {
		return r
	}
	is := *r
	is.read(c.under)
	return &is
}

// scopes are those that a row belongs to.
func (r *Row) scopes() []string {
	list := []string{"", ofUnit + string(r.Unit)}
	if r.District != "" {
		list = append(list, ofDistrict+r.District)
	}
	return list
}

// late counts n promises that ended on a day, are broken, and still owed.
func (c change) late(r *Row, day time.Time, n int) {
	if r.Part != PartCase || !r.Open || !r.Overdue || day.IsZero() {
		return
	}
	r = c.recoded(r)
	y, m, d := day.Date()
	for _, scope := range r.scopes() {
		x := c.at(sumKey{scope, sumParts, standing}).of(ofUnit+string(r.Unit), lateCode)
		if x.Hours == nil {
			x.Hours = map[int]int{}
		}
		bump(x.Hours, y*10000+int(m)*100+d, n)
	}
}

// add puts n equal rows into every record that they belong to, each figure judged once; a negative n takes them out.
func (c change) add(r *Row, n int) {
	r = c.recoded(r)
	months := []Month{standing}
	for _, m := range []Month{r.Filed, r.Opened, r.Due, r.Replied, r.Rated} {
		if m != 0 && !slices.Contains(months, m) {
			months = append(months, m)
		}
	}
	c.flag(r, n)
	scopes, lines := r.scopes(), partKeys(r)
	type target struct {
		line  map[string]*share
		topic bool
	}
	targets := make([]target, 0, len(scopes)*(1+len(lines)))
	for _, m := range months {
		targets = targets[:0]
		for i := range Definitions {
			d := &Definitions[i]
			if d.Now != (m == standing) || !d.in(r, One(m)) {
				continue
			}
			if len(targets) == 0 { // the first figure that the month speaks of
				for _, scope := range scopes {
					targets = append(targets, target{c.at(sumKey{scope, sumWhole, m}).line(""), false})
					parts := c.at(sumKey{scope, sumParts, m})
					for _, line := range lines {
						targets = append(targets, target{parts.line(line), strings.HasPrefix(line, ofTopic)})
					}
				}
			}
			num, out := d.of(r)
			inTopics := slices.Contains(topicCodes, d.Code)
			for _, t := range targets {
				if t.topic && !inTopics {
					continue
				}
				x := t.line[d.Code]
				if x == nil {
					x = &share{}
					t.line[d.Code] = x
				}
				x.add(d, r, num, out, n)
			}
		}
	}
	if filed(r, One(r.Filed)) {
		for _, scope := range scopes {
			c.at(sumKey{scope, sumWhole, r.Filed}).of(ofWays, string(r.Way)).Den += n
		}
	}
}

// tag counts the tags of cases filed in a month, for the city only.
func (c change) tag(r *Row, tags []string, n int) {
	if r.Part != PartCase || r.Filed == 0 {
		return
	}
	for _, t := range tags {
		if !strings.Contains(t, ":") {
			c.at(sumKey{"", sumWhole, r.Filed}).of(ofTags, t).Den += n
		}
	}
}

// partKeys names the lines of a row's own unit, district and topics.
func partKeys(r *Row) []string {
	return keys(r, map[casework.UnitCode][]casework.UnitCode{r.Unit: {r.Unit}})[1:]
}

// madeUnder names the definitions and the code sets that the sums are made by; a change of any makes them out of date.
func madeUnder(under codes.Reading) string {
	ids := []string{"sums@2", under.Version()}
	for _, d := range Definitions {
		ids = append(ids, d.ID())
	}
	return strings.Join(ids, " ")
}
