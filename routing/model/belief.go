package model

import (
	"math"
)

// facts is what tells how far an answer can be believed: the margins of the best three, how much of the text is known, how long it is, and how many examples the classes have.
type facts [factCount]float64

const factCount = 9

func (m *Model) facts(order []int, scores []float32, v vector) facts {
	at := func(rank int) float64 {
		if rank >= len(order) {
			return -2
		}
		return max(-2, float64(scores[order[rank]]))
	}
	size := func(rank int) float64 { return math.Log(float64(1 + m.sizes[order[min(rank, len(order)-1)]])) }
	lead := at(0) - at(1)
	return facts{1, at(0), lead, lead * lead, at(1) - at(2), v.known, math.Log(float64(1 + v.count)), size(0), size(1)}
}

// belief turns margins into probabilities. It was learned from answers to texts that the answering model had not seen.
type belief struct {
	Weights [factCount]float64 // of the facts, for the first candidate being right
	Trust   []float64          // by class, what to add when it is the first
	Sharp   float64            // how much a margin says among the other candidates
}

// of is the probability of each rank.
func (b *belief) of(f facts, scores []float32, order []int) []float64 {
	p := make([]float64, len(order))
	p[0] = sigmoid(b.first(f, order[0]))
	sum := 0.0
	for rank := 1; rank < len(order); rank++ {
		p[rank] = math.Exp(b.Sharp * float64(scores[order[rank]]-scores[order[1]]))
		sum += p[rank]
	}
	rest := 1 - p[0]
	for rank := 1; rank < len(order); rank++ {
		p[rank] *= rest / sum
	}
	return p
}

func (b *belief) first(f facts, class int) float64 {
	z := b.Trust[class]
	for i, x := range f {
		z += b.Weights[i] * x
	}
	return z
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

const (
	// steady holds the weights of the facts near zero, and doubt those of single classes: a class has to show by its own answers that it deserves more or less belief.
	steady, doubt = 1e-3, 4.0
	// turns of Newton's method and of the classes in turn.
	turns = 12
)

// learnBelief fits a logistic regression of "the first was right" on the facts, with a term for each class that is held near zero.
func learnBelief(p *prepared, trials []trial) belief {
	b := belief{Trust: make([]float64, len(p.labels))}
	right := make([]bool, len(trials))
	for i, t := range trials {
		right[i] = t.order[0] == p.class[t.example]
	}
	for range turns {
		b.newton(trials, right)
		b.trust(trials, right)
	}
	b.sharpen(p, trials)
	return b
}

// newton moves the weights of the facts one step towards the most likely.
func (b *belief) newton(trials []trial, right []bool) {
	var slope [factCount]float64
	var curve [factCount][factCount]float64
	for i, t := range trials {
		q := sigmoid(b.first(t.facts, t.order[0]))
		g := -q
		if right[i] {
			g = 1 - q
		}
		for j, x := range t.facts {
			slope[j] += g * x
			for k := 0; k <= j; k++ {
				curve[j][k] += q * (1 - q) * x * t.facts[k]
			}
		}
	}
	for j := range curve {
		slope[j] -= steady * b.Weights[j]
		curve[j][j] += steady
		for k := range j {
			curve[k][j] = curve[j][k]
		}
	}
	for j, d := range solve(curve, slope) {
		b.Weights[j] += d
	}
}

// solve gives x of a·x = y by elimination; a is symmetric and positive.
func solve(a [factCount][factCount]float64, y [factCount]float64) [factCount]float64 {
	for i := range a {
		best := i
		for j := i + 1; j < len(a); j++ {
			if math.Abs(a[j][i]) > math.Abs(a[best][i]) {
				best = j
			}
		}
		a[i], a[best], y[i], y[best] = a[best], a[i], y[best], y[i]
		if math.Abs(a[i][i]) < 1e-12 {
			continue
		}
		for j := i + 1; j < len(a); j++ {
			by := a[j][i] / a[i][i]
			for k := i; k < len(a); k++ {
				a[j][k] -= by * a[i][k]
			}
			y[j] -= by * y[i]
		}
	}
	var x [factCount]float64
	for i := len(a) - 1; i >= 0; i-- {
		if math.Abs(a[i][i]) < 1e-12 {
			continue
		}
		sum := y[i]
		for k := i + 1; k < len(a); k++ {
			sum -= a[i][k] * x[k]
		}
		x[i] = sum / a[i][i]
	}
	return x
}

// trust moves each class's own term one step.
func (b *belief) trust(trials []trial, right []bool) {
	slope, curve := make([]float64, len(b.Trust)), make([]float64, len(b.Trust))
	for i, t := range trials {
		class := t.order[0]
		q := sigmoid(b.first(t.facts, class))
		if right[i] {
			slope[class]++
		}
		slope[class] -= q
		curve[class] += q * (1 - q)
	}
	for class := range b.Trust {
		b.Trust[class] += (slope[class] - doubt*b.Trust[class]) / (curve[class] + doubt)
	}
}

// sharpen finds how the margins divide what the first candidate leaves, from the texts whose first was wrong: the most likely of a row of values.
func (b *belief) sharpen(p *prepared, trials []trial) {
	best := math.Inf(-1)
	for try := 1.0; try <= 12; try += 0.5 {
		sum := 0.0
		for _, t := range trials {
			truth := p.class[t.example]
			if t.order[0] == truth {
				continue
			}
			all, it := 0.0, 0.0
			for _, class := range t.order[1:] {
				e := math.Exp(try * float64(t.scores[class]-t.scores[t.order[1]]))
				all += e
				if class == truth {
					it = e
				}
			}
			sum += math.Log(max(it/all, 1e-9))
		}
		if sum > best {
			best, b.Sharp = sum, try
		}
	}
}
