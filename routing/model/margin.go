package model

import (
	"math"
	"math/rand/v2"
)

// The settings of the linear machine. They were chosen by cross-validation on real work orders of a hotline.
const (
	cost     = 1.0  // of an example on the wrong side
	precise  = 0.2  // how steep the way to the optimum may still be at the end
	aside    = 0.1  // how far on its own side an example must be to be left out
	fewest   = 1000 // examples of other classes to begin with
	rounds   = 2    // of looking through all others
	passes   = 15   // over the examples in a round, at most
	contrast = 0.5  // how much a feature counts by how differently it stands inside and outside the class, from 0 to 1
	smooth   = 100  // occurrences that are added to each side, spread over all features, when the two are compared
	soft     = float32(0.5 / cost)
)

// machine divides the examples of one class from all others by the widest margin: a linear support vector machine with squared loss, by dual coordinate
// descent (Hsieh and others, 2008).
type machine struct {
	examples []vector
	inside   []bool
	counts   []float32 // by how much each feature counts more for this class, squared
	w        []float32 // the weights; the last is the bias
	alpha    []float32 // by example, how much it holds the margin
	size     []float32 // by example, 0 where not yet needed
}

// separate finds the weights. It settles some of the examples first, then looks through all for those that lie on the wrong side of it and settles them too.
func separate(examples []vector, inside []bool, counts []float32, seed uint64) []float32 {
	m := machine{examples: examples, inside: inside, counts: counts, w: make([]float32, len(counts)+1), alpha: make([]float32, len(examples)), size: make([]float32, len(examples))}
	draw := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the order of examples is no secret
	active := m.some(draw)
	for range rounds {
		m.settle(active, draw)
		active = m.unsettled()
	}
	m.settle(active, draw)
	return m.w
}

// some is every example of the class and a few times as many others.
func (m *machine) some(draw *rand.Rand) []int32 {
	var active, others []int32
	for i, in := range m.inside {
		if in {
			active = append(active, int32(i)) //nolint:gosec // examples are fewer than 2³¹
		} else {
			others = append(others, int32(i)) //nolint:gosec // examples are fewer than 2³¹
		}
	}
	draw.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(active, others[:min(len(others), max(fewest, 4*len(active)))]...)
}

// unsettled lists the examples that hold the margin or lie on its wrong side.
func (m *machine) unsettled() []int32 {
	var active []int32
	for i := range m.examples {
		if m.alpha[i] == 0 {
			if slope, _ := m.slope(i); slope >= 0 {
				continue
			}
		}
		active = append(active, int32(i)) //nolint:gosec // examples are fewer than 2³¹
	}
	return active
}

// slope is how far an example is from holding the margin as much as it should, and its side.
func (m *machine) slope(i int) (slope, side float32) {
	side = -1
	if m.inside[i] {
		side = 1
	}
	return side*(dot(m.w, &m.examples[i])+m.w[len(m.w)-1]) - 1 + m.alpha[i]*soft, side
}

// settle moves the weights until none of the examples wants much else.
func (m *machine) settle(active []int32, draw *rand.Rand) {
	for pass := range passes {
		steepest := float32(0)
		draw.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		for s := 0; s < len(active); s++ {
			i := int(active[s])
			slope, side := m.slope(i)
			if m.alpha[i] == 0 && slope >= 0 {
				if pass > 0 && slope > aside { // far on its own side: left out until the others are settled
					active[s], active[len(active)-1] = active[len(active)-1], active[s]
					active = active[:len(active)-1]
					s--
				}
				continue
			}
			steepest = max(steepest, slope, -slope)
			m.move(i, slope, side)
		}
		if steepest <= precise {
			return
		}
	}
}

// move lets one example hold the margin as much as it should.
func (m *machine) move(i int, slope, side float32) {
	x := &m.examples[i]
	if m.size[i] == 0 {
		m.size[i] = 1 + soft + measure(m.counts, x)
	}
	before := m.alpha[i]
	m.alpha[i] = max(before-slope/m.size[i], 0)
	step := (m.alpha[i] - before) * side
	if step == 0 {
		return
	}
	for k, at := range x.at {
		m.w[at] += step * m.counts[at] * x.value[k]
	}
	m.w[len(m.w)-1] += step
}

func measure(counts []float32, x *vector) float32 {
	sum := float32(0)
	for k, at := range x.at {
		sum += counts[at] * x.value[k] * x.value[k]
	}
	return sum
}

func dot(w []float32, x *vector) float32 {
	at, value := x.at, x.value[:len(x.at)]
	var a, b, c, d float32
	k := 0
	for ; k+3 < len(at); k += 4 {
		a += w[at[k]] * value[k]
		b += w[at[k+1]] * value[k+1]
		c += w[at[k+2]] * value[k+2]
		d += w[at[k+3]] * value[k+3]
	}
	for ; k < len(at); k++ {
		a += w[at[k]] * value[k]
	}
	return a + b + c + d
}

// contrasts says for each feature how much it counts for a class, squared: more, the more its share of the occurrences inside differs from that outside (after Wang and Manning, 2012).
func contrasts(examples []vector, inside []bool, all []float32) []float32 {
	within := make([]float32, len(all))
	sumIn, sumAll := 0.0, 0.0
	for _, n := range all {
		sumAll += float64(n)
	}
	for i := range examples {
		if !inside[i] {
			continue
		}
		for _, at := range examples[i].at {
			within[at]++
			sumIn++
		}
	}
	out := make([]float32, len(all))
	spread := smooth / float64(len(all))
	scale := math.Log((sumAll - sumIn + smooth) / (sumIn + smooth))
	for f, n := range all {
		in := float64(within[f])
		ratio := math.Log((in+spread)/(float64(n)-in+spread)) + scale
		counts := float32(1 - contrast + contrast*math.Abs(ratio)/3)
		out[f] = counts * counts
	}
	return out
}
