package model

import (
	"math"
	"math/rand/v2"
)

// The settings of the networks. They were chosen by cross-validation on real work orders of a hotline.
const (
	hidden   = 96     // units
	inputs   = 30_000 // features, the most frequent
	lessons  = 3      // through all examples
	pace     = 0.12   // of learning at the beginning; it falls evenly to nothing
	unheard  = 0.3    // share of the features of a text that are left out each time it is learned from
	silent   = 0.2    // share of the hidden units that are left out each time
	lesser   = 0.3    // how much an error in another column than the label counts
	little   = 2e-4   // an error too small to learn from
	faintest = 1e-6   // the least share of a label that is told from nothing
)

// net tells by one hidden layer, for all columns at once, how likely each class is: what it learns of one column, such as the category, helps it to tell the others.
type net struct {
	In    []int8    // by feature, its weights to the hidden units, as parts of Scale
	Scale []float32 // by feature
	Out   []float32 // by class, its weights from the hidden units
	Bias  []float32 // by class
}

// head is a column's classes among all: from and until.
type head struct{ from, until int }

// teaching is what networks learn from.
type teaching struct {
	examples []vector
	classes  [][]int // by column, by example; -1 where unknown
	heads    []head
}

// apprentice is a network while it learns.
type apprentice struct {
	teaching
	in, out, bias    []float32
	draw             *rand.Rand
	bits             uint64
	steepIn          []float32 // by feature, the sum of squared slopes
	steepOut, steepB []float32 // by class
	z, back, mask    []float32 // by hidden unit
	p                []float32 // by class
	rate             float32
	heard            []int32
	value            []float32
}

// teach makes a network. The same examples and seed make the same one.
func teach(t teaching, features int, seed uint64) net {
	features = min(features, inputs)
	classes := t.heads[len(t.heads)-1].until
	a := apprentice{
		teaching: t, in: make([]float32, features*hidden), out: make([]float32, classes*hidden), bias: make([]float32, classes),
		draw: rand.New(rand.NewPCG(seed, 11)), steepIn: make([]float32, features), steepOut: make([]float32, classes), steepB: make([]float32, classes), //nolint:gosec // no secret
		z: make([]float32, hidden), back: make([]float32, hidden), mask: make([]float32, hidden), p: make([]float32, classes),
	}
	for i := range a.in {
		a.in[i] = (a.draw.Float32() - 0.5) * 0.1
	}
	for i := range a.out {
		a.out[i] = (a.draw.Float32() - 0.5) * 2 / float32(math.Sqrt(hidden))
	}
	order := make([]int, len(t.examples))
	for i := range order {
		order[i] = i
	}
	for lesson := range lessons {
		a.rate = pace * (1 - float32(lesson)/lessons)
		a.draw.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			a.learn(i)
		}
	}
	return a.finished()
}

// finished is the network with its many weights in a byte each.
func (a *apprentice) finished() net {
	n := net{In: make([]int8, len(a.in)), Scale: make([]float32, len(a.in)/hidden), Out: a.out, Bias: a.bias}
	for f := range n.Scale {
		w, top := a.in[f*hidden:(f+1)*hidden], float32(0)
		for _, x := range w {
			top = max(top, x, -x)
		}
		if top == 0 {
			continue
		}
		n.Scale[f] = top / math.MaxInt8
		for j, x := range w {
			n.In[f*hidden+j] = int8(math.Round(float64(x / n.Scale[f])))
		}
	}
	return n
}

// chance is true with about the given share, in steps of a 256th.
func (a *apprentice) chance(share float32) bool {
	if a.bits < 256 {
		a.bits = a.draw.Uint64() | 1<<63
	}
	b := a.bits & 255
	a.bits >>= 8
	return float32(b) < share*256
}

