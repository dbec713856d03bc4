// Package topics finds what many people write about at once: messages on one matter at one place, and messages that say the same.
package topics

import (
	"cmp"
	"slices"
	"time"
)

// Message is one text that somebody sent.
type Message struct {
	ID      string
	Text    string // the title may stand before it, in a line of its own
	Address string // where it happened, if that is known
	At      time.Time
	Support float64 // how many others support it
}

// Topic is messages on one matter.
type Topic struct {
	Title    string // of one of its messages, cleared of phrases; the text of no other message is in it
	Place    string // the narrowest name of a place that most of them share; empty where they share none
	From, To time.Time
	Voices   int     // messages, those with the same words counted once
	Support  float64 // of all its messages together
	Heat     float64
	Members  []int // indexes into the messages, in the order of time
}

// Find groups messages and gives the topics of at least two, the hottest first. Messages on a matter that rests for half a year make two topics.
// The same messages in another order give the same topics. Its work grows with the number of messages, not with their pairs.
func Find(messages []Message) []Topic {
	order := make([]int, len(messages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(messages[a].At.Compare(messages[b].At), cmp.Compare(messages[a].ID, messages[b].ID), cmp.Compare(messages[a].Text, messages[b].Text))
	})
	given := make([]Message, len(messages))
	for i, k := range order {
		given[i] = messages[k]
	}
	g := newGrouper(given)
	g.gather()
	g.grow()
	g.sudden()
	g.pairUp()
	out := g.topics()
	for t := range out {
		for i, m := range out[t].Members {
			out[t].Members[i] = order[m]
		}
	}
	return out
}
