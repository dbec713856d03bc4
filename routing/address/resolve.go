package address

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxRead is how many characters of an address are looked at.
const maxRead = 200

// Place is the area that an address lies in.
type Place struct {
	Area  int32   // -1 where unknown
	Code  string  // of the area
	Open  []int32 // where the names leave it open: the areas they fit equally well
	Exact bool    // every name was found as it is written; otherwise one was taken for a misspelling
	End   int     // the character behind the last name that counted
}

// hit is an area's name in a text.
type hit struct {
	start, end int
	area       int32
	weight     float64
}

// chain is a row of hits of which each lies in the one before.
type chain struct {
	area  int32
	end   int
	score float64
	last  int // the chain it goes on from, -1 for none
	first int // where it begins
}

// How much a name says for each of its characters: as it stands on the list, with another word for its level behind it, or short.
const (
	fullWeight   = 1.0
	renamed      = 0.9
	shortWeight  = 0.6
	looseWeight  = 0.2 // short, and nothing around it shows that an area is meant
	againWeight  = 0.05
	linkWeight   = 0.001
	laterPenalty = 0.001
	enough       = 1.0 // a row of names that says less says nothing
)

// Resolve finds the narrowest area that the names in an address agree on. Names may be full or short, levels may be missing, and one name may
// have a wrong character or one that sounds alike. Where two areas fit equally well the area around both is the answer.
func (g *Gazetteer) Resolve(text string) Place {
	runes := squeeze(text)
	chains := g.chains(runes)
	p := g.best(chains)
	p.Exact = true
	for range 3 {
		near, end := g.nearest(runes, p)
		if near < 0 {
			break
		}
		p = Place{Area: near, End: end}
	}
	if p.Area >= 0 {
		p.Code = g.areas[p.Area].Code
	}
	return p
}

// squeeze makes an address comparable: half width, without blanks and the signs that some write between the levels.
func squeeze(text string) []rune {
	out := make([]rune, 0, min(len(text), maxRead))
	for _, r := range text {
		r = plain(r)
		if len(out) == maxRead {
			break
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '_' || r == ',' || r == '/' || r == '|' || r == '>' || r == 0x3001 || r == 0xB7 {
			continue
		}
		out = append(out, r)
	}
	return out
}

// plain gives the half-width, lower-case form of a character.
func plain(r rune) rune {
	switch {
	case r == 0x3000:
		return ' '
	case r >= 0xFF01 && r <= 0xFF5E:
		r = r - 0xFF01 + '!'
	}
	return unicode.ToLower(r)
}

// longestName is the length in characters of the longest name that is looked for.
const longestName = 40

// hitsAt lists every area whose name begins at a place of a text.
func (g *Gazetteer) hitsAt(text []rune, at int, take func(hit, bool)) {
	from, to := 0, len(g.names)
	rest := string(text[at:min(len(text), at+longestName)])
	size := 0
	for end := at + 1; end <= len(text) && size < len(rest) && from < to; end++ {
		size += utf8.RuneLen(text[end-1])
		prefix := rest[:size]
		from += sort.Search(to-from, func(i int) bool { return g.names[from+i].name >= prefix })
		to = from + sort.Search(to-from, func(i int) bool { return !strings.HasPrefix(g.names[from+i].name, prefix) })
		for i := from; i < to && g.names[i].name == prefix; i++ {
			take(hit{start: at, end: end, area: g.names[i].area}, g.names[i].full)
		}
	}
}

// chains finds the rows of names in a text, in the order of their last names.
func (g *Gazetteer) chains(text []rune) []chain {
	var all []chain
	ending := map[int32][]int{} // by area, the chains that end in it
	for at := range text {
		g.hitsAt(text, at, func(h hit, full bool) {
			own, end := g.weigh(text, h, full)
			if own == 0 {
				return
			}
			c := chain{area: h.area, end: end, last: -1, first: at, score: own}
			for b := h.area; b >= 0; b = g.areas[b].Parent {
				for _, j := range ending[b] {
					before := all[j]
					if before.end > at {
						continue
					}
					score := before.score + own + linkWeight
					if b == h.area {
						score = before.score + againWeight*own
					}
					if score > c.score+1e-9 {
						c.score, c.last, c.first = score, j, before.first
					}
				}
			}
			if c.last < 0 {
				if h.end-h.start == 1 && at > 0 {
					return
				}
				c.score -= laterPenalty * float64(at)
				if !full && end == h.end && (at > 0 || g.areas[h.area].Level >= Street) {
					c.score *= looseWeight / shortWeight
				}
			} else if !full && end == h.end && all[c.last].end != at {
				c.score -= own * (1 - looseWeight/shortWeight)
			}
			ending[h.area] = append(ending[h.area], len(all))
			all = append(all, c)
		})
	}
	return all
}

// weigh tells how much a name says for its area, and where it ends: the word for a level that has changed belongs to it.
func (g *Gazetteer) weigh(text []rune, h hit, full bool) (weight float64, end int) {
	n := float64(h.end - h.start)
	if full {
		return n * fullWeight, h.end
	}
	level := g.areas[h.area].Level
	w := levelEnds[level].begins(text[h.end:])
	switch {
	case notAfter.begins(text[h.end:]) > w:
		return 0, h.end
	case w > 0:
		return (n + 1) * renamed, h.end + w
	case level == Street && notAfter.ends(text[h.start:h.end]):
		return 0, h.end // a street that is called like a road, and no word shows that it is meant
	}
	return n * shortWeight, h.end
}

// best takes the chain that says most; where several say as much, the area around all their ends.
func (g *Gazetteer) best(chains []chain) Place {
	p := Place{Area: -1}
	top := enough
	for _, c := range chains {
		top = max(top, c.score)
	}
	for _, c := range chains {
		if c.score < top-1e-6 || slices.ContainsFunc(p.Open, func(a int32) bool { return g.within(a, c.area) }) {
			continue
		}
		if len(p.Open) == 0 || c.end < p.End {
			p.End = c.end
		}
		p.Open = append(slices.DeleteFunc(p.Open, func(a int32) bool { return g.within(c.area, a) }), c.area)
	}
	if len(p.Open) == 0 {
		return p
	}
	p.Area = p.Open[0]
	for _, a := range p.Open[1:] {
		p.Area = g.around(p.Area, a)
	}
	if len(p.Open) == 1 {
		p.Open = nil
	}
	return p
}
