// Package spans learns from texts in which people have marked spans to mark the like in other texts: names, parts of addresses.
//
// It is a linear-chain conditional random field over characters (Lafferty 2001): every character begins, continues, ends or is a span of some kind,
// or belongs to none. The likeliest sequence is found by Viterbi's algorithm over the transitions that can occur; kinds that must rather be found
// than left are marked wherever they are likely enough, whatever the likeliest sequence is.
package spans

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Span is runes Start to End (exclusive) of a text, and what they are.
type Span struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"type"`
}

// overlaps tells whether two spans share a character.
func (s Span) overlaps(other Span) bool { return s.Start < other.End && other.Start < s.End }

// Example is a text with every span that people marked in it.
type Example struct {
	Text  string
	Spans []Span
}

// ErrOverlap says that an example's spans overlap or leave the text: one character can be only one thing.
var ErrOverlap = errors.New("spans overlap or lie outside the text")

// sorted gives the spans in order, checked against the text's length in runes.
func (e Example) sorted(length int) ([]Span, error) {
	list := slices.Clone(e.Spans)
	slices.SortFunc(list, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	end := 0
	for _, s := range list {
		if s.Start < end || s.End <= s.Start || s.End > length || s.Kind == "" {
			return nil, fmt.Errorf("%w: %s %d to %d", ErrOverlap, s.Kind, s.Start, s.End)
		}
		end = s.End
	}
	return list, nil
}

// tag is what one character is: 0 for none, otherwise 1 + 4·kind + place.
type tag = int32

// The places of a character in its span.
const (
	begins = iota
	inside
	ends
	alone
)

func tagOf(kind, place int) tag { return tag(1 + 4*kind + place) }

// place and kind of a tag other than 0.
func (t span) of() (kind, place int) { return int(t-1) / 4, int(t-1) % 4 }

type span tag

// tags writes spans as one tag a character.
func tags(length int, list []Span, kinds map[string]int) []tag {
	out := make([]tag, length)
	for _, s := range list {
		k := kinds[s.Kind]
		if s.End-s.Start == 1 {
			out[s.Start] = tagOf(k, alone)
			continue
		}
		out[s.Start], out[s.End-1] = tagOf(k, begins), tagOf(k, ends)
		for i := s.Start + 1; i < s.End-1; i++ {
			out[i] = tagOf(k, inside)
		}
	}
	return out
}

// read writes tags as spans.
func read(path []tag, kinds []string) []Span {
	var out []Span
	start := 0
	for i, t := range path {
		if t == 0 {
			continue
		}
		kind, place := span(t).of()
		if place == begins || place == alone {
			start = i
		}
		if place == ends || place == alone {
			out = append(out, Span{Start: start, End: i + 1, Kind: kinds[kind]})
		}
	}
	return out
}
