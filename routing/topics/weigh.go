package topics

import (
	"cmp"
	"math"
	"slices"
)

// weighed is a term of a message with its weight.
type weighed struct {
	term   int32
	weight float32
}

// vectors are the messages as weighed terms, each of length one, its terms ascending. The terms are pairs of neighbouring characters.
type vectors struct {
	rows    [][]weighed
	long    []int // by message: how many terms it has, with those that no other message has
	size    int   // how many terms there are
	pairs   map[[2]rune]int32
	scratch []float32 // by term, all zero between uses
}

// headWeight is how much more a term weighs in the head of a message.
const headWeight = 2

// longestMiddle bounds the terms of the mean of messages: the heaviest.
const longestMiddle = 800

// weigh makes the vectors of the texts, without their addresses. A term weighs the more the fewer messages have it; what only one has says nothing of the others.
func weigh(all []message) vectors { return weighAmong(all, len(all), fewest) }

// weighAmong makes the vectors as of among messages, of terms that at least least of them have.
func weighAmong(all []message, among int, least int32) vectors {
	v := vectors{rows: make([][]weighed, len(all)), long: make([]int, len(all)), pairs: map[[2]rune]int32{}}
	var df []int32
	for m := range all {
		set := map[int32]bool{} // by term: whether it stands in the head
		runes := all[m].runes
		for i := all[m].body + 1; i < len(runes); i++ {
			if !joins(runes[i-1]) || !joins(runes[i]) {
				continue
			}
			p := [2]rune{runes[i-1], runes[i]}
			t, ok := v.pairs[p]
			if !ok {
				t = int32(len(df))
				v.pairs[p] = t
				df = append(df, 0)
			}
			head, seen := set[t]
			if !seen {
				df[t]++
			}
			set[t] = head || i < all[m].head
		}
		row := make([]weighed, 0, len(set))
		for t, head := range set {
			w := weighed{t, 1}
			if head {
				w.weight = headWeight
			}
			row = append(row, w)
		}
		slices.SortFunc(row, func(a, b weighed) int { return cmp.Compare(a.term, b.term) })
		v.rows[m], v.long[m] = row, len(row)
	}
	v.size = len(df)
	v.scratch = make([]float32, v.size)
	n := float64(among)
	for m, row := range v.rows {
		row = slices.DeleteFunc(row, func(w weighed) bool { return df[w.term] < least })
		for i := range row {
			rarity := math.Log(1 + n/float64(df[row[i].term]))
			row[i].weight *= float32(rarity * rarity)
		}
		v.rows[m] = unit(row)
	}
	return v
}

// unit brings a vector to length one.
func unit(row []weighed) []weighed {
	sum := 0.0
	for _, w := range row {
		sum += float64(w.weight) * float64(w.weight)
	}
	if sum > 0 {
		scale := float32(1 / math.Sqrt(sum))
		for i := range row {
			row[i].weight *= scale
		}
	}
	return row
}

// cohesion is how alike messages are, on the average of their pairs, apart from some terms.
func (v *vectors) cohesion(in []int32, without map[int32]bool) float64 {
	if len(in) < 2 {
		return 0
	}
	own := 0.0
	var touched []int32
	for _, m := range in {
		for _, w := range v.rows[m] {
			if without[w.term] {
				continue
			}
			if v.scratch[w.term] == 0 {
				touched = append(touched, w.term)
			}
			v.scratch[w.term] += w.weight
			own += float64(w.weight) * float64(w.weight)
		}
	}
	all := 0.0
	for _, t := range touched {
		all += float64(v.scratch[t]) * float64(v.scratch[t])
		v.scratch[t] = 0
	}
	k := float64(len(in))
	return (all - own) / (k * (k - 1))
}

// middle is the mean of messages, of length one.
func (v *vectors) middle(in []int32) []weighed {
	var row []weighed
	for _, m := range in {
		for _, w := range v.rows[m] {
			if v.scratch[w.term] == 0 {
				row = append(row, weighed{w.term, 0})
			}
			v.scratch[w.term] += w.weight
		}
	}
	for i := range row {
		row[i].weight = v.scratch[row[i].term]
		v.scratch[row[i].term] = 0
	}
	if len(row) > longestMiddle {
		slices.SortFunc(row, func(a, b weighed) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term)) })
		row = row[:longestMiddle]
	}
	slices.SortFunc(row, func(a, b weighed) int { return cmp.Compare(a.term, b.term) })
	return unit(row)
}
