package supervision

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
)

// State says whether a figure can be proved from the public log.
type State string

// The states of a figure.
const (
	Live   State = "live"
	Proven State = "proven"
)

// Limits of small numbers: a share of fewer than MinShown rows is not shown, one of fewer than MinRanked is not ranked (domain study 4.2).
const (
	MinShown  = 5
	MinRanked = 30
)

// Figure is one published number with all that is needed to judge it.
type Figure struct {
	Definition  string // code@version
	Measure     Measure
	Numerator   Halves
	Denominator int
	Excluded    map[string]int // rows left out, by reason
	Period      Period
	State       State
	Suppressed  bool // a share of so few rows that it is not shown; its numbers are not written out
}

// Fold computes a figure: one pure pass over count rows. Live pages, frozen months and verification all run this.
func Fold(d Definition, p Period, rows []Row) Figure {
	f := NewFolding([]Definition{d}, p)
	for i := range rows {
		f.Add(&rows[i])
	}
	return f.Figures()[0]
}

// Folding is Fold under way, of some definitions at once: rows come one by one, and none is kept. Make it with NewFolding.
type Folding struct {
	by     []Definition
	period Period
	sums   []*sum
}

// NewFolding begins figures of a period.
func NewFolding(by []Definition, p Period) *Folding {
	f := &Folding{by: by, period: p, sums: make([]*sum, len(by))}
	for i, d := range by {
		f.sums[i] = begin(d, p)
	}
	return f
}

// Add counts a row in every figure that speaks of it.
func (f *Folding) Add(r *Row) {
	for i := range f.by {
		if d := &f.by[i]; d.in(r, f.period) {
			num, out := d.of(r)
			f.sums[i].add(r, num, out)
		}
	}
}

// Figures are the figures of all rows so far, in the order of the definitions.
func (f *Folding) Figures() []Figure {
	all := make([]Figure, len(f.sums))
	for i, s := range f.sums {
		all[i] = s.figure()
	}
	return all
}

// sum is a figure under way.
type sum struct {
	Figure
	quantile int
	hours    map[int]int // of Hours: rows by value
}

func begin(d Definition, p Period) *sum {
	s := &sum{Figure: Figure{Definition: d.ID(), Measure: d.Measure, Excluded: map[string]int{}, Period: p, State: Live}, quantile: d.quantile}
	if d.Measure == Hours {
		s.hours = map[int]int{}
	}
	return s
}

// add counts a row that the definition speaks of, as the definition judged it.
func (s *sum) add(r *Row, num Halves, out string) {
	switch {
	case out != "":
		s.Excluded[out] += r.N
		return
	case s.hours != nil:
		s.hours[r.Hours] += r.N
	default:
		s.Numerator += num * Halves(r.N)
	}
	s.Denominator += r.N
}

func (s *sum) figure() Figure {
	if s.hours != nil {
		s.Numerator = Whole(quantile(s.hours, s.Denominator, s.quantile))
	}
	return s.Figure
}

// quantile is the smallest value that at least percent of all values do not exceed (nearest rank); 0 of none.
func quantile(counts map[int]int, n, percent int) int {
	rank := (n*percent + 99) / 100
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		if rank -= counts[v]; rank <= 0 {
			return v
		}
	}
	return 0
}

// Value is the share (0 to 1), the count, or the hours; ok is false where there is nothing to tell or it may not be shown.
func (f Figure) Value() (v float64, ok bool) {
	switch {
	case f.Suppressed:
		return 0, false
	case f.Measure == Count:
		return f.Numerator.Float(), true
	case f.Denominator == 0:
		return 0, false
	case f.Measure == Hours:
		return f.Numerator.Float(), true
	}
	return f.Numerator.Float() / float64(f.Denominator), true
}

// Ranked reports whether the figure stands on enough rows to be compared with others.
func (f Figure) Ranked() bool { return !f.Suppressed && f.Denominator >= MinRanked }

// Bounds is the Wilson interval of a share at 95 %; for other measures and for no rows it is 0, 1.
func (f Figure) Bounds() (low, high float64) {
	if f.Measure != Share || f.Denominator == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(f.Denominator), f.Numerator.Float()/float64(f.Denominator)
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}

// Out is the number of rows left out, over all reasons.
func (f Figure) Out() int {
	n := 0
	for _, c := range f.Excluded {
		n += c
	}
	return n
}

// Small hides a share or a quantile that stands on fewer than MinShown rows, so that no single case can be read from it.
func (f Figure) Small() Figure {
	f.Suppressed = f.Measure != Count && f.Denominator > 0 && f.Denominator < MinShown
	return f
}

// MarshalJSON writes the object of the published contract; a suppressed figure keeps its members with null in place of numbers.
func (f Figure) MarshalJSON() ([]byte, error) {
	out := struct {
		Definition  string         `json:"definition"`
		Measure     Measure        `json:"measure"`
		Numerator   *Halves        `json:"numerator"`
		Denominator *int           `json:"denominator"`
		Excluded    map[string]int `json:"excluded"`
		Period      Period         `json:"period"`
		State       State          `json:"state"`
		Suppressed  bool           `json:"suppressed,omitempty"`
	}{Definition: f.Definition, Measure: f.Measure, Period: f.Period, State: f.State, Suppressed: f.Suppressed, Excluded: map[string]int{}}
	if !f.Suppressed {
		out.Numerator, out.Denominator = &f.Numerator, &f.Denominator
		maps.Copy(out.Excluded, f.Excluded)
	}
	return json.Marshal(out)
}

// Tally is how many received cases went one way.
type Tally struct {
	Way Way `json:"way"`
	N   int `json:"n"`
}

// Identity is the double entry of a period: what was received equals the sum of what became of it.
type Identity struct {
	Period   Period  `json:"period"`
	Received int     `json:"received"`
	Ways     []Tally `json:"ways"`
	Sum      int     `json:"sum"`
}

// Balance counts both sides, each by itself.
func Balance(p Period, rows []Row) Identity {
	id := NewIdentity(p)
	for i := range rows {
		id.Add(&rows[i])
	}
	return id
}

// NewIdentity begins the double entry of a period.
func NewIdentity(p Period) Identity {
	id := Identity{Period: p, Ways: make([]Tally, len(Ways))}
	for i, w := range Ways {
		id.Ways[i].Way = w
	}
	return id
}

// Add counts a row on both sides: as received, and by what became of it.
func (i *Identity) Add(r *Row) {
	if !filed(r, i.Period) {
		return
	}
	i.Received += r.N
	for k := range i.Ways {
		if t := &i.Ways[k]; t.Way == r.Way {
			t.N += r.N
			i.Sum += r.N
		}
	}
}

// Holds reports whether both sides agree.
func (i Identity) Holds() bool { return i.Received == i.Sum }
