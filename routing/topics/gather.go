package topics

import (
	"cmp"
	"slices"
)

// Which messages belong to a topic.
const (
	kin       = 0.5  // share of a phrase's messages in a topic from which on it is another name of the topic
	kinLeast  = 0.25 // or so much, where also the middles of both are so much alike:
	kinMiddle = 0.5
	near      = 0.15 // likeness to the topic's middle that a message needs which has its name only in passing, where the name stands in half of the heads
	nearKin   = 0.12 // and one with another name of it in passing
	nearHead  = 0.08 // or in its head
	nearest   = 0.25 // and one without any name of it
	paired    = 0.33 // likeness of messages that are a topic without a common name
)

// gather makes the topics of the anchors, the strongest first.
func (g *grouper) gather() {
	for _, a := range g.anchors() {
		inside := map[int32]int{}
		var free []int32
		for _, m := range a.phrase.in {
			if t := g.of[m]; t > 0 {
				inside[t]++
			} else {
				free = append(free, m)
			}
		}
		best := int32(0)
		for t, n := range inside {
			if best == 0 || n > inside[best] || n == inside[best] && t < best {
				best = t
			}
		}
		if best > 0 && g.kin(a, inside[best], g.found[best-1]) {
			g.take(best, a.phrase, free)
			continue
		}
		if len(free) < len(a.phrase.in) {
			voices := g.voices(free)
			if _, ok := g.strength(a.phrase, voices); !ok || !g.somewhere(voices) {
				continue
			}
		}
		g.begin(a.phrase, free)
	}
}

// kin tells whether a phrase, some of whose messages are in a topic, is another name of it.
func (g *grouper) kin(a anchor, inside int, t *gathering) bool {
	share := float64(inside) / float64(len(a.phrase.in))
	return share >= kin || share >= kinLeast && cosine(g.v.middle(a.voices), t.middle) >= kinMiddle
}

// take gives a topic another name, and those of its messages that are like the topic.
func (g *grouper) take(topic int32, name *phrase, free []int32) {
	t := g.found[topic-1]
	t.names = append(t.names, name)
	for _, m := range free {
		least := nearKin
		if g.heads(m, name) {
			least = nearHead
		}
		if cosine(g.v.rows[m], t.middle) >= least {
			t.members = append(t.members, m)
			g.of[m] = topic
		}
	}
}

// begin opens a topic with the messages that have its name in their head, and with those that name it and are like these: the less like, the more
// often the name is the matter where it stands.
func (g *grouper) begin(name *phrase, free []int32) {
	var members []int32
	for _, m := range free {
		if g.heads(m, name) {
			members = append(members, m)
		}
	}
	if len(g.voices(members)) < leastHead {
		return
	}
	middle := g.v.middle(members)
	least := near * 2 * (1 - float64(name.head)/float64(len(name.in)))
	for _, m := range free {
		if !g.heads(m, name) && cosine(g.v.rows[m], middle) >= least {
			members = append(members, m)
		}
	}
	g.open(&gathering{names: []*phrase{name}, members: members, middle: g.v.middle(members)})
}

// grow gives messages without a topic to the one they are most like, if they are like enough.
func (g *grouper) grow() {
	at := make([][]int32, g.v.size) // by term: the topics whose middle has it
	for i, t := range g.found {
		for _, w := range g.v.rare(t.middle) {
			at[w.term] = append(at[w.term], int32(i))
		}
	}
	for m := range g.all {
		if g.of[m] > 0 {
			continue
		}
		tried := map[int32]bool{}
		best, like := int32(-1), nearest
		for _, w := range g.v.rows[m] {
			for _, i := range at[w.term] {
				if tried[i] || g.elsewhere(int32(m), g.found[i].area) {
					continue
				}
				tried[i] = true
				if c := cosine(g.v.rows[m], g.found[i].middle); c > like || c == like && i < best {
					best, like = i, c
				}
			}
		}
		if best >= 0 {
			g.found[best].members = append(g.found[best].members, int32(m))
			g.of[m] = best + 1
		}
	}
}

// pairUp makes topics of what is left and alike, however it is named. Each message must be like the one that the topic began with.
func (g *grouper) pairUp() {
	pairs := g.v.alike(paired)
	slices.SortFunc(pairs, func(x, y pair) int {
		return cmp.Or(cmp.Compare(y.like, x.like), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	begun := len(g.found)
	for _, p := range pairs {
		a, b := g.of[p.a], g.of[p.b]
		switch {
		case otherPlace(g.all[p.a], g.all[p.b]):
		case a == 0 && b == 0:
			g.open(&gathering{members: []int32{p.a, p.b}})
		case a == 0 && int(b) > begun:
			g.follow(b, p.a)
		case b == 0 && int(a) > begun:
			g.follow(a, p.b)
		}
	}
}

func (g *grouper) follow(topic, m int32) {
	t := g.found[topic-1]
	if cosine(g.v.rows[t.members[0]], g.v.rows[m]) >= paired && !otherPlace(g.all[t.members[0]], g.all[m]) {
		t.members = append(t.members, m)
		g.of[m] = topic
	}
}