// learn takes one step towards what is known of an example.
func (a *apprentice) learn(i int) {
	v := &a.examples[i]
	a.heard, a.value = a.heard[:0], a.value[:0]
	for k, at := range v.at {
		if int(at)*hidden >= len(a.in) {
			break
		}
		if !a.chance(unheard) {
			a.heard, a.value = append(a.heard, at), append(a.value, v.value[k])
		}
	}
	a.listen()
	for j := range a.z {
		a.mask[j] = 1 / (1 - silent)
		if a.z[j] <= 0 || a.chance(silent) {
			a.mask[j] = 0
		}
		a.z[j] *= a.mask[j]
		a.back[j] = 0
	}
	speak(a.z, a.out, a.bias, a.p)
	norm := float32(0)
	for _, z := range a.z {
		norm += z * z
	}
	for c, h := range a.heads {
		truth := a.classes[c][i]
		if truth < 0 {
			continue
		}
		softmax(a.p[h.from:h.until])
		weight := float32(1)
		if c > 0 {
			weight = lesser
		}
		for o := h.from; o < h.until; o++ {
			g := a.p[o]
			if o == truth {
				g--
			}
			if g *= weight; g < little && g > -little {
				continue
			}
			w := a.out[o*hidden : o*hidden+hidden]
			a.steepOut[o] += g * g * norm / hidden
			a.steepB[o] += g * g
			step := a.rate * g / float32(math.Sqrt(float64(a.steepOut[o])+1e-4))
			for j, z := range a.z {
				a.back[j] += g * w[j]
				w[j] -= step * z
			}
			a.bias[o] -= a.rate * g / float32(math.Sqrt(float64(a.steepB[o])+1e-4))
		}
	}
	norm = 0
	for j := range a.back {
		a.back[j] *= a.mask[j]
		norm += a.back[j] * a.back[j]
	}
	if norm /= hidden; norm == 0 {
		return
	}
	for k, at := range a.heard {
		x := a.value[k]
		a.steepIn[at] += x * x * norm
		step := a.rate * x / float32(math.Sqrt(float64(a.steepIn[at])+1e-6))
		w := a.in[int(at)*hidden : int(at)*hidden+hidden]
		for j, b := range a.back {
			w[j] -= step * b
		}
	}
}

// listen brings a text to the hidden units.
func (a *apprentice) listen() {
	z := a.z[:hidden]
	clear(z)
	for k, f := range a.heard {
		x, w := a.value[k], a.in[int(f)*hidden:int(f)*hidden+hidden]
		for j := range z {
			z[j] += x * w[j]
		}
	}
}

// tell adds the shares of the classes of a column for a text to shares.
func (n *net) tell(v vector, h head, shares []float32) {
	var z [hidden]float32
	for k, f := range v.at {
		if int(f) >= len(n.Scale) {
			break
		}
		x, w := v.value[k]*n.Scale[f], n.In[int(f)*hidden:int(f)*hidden+hidden]
		for j := range z {
			z[j] += x * float32(w[j])
		}
	}
	for j := range z {
		z[j] = max(z[j], 0)
	}
	p := make([]float32, h.until-h.from)
	speak(z[:], n.Out[h.from*hidden:h.until*hidden], n.Bias[h.from:h.until], p)
	softmax(p)
	for c, x := range p {
		shares[c] += x
	}
}

// speak brings the hidden units to the classes.
func speak(z, weights, bias, out []float32) {
	z = z[:hidden]
	for o := range out {
		w := weights[o*hidden : o*hidden+hidden]
		var a, b, c, d float32
		for j := 0; j < hidden; j += 4 {
			a += w[j] * z[j]
			b += w[j+1] * z[j+1]
			c += w[j+2] * z[j+2]
			d += w[j+3] * z[j+3]
		}
		out[o] = bias[o] + a + b + c + d
	}
}

// heard is the logarithm of what the networks together give each label for a text; nil without networks.
func (m *Model) heard(v vector) []float32 {
	if len(m.nets) == 0 {
		return nil
	}
	out := make([]float32, len(m.Labels))
	for i := range m.nets {
		m.nets[i].tell(v, head{0, len(out)}, out)
	}
	for l, x := range out {
		out[l] = float32(math.Log(float64(max(x/float32(len(m.nets)), faintest))))
	}
	return out
}

func softmax(s []float32) {
	top, sum := s[0], float32(0)
	for _, x := range s {
		top = max(top, x)
	}
	for i, x := range s {
		s[i] = float32(math.Exp(float64(x - top)))
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
}
