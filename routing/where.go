package routing

import "slices"

// where is what the names in a text say about the place.
type where struct {
	code    string   // the narrowest area all evidence agrees on; empty where unknown
	options []string // districts it may lie in, where the names leave it open
	names   []string // the names that decided
	how     Source   // the rule that found it, where it was not a name written exactly
}

// evidence is one name found, and the areas that bear it.
type evidence struct {
	name   string
	areas  []int
	weight float64
}

// addressFactor: the address field was asked for, so a name there says more than one in the running text.
const addressFactor = 2.0

// evidenceIn lists the names of places among the hits.
func (c *City) evidenceIn(text []rune, hits []hit, factor float64) []evidence {
	var seen []evidence
	for _, h := range hits {
		name := string(text[h.start:h.end])
		if slices.ContainsFunc(seen, func(e evidence) bool { return e.name == name }) {
			continue
		}
		e := evidence{name: name}
		for _, to := range c.words.on(h, placeWords) {
			e.areas = append(e.areas, to.index)
			e.weight = max(e.weight, to.weight*factor)
		}
		seen = append(seen, e)
	}
	return seen
}

// place finds where a matter is: by the names in the address and in the text; where they leave the street open, by names that are short or
// misspelt; and where these do too, by the point. What is written exactly always comes first.
func (c *City) place(at, text []rune, hits []hit, point *Point) where {
	inAddress := c.words.find(at)[placeWords]
	found := append(c.evidenceIn(at, inAddress, addressFactor), c.evidenceIn(text, hits, 1)...)
	w := c.locate(found)
	if c.Street(w.code) == "" {
		nearly := c.inAddress(at, inAddress)
		if len(at) == 0 {
			nearly = c.nearly.misspelt(text[:min(len(text), maxMisspelt)], hits)
		}
		if closer := c.locate(append(found, nearly...)); len(nearly) > 0 && c.narrows(closer.code, w) {
			w = closer
			w.how = territoryNear
		}
	}
	if c.Street(w.code) == "" {
		if near := c.at(point); c.narrows(near.code, w) {
			near.names, near.how = w.names, territoryPoint
			w = near
		}
	}
	return w
}

// maxMisspelt is how much of a text is looked through for misspelt names, in characters.
const maxMisspelt = 400

// narrows tells whether an area is a narrower answer than one that the names allow: inside it, or in one of the districts that they leave open.
func (c *City) narrows(code string, w where) bool {
	switch {
	case code == "" || code == w.code:
		return false
	case w.code == "" && len(w.options) == 0:
		return true
	case w.code == "":
		return slices.Contains(w.options, c.District(code))
	}
	return c.within(code, w.code)
}

// locate finds the narrowest area that the evidence supports best. An area is supported by its own names and by those of the areas it lies in;
// where two stand equal, the area around both is the answer, and never more than that.
func (c *City) locate(found []evidence) where {
	support := map[int]float64{}
	for _, e := range found {
		for _, a := range e.areas {
			support[a] = 0
		}
	}
	for a := range support {
		for _, e := range found {
			if slices.ContainsFunc(e.areas, func(b int) bool { return c.within(c.areas[a].Code, c.areas[b].Code) }) {
				support[a] += e.weight
			}
		}
	}
	if len(support) == 0 {
		return where{}
	}
	best := 0.0
	for _, s := range support {
		best = max(best, s)
	}
	var tied []int
	for a, s := range support {
		if s > best-1e-9 {
			tied = append(tied, a)
		}
	}
	slices.Sort(tied)
	w := where{code: c.areas[tied[0]].Code}
	for _, a := range tied[1:] {
		w.code = c.around(w.code, c.areas[a].Code)
	}
	for _, e := range found {
		if slices.ContainsFunc(e.areas, func(b int) bool { return slices.Contains(tied, b) || c.within(w.code, c.areas[b].Code) }) {
			if !slices.Contains(w.names, e.name) { // said twice, told once
				w.names = append(w.names, e.name)
			}
		}
	}
	if w.code == c.Code {
		w.code = ""
	}
	if w.code == "" {
		for _, a := range tied {
			if d := c.District(c.areas[a].Code); d != "" && !slices.Contains(w.options, d) {
				w.options = append(w.options, d)
			}
		}
	}
	return w
}

// around is the narrowest area that holds both.
func (c *City) around(a, b string) string {
	for !c.within(b, a) {
		t, _ := c.Territory(a)
		a = t.Parent
	}
	return a
}
