package topics

import (
	"slices"
	"unicode"
)

// Bounds of a phrase, in characters and in messages.
const (
	shortestPhrase = 2
	longestPhrase  = 12
	fewest         = 2 // messages that a phrase occurs in
)

// wholePart is how many of the messages with a phrase may have it within one and the same longer phrase before it is only a piece of that one.
const wholePart = 0.75

// phrase is a run of characters that comes again in other messages, and is no mere piece of a longer one that does.
type phrase struct {
	text []rune
	in   []int32 // the messages, ascending
	head int     // in how many of them it stands in the head
}

// spot is a place in a message.
type spot struct{ message, at int32 }

// minePhrases finds what comes again. It works level by level: a run of n characters can only come again where both runs of n-1 in it do.
func minePhrases(all []message) []phrase {
	var spots []spot
	var text []rune
	for m := range all {
		for at, r := range all[m].runes {
			if joins(r) {
				text = append(text, r)
				spots = append(spots, spot{int32(m), int32(at)})
				continue
			}
			text = append(text, 0)
			spots = append(spots, spot{int32(m), -1})
		}
		text = append(text, 0)
		spots = append(spots, spot{int32(m), -1})
	}
	lists := wordLists()
	var found []phrase
	level := singles(text)
	for n := shortestPhrase; n <= longestPhrase; n++ {
		next := longer(level, spots)
		if n > shortestPhrase {
			found = append(found, gather(text, spots, all, level, next, n-1, lists)...)
		}
		if next.count == 0 {
			break
		}
		level = next
	}
	return found
}

// joins tells whether a character may stand within a phrase.
func joins(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// runsOf says for each place of the text which run of n characters begins there; -1 where it comes only once, or crosses a sign.
type runsOf struct {
	id    []int32
	df    []int32 // by run: in how many messages
	count int
}

func singles(text []rune) runsOf {
	known := map[rune]int32{}
	r := runsOf{id: make([]int32, len(text))}
	for i, c := range text {
		if c == 0 {
			r.id[i] = -1
			continue
		}
		id, ok := known[c]
		if !ok {
			id = int32(len(known))
			known[c] = id
		}
		r.id[i] = id
	}
	r.count = len(known)
	return r
}

func longer(level runsOf, spots []spot) runsOf {
	type tally struct{ id, df, last int32 }
	known := map[uint64]int32{}
	var tallies []tally
	key := func(i int) (uint64, bool) {
		if i+1 >= len(level.id) || level.id[i] < 0 || level.id[i+1] < 0 || spots[i].message != spots[i+1].message {
			return 0, false
		}
		return uint64(uint32(level.id[i]))<<32 | uint64(uint32(level.id[i+1])), true
	}
	for i := range level.id {
		k, ok := key(i)
		if !ok {
			continue
		}
		at, seen := known[k]
		if !seen {
			at = int32(len(tallies))
			known[k] = at
			tallies = append(tallies, tally{id: -1, last: -1})
		}
		t := &tallies[at]
		if t.last != spots[i].message {
			t.last = spots[i].message
			t.df++
		}
	}
	next := runsOf{id: make([]int32, len(level.id))}
	for i := range level.id {
		next.id[i] = -1
		k, ok := key(i)
		if !ok {
			continue
		}
		t := &tallies[known[k]]
		if t.df < fewest {
			continue
		}
		if t.id < 0 {
			t.id = int32(next.count)
			next.count++
			next.df = append(next.df, t.df)
		}
		next.id[i] = t.id
	}
	return next
}

// gather keeps the runs of one level that are no mere pieces, with the messages they are in.
func gather(text []rune, spots []spot, all []message, level, next runsOf, n int, lists lists) []phrase {
	most := make([]int32, level.count) // the greatest number of messages of a longer run around each
	for i := range level.id {
		if next.id[i] < 0 {
			continue
		}
		df := next.df[next.id[i]]
		a, b := level.id[i], level.id[i+1]
		most[a] = max(most[a], df)
		most[b] = max(most[b], df)
	}
	at := make([]int32, level.count) // index of the phrase + 1; -1 for none
	var out []phrase
	for i, id := range level.id {
		if id < 0 || at[id] < 0 {
			continue
		}
		if at[id] == 0 {
			run := text[i : i+n]
			if float64(most[id]) >= wholePart*float64(level.df[id]) || !lists.meaning(run) {
				at[id] = -1
				continue
			}
			out = append(out, phrase{text: slices.Clone(run)})
			at[id] = int32(len(out))
		}
		p := &out[at[id]-1]
		m := spots[i].message
		if len(p.in) == 0 || p.in[len(p.in)-1] != m {
			p.in = append(p.in, m)
			if int(spots[i].at) < all[m].head {
				p.head++
			}
		}
	}
	return out
}
