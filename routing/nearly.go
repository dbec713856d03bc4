package routing

import (
	"slices"

	"huiyin/routing/address"
)

// nearly finds names of places that are written in part or with a mistake: what the exact names leave open is looked for here.
type nearly struct {
	areas  *address.Gazetteer
	listed []listedName
	halves map[nameHalf][]int32 // names by either half, since one wrong character leaves the other
	sounds map[string][]int32   // names by how they sound
	starts *trie                // either half and the sound of every name, so that a text is asked only where one begins
}

// The lists of nearly.starts; the indexes are the lengths of the names.
const (
	firstHalves = iota
	secondHalves
	wholeSounds
)

// listedName is the name of a place on the city's lists.
type listedName struct {
	runes  []rune
	area   int
	weight float64
}

// nameHalf is the first or the second half of a name of some length.
type nameHalf struct {
	text   string
	length int
	second bool
}

// What is looked for: shorter names are too easily mistaken, longer ones are not on the lists.
const shortestNearly, longestNearly = 3, 12

// nearlyFactor: a name that may be meant says less than one that is written.
const nearlyFactor = 0.6

func (c *City) buildNearly() {
	levels := map[string]address.Level{"city": address.City, "district": address.District, "street": address.Street, "community": address.Community}
	areas := make([]address.Area, 0, len(c.areas))
	n := &nearly{halves: map[nameHalf][]int32{}, sounds: map[string][]int32{}, starts: newTrie()}
	for i, a := range c.areas {
		area := address.Area{Code: a.Code, Parent: -1, Level: levels[a.Level], Name: a.Name.ZH, Aliases: a.Aliases}
		if a.Parent != "" {
			area.Parent = int32(c.areaAt[a.Parent]) //nolint:gosec // a city has fewer than 2³¹ areas
		}
		areas = append(areas, area)
		if a.Level == "street" || a.Level == "community" {
			n.list(a.Name.ZH, i, streetWeight)
		}
	}
	n.areas = address.New(areas)
	for _, p := range c.places {
		for _, name := range append([]string{p.Name.ZH}, p.Aliases...) {
			n.list(name, c.areaAt[p.Street], placeWeight)
		}
	}
	c.nearly = n
}

func (n *nearly) list(name string, area int, weight float64) {
	runes := normalise(name, maxWord)
	if len(runes) < shortestNearly || len(runes) > longestNearly {
		return
	}
	at := int32(len(n.listed)) //nolint:gosec // a city has fewer than 2³¹ places
	n.listed = append(n.listed, listedName{runes, area, weight * nearlyFactor})
	for _, h := range halvesOf(runes) {
		n.halves[h] = append(n.halves[h], at)
	}
	sound := sounding(nil, runes)
	n.sounds[string(sound)] = append(n.sounds[string(sound)], at)
	n.starts.add(runes[:len(runes)/2], target{list: firstHalves, index: len(runes)})
	n.starts.add(runes[len(runes)/2:], target{list: secondHalves, index: len(runes)})
	n.starts.add(sound, target{list: wholeSounds, index: len(runes)})
}

// sounding appends how a text sounds.
func sounding(out, text []rune) []rune {
	for _, r := range text {
		out = append(out, address.Alike(r))
	}
	return out
}

func halvesOf(runes []rune) [2]nameHalf {
	m := len(runes) / 2
	return [2]nameHalf{{string(runes[:m]), len(runes), false}, {string(runes[m:]), len(runes), true}}
}

// inAddress finds what an address means where its names are short, renamed or misspelt: the area that they agree on, and places that are nearly
// called as it is written. hits are the names that are written exactly; no mistake is looked for in them.
func (c *City) inAddress(text []rune, hits []hit) []evidence {
	found := c.nearly.misspelt(text, hits)
	p := c.nearly.areas.Resolve(string(text))
	if p.Area < 0 || c.areas[p.Area].Level == "city" {
		return found
	}
	i := int(p.Area)
	return append(found, evidence{name: c.areas[i].Name.ZH, areas: []target{{index: i}}, weight: streetWeight * addressFactor * nearlyFactor})
}

// beginnings are the lengths, a bit each, of the names of which something begins at a place of a text, by list of nearly.starts.
type beginnings [wholeSounds + 1]uint16

// begin tells what begins at the beginning of a text that sounds so.
func (n *nearly) begin(text, sounds []rune) beginnings {
	b := n.starts.lengths(text)
	b[wholeSounds] = n.starts.lengths(sounds)[wholeSounds]
	return b
}

func (t *trie) lengths(text []rune) (b beginnings) {
	at := int32(0)
	for _, r := range text {
		if at = t.step(at, r); at == 0 {
			break
		}
		for _, to := range t.nodes[at].targets {
			b[to.list] |= 1 << to.index
		}
	}
	return b
}

// misspelt finds places whose names are nearly written in a text.
func (n *nearly) misspelt(text []rune, hits []hit) []evidence {
	var letters [maxMisspelt]rune
	sounds := sounding(letters[:0], text)
	var room [maxMisspelt]beginnings
	begins := room[:0]
	for i := range text {
		begins = append(begins, n.begin(text[i:], sounds[i:]))
	}
	var found []evidence
	for length := longestNearly; length >= shortestNearly; length-- {
		for start := 0; start+length <= len(text); start++ {
			b := &begins[start]
			if (b[firstHalves]|b[wholeSounds]|begins[start+length/2][secondHalves])&(1<<length) == 0 {
				continue
			}
			if slices.ContainsFunc(hits, func(h hit) bool { return h.start < start+length && start < h.end }) {
				continue
			}
			if e, ok := n.meant(text[start:start+length], sounds[start:start+length]); ok && !slices.ContainsFunc(found, func(f evidence) bool { return f.name == e.name }) {
				found = append(found, e)
			}
		}
	}
	return found
}

// meant tells which place may be meant by a name that is written and sounds so.
func (n *nearly) meant(written, sounds []rune) (e evidence, ok bool) {
	var room [8]int32
	maybe := room[:0]
	for _, h := range halvesOf(written) {
		maybe = append(maybe, n.halves[h]...)
	}
	if len(maybe) == 0 {
		maybe = n.sounds[string(sounds)]
	}
	for _, at := range maybe {
		l := &n.listed[at]
		if !address.Misspelt(written, l.runes) {
			continue
		}
		e.name = string(written) + " ≈ " + string(l.runes)
		e.weight = max(e.weight, l.weight)
		if !slices.ContainsFunc(e.areas, func(to target) bool { return to.index == l.area }) {
			e.areas = append(e.areas, target{index: l.area})
		}
	}
	return e, len(e.areas) > 0
}
