package routing

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxRead is how much of a text the rules look at, in characters; more says nothing new and costs time.
const maxRead = 6000

// normalise makes texts and words comparable: half width, lower case, without blanks and invisible characters; line ends stay, as ends of sentences.
// It reads at most limit characters.
func normalise(s string, limit int) []rune {
	return appendNormal(make([]rune, 0, min(utf8.RuneCountInString(s), limit)), s, limit)
}

// appendNormal appends a text as normalise leaves it.
func appendNormal(out []rune, s string, limit int) []rune {
	limit += len(out)
	for _, r := range s {
		if len(out) >= limit {
			break
		}
		switch {
		case r == '\n', r >= firstHan && r <= lastHan, r > 0x3000 && r < 0x3040: // most characters: nothing to change
			out = append(out, r)
			continue
		case r >= 0xFF01 && r <= 0xFF5E: // the full-width forms of ASCII, in its order
			r -= 0xFF01 - '!'
		case r >= 0x80:
			if p := width.LookupRune(r); p.Kind() == width.EastAsianFullwidth {
				if n := p.Narrow(); n != 0 {
					r = n
				}
			}
			if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
				continue
			}
			out = append(out, unicode.ToLower(r))
			continue
		}
		switch {
		case r <= ' ', r == 0x7F:
		case r >= 'A' && r <= 'Z':
			out = append(out, r+'a'-'A')
		default:
			out = append(out, r)
		}
	}
	return out
}

// The lists that a word can stand on. Within one list the longest match wins.
const (
	categoryWords = iota
	kindWords
	urgencyWords
	emergencyWords
	secrecyWords
	tagWords
	placeWords
	lists
)

// What a word on the list of urgency points to.
const (
	criticalWord = iota
	urgentWord
)

// How much a name says about where something happened.
const (
	districtWeight  = 2.0
	streetWeight    = 3.0
	communityWeight = 3.2
	placeWeight     = 3.0
	aliasFactor     = 0.7 // a short name may be an ordinary word
)

// buildWords puts the rules' words and the city's names into the trie.
func (c *City) buildWords() {
	t := newTrie()
	add := func(word string, to target) {
		runes := normalise(word, maxWord)
		t.add(runes, to)
	}
	r := c.rules
	for _, rule := range r.categories {
		i := c.categoryAt[rule.of]
		for _, w := range rule.strong {
			add(w, target{categoryWords, i, r.weights.Strong, true})
		}
		for _, w := range rule.words {
			add(w, target{categoryWords, i, r.weights.Plain, false})
		}
	}
	for i, k := range c.categories {
		if len(k.Code) == 6 {
			add(k.Name.ZH, target{categoryWords, i, r.weights.Name, true})
		}
	}
	for i, rule := range r.kinds {
		for _, w := range rule.strong {
			add(w, target{kindWords, i, r.weights.Strong, true})
		}
		for _, w := range rule.words {
			add(w, target{kindWords, i, r.weights.Plain, false})
		}
	}
	for i, list := range [...][]string{criticalWord: r.critical, urgentWord: r.urgent} {
		for _, w := range list {
			add(w, target{urgencyWords, i, 1, true})
		}
	}
	for i, e := range r.emergencies {
		for _, w := range e.words {
			add(w, target{emergencyWords, i, 1, true})
		}
	}
	for _, w := range r.secrecy {
		add(w, target{secrecyWords, 0, 1, true})
	}
	for i, g := range r.tags {
		for _, w := range g.words {
			add(w, target{tagWords, i, 1, true})
		}
	}
	weight := map[string]float64{"district": districtWeight, "street": streetWeight, "community": communityWeight}
	for i, a := range c.areas {
		if w, ok := weight[a.Level]; ok {
			add(a.Name.ZH, target{placeWords, i, w, true})
			for _, alias := range a.Aliases {
				add(alias, target{placeWords, i, w * aliasFactor, false})
			}
		}
	}
	for _, p := range c.places {
		i := c.areaAt[p.Street]
		for _, name := range append([]string{p.Name.ZH}, p.Aliases...) {
			add(name, target{placeWords, i, placeWeight, true})
		}
	}
	c.words = t
}
