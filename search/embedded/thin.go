package embedded

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"huiyin/search/words"
)

// What it costs the database, in microseconds: only how the three compare matters. Measured on a million documents of 250 characters.
const (
	readCost = 9.0   // to read a document and look for a word in it
	seekCost = 9.0   // to look up a document in the list of a token
	walkCost = 0.010 // to go past a document in such a list; looking up many is never more than going through the whole list
)

// Documents that are rather read than thinned out by another index.
const (
	heardFew   = 1500
	writtenFew = 300
)

// part of an arm that the index of the tokens is asked for: all documents with one of the tokens.
type list struct {
	tokens []words.Token
	label  bool
	stays  bool
	of     float64 // part of all documents
}

// thinned leaves out of each way what costs the index more than reading the few documents that remain without it, and then the ways that find nothing more than others do. The text and the columns of what is found decide.
func (s *statistics) thinned(arms []arm) []arm {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]arm, len(arms))
	for i, a := range arms {
		out[i] = s.thin(a)
	}
	var kept []arm
	for i, a := range out {
		if !slices.ContainsFunc(out[:i], a.within) && !slices.ContainsFunc(out[i+1:], func(b arm) bool { return a.within(b) && !b.within(a) }) {
			kept = append(kept, a)
		}
	}
	return kept
}

func (s *statistics) thin(a arm) arm {
	if len(a.heard) > 0 && len(a.alone) == 0 {
		all, least := 1.0, 1.0
		for _, t := range a.heard {
			all *= s.token(t)
			least = min(least, s.token(t))
		}
		if s.total*math.Sqrt(all*least) <= heardFew {
			return arm{heard: a.heard}
		}
	}
	var lists []list
	for _, t := range a.all {
		lists = append(lists, list{tokens: []words.Token{t}})
	}
	for _, any := range a.any {
		lists = append(lists, list{tokens: any})
	}
	for _, any := range a.alone {
		lists = append(lists, list{tokens: any, stays: true})
	}
	for _, any := range a.labels {
		lists = append(lists, list{tokens: any, label: true})
	}
	for i, l := range lists {
		for _, t := range l.tokens {
			lists[i].of = min(1, lists[i].of+s.token(t))
		}
	}
	slices.SortStableFunc(lists, func(a, b list) int { return cmp.Compare(a.of, b.of) })
	out, documents := arm{heard: a.heard}, s.total
	for i, l := range lists {
		stay := math.Sqrt(l.of) // words stand together more often than by chance
		if l.label {
			stay = l.of
		}
		if i > 0 && !l.stays && documents*(1-stay)*readCost < min(documents*seekCost, s.total*l.of*walkCost) {
			continue
		}
		if documents *= stay; i == 0 {
			documents = s.total * l.of
		}
		switch {
		case l.stays:
			out.alone = append(out.alone, l.tokens)
		case l.label:
			out.labels = append(out.labels, l.tokens)
		default:
			out.any = append(out.any, l.tokens)
		}
	}
	if documents <= writtenFew && len(lists) > 0 {
		out.heard = nil
	}
	return out
}

// within tells whether whatever an arm finds another one finds too: it asks for nothing that the first does not.
func (a arm) within(b arm) bool {
	asks := map[string]bool{}
	for _, key := range a.keys() {
		asks[key] = true
	}
	for _, key := range b.keys() {
		if !asks[key] {
			return false
		}
	}
	return true
}

func (a arm) keys() []string {
	var all []string
	for _, t := range a.all {
		all = append(all, fmt.Sprint([]words.Token{t}))
	}
	for _, any := range slices.Concat(a.alone, a.any, a.labels) {
		all = append(all, fmt.Sprint(any))
	}
	for _, t := range a.heard {
		all = append(all, fmt.Sprint("heard", t))
	}
	return all
}
