// Package element finds in what a caller said the elements of a request (when, where, what, what is wanted, who), and what an order leaves out of them or says otherwise.
package element

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is one element of a request.
type Kind string

// The elements. The first five are those that the hotline asks for; amounts and numbers of people are told apart because orders lose them.
const (
	Time    Kind = "time"
	Place   Kind = "place"
	Matter  Kind = "matter"
	Ask     Kind = "ask"
	Contact Kind = "contact" // a telephone number
	Name    Kind = "name"
	Amount  Kind = "amount" // money
	People  Kind = "people" // how many are affected
)

// Needed are the elements without which a department must call back.
var Needed = []Kind{Time, Place, Matter, Ask, Contact}

// Said is one turn of a call.
type Said struct {
	N      int  // number of the turn
	Caller bool // the caller, or nobody knows who; otherwise the agent
	Text   string
}

// Found is an element with the place in the speech that it comes from.
type Found struct {
	Kind  Kind
	Turn  int    // Said.N
	Start int    // first rune in the turn
	End   int    // behind the last rune
	Value string // as said, tidied; a spoken telephone number in digits
	Count float64
}

// Elements are what was heard in a call, in the order of speech.
type Elements struct {
	All []Found
}

// Extract finds the elements in the turns of a call. places are names that the city knows, each found as it stands. It is pure. Turns of the agent count only where the caller
// says yes to them.
func Extract(turns []Said, places []string) Elements {
	var e Elements
	for i, one := range turns {
		confirmed := !one.Caller && i+1 < len(turns) && turns[i+1].Caller && agrees(turns[i+1].Text)
		if !one.Caller && !confirmed {
			continue
		}
		h := &hearing{turn: one.N, text: one.Text}
		h.contacts()
		h.counts(Amount, said.amount)
		h.counts(People, said.people)
		h.times()
		h.places(places)
		if one.Caller {
			h.sentences()
		}
		e.All = append(e.All, h.found...)
	}
	return e
}

// Best is the element of a kind that is shown and filled in; ok is false where none was heard. Of places the most exact one, of telephone numbers the last, of the others the first.
func (e Elements) Best(k Kind) (best Found, ok bool) {
	for _, f := range e.All {
		switch {
		case f.Kind != k:
		case !ok, k == Contact, k == Name, k == Place && exactness(f) > exactness(best), k == Time && exactness(f) > exactness(best):
			best, ok = f, true
		}
	}
	return best, ok
}

// Of are the elements of a kind, each value once.
func (e Elements) Of(k Kind) []Found {
	var list []Found
	for _, f := range e.All {
		if f.Kind == k && !slices.ContainsFunc(list, func(g Found) bool { return g.Value == f.Value }) {
			list = append(list, f)
		}
	}
	return list
}

// mostTold bounds what Told takes of one turn, in characters.
const mostTold = 100

// Told is what the caller said in the turn from which an element comes, without greetings before it; of a long turn the element alone.
func Told(turns []Said, f Found) string {
	at := slices.IndexFunc(turns, func(s Said) bool { return s.N == f.Turn })
	if at < 0 || utf8.RuneCountInString(turns[at].Text) > mostTold {
		return f.Value
	}
	text := turns[at].Text
	for again := true; again; {
		again = false
		text = strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, w := range said.Opening {
			if rest, ok := strings.CutPrefix(text, w); ok && !again {
				text, again = rest, true
			}
		}
	}
	if text == "" {
		return f.Value
	}
	return text
}

// Missing are the needed elements that were not heard. A number that the exchange told counts as a contact.
func (e Elements) Missing(numberKnown bool) []Kind {
	var list []Kind
	for _, k := range Needed {
		if _, ok := e.Best(k); !ok && !(k == Contact && numberKnown) {
			list = append(list, k)
		}
	}
	return list
}

// exactness prefers a place with a number to one without, and then the longer one.
func exactness(f Found) int {
	n := utf8.RuneCountInString(f.Value)
	if said.houseNumber.MatchString(f.Value) {
		n += 20
	}
	return n
}

func agrees(text string) bool {
	text = strings.ToLower(strings.TrimLeft(text, " _,，"))
	return slices.ContainsFunc(said.Yes, func(y string) bool { return strings.HasPrefix(text, y) })
}
