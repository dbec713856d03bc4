package routing

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// findable is a unit's names in every way an operator may type them.
type findable struct {
	unit     int
	names    []string // Chinese and English names and the code, lower case
	initials []string // of each Chinese name: "cgj"
	spelled  []string // pinyin of each Chinese name without tones: "chengguanju"
}

// maxFound bounds an answer of FindUnits, maxQuery a query in characters.
const maxFound, maxQuery = 20, 40

func (c *City) buildFinder() {
	args := pinyin.NewArgs()
	for i, u := range c.units {
		f := findable{unit: i, names: []string{string(normalise(u.Name.EN, maxField)), string(normalise(string(u.Code), maxField))}}
		for n, name := range append([]string{u.Name.ZH}, u.Aliases...) {
			var initials, spelled strings.Builder
			plain := normalise(name, maxField)
			for _, r := range plain {
				s := string(r)
				if p := pinyin.SinglePinyin(r, args); len(p) > 0 {
					s, r = p[0], rune(p[0][0])
				}
				initials.WriteRune(r)
				spelled.WriteString(s)
			}
			f.names = append(f.names, string(plain))
			f.initials = append(f.initials, initials.String())
			f.spelled = append(f.spelled, spelled.String())
			if n == 0 && u.Pinyin != "" {
				f.spelled = append(f.spelled, strings.ToLower(u.Pinyin))
			}
		}
		c.finder = append(c.finder, f)
	}
}

// How well a query fits, best first: the whole of a name, initials or spelling, then its beginning, then a part of it.
const (
	fitsWhole = iota
	fitsBeginning
	fitsPart
	fitsNot
)

func (f findable) fit(query string) int {
	best := fitsNot
	for _, names := range [][]string{f.names, f.initials, f.spelled} {
		for _, n := range names {
			switch {
			case n == query:
				return fitsWhole
			case strings.HasPrefix(n, query):
				best = min(best, fitsBeginning)
			case strings.Contains(n, query):
				best = min(best, fitsPart)
			}
		}
	}
	return best
}

// FindUnits finds units by name, pinyin or initials ("cgj"), at most 20, best first; the hotline is never among them, since nothing is dispatched to it.
func (c *City) FindUnits(query string) []Unit {
	q := string(normalise(query, maxQuery))
	if q == "" {
		return nil
	}
	type fitting struct{ unit, fit int }
	var fits []fitting
	for _, f := range c.finder {
		if fit := f.fit(q); fit != fitsNot && c.units[f.unit].Level != HotlineLevel {
			fits = append(fits, fitting{f.unit, fit})
		}
	}
	slices.SortStableFunc(fits, func(a, b fitting) int { return cmp.Compare(a.fit, b.fit) })
	var units []Unit
	for _, f := range fits[:min(len(fits), maxFound)] {
		units = append(units, c.units[f.unit])
	}
	return units
}
