package model

import (
	"math"
	"slices"
)

// terms weighs what the machines say, each trained by itself, against each other: how much the networks count beside them, and what each label has to be given or taken for the right one to come first.
type terms struct {
	Nets  float32   // how much the logarithm of the networks' share counts
	Label []float32 // by label, added to its margin; empty in models that have none
}

const (
	// contenders is how many of the best labels of a text terms are learned from.
	contenders = 8
	// held keeps a label's term near zero: it has to be earned by many texts.
	held = 10.0
	// tempers is how many steps are taken, and half of each, since all labels move at once.
	tempers, halfway = 40, 0.5
)

// heat is one text's contenders while terms are learned.
type heat struct {
	labels []int
	margin []float64
	nets   []float64
	right  int // place of the right label among them
}

// learnTerms finds the terms that make the right label most likely among the best of each text (conditional logistic regression). Texts whose right label is not among the best teach nothing.
func (p *prepared) learnTerms(trials []trial) terms {
	var heats []heat
	for _, t := range trials {
		order := best(t.base, contenders)
		h := heat{labels: order, right: slices.Index(order, p.class[t.example])}
		if h.right < 0 {
			continue
		}
		for _, l := range order {
			h.margin = append(h.margin, float64(t.base[l]))
			n := 0.0
			if t.nets != nil {
				n = float64(t.nets[l])
			}
			h.nets = append(h.nets, n)
		}
		heats = append(heats, h)
	}
	scale, nets, label := 2.0, 0.0, make([]float64, len(p.labels))
	slope, curve := make([]float64, len(label)), make([]float64, len(label))
	var q [contenders]float64
	for range tempers {
		for l := range label {
			slope[l], curve[l] = held*label[l], held
		}
		var sm, sn, mm, mn, nn float64
		for _, h := range heats {
			top, sum := math.Inf(-1), 0.0
			for i, l := range h.labels {
				q[i] = scale*h.margin[i] + nets*h.nets[i] + label[l]
				top = max(top, q[i])
			}
			for i := range h.labels {
				q[i] = math.Exp(q[i] - top)
				sum += q[i]
			}
			meanM, meanN := 0.0, 0.0
			for i, l := range h.labels {
				q[i] /= sum
				slope[l] += q[i]
				curve[l] += q[i] * (1 - q[i])
				meanM += q[i] * h.margin[i]
				meanN += q[i] * h.nets[i]
			}
			slope[h.labels[h.right]]--
			sm += meanM - h.margin[h.right]
			sn += meanN - h.nets[h.right]
			for i := range h.labels {
				dm, dn := h.margin[i]-meanM, h.nets[i]-meanN
				mm, mn, nn = mm+q[i]*dm*dm, mn+q[i]*dm*dn, nn+q[i]*dn*dn
			}
		}
		mm, nn = mm+1, nn+1
		if det := mm*nn - mn*mn; det > 0 {
			scale -= halfway * (nn*sm - mn*sn) / det
			nets = max(0, nets-halfway*(mm*sn-mn*sm)/det) // what the networks say never counts against a label
		}
		for l := range label {
			label[l] -= halfway * slope[l] / curve[l]
		}
	}
	if scale < 0.1 { // the margins say next to nothing: they are left as they are
		return terms{}
	}
	whole := terms{Nets: float32(nets / scale), Label: make([]float32, len(label))}
	for l, x := range label {
		whole.Label[l] = float32(x / scale)
	}
	return p.earned(whole, trials)
}

// earned is the terms, half of them or none: the first by which more texts have the right label first or among three than by fewer. What makes the right label likelier does not always make it first.
func (p *prepared) earned(whole terms, trials []trial) terms {
	var out terms
	most := -1
	for _, share := range []float32{0, 0.5, 1} {
		try := terms{Nets: share * whole.Nets, Label: make([]float32, len(whole.Label))}
		for l, x := range whole.Label {
			try.Label[l] = share * x
		}
		good := 0
		for _, t := range trials {
			good += p.merit(try.weigh(t.base, t.nets), t.example)
		}
		if good > most {
			out, most = try, good
		}
	}
	return out
}

// choice is how many labels there must be for the right one among three to be worth something.
const choice = 10

// merit is how well the labels of a text are ordered: three for the right one first, one for it among three of many.
func (p *prepared) merit(scores []float32, example int) int {
	above, truth := 0, scores[p.class[example]]
	for _, s := range scores {
		if s > truth {
			above++
		}
	}
	switch {
	case above == 0:
		return 3
	case above < 3 && len(scores) >= choice:
		return 1
	}
	return 0
}

// best is the places of the n largest, best first.
func best(scores []float32, n int) []int {
	out := make([]int, 0, n+1)
	for i, s := range scores {
		at := len(out)
		for at > 0 && s > scores[out[at-1]] {
			at--
		}
		if at < n {
			out = slices.Insert(out, at, i)
			out = out[:min(len(out), n)]
		}
	}
	return out
}

// weigh adds the terms to margins.
func (w *terms) weigh(margins, nets []float32) []float32 {
	out := slices.Clone(margins)
	for l, x := range w.Label {
		out[l] += x
		if nets != nil {
			out[l] += w.Nets * nets[l]
		}
	}
	return out
}

// weighed is the trials with their labels in the order that the terms give.
func (w *terms) weighed(trials []trial) []trial {
	out := slices.Clone(trials)
	for i := range out {
		t := &out[i]
		t.scores = w.weigh(t.base, t.nets)
		t.order = ranked(t.scores)
		t.facts = t.judge.facts(t.order, t.scores, t.vector)
	}
	return out
}
