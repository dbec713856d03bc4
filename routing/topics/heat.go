package topics

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The heat of a topic is its voices and the support they have, more where it grows and less where it has grown old or falls apart.
const (
	mostSupport = 2                    // times the voices that supporters weigh at most: a few texts that thousands support are no thousand complaints
	copies      = 0.2                  // what the same words again weigh
	rests       = 180 * 24 * time.Hour // silence after which a matter is a new one
	halfLife    = 90 * 24 * time.Hour  // of a topic's newest message; half of its heat does not grow old
	lately      = 7 * 24 * time.Hour   // of which growth is taken, beside the four times as long before
	mostGrowth  = 2                    // times the heat that growth gives at most
)

// topics makes what was gathered ready to be shown.
func (g *grouper) topics() []Topic {
	if len(g.given) == 0 {
		return nil
	}
	now := g.given[len(g.given)-1].At
	var out []Topic
	for _, t := range g.found {
		slices.Sort(t.members)
		for _, members := range g.spells(t.members) {
			if len(members) >= 2 {
				out = append(out, g.topic(t, members, now))
			}
		}
	}
	slices.SortFunc(out, func(a, b Topic) int {
		return cmp.Or(cmp.Compare(b.Heat, a.Heat), cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(a.Members[0], b.Members[0]))
	})
	return out
}

// spells cuts messages in the order of time where the matter rested.
func (g *grouper) spells(members []int32) [][]int32 {
	var out [][]int32
	from := 0
	for i := 1; i < len(members); i++ {
		if g.given[members[i]].At.Sub(g.given[members[i-1]].At) > rests {
			out = append(out, members[from:i])
			from = i
		}
	}
	return append(out, members[from:])
}

func (g *grouper) topic(t *gathering, members []int32, now time.Time) Topic {
	voices := g.voices(members)
	out := Topic{From: g.given[members[0]].At, To: g.given[members[len(members)-1]].At, Voices: len(voices)}
	recent, before := 0.0, 0.0
	for _, m := range members {
		out.Members = append(out.Members, int(m))
		out.Support += max(g.given[m].Support, 0)
		switch age := now.Sub(g.given[m].At); {
		case age < lately:
			recent++
		case age < 5*lately:
			before += 0.25
		}
	}
	n := float64(len(voices))
	weight := n + copies*float64(len(members)-len(voices)) + min(math.Sqrt(out.Support), mostSupport*n)
	age := math.Exp2(-float64(now.Sub(out.To)) / float64(halfLife))
	growth := min(max((recent+1)/(before+1), 1), mostGrowth)
	focus := math.Sqrt(min(g.v.cohesion(voices, nil)/(2*g.least+0.001), 1))
	out.Heat = weight * (0.5 + 0.5*age) * growth * (0.5 + 0.5*focus)
	out.Title, out.Place = g.title(members), g.place(t, members)
	return out
}
