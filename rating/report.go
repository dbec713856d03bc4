package rating

import (
	"cmp"
	"fmt"
	"slices"

	"huiyin/casework"
)

// Cell is how often something was said: a level, levels together, or a tag.
type Cell struct {
	Label    string `json:"label"` // a level, levels that are told together such as "1-2", or a tag's code
	TagSet   string `json:"tag_set,omitempty"`
	Level    Level  `json:"level"` // the lowest of those told together
	N        int    `json:"n"`
	Withheld bool   `json:"withheld"`
}

// Report are the published figures of one unit, of several, or of the city.
type Report struct {
	Period  string   `json:"period"`
	Figures []Figure `json:"figures"`
	Levels  []Cell   `json:"levels"`   // of handled items
	WalkBy  []Cell   `json:"walk_by"`  // of walk-bys
	Tags    []Cell   `json:"tags"`     // of both
	All     int      `json:"ratings"`  // every published rating that counts
	Few     bool     `json:"few"`      // some ratings of these units, or none, stand with the others of the city only
	Apart   int      `json:"doubtful"` // every published one that is counted apart
}

// Figure finds a figure by its code.
func (r Report) Figure(code string) Figure {
	i := slices.IndexFunc(r.Figures, func(f Figure) bool { return f.Code == code })
	if i < 0 {
		return Figure{Code: code}
	}
	return r.Figures[i]
}

// Empty reports whether there is nothing to show.
func (r Report) Empty() bool {
	return r.All == 0 && r.Apart == 0 && len(r.Tags) == 0 && !slices.ContainsFunc(r.Figures, func(f Figure) bool { return f.Denominator > 0 })
}

// fold adds up what shows lets through of the units that keep names. With fine the levels are told as finely as they can be where it is one unit.
func (t Table) fold(keep func(casework.UnitCode) bool, shows func(answer, casework.UnitCode) bool, fine bool) Report {
	f := map[string]*Figure{}
	for _, code := range Codes {
		f[code] = &Figure{Code: code}
	}
	one := func(code string, n int, hit bool) {
		f[code].Denominator += n
		if hit {
			f[code].Numerator += n
		}
	}
	r := Report{Period: t.sheet.Period}
	blurred := map[question]int{}
	of := map[question]map[casework.UnitCode]map[Level]int{items: {}, walks: {}}
	for _, c := range t.sheet.Counts {
		q := items
		switch {
		case c.Doubtful:
			q = doubts
		case c.WalkBy:
			q = walks
		}
		if !keep(c.Unit) || !shows(answer{question: q}, c.Unit) {
			continue
		}
		one(Doubtful, c.N, c.Doubtful)
		switch q {
		case doubts:
			r.Apart += c.N
			continue
		case walks:
			if !t.sided(q, c.Unit) {
				break
			}
			one(WalkBys, c.N, !c.Level.Bad())
		default:
			if !t.sided(q, c.Unit) {
				break
			}
			one(Satisfied, c.N, !c.Level.Bad())
			one(BadShare, c.N, c.Level.Bad())
		}
		r.All += c.N
		if !t.sided(q, c.Unit) {
			blurred[q] += c.N
			continue
		}
		if of[q][c.Unit] == nil {
			of[q][c.Unit] = map[Level]int{}
		}
		of[q][c.Unit][c.Level] += c.N
	}
	for _, i := range t.sheet.Issued {
		if keep(i.Unit) && shows(answer{question: items}, i.Unit) {
			f[Coverage].Denominator += i.Items
			f[Coverage].Numerator += i.Rated
		}
	}
	for _, b := range t.sheet.Righted {
		if !keep(b.Unit) || !shows(answer{question: righting}, b.Unit) {
			continue
		}
		limit(f[Contacted], b.Contact)
		limit(f[Rectified], b.Rectify)
		one(Appealed, 1, b.Appealed)
		if b.Appealed {
			limit(f[Decided], b.Decision)
			one(Upheld, 1, b.Upheld)
		}
	}
	missing, unsided := map[question]bool{}, map[question]bool{}
	for _, u := range t.units {
		for q := items; keep(u) && q < tags; q++ {
			missing[q] = missing[q] || !shows(answer{question: q}, u)
			unsided[q] = unsided[q] || missing[q] || q <= walks && !t.sided(q, u)
		}
	}
	if missing[items] || missing[walks] || missing[doubts] { // a share of unlike wholes is none
		*f[Doubtful] = Figure{Code: Doubtful}
	}
	r.Few = missing[items] || missing[walks]
	for _, code := range Codes {
		f[code].Withheld = f[code].Denominator == 0 && hides(code, missing, unsided)
		r.Figures = append(r.Figures, *f[code])
	}
	r.Levels, r.WalkBy, r.Tags = cells(of[items], blurred[items], fine), cells(of[walks], blurred[walks], fine), t.tags(keep, shows)
	return r
}

func hides(code string, missing, unsided map[question]bool) bool {
	switch code {
	case Satisfied, BadShare:
		return unsided[items]
	case Coverage:
		return missing[items]
	case WalkBys:
		return unsided[walks]
	case Doubtful:
		return missing[items] || missing[walks] || missing[doubts]
	}
	return missing[righting]
}

// ways are how levels are told together, from the finest. Each is a coarsening of the one before it.
var ways = [][][]Level{{{5}, {4}, {3}, {2}, {1}}, {{4, 5}, {3}, {1, 2}}, {{3, 4, 5}, {1, 2}}}

// cells are the counts of levels: of one unit as finely as each cell has nobody or enough, of several in the coarsest way, because finer sums would tell what a unit hides. blurred are those of which
// only the number is told.
func cells(of map[casework.UnitCode]map[Level]int, blurred int, fine bool) []Cell {
	all := Cell{Label: "1-5", Level: 1, N: blurred}
	sum := map[Level]int{}
	for _, levels := range of {
		for l, n := range levels {
			sum[l] += n
		}
	}
	if len(of) == 0 && blurred == 0 { // nothing is told, which is not nobody
		return []Cell{}
	}
	if len(of) == 0 {
		return []Cell{all}
	}
	if fine && len(of) <= 1 {
		for _, way := range ways {
			list := together(sum, way)
			if !slices.ContainsFunc(list, func(c Cell) bool { return !clear5(c.N) }) {
				return list
			}
		}
	}
	list := together(sum, ways[len(ways)-1])
	if blurred > 0 {
		list = append(list, all)
	}
	return list
}

func together(n map[Level]int, way [][]Level) []Cell {
	var list []Cell
	for _, levels := range way {
		c := Cell{Label: fmt.Sprint(levels[0]), Level: levels[0]}
		if len(levels) > 1 {
			c.Label = fmt.Sprintf("%d-%d", levels[0], levels[len(levels)-1])
		}
		for _, l := range levels {
			c.N += n[l]
		}
		list = append(list, c)
	}
	return list
}

func (t Table) tags(keep func(casework.UnitCode) bool, shows func(answer, casework.UnitCode) bool) []Cell {
	var list []Cell
	for _, s := range t.sheet.Said {
		if !keep(s.Unit) || !shows(s.answer(), s.Unit) {
			continue
		}
		i := slices.IndexFunc(list, func(c Cell) bool { return c.Label == s.Code && c.TagSet == s.TagSet })
		if i < 0 {
			list = append(list, Cell{Label: s.Code, TagSet: s.TagSet, Level: s.Level})
			i = len(list) - 1
		}
		list[i].N += s.N
	}
	slices.SortStableFunc(list, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.TagSet, b.TagSet), cmp.Compare(a.Label, b.Label))
	})
	return list
}
