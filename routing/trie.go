package routing

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// target is what a word points to on one list.
type target struct {
	list   int
	index  int     // of the category, kind, urgency, emergency, tag or territory
	weight float64 // how much it says
	strong bool
}

// trie holds every word of the rules and every name of a place.
type trie struct {
	first starts // by the first character of a word: many
	nodes []node
}

// node is where the words with one beginning go on.
type node struct {
	next    []step   // in the order of the characters: few each
	targets []target // of the word that ends here, list by list
	word    string   // which that is; empty where none ends
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
	return &trie{first: starts{han: make([]int32, lastHan-firstHan+1), other: map[rune]int32{}}, nodes: make([]node, 1)}
}

// step gives the node behind a node, 0 where no word goes on so.
func (t *trie) step(at int32, r rune) int32 {
	if at == 0 {
		return t.first.at(r)
	}
	steps := t.nodes[at].next
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
			n = int32(len(t.nodes)) //nolint:gosec // as many as a city's words have characters
			t.nodes = append(t.nodes, node{})
			if at == 0 {
				t.first.set(r, n)
			} else {
				i, _ := find(t.nodes[at].next, r)
				t.nodes[at].next = slices.Insert(t.nodes[at].next, i, step{r, n})
			}
		}
		at = n
	}
	n := &t.nodes[at]
	n.word = string(word)
	behind := 0
	for i, old := range n.targets {
		if old.list == to.list && old.index == to.index {
			n.targets[i].weight = max(old.weight, to.weight)
			n.targets[i].strong = old.strong || to.strong
			return
		}
		if old.list <= to.list {
			behind = i + 1
		}
	}
	n.targets = slices.Insert(n.targets, behind, to)
}

// hit is one word of one list found in a text.
type hit struct {
	start, end int // in characters
	node       int32
	list       int32
}

// found is the words in a text, by list.
type found [lists][]hit

// ordinary is how many hits an ordinary text has at most; more cost memory.
const ordinary = 48

// find gives, for each list, its words in the text: at each place the longest, and none that lies inside an earlier one. They are put into the room that is given, where it is enough.
func (t *trie) find(text []rune, room []hit) found {
	var by found
	if len(text) == 0 {
		return by
	}
	var some [ordinary]hit
	all := some[:0]
	var until, count [lists]int
	var longest [lists]hit
	for i, r := range text {
		at := t.first.at(r)
		if at == 0 {
			continue
		}
		var on uint // the lists of the words that begin here
		for j := i; at != 0; {
			n := &t.nodes[at]
			for k := range n.targets {
				list := n.targets[k].list
				longest[list] = hit{i, j + 1, at, int32(list)} //nolint:gosec // there are few lists
				on |= 1 << list
			}
			if j++; j == len(text) {
				break
			}
			at = t.step(at, text[j])
		}
		for ; on != 0; on &= on - 1 {
			list := bits.TrailingZeros(on)
			if h := longest[list]; h.end > until[list] {
				until[list] = h.end
				count[list]++
				all = append(all, h)
			}
		}
	}
	room = slices.Grow(room[:0], len(all))
	at := 0
	for list, n := range count {
		by[list] = room[at : at : at+n]
		at += n
	}
	for _, h := range all {
		by[h.list] = append(by[h.list], h)
	}
	return by
}

// word is the word that was found.
func (t *trie) word(h hit) string { return t.nodes[h.node].word }

// on lists what a hit's word points to on its list.
func (t *trie) on(h hit) []target {
	targets, list := t.nodes[h.node].targets, int(h.list)
	from := 0
	for targets[from].list != list {
		from++
	}
	to := from + 1
	for to < len(targets) && targets[to].list == list {
		to++
	}
	return targets[from:to]
}

// tells reports whether a hit's word points to something on its list.
func (t *trie) tells(h hit, index int) bool {
	return slices.ContainsFunc(t.on(h), func(to target) bool { return to.index == index })
}

// said joins the words that point to something, each once, in the order of the text.
func (t *trie) said(hits []hit, index int) string {
	var room [8]string
	words := room[:0]
	for _, h := range hits {
		if word := t.word(h); t.tells(h, index) && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return quoted(words)
}

// quoted puts words from a text behind each other.
func quoted(words []string) string { return strings.Join(words, " · ") }
