package topics

import (
	"slices"
)

// grouper holds one collection of messages while it is grouped.
type grouper struct {
	given   []Message
	all     []message
	areas   []string // names of areas, by number
	phrases []phrase
	v       vectors
	first   forest  // by message: the first of the same words
	least   float64 // cohesion that a topic needs
	of      []int32 // by message: the topic it is in, from 1; 0 for none
	found   []*gathering
}

// gathering is a topic in the making.
type gathering struct {
	names   []*phrase // phrases that stand for it, the strongest first; none where the messages have only their likeness in common
	members []int32
	middle  []weighed
	area    int32 // the one that most of those name which name any; none where they are scattered
}

// none is the number of no area.
const none = int32(-1)

func newGrouper(given []Message) *grouper {
	g := &grouper{given: given, all: make([]message, len(given)), of: make([]int32, len(given))}
	for i, m := range given {
		g.all[i] = read(m)
	}
	g.areas = areaNames(g.all)
	g.phrases = minePhrases(g.all)
	g.v = weigh(g.all)
	g.first = newForest(len(given))
	for _, p := range g.v.alike(sameWords) {
		if g.v.same(p) {
			g.first.join(p.a, p.b)
		}
	}
	everybody := make([]int32, len(given))
	for i := range everybody {
		everybody[i] = int32(i)
	}
	g.least = min(oneThing*g.v.cohesion(g.voices(everybody), nil), mostCohesion)
	g.forgetCity()
	return g
}

// Shares of all messages from which on an area that they name is the city itself, and a phrase is no matter of its own.
const (
	wholeCity  = 0.5
	everywhere = 0.25
)

// forgetCity drops from the messages the names of areas that are only the city itself, and those that come only once.
func (g *grouper) forgetCity() {
	in := make([]int, len(g.areas))
	for m := range g.all {
		for _, a := range g.all[m].places() {
			in[a]++
		}
	}
	little := func(a int32) bool { return in[a] < fewest || float64(in[a]) > wholeCity*float64(len(g.all)) }
	for m := range g.all {
		g.all[m].areas = slices.DeleteFunc(g.all[m].areas, little)
		g.all[m].parts = slices.DeleteFunc(g.all[m].parts, little)
	}
}

// voices leaves of the messages with the same words only the first.
func (g *grouper) voices(in []int32) []int32 {
	seen := make(map[int32]bool, len(in))
	out := make([]int32, 0, len(in))
	for _, m := range in {
		if f := g.first.of(m); !seen[f] {
			seen[f] = true
			out = append(out, m)
		}
	}
	return out
}

// open makes a topic and puts its messages into it.
func (g *grouper) open(t *gathering) {
	t.area = g.area(t.members)
	g.found = append(g.found, t)
	for _, m := range t.members {
		g.of[m] = int32(len(g.found))
	}
}

// forest joins what belongs together: by element, another of the same tree, or itself at its root.
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

func (f forest) of(i int32) int32 {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

// join makes the earlier root the root of both.
func (f forest) join(a, b int32) {
	a, b = f.of(a), f.of(b)
	f[max(a, b)] = min(a, b)
}
