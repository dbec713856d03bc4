package model

import (
	"math"
	"math/rand/v2"
)

// The settings of the linear machine. They were chosen by cross-validation on real work orders of a hotline.
const (
	cost     = 1.0 // of an example on the wrong side
	precise  = 0.3 // how far from its optimum the machine may stop
	passes   = 40  // over the examples, at most
	contrast = 0.5 // how much a feature counts by how differently it stands inside and outside the class, from 0 to 1
	smooth   = 100 // occurrences that are added to each side, spread over all features, when the two are compared
)

// separate finds the weights that divide the examples of one class from all others by the widest margin: a linear support vector machine with squared
// loss, by dual coordinate descent (Hsieh and others, 2008). The last weight is the bias.
func separate(examples []vector, inside []bool, features int, seed uint64) []float32 {
	w := make([]float32, features+1)
	alpha := make([]float32, len(examples))
	active := make([]int32, len(examples))
	for i := range active {
		active[i] = int32(i) //nolint:gosec // examples are fewer than 2³¹
	}
	const soft = float32(0.5 / cost)
	draw := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // the order of examples is no secret
	highest := math.Inf(1)
	for range passes {
		top, bottom := math.Inf(-1), math.Inf(1)
		draw.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		for s := 0; s < len(active); s++ {
			i := active[s]
			x := &examples[i]
			side := float32(-1)
			if inside[i] {
				side = 1
			}
			slope := side*(dot(w, x)+w[features]) - 1 + alpha[i]*soft
			down := float64(slope)
			if alpha[i] == 0 {
				if down > highest { // far on its own side: left out until the others are settled
					active[s], active[len(active)-1] = active[len(active)-1], active[s]
					active = active[:len(active)-1]
					s--
					continue
				}
				down = min(down, 0)
			}
			top, bottom = max(top, down), min(bottom, down)
			if down == 0 {
				continue
			}
			before := alpha[i]
			alpha[i] = max(before-slope/(x.size+1+soft), 0)
			if step := (alpha[i] - before) * side; step != 0 {
				for k, at := range x.at {
					w[at] += step * x.value[k]
				}
				w[features] += step
			}
		}
		if highest = top; top <= 0 {
			highest = math.Inf(1)
		}
		if top-bottom <= precise {
			if len(active) == len(examples) {
				break
			}
			active, highest = active[:len(examples)], math.Inf(1)
		}
	}
	return w
}

func dot(w []float32, x *vector) float32 {
	sum := float32(0)
	for k, at := range x.at {
		sum += w[at] * x.value[k]
	}
	return sum
}

// contrasts says for each feature how much it counts for a class: more, the more its share of the occurrences inside differs from that outside (after Wang and Manning, 2012).
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
		out[f] = float32(1 - contrast + contrast*math.Abs(ratio)/3)
	}
	return out
}
