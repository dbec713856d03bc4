package embedded

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"huiyin/search/words"
)

// What it costs the database, in microseconds: only how they compare matters. Measured on three million documents of 250 characters that lie in memory.
const (
	readCost   = 4.0   // to read a document and look for a word in it
	dropCost   = 3.5   // to read a document of which a column says that it is none
	stepCost   = 0.037 // to compare a document that all lists before have with the next one
	seekCost   = 20.0  // to unpack the page of a list where a document would be
	walkCost   = 0.006 // to unpack a document of such a list; no more pages are unpacked than the list has
	gatherCost = 0.14  // to gather a document of such a list, to compare with what another index finds
)

// impliedStay is the part of the documents with the rarest token of a word that also have its others.
const impliedStay = 0.8

// kinship is how far words that are asked for together are from standing together by chance (0) to always (1).
const kinship = 0.35

// list is a part of an arm: one of the tokens.
type list struct {
	tokens []words.Token
	of     float64 // part of all documents
	stay   float64 // part of the documents found so far that is expected to stay
	must   bool    // is not left out
	column bool    // a column says the same, which is looked at before the text
	into   *[][]words.Token
}

// thinned leaves out of each way what costs the index more than reading the few documents that remain without it, and then the ways that find nothing more than others do. The text and the columns of what is found decide.
// span is the part of all documents that the days hold.
func (s *statistics) thinned(arms []arm, span float64) []arm {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]arm, len(arms))
	for i, a := range arms {
		out[i] = s.thin(a, span)
	}
	var kept []arm
	for i, a := range out {
		if !slices.ContainsFunc(out[:i], a.within) && !slices.ContainsFunc(out[i+1:], func(b arm) bool { return a.within(b) && !b.within(a) }) {
			kept = append(kept, a)
		}
	}
	return kept
}

func (s *statistics) thin(a arm, span float64) arm {
	written, cost := s.thinWritten(a, span)
	if len(a.heard) == 0 {
		return written
	}
	// By how it is written, by how it sounds, or by both: then of either index a whole list is gathered, of what is written the rarest.
	heard := s.total * s.heard(a.heard)
	both := arm{heard: a.heard}
	gathered, remain := heard, heard
	lists := s.lists(a, &both)
	for _, days := range a.days {
		lists = append(lists, list{tokens: days, of: span, stay: span, into: &both.days})
	}
	slices.SortStableFunc(lists, shortestFirst)
	for i, l := range lists {
		if l.must || i == 0 {
			*l.into = append(*l.into, l.tokens)
			gathered, remain = gathered+s.total*l.of, remain*l.stay
		}
	}
	costOfBoth := gathered*gatherCost + remain*readCost
	switch costHeard := heard * readCost; {
	case len(a.alone) == 0 && costHeard <= min(cost, costOfBoth):
		return arm{heard: a.heard}
	case cost < costOfBoth && written.asks():
		return written
	}
	return both
}

// asks tells whether an arm asks the index of the tokens for anything.
func (a arm) asks() bool { return len(a.forms)+len(a.alone)+len(a.any)+len(a.labels)+len(a.days) > 0 }

// thinWritten is the arm by how it is written, and what finding and reading its documents costs. Documents lie about in the order in which they were filed, so where days are asked for, only the end of the other lists is gone through.
func (s *statistics) thinWritten(a arm, span float64) (out arm, cost float64) {
	out, documents, cost := s.thinAmong(a, s.total)
	if len(a.days) == 0 || !out.asks() {
		out.days = a.days
		return out, cost + documents*readCost
	}
	cost += documents * (span*readCost + (1-span)*dropCost)
	among := span * s.total
	within, documents, costWithin := s.thinAmong(a, among)
	if costWithin += among*walkCost + documents*readCost; costWithin < cost {
		within.days = a.days
		return within, costWithin
	}
	return out, cost
}

// thinAmong is the arm without its days among so many documents, how many of these it finds, and what that costs.
func (s *statistics) thinAmong(a arm, among float64) (out arm, documents, cost float64) {
	documents = among
	for i, l := range s.lists(a, &out) {
		length := among * l.of
		if i == 0 {
			documents, cost = length, length*(walkCost+stepCost)
			*l.into = append(*l.into, l.tokens)
			continue
		}
		asking := documents*stepCost + min(documents*seekCost, length*walkCost)
		spared := readCost
		if l.column {
			spared = dropCost
		}
		if !l.must && documents*(1-l.stay)*spared < asking {
			continue
		}
		*l.into = append(*l.into, l.tokens)
		documents, cost = documents*l.stay, cost+asking
	}
	return out, documents, cost
}

func shortestFirst(a, b list) int { return cmp.Compare(a.of, b.of) }

// lists are the parts of an arm, the rarest first, each with the part of another arm into which it would go.
func (s *statistics) lists(a arm, out *arm) []list {
	var all []list
	add := func(into *[][]words.Token, tokens []words.Token, must bool, stay func(of float64) float64) {
		of := 0.0
		for _, t := range tokens {
			of = min(1, of+s.share(t))
		}
		all = append(all, list{tokens: tokens, of: of, stay: stay(of), must: must, into: into})
	}
	chance := func(of float64) float64 { return of }
	together := func(of float64) float64 { return math.Pow(of, 1-kinship) } // words stand together more often than by chance
	implied := func(float64) float64 { return impliedStay }
	for _, form := range a.forms {
		rarest := slices.MinFunc(form, func(a, b words.Token) int { return cmp.Compare(s.share(a), s.share(b)) })
		for _, t := range form {
			if t == rarest {
				add(&out.forms, []words.Token{t}, false, together)
			} else {
				add(&out.forms, []words.Token{t}, false, implied)
			}
		}
	}
	for _, any := range a.any {
		add(&out.any, any, false, together)
	}
	for _, any := range a.alone {
		add(&out.alone, any, true, together)
	}
	for _, any := range a.labels {
		add(&out.labels, any, false, chance)
		all[len(all)-1].column = true
	}
	slices.SortStableFunc(all, shortestFirst)
	return all
}

// heard is the part of all documents in which all of these sounds are expected.
func (s *statistics) heard(sounds []words.Token) float64 {
	all, least := 1.0, 1.0
	for _, t := range sounds {
		of := s.share(t)
		all *= of
		least = min(least, of)
	}
	return math.Sqrt(all * least)
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
	for _, form := range a.forms {
		for _, t := range form {
			all = append(all, fmt.Sprint([]words.Token{t}))
		}
	}
	for _, any := range slices.Concat(a.alone, a.any, a.labels, a.days) {
		all = append(all, fmt.Sprint(any))
	}
	for _, t := range a.heard {
		all = append(all, fmt.Sprint("heard", t))
	}
	return all
}
