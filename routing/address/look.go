package address

import (
	"slices"
	"strings"
	"unicode"
)

// The classes of characters in the look of a part.
const (
	digitClass   = '0'
	numeralClass = '1' // Chinese numerals
	hanClass     = 'H'
	letterClass  = 'a'
)

// What one more character costs that the look of a part leaves open: there are that many others that could stand there.
const (
	openHan   = -6.0
	openOther = -2.3
)

func classOf(c rune) rune {
	switch {
	case c >= '0' && c <= '9':
		return digitClass
	case strings.ContainsRune(numerals, c):
		return numeralClass
	case unicode.Is(unicode.Han, c):
		return hanClass
	case unicode.IsLetter(c):
		return letterClass
	}
	return c
}

// look fills in how usual a part would be as each type. endings are the lengths of the listed words that the text up to here ends with; area says what area it names.
func (f *figures) look(part []rune, endings []int, area mention, own []float64) {
	end := 0
	for _, n := range endings {
		if n <= len(part) {
			end = n
			break
		}
	}
	shape := make([]rune, 0, 8)
	var open, digits int
	cost := 0.0
	for i, c := range part {
		class := classOf(c)
		if i >= len(part)-end {
			if class == digitClass {
				digits++
			}
			continue
		}
		switch class {
		case digitClass:
			digits++
			cost += openOther
		case hanClass:
			open++
			cost += openHan
		case numeralClass, letterClass:
			cost += openOther
		}
		if len(shape) == 0 || shape[len(shape)-1] != class {
			shape = append(shape, class)
		}
	}
	if len(shape) > mostClasses {
		shape = append(shape[:2], '~')
	}
	shape = append(append(shape, '_'), part[len(part)-end:]...)
	seen := f.shapes[string(shape)]
	for t := range own {
		usual := f.unseen[t] + unseenMore*float64(len(shape))
		if seen != nil && seen[t] > never {
			usual = seen[t]
		}
		usual += f.lengths[t][min(open, len(f.lengths[t])-1)] + f.digits[t][min(digits, len(f.digits[t])-1)]
		own[t] = usual + f.listed(t, cost, area)
	}
}

const mostClasses = 5

// endings gives the lengths of the listed words that a text ends with, the longest first.
func (f *figures) endings(text []rune) (lengths []int) {
	for n := min(longestEnd, len(text)); n > 0; n-- {
		if f.ends[string(text[len(text)-n:])] {
			lengths = append(lengths, n)
		}
	}
	return lengths
}

// unseenMore is what each class more makes a look less usual that is not on the list.
const unseenMore = -1.6

// How usual an area's name is, by level, beside all other names of areas, and how seldom a name stands where an area is named and is on no list.
var (
	anyListed  = [...]float64{Province: -3.5, City: -5, District: -6, Street: -8}
	anyUnknown = [...]float64{Province: -6, City: -4, District: -0.5, Street: -1.2}
)

// anyAgain is how usual the name of an area is that stands in the address twice, as a part that is too much.
const anyAgain = -7.5

// mention is what a name of areas in an address may be.
type mention struct {
	levels []Level
	again  bool // one of the areas is named in another place too
}

// listed gives the cost of a part's open characters: less where it is the name of an area of the type's level, more where it would have to be.
func (f *figures) listed(t int, cost float64, m mention) float64 {
	level := f.level[t]
	switch {
	case t == f.spare && m.again:
		return anyAgain
	case level < 0:
		return cost
	case slices.Contains(m.levels, Level(level)): //nolint:gosec // levels are few
		return anyListed[level]
	}
	return cost + anyUnknown[level]
}

// known finds the names of areas in a text and tells their levels by where they stand. A short name counts where the text names an area around it
// and no word behind it makes another name of it. Cities that are provinces are cities.
func (g *Gazetteer) known(text []rune) map[[2]int]mention {
	var hits []hit
	around := map[int32]bool{} // named in full, or a province
	for at := range text {
		g.hitsAt(text, at, func(h hit, full bool) {
			level := g.areas[h.area].Level
			switch {
			case level > Street || zoneWords.ends(text[h.start:h.end]):
				return
			case full && level < Street || level == Province:
				around[h.area] = true
			case !full && (level >= District && notAfter.ends(text[h.start:h.end]) || notAfter.begins(text[h.end:]) > 0):
				return
			}
			if !full && (levelEnds[level].begins(text[h.end:]) > 0 || levelEnds[District].begins(text[h.end:]) > 0) {
				return // the word for a level belongs to it
			}
			if full {
				h.weight = 1
			}
			hits = append(hits, h)
		})
	}
	type ends struct{ first, last int } // the end of an area's first name, the start of its last
	named := map[int32]ends{}
	for _, h := range hits {
		e, again := named[h.area]
		if !again {
			e.first = h.end
		}
		named[h.area] = ends{min(e.first, h.end), max(e.last, h.start)}
	}
	found := map[[2]int]mention{}
	for i, h := range hits {
		level := g.areas[h.area].Level
		if h.weight == 0 && level >= District && !g.inside(h.area, around) && !g.beside(hits, i) {
			continue
		}
		if level == Province && isCity(g.areas[h.area].Name) {
			level = City
		}
		at := [2]int{h.start, h.end}
		m := found[at]
		if !slices.Contains(m.levels, level) {
			m.levels = append(m.levels, level)
		}
		m.again = m.again || named[h.area].first <= h.start || named[h.area].last >= h.end
		found[at] = m
	}
	return found
}

// beside tells whether the name right before or behind is that of an area around this one, or inside it: two short names bear each other out.
func (g *Gazetteer) beside(hits []hit, i int) bool {
	h := hits[i]
	for _, other := range hits[i+1:] {
		if other.start > h.end {
			break
		}
		if other.start == h.end && other.area != h.area && g.within(other.area, h.area) {
			return true
		}
	}
	for j := i - 1; j >= 0 && hits[j].start >= h.start-longestEnd; j-- {
		if hits[j].end == h.start && hits[j].area != h.area && g.within(h.area, hits[j].area) {
			return true
		}
	}
	return false
}

// inside tells whether an area lies in one of others.
func (g *Gazetteer) inside(a int32, others map[int32]bool) bool {
	for a = g.areas[a].Parent; a >= 0; a = g.areas[a].Parent {
		if others[a] {
			return true
		}
	}
	return false
}

func isCity(name string) bool {
	return strings.HasSuffix(name, levelWords[Province][len(levelWords[Province])-1])
}
