package spans

import (
	"fmt"
	"math"
)

// Model marks spans. It is safe for use by many at once; it does not change after training.
type Model struct {
	Kinds   []string // of spans, in the order of the tags
	Lists   [][]string
	Bias    []float32           // by kind, what is added where a span of it may begin: more marks it more readily
	rows    map[uint64][]weight // what a feature says for and against each tag it was ever seen to matter for
	follow  []float32           // (1+kinds)² : a span (or none, 0) of one kind right after one of another
	lexicon lexicon
}

// weight is what one feature says of one tag.
type weight struct {
	Tag   tag
	Value float32
}

// Mark finds the spans of a text.
func (m *Model) Mark(text string) []Span {
	features := m.lexicon.features(text)
	scores := make([][]float32, len(features))
	for i, fs := range features {
		scores[i] = m.score(fs)
	}
	return read(m.best(scores), m.Kinds)
}

// tagCount is the number of tags.
func (m *Model) tagCount() int { return 1 + 4*len(m.Kinds) }

func (m *Model) score(features []uint64) []float32 {
	s := make([]float32, m.tagCount())
	for _, f := range features {
		for _, w := range m.rows[f] {
			s[w.Tag] += w.Value
		}
	}
	for k, b := range m.Bias {
		s[tagOf(k, begins)] += b
		s[tagOf(k, alone)] += b
	}
	return s
}

// best is the sequence of tags with the highest sum (Viterbi). A character that begins or continues a span is followed by one that continues or
// ends it; one that ends a span, stands alone or is nothing is followed by a beginning, one alone or nothing.
func (m *Model) best(scores [][]float32) []tag {
	n, kinds := len(scores), len(m.Kinds)
	if n == 0 {
		return nil
	}
	none := float32(math.Inf(-1))
	// done[k]: best sum of a sequence that has just finished a span of kind k-1, or stands in no span (k=0). open[k]: that is inside kind k.
	done, open := make([]float32, 1+kinds), make([]float32, kinds)
	nextDone, nextOpen := make([]float32, 1+kinds), make([]float32, kinds)
	back := make([]backStep, n*(1+2*kinds))
	for k := range done {
		done[k] = none
	}
	for k := range open {
		open[k] = none
	}
	done[0] = 0
	into, from := make([]float32, 1+kinds), make([]int32, 1+kinds)
	for i := range n {
		for k := range into {
			into[k], from[k] = none, 0
			for j := range done {
				if v := done[j] + m.follow[j*(1+kinds)+k]; v > into[k] {
					into[k], from[k] = v, int32(j) //nolint:gosec // kinds are few
				}
			}
		}
		s, b := scores[i], back[i*(1+2*kinds):]
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
	return fmt.Sprintf("%d kinds, %d features, %d lists", len(m.Kinds), len(m.rows), len(m.Lists))
}
