package routing

import (
	"cmp"
	"slices"
)

// where is what the names in a text say about the place.
type where struct {
	area    int    // the narrowest area all evidence agrees on; the whole city where unknown
	options []int  // districts it may lie in, where the names leave it open
	names   string // the names that decided
	how     Source // the rule that found it, where it was not a name written exactly
	told    Args   // its Place, where it is known, and the Words
}

// evidence is one name found, and the areas that bear it.
type evidence struct {
	name   string
	areas  []target
	weight float64
}

// addressFactor: the address field was asked for, so a name there says more than one in the running text.
const addressFactor = 2.0

// evidenceIn appends the names of places among the hits.
func (c *City) evidenceIn(all []evidence, hits []hit, factor float64) []evidence {
	before := len(all)
	for _, h := range hits {
		e := evidence{name: c.words.word(h), areas: c.words.on(h)}
		if slices.ContainsFunc(all[before:], func(seen evidence) bool { return seen.name == e.name }) {
			continue
		}
		for _, to := range e.areas {
			e.weight = max(e.weight, to.weight*factor)
		}
		all = append(all, e)
	}
	return all
}

// ordinaryAddress is how many characters an address has that costs no memory.
const ordinaryAddress = 32

// place finds where a matter is: by the names in the address and in the text; where they leave the street open, by names that are short or
// misspelt; and where these do too, by the point. What is written exactly always comes first.
func (c *City) place(address string, text []rune, hits []hit, point *Point) where {
	var letters [ordinaryAddress]rune
	at := appendNormal(letters[:0], address, maxRead)
	var words [ordinaryAddress]hit
	inAddress := c.words.find(at, words[:])[placeWords]
	var names [8]evidence
	found := c.evidenceIn(c.evidenceIn(names[:0], inAddress, addressFactor), hits, 1)
	w := c.locate(found)
	if c.lies[w.area].street == "" {
		nearly := c.inAddress(at, inAddress)
		if len(at) == 0 {
			nearly = c.nearly.misspelt(text[:min(len(text), maxMisspelt)], hits)
		}
		if closer := c.locate(append(found, nearly...)); len(nearly) > 0 && c.narrows(closer.area, w) {
			w = closer
			w.how = territoryNear
		}
	}
	if c.lies[w.area].street == "" {
		if near := c.at(point); c.narrows(near, w) {
			w = where{area: near, names: w.names, how: territoryPoint}
		}
	}
	if w.told = saying(w.names); w.area != wholeCity {
		w.told = Args{{"Place", c.lies[w.area].name}, w.told[0]}
	}
	return w
}

// maxMisspelt is how much of a text is looked through for misspelt names, in characters.
const maxMisspelt = 400

// narrows tells whether an area is a narrower answer than one that the names allow: inside it, or in one of the districts that they leave open.
func (c *City) narrows(area int, w where) bool {
	switch {
	case area == wholeCity || area == w.area:
		return false
	case w.area == wholeCity && len(w.options) == 0:
		return true
	case w.area == wholeCity:
		return slices.ContainsFunc(w.options, func(district int) bool { return c.within(area, district) })
	}
	return c.within(area, w.area)
}

// supported is an area and how much the evidence says for it.
type supported struct {
	area   int
	weight float64
}

// locate finds the narrowest area that the evidence supports best. An area is supported by its own names and by those of the areas it lies in;
// where two stand equal, the area around both is the answer, and never more than that.
func (c *City) locate(found []evidence) where {
	var room [16]supported
	areas := room[:0]
	for _, e := range found {
		for _, to := range e.areas {
			if !slices.ContainsFunc(areas, func(s supported) bool { return s.area == to.index }) {
				areas = append(areas, supported{area: to.index})
			}
		}
	}
	best := 0.0
	for i := range areas {
		s := &areas[i]
		for _, e := range found {
			if slices.ContainsFunc(e.areas, func(to target) bool { return c.within(s.area, to.index) }) {
				s.weight += e.weight
			}
		}
		best = max(best, s.weight)
	}
	tied := slices.DeleteFunc(areas, func(s supported) bool { return s.weight <= best-1e-9 })
	if len(tied) == 0 {
		return where{}
	}
	slices.SortFunc(tied, func(a, b supported) int { return cmp.Compare(a.area, b.area) })
	w := where{area: tied[0].area}
	for _, s := range tied[1:] {
		w.area = c.around(w.area, s.area)
	}
	w.names = c.deciding(found, tied, w.area)
	if w.area == wholeCity {
		for _, s := range tied {
			if at, ok := c.areaAt[c.lies[s.area].district]; ok && !slices.Contains(w.options, at) {
				w.options = append(w.options, at)
			}
		}
	}
	return w
}

// deciding joins the names of the areas that stand best, and of those around the answer; a name that is said twice is told once.
func (c *City) deciding(found []evidence, tied []supported, answer int) string {
	var room [8]string
	names := room[:0]
	for _, e := range found {
		decides := slices.ContainsFunc(e.areas, func(to target) bool {
			return slices.ContainsFunc(tied, func(s supported) bool { return s.area == to.index }) || c.within(answer, to.index)
		})
		if decides && !slices.Contains(names, e.name) {
			names = append(names, e.name)
		}
	}
	return quoted(names)
}
