package topics

import (
	"cmp"
	"slices"
)

// Which pairs of messages are compared at all: those that share enough of their rarest terms.
const (
	rarest  = 24  // terms of a message that are looked up, the heaviest first
	tooMany = 120 // messages with a term that are looked through; a term of more says little
	shared  = 3   // of the rarest terms
)

// sameText is the share of the pairs of characters of both that two messages with the same words have in common.
const sameText = 0.5

// same tells whether two messages, alike as they are, have the same words: most of them, and not only the rare ones.
func (v *vectors) same(p pair) bool {
	if p.like < sameWords {
		return false
	}
	a, b := v.rows[p.a], v.rows[p.b]
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].term < b[j].term:
			i++
		case a[i].term > b[j].term:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return float64(2*n) >= sameText*float64(v.long[p.a]+v.long[p.b])
}

// pair is two messages that are alike, a before b.
type pair struct {
	a, b int32
	like float64 // cosine, 0..1
}

// alike finds the pairs of messages that are at least so much alike. It looks up the rarest terms of each message only, so that its work grows with
// the messages and not with their square.
func (v *vectors) alike(least float64) []pair {
	index := make([][]int32, v.size)
	shares := make([]uint8, len(v.rows))
	var touched []int32
	var out []pair
	for m, row := range v.rows {
		top := v.rare(row)
		for _, w := range top {
			for _, other := range index[w.term] {
				if shares[other] == 0 {
					touched = append(touched, other)
				}
				shares[other]++
			}
		}
		for _, other := range touched {
			if int(shares[other]) >= min(shared, len(top)) {
				if like := cosine(v.rows[other], row); like >= least {
					out = append(out, pair{other, int32(m), like})
				}
			}
			shares[other] = 0
		}
		touched = touched[:0]
		for _, w := range top {
			if len(index[w.term]) < tooMany {
				index[w.term] = append(index[w.term], int32(m))
			}
		}
	}
	return out
}

// rare are the heaviest terms of a message.
func (v *vectors) rare(row []weighed) []weighed {
	top := slices.Clone(row)
	slices.SortFunc(top, func(a, b weighed) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term)) })
	return top[:min(rarest, len(top))]
}

func cosine(a, b []weighed) float64 {
	sum := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i].term < b[j].term:
			i++
		case a[i].term > b[j].term:
			j++
		default:
			sum += float64(a[i].weight) * float64(b[j].weight)
			i++
			j++
		}
	}
	return sum
}
