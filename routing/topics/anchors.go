package topics

import (
	"cmp"
	"slices"
)

// What makes a phrase the matter of the messages it stands in. The cohesion of messages is their mean likeness apart from the phrase itself.
const (
	shortestName = 3       // characters
	leastHead    = 2       // messages with the phrase in their head
	inHead       = 1.0 / 3 // and their share
	leastVoices  = 3
	sameWords    = 0.6  // likeness from which on two messages are one text, sent again or copied
	oneThing     = 6    // times the cohesion of all messages that those of a topic need at least
	mostCohesion = 0.08 // but never more than this, where all messages are about one thing
	enough       = 0.25 // cohesion times the further voices: few must be very alike, many need less
	onePlace     = 0.55 // share of the messages that name an area which name the same
	noPlace      = 0.45 // share of all messages naming an area under which the matter is one of the whole city
	openSide     = 0.3  // share of its occurrences in which a phrase must begin free
)

// anchor is a phrase around which messages gather.
type anchor struct {
	phrase   *phrase
	voices   []int32 // messages with it, one of each text
	strength float64
}

// anchors are the phrases that are the matter of what they stand in, the strongest first: they stand in the head of messages that are alike, and
// that come from one place or concern the whole city.
func (g *grouper) anchors() []anchor {
	l := wordLists()
	most := max(int(everywhere*float64(len(g.all))), 50)
	var out []anchor
	for i := range g.phrases {
		p := &g.phrases[i]
		if len(p.text) < shortestName || p.head < leastHead || float64(p.head) < inHead*float64(len(p.in)) || len(p.in) > most {
			continue
		}
		if l.area(p.text) || l.beginsWithArea(p.text) || !l.names(p.text) || !g.whole(p) {
			continue
		}
		voices := g.voices(p.in)
		if len(voices) < leastVoices || !g.somewhere(voices) {
			continue
		}
		if s, ok := g.strength(p, voices); ok {
			out = append(out, anchor{p, voices, s})
		}
	}
	slices.SortFunc(out, func(a, b anchor) int {
		return cmp.Or(cmp.Compare(b.strength, a.strength), slices.Compare(a.phrase.text, b.phrase.text))
	})
	return out
}

// strength is how much messages with a phrase belong together for other reasons than the phrase, and whether that is enough.
func (g *grouper) strength(p *phrase, voices []int32) (float64, bool) {
	if len(voices) < leastVoices {
		return 0, false
	}
	without := map[int32]bool{}
	for k := 1; k < len(p.text); k++ {
		without[g.v.pairs[[2]rune{p.text[k-1], p.text[k]}]] = true
	}
	c := g.v.cohesion(voices, without)
	s := c * float64(len(voices)-1)
	return s, c >= g.least && s >= enough
}

// somewhere tells whether messages are about one area of each rank, or name hardly any and so concern the whole city, or the whole district.
func (g *grouper) somewhere(in []int32) bool {
	for _, rank := range [](func(message) []int32){message.districts, message.streets} {
		if named, most := g.named(in, rank); most == none && float64(named) > noPlace*float64(len(in)) {
			return false
		}
	}
	return true
}

// area is the street, else the district, that most of those messages name which name any; none where they are scattered, or name none.
func (g *grouper) area(in []int32) int32 {
	if _, street := g.named(in, message.streets); street != none {
		return street
	}
	_, district := g.named(in, message.districts)
	return district
}

// named is how many messages name an area of a rank, and the one that most of these name; none where they are scattered.
func (g *grouper) named(in []int32, rank func(message) []int32) (n int, most int32) {
	count, best := map[int32]int{}, none
	for _, m := range in {
		all := rank(g.all[m])
		if len(all) > 0 {
			n++
		}
		for _, a := range all {
			count[a]++
			if best == none || count[a] > count[best] || count[a] == count[best] && a < best {
				best = a
			}
		}
	}
	if best == none || float64(count[best]) < onePlace*float64(n) {
		return n, none
	}
	return n, best
}

// elsewhere tells whether a message names areas of the rank of this one, and not this one.
func (g *grouper) elsewhere(m, area int32) bool {
	if area == none {
		return false
	}
	same := g.all[m].areas
	if wordLists().part([]rune(g.areas[area])) {
		same = g.all[m].parts
	}
	return len(same) > 0 && !slices.Contains(same, area)
}

// whole tells whether a phrase does not begin within a name: it begins free, or after ever other characters.
func (g *grouper) whole(p *phrase) bool {
	l := wordLists()
	free := 0
	before := map[rune]bool{}
	for _, m := range p.in {
		runes := g.all[m].runes
		at := indexOf(runes, p.text)
		if at <= 0 || !joins(runes[at-1]) || l.edges[runes[at-1]] || l.endsAt(runes, at-1) {
			free++
		} else {
			before[runes[at-1]] = true
		}
	}
	n := float64(len(p.in))
	return float64(free) >= openSide*n || float64(free+len(before)) >= 2*openSide*n
}

// heads tells whether a phrase stands in the head of a message.
func (g *grouper) heads(m int32, p *phrase) bool {
	return indexOf(g.all[m].runes[:g.all[m].head], p.text) >= 0
}

// indexOf is where a run of characters first stands in a text; -1 where it does not.
func indexOf(text, run []rune) int {
	for i := 0; i+len(run) <= len(text); i++ {
		if text[i] == run[0] && slices.Equal(text[i:i+len(run)], run) {
			return i
		}
	}
	return -1
}
