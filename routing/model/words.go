package model

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"unicode"
)

// lexicon is the words that the examples are made of, found by statistics: runs of characters that stand together much more often than chance and have many different neighbours. It only serves to show
// evidence in words that a person can read; a word stands in it when texts of many groups have it, so that no name of a person is kept.
type lexicon struct {
	Cost map[string]float32 // -log of the share of the word
}

const (
	longestWord = 6
	commonWord  = 12  // texts that must have a word
	cohesion    = 3.0 // log of how much more often than chance the parts of a word stand together
	free        = 1.2 // entropy of the neighbours on each side
	strange     = 14  // the cost of a character by itself
)

type run struct {
	count       int
	left, right map[rune]int
	opens       int // how often no letter stands before it
	closes      int
}

// newLexicon counts every run of letters up to longestWord characters.
func newLexicon(examples []Example) lexicon {
	chars := map[rune]int{}
	total := 0
	var texts [][]rune
	for _, e := range examples {
		t := normalise(e.Text)
		texts = append(texts, t)
		for _, r := range t {
			chars[r]++
			total++
		}
	}
	counts := map[string]int{}
	for _, t := range texts {
		seen := map[string]bool{}
		eachRun(t, func(word string, _, _ rune) {
			if !seen[word] {
				seen[word] = true
				counts[word]++
			}
		})
	}
	maps.DeleteFunc(counts, func(_ string, n int) bool { return n < commonWord })
	runs := map[string]*run{}
	for _, t := range texts {
		eachRun(t, func(word string, left, right rune) {
			if counts[word] == 0 {
				return
			}
			r := runs[word]
			if r == nil {
				r = &run{left: map[rune]int{}, right: map[rune]int{}}
				runs[word] = r
			}
			r.count++
			r.left[left]++
			r.right[right]++
			if !unicode.IsLetter(left) {
				r.opens++
			}
			if !unicode.IsLetter(right) {
				r.closes++
			}
		})
	}
	l := lexicon{Cost: map[string]float32{}}
	share := func(word []rune) float64 {
		if len(word) == 1 {
			return float64(chars[word[0]]) / float64(total)
		}
		if r := runs[string(word)]; r != nil {
			return float64(r.count) / float64(total)
		}
		return 1 / float64(total)
	}
	for word, r := range runs {
		w := []rune(word)
		weakest := math.Inf(1)
		for cut := 1; cut < len(w); cut++ {
			weakest = min(weakest, math.Log(share(w)/(share(w[:cut])*share(w[cut:]))))
		}
		if weakest >= cohesion && (entropy(r.left) >= free || 3*r.opens >= r.count) && (entropy(r.right) >= free || 3*r.closes >= r.count) {
			l.Cost[word] = float32(-math.Log(share(w)))
		}
	}
	return l
}

// eachRun visits the runs of at least two letters, with what stands before and after them.
func eachRun(t []rune, visit func(word string, left, right rune)) {
	for i := 1; i < len(t)-1; i++ {
		for n := 1; n <= longestWord && i+n < len(t) && unicode.IsLetter(t[i+n-1]); n++ {
			if n > 1 {
				visit(string(t[i:i+n]), t[i-1], t[i+n])
			}
		}
	}
}

// entropy of neighbours, in nats.
func entropy(neighbours map[rune]int) float64 {
	total, sum := 0, 0.0
	for _, n := range neighbours {
		total += n
	}
	for _, r := range slices.Sorted(maps.Keys(neighbours)) {
		q := float64(neighbours[r]) / float64(total)
		sum -= q * math.Log(q)
	}
	return sum
}

// stretch is a word's place in a normalised text.
type stretch struct{ start, end int }

// cut divides a text into words by the least cost.
func (l *lexicon) cut(t []rune) []stretch {
	best, from := make([]float32, len(t)+1), make([]int, len(t)+1)
	for i := 1; i <= len(t); i++ {
		best[i], from[i] = best[i-1]+strange, i-1
		for n := 2; n <= longestWord && n <= i; n++ {
			if c, ok := l.Cost[string(t[i-n:i])]; ok && best[i-n]+c < best[i] {
				best[i], from[i] = best[i-n]+c, i-n
			}
		}
	}
	var words []stretch
	for i := len(t); i > 0; i = from[i] {
		words = append(words, stretch{from[i], i})
	}
	slices.Reverse(words)
	return words
}

// spoken is how much each feature of a text spoke for a label against the best of the others: through the machines and the hints of each of their classes. With what the biases say it adds up to the difference of the margins.
func (m *Model) spoken(v vector, hints []*hint, raw []float32, label int, order []int) map[int32]float32 {
	share := m.share(raw, label, order)
	says := make(map[int32]float32, len(v.at))
	for i, at := range v.at {
		x := float32(0)
		for _, w := range m.rows[at] {
			x += share[w.Class] * w.Value
		}
		for _, h := range hints {
			for _, w := range h.rows[at] {
				x += m.mixture.Hints * share[w.Class] * w.Value
			}
		}
		if x != 0 {
			says[at] = x * v.value[i]
		}
	}
	return says
}

// share is how much each class counts for a label, against the best of the others by half.
func (m *Model) share(raw []float32, label int, order []int) []float32 {
	share := make([]float32, len(m.bias))
	m.lean(share, raw, label, 1)
	for _, other := range order {
		if other != label {
			m.lean(share, raw, other, -0.5)
			break
		}
	}
	return share
}

// evidence is the words of a text that spoke most for a label, against the best of the others.
func (m *Model) evidence(chars []rune, v vector, hints []*hint, raw []float32, label int, order []int) []string {
	says := m.spoken(v, hints, raw, label, order)
	by := make([]float32, len(chars))
	for i := range chars {
		for n := 1; n <= gram && i+n <= len(chars); n++ {
			at, ok := m.vocab.at[hashOf(chars[i:i+n], anywhere)]
			if !ok {
				continue
			}
			for k := i; k < i+n; k++ {
				by[k] += says[at] / float32(n)
			}
		}
	}
	weights := map[string]float32{}
	for _, s := range m.words.cut(chars) {
		if s.end-s.start < 2 {
			continue
		}
		for k := s.start; k < s.end; k++ {
			weights[string(chars[s.start:s.end])] += by[k]
		}
	}
	out := []string{}
	for w, x := range weights {
		if x > 0 {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(a, b)) })
	return out[:min(len(out), evident)]
}

// lean adds how much each class counts for a label: itself, and the classes of its best combination.
func (m *Model) lean(share, raw []float32, label int, by float32) {
	share[label] += by
	if m.mixture.Company == 0 {
		return
	}
	with, _ := m.best(raw, label)
	for _, class := range with {
		share[class] += by * m.mixture.Company
	}
}
