package topics

import (
	"cmp"
	"slices"
	"time"
)

// What comes suddenly is a topic though nothing but one word joins it: thirty people without water write thirty different letters.
const (
	suddenWindow = 72 * time.Hour
	suddenLeast  = 5    // voices within the window
	suddenTimes  = 4    // times the share that the word has of all other messages
	suddenRare   = 0.01 // the share of a word that did not come before
	suddenPrior  = 20   // messages by which that share is believed
)

// burst is messages with one phrase within one window.
type burst struct {
	phrase *phrase
	in     []int32
	voices int
}

// sudden makes topics of what comes far more often within three days than else, the greatest first, of messages without a topic.
func (g *grouper) sudden() {
	l := wordLists()
	var all []burst
	for i := range g.phrases {
		p := &g.phrases[i]
		if p.head < suddenLeast || l.area(p.text) || l.beginsWithArea(p.text) || !l.says(p.text) {
			continue
		}
		if b := g.burst(p); b.voices >= suddenLeast {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b burst) int {
		return cmp.Or(cmp.Compare(b.voices, a.voices), slices.Compare(a.phrase.text, b.phrase.text))
	})
	for _, b := range all {
		free := g.free(b.in)
		if len(g.voices(free)) >= suddenLeast {
			g.open(&gathering{names: []*phrase{b.phrase}, members: free, middle: g.v.middle(free)})
		}
	}
}

// burst is the window in which most messages without a topic have a phrase in their head, if that stands out.
func (g *grouper) burst(p *phrase) burst {
	in := slices.DeleteFunc(g.free(p.in), func(m int32) bool { return !g.heads(m, p) })
	best := burst{phrase: p}
	for from, to := 0, 0; from < len(in); from++ {
		to = max(to, from)
		for to < len(in) && g.given[in[to]].At.Sub(g.given[in[from]].At) < suddenWindow {
			to++
		}
		if to-from <= len(best.in) {
			continue
		}
		best.in = in[from:to]
	}
	best.in = g.onePlace(best.in)
	if best.voices = len(g.voices(best.in)); best.voices < suddenLeast {
		return best
	}
	begin := g.given[best.in[0]].At
	first, _ := slices.BinarySearchFunc(g.given, begin, func(m Message, t time.Time) int { return m.At.Compare(t) })
	past, _ := slices.BinarySearchFunc(g.given, begin.Add(suddenWindow), func(m Message, t time.Time) int { return m.At.Compare(t) })
	within, others := float64(past-first), float64(len(g.given)-(past-first))
	usual := (float64(len(p.in)-len(best.in)) + suddenRare*suddenPrior) / (others + suddenPrior)
	if float64(len(best.in)) < suddenTimes*usual*within {
		best.voices = 0
	}
	return best
}

// free leaves the messages without a topic.
func (g *grouper) free(in []int32) []int32 {
	var out []int32
	for _, m := range in {
		if g.of[m] == 0 {
			out = append(out, m)
		}
	}
	return out
}

// onePlace leaves those of the area that most of the messages name, and those that name none; all, where they are scattered.
func (g *grouper) onePlace(in []int32) []int32 {
	area := g.area(in)
	return slices.DeleteFunc(slices.Clone(in), func(m int32) bool { return g.elsewhere(m, area) })
}
