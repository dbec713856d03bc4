package spans

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Model marks spans. It is safe for use by many at once; it does not change after training.
type Model struct {
	Kinds   []string // of spans, in the order of the tags
	Lists   [][]string
	Least   []float64 // by kind: spans at least so likely are marked, whatever else they may be; 0 marks those of the likeliest sequence
	rows    rows
	follow  []float32 // (1+kinds)² : a span (or none, 0) of one kind right after one of another
	lexicon lexicon
}

// Mark finds the spans of a text, in order and without overlap.
func (m *Model) Mark(text string) []Span {
	features := m.lexicon.features(text)
	if len(features) == 0 {
		return nil
	}
	w := newSweep(len(m.Kinds))
	m.score(w, features)
	likeliest := read(m.best(w), m.Kinds)
	if !slices.ContainsFunc(m.Least, func(p float64) bool { return p > 0 }) {
		return likeliest
	}
	m.link(w)
	w.run()
	var eager []Span
	for kind, least := range m.Least {
		if least > 0 {
			for _, c := range choose(w.chances(kind, least), least) {
				eager = append(eager, Span{Start: c.start, End: c.end, Kind: m.Kinds[kind]})
			}
		}
	}
	return m.merge(eager, likeliest)
}

// merge puts the spans of eager kinds before the others: of those that overlap one, and of each other, the earlier on the lists stays.
func (m *Model) merge(eager, likeliest []Span) []Span {
	var out []Span
	for _, s := range eager {
		if !slices.ContainsFunc(out, s.overlaps) {
			out = append(out, s)
		}
	}
	for _, s := range likeliest {
		if m.Least[slices.Index(m.Kinds, s.Kind)] == 0 && !slices.ContainsFunc(eager, s.overlaps) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// choose takes of overlapping spans those that are together the most likely above the least.
func choose(all []chance, least float64) []chance {
	slices.SortFunc(all, func(a, b chance) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start)) })
	best := make([]float64, len(all)+1) // of the first i spans
	taken := make([]int, len(all)+1)    // 0 where span i-1 is left out, otherwise 1 + how many spans end before it
	for i, c := range all {
		before := sort.Search(i, func(j int) bool { return all[j].end > c.start })
		best[i+1] = best[i]
		if v := best[before] + c.p - least*slack; v > best[i] {
			best[i+1], taken[i+1] = v, before+1
		}
	}
	var out []chance
	for i := len(all); i > 0; {
		if taken[i] == 0 {
			i--
			continue
		}
		out = append(out, all[i-1])
		i = taken[i] - 1
	}
	slices.Reverse(out)
	return out
}

// slack keeps a span that is just likely enough.
const slack = 0.999

// score adds up what the features say.
func (m *Model) score(w *sweep, features [][]uint64) {
	w.reset(len(features))
	for i, fs := range features {
		s := w.score[i*w.tags:]
		for _, f := range fs {
			for _, said := range m.rows.of(f) {
				s[said.tag] += float64(said.value)
			}
		}
	}
	m.link(w)
}

func (m *Model) link(w *sweep) {
	for i, v := range m.follow {
		w.link[i] = float64(v)
	}
}

// best is the sequence of tags with the highest sum (Viterbi). A character that begins or continues a span is followed by one that continues or
// ends it; one that ends a span, stands alone or is nothing is followed by a beginning, one alone or nothing.
func (m *Model) best(w *sweep) []tag {
	n, kinds := w.n, w.kinds
	none := math.Inf(-1)
	// done[k]: best sum of a sequence that has just finished a span of kind k-1, or stands in no span (k=0). open[k]: that is inside kind k.
	done, open := make([]float64, 1+kinds), make([]float64, kinds)
	nextDone, nextOpen := make([]float64, 1+kinds), make([]float64, kinds)
	back := make([]backStep, n*(1+2*kinds))
	for k := range done {
		done[k] = none
	}
	for k := range open {
		open[k] = none
	}
	done[0] = 0
	into, from := make([]float64, 1+kinds), make([]int32, 1+kinds)
	for i := range n {
		for k := range into {
			into[k], from[k] = none, 0
			for j := range done {
				if v := done[j] + w.link[j*(1+kinds)+k]; v > into[k] {
					into[k], from[k] = v, int32(j) //nolint:gosec // kinds are few
				}
			}
		}
		s, b := w.score[i*w.tags:], back[i*(1+2*kinds):]
		nextDone[0], b[0] = into[0]+s[0], backStep{from: from[0]}
		for k := range kinds {
			one, end := into[k+1]+s[tagOf(k, alone)], open[k]+s[tagOf(k, ends)]
			if one >= end {
				nextDone[k+1], b[1+k] = one, backStep{from: from[k+1], place: alone}
			} else {
				nextDone[k+1], b[1+k] = end, backStep{place: ends}
			}
			first, on := into[k+1]+s[tagOf(k, begins)], open[k]+s[tagOf(k, inside)]
			if first >= on {
				nextOpen[k], b[1+kinds+k] = first, backStep{from: from[k+1], place: begins}
			} else {
				nextOpen[k], b[1+kinds+k] = on, backStep{place: inside}
			}
		}
		done, nextDone, open, nextOpen = nextDone, done, nextOpen, open
	}
	last := 0
	for k := range done {
		if done[k] > done[last] {
			last = k
		}
	}
	return trace(back, n, kinds, last)
}

// backStep is how a state was reached: by which place, and for beginnings from which finished state.
type backStep struct {
	from  int32
	place int32
}

// trace walks back from the finished state last.
func trace(back []backStep, n, kinds, last int) []tag {
	path := make([]tag, n)
	state, finished := last, true
	for i := n - 1; i >= 0; i-- {
		if finished && state == 0 {
			path[i] = 0
			state = int(back[i*(1+2*kinds)].from)
			continue
		}
		at := i*(1+2*kinds) + 1 + kinds + state
		kind := state
		if finished {
			at, kind = i*(1+2*kinds)+state, state-1
		}
		b := back[at]
		path[i] = tagOf(kind, int(b.place))
		if b.place == begins || b.place == alone {
			state, finished = int(b.from), true
		} else {
			state, finished = kind, false
		}
	}
	return path
}

// String tells the model's size.
func (m *Model) String() string {
	return fmt.Sprintf("%d kinds, %d features, %d lists", len(m.Kinds), len(m.rows.at), len(m.Lists))
}
