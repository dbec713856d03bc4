package routing

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxRead is how much of a text the rules look at, in characters; more says nothing new and costs time.
const maxRead = 6000

// normalise makes texts and words comparable: half width, lower case, without blanks and invisible characters; line ends stay, as ends of sentences.
// It reads at most limit characters.
func normalise(s string, limit int) []rune {
	out := make([]rune, 0, min(utf8.RuneCountInString(s), limit))
	for _, r := range s {
		if len(out) >= limit {
			break
		}
		switch {
		case r == '\n', r >= 0x3400 && r <= 0x9FFF: // most characters: nothing to change
			out = append(out, r)
			continue
		case r >= 0x80:
			if p := width.LookupRune(r); p.Kind() == width.EastAsianFullwidth {
				if n := p.Narrow(); n != 0 {
					r = n
				}
			}
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) {
			continue
		}
		out = append(out, unicode.ToLower(r))
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

// target is what a word points to on one list.
type target struct {
	list   int
	index  int     // of the category, kind, urgency (0 critical, 1 urgent), emergency, tag or territory
	weight float64 // how much it says
	strong bool
}

// trie holds every word of the rules and every name of a place.
type trie struct {
	first   starts   // by the first character of a word: many
	next    [][]step // by node, in the order of the characters: few each
	targets [][]target
}

// Where nearly all Chinese characters stand.
const firstHan, lastHan = 0x3400, 0x9FFF

// starts leads from a first character to its node: every character of every text asks it.
type starts struct {
	han   []int32 // from firstHan
	other map[rune]int32
}

func (s *starts) at(r rune) int32 {
	if r >= firstHan && r <= lastHan {
		return s.han[r-firstHan]
	}
	return s.other[r]
}

func (s *starts) set(r rune, node int32) {
	if r >= firstHan && r <= lastHan {
		s.han[r-firstHan] = node
	} else {
		s.other[r] = node
	}
}

// step leads from a node to the next one by a character.
type step struct {
	by rune
	to int32
}

func newTrie() *trie {
	return &trie{first: starts{han: make([]int32, lastHan-firstHan+1), other: map[rune]int32{}}, next: [][]step{nil}, targets: [][]target{nil}}
}

// step gives the node behind a node, 0 where no word goes on so.
func (t *trie) step(at int32, r rune) int32 {
	if at == 0 {
		return t.first.at(r)
	}
	steps := t.next[at]
	if len(steps) > 8 {
		if i, ok := find(steps, r); ok {
			return steps[i].to
		}
		return 0
	}
	for _, s := range steps {
		if s.by == r {
			return s.to
		}
	}
	return 0
}

func find(steps []step, r rune) (int, bool) {
	return slices.BinarySearchFunc(steps, r, func(s step, r rune) int { return cmp.Compare(s.by, r) })
}

func (t *trie) add(word []rune, to target) {
	if len(word) == 0 {
		return
	}
	at := int32(0)
	for _, r := range word {
		n := t.step(at, r)
		if n == 0 {
			n = int32(len(t.next)) //nolint:gosec // as many as a city's words have characters
			t.next = append(t.next, nil)
			t.targets = append(t.targets, nil)
			if at == 0 {
				t.first.set(r, n)
			} else {
				i, _ := find(t.next[at], r)
				t.next[at] = slices.Insert(t.next[at], i, step{r, n})
			}
		}
		at = n
	}
	for i, old := range t.targets[at] {
		if old.list == to.list && old.index == to.index {
			t.targets[at][i].weight = max(old.weight, to.weight)
			t.targets[at][i].strong = old.strong || to.strong
			return
		}
	}
	t.targets[at] = append(t.targets[at], to)
}

// hit is one word of one list found in a text.
type hit struct {
	start, end int // in characters
	node       int32
}

// find gives, for each list, its words in the text: at each place the longest, and none that lies inside an earlier one. A word counts once.
func (t *trie) find(text []rune) [lists][]hit {
	var found [lists][]hit
	var until [lists]int
	for i, r := range text {
		at := t.first.at(r)
		if at == 0 {
			continue
		}
		var longest [lists]hit
		for j := i; at != 0; {
			for _, to := range t.targets[at] {
				longest[to.list] = hit{i, j + 1, at}
			}
			if j++; j == len(text) {
				break
			}
			at = t.step(at, text[j])
		}
		for list, h := range longest {
			if h.end > until[list] {
				until[list] = h.end
				found[list] = append(found[list], h)
			}
		}
	}
	return found
}

// on lists what a hit's word points to on one list.
func (t *trie) on(h hit, list int) []target {
	targets := t.targets[h.node]
	if len(targets) == 1 {
		return targets
	}
	var some []target
	for _, to := range targets {
		if to.list == list {
			some = append(some, to)
		}
	}
	return some
}

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
	for i, words := range [][]string{r.critical, r.urgent} {
		for _, w := range words {
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
