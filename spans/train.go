package spans

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"unicode/utf8"
)

// Plan is how to learn.
type Plan struct {
	Rounds int        // passes over the examples; 0 means 15
	Seed   uint64     // of their order
	Lists  [][]string // words that the tagger may know beforehand, such as surnames; at most 8 lists
	Rare   int        // features seen less often are left out; 0 means 2
}

const (
	mostLists = 8
	firstStep = 0.02 // how far the weights move at first; less and less later
	smallest  = 0.04 // weights nearer to nothing say nothing
)

// lesson is an example, made ready.
type lesson struct {
	features [][]int32
	gold     []tag
}

// learner is a model under training: the weights of each feature lie side by side, one for each tag that people gave where it was seen.
type learner struct {
	model  Model
	first  []uint32 // of each feature, where its weights begin; one more at the end
	tags   []tag
	values []float64
	links  []float64 // what is said of one kind right after another
	scale  float64   // what every weight is multiplied with: so all are drawn to nothing at once
	sweep  *sweep
}

// Train learns from the examples until ctx ends. Errors: ErrOverlap in an example, or no spans at all.
//
// It seeks the weights under which the marked sequences are likeliest, less the half of their squares, by going over the examples one at a time
// (stochastic gradient, Bottou 2010).
func Train(ctx context.Context, examples []Example, p Plan) (*Model, error) {
	if p.Rounds == 0 {
		p.Rounds = 15
	}
	if p.Rare == 0 {
		p.Rare = 2
	}
	if len(p.Lists) > mostLists {
		return nil, fmt.Errorf("%d lists of words are given, at most %d can be", len(p.Lists), mostLists)
	}
	l := &learner{model: Model{Kinds: kindsOf(examples), Lists: p.Lists, lexicon: newLexicon(p.Lists)}, scale: 1}
	if len(l.model.Kinds) == 0 {
		return nil, fmt.Errorf("no example marks anything: there is nothing to learn")
	}
	lessons, names, err := l.prepare(examples, p.Rare)
	if err != nil {
		return nil, err
	}
	k := 1 + len(l.model.Kinds)
	l.links, l.sweep = make([]float64, k*k), newSweep(len(l.model.Kinds))
	order := rand.New(rand.NewPCG(p.Seed, 1)) //nolint:gosec // the order of examples is no secret
	decay := 1 / float64(len(lessons))
	learned := 1 / (decay * firstStep)
	for range p.Rounds {
		order.Shuffle(len(lessons), func(i, j int) { lessons[i], lessons[j] = lessons[j], lessons[i] })
		for _, one := range lessons {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			step := 1 / (decay * learned)
			l.scale *= 1 - step*decay
			l.learn(one, step/l.scale)
			learned++
		}
	}
	return l.finish(names), nil
}

func kindsOf(examples []Example) []string {
	known := map[string]bool{}
	var kinds []string
	for _, e := range examples {
		for _, s := range e.Spans {
			if !known[s.Kind] && s.Kind != "" {
				known[s.Kind] = true
				kinds = append(kinds, s.Kind)
			}
		}
	}
	slices.Sort(kinds)
	return kinds
}

// prepare numbers the features that are seen often enough.
func (l *learner) prepare(examples []Example, rare int) ([]lesson, []uint64, error) {
	kinds := map[string]int{}
	for i, k := range l.model.Kinds {
		kinds[k] = i
	}
	seen := map[uint64]int32{}
	raw := make([][][]uint64, len(examples))
	for i, e := range examples {
		raw[i] = l.model.lexicon.features(e.Text)
		for _, fs := range raw[i] {
			for _, f := range fs {
				seen[f]++
			}
		}
	}
	number, names := map[uint64]int32{}, []uint64{}
	var met [][]tag // by feature, the tags that people gave where it was seen
	lessons := make([]lesson, 0, len(examples))
	for i, e := range examples {
		length := utf8.RuneCountInString(e.Text)
		list, err := e.sorted(length)
		if err != nil {
			return nil, nil, fmt.Errorf("example %d: %w", i+1, err)
		}
		one := lesson{features: make([][]int32, length), gold: tags(length, list, kinds)}
		for j, fs := range raw[i] {
			for _, f := range fs {
				if int(seen[f]) < rare {
					continue
				}
				n, ok := number[f]
				if !ok {
					n = int32(len(names)) //nolint:gosec // features are fewer than 2³¹
					number[f], names, met = n, append(names, f), append(met, nil)
				}
				one.features[j] = append(one.features[j], n)
				if !slices.Contains(met[n], one.gold[j]) {
					met[n] = append(met[n], one.gold[j])
				}
			}
		}
		raw[i] = nil
		lessons = append(lessons, one)
	}
	l.first = make([]uint32, 0, len(met)+1)
	for _, tags := range met {
		l.first = append(l.first, uint32(len(l.tags))) //nolint:gosec // weights are fewer than 2³²
		slices.Sort(tags)
		l.tags = append(l.tags, tags...)
	}
	l.first = append(l.first, uint32(len(l.tags))) //nolint:gosec // weights are fewer than 2³²
	l.values = make([]float64, len(l.tags))
	return lessons, names, nil
}

// learn looks at one example and moves the weights towards what is marked and away from what is expected, by a step.
func (l *learner) learn(one lesson, step float64) {
	if len(one.features) == 0 {
		return
	}
	w := l.sweep
	w.reset(len(one.features))
	for i, fs := range one.features {
		s := w.score[i*w.tags : (i+1)*w.tags]
		for _, f := range fs {
			for at := l.first[f]; at < l.first[f+1]; at++ {
				s[l.tags[at]] += l.values[at] * l.scale
			}
		}
	}
	for i, v := range l.links {
		w.link[i] = v * l.scale
	}
	w.run()
	for i, fs := range one.features {
		p := w.p[i*w.tags : (i+1)*w.tags]
		for _, f := range fs {
			for at := l.first[f]; at < l.first[f+1]; at++ {
				t := l.tags[at]
				if t == one.gold[i] {
					l.values[at] += step
				}
				l.values[at] -= step * p[t]
			}
		}
	}
	for i, expected := range w.linked {
		l.links[i] -= step * expected
	}
	before := 0
	for _, t := range one.gold {
		now, place := 0, alone
		if t != 0 {
			now, place = span(t).of()
			now++
		}
		if place == begins || place == alone {
			l.links[before*(1+w.kinds)+now] += step
		}
		before = now
	}
}

// finish leaves out what says nothing.
func (l *learner) finish(names []uint64) *Model {
	m := l.model
	for i, f := range names {
		var said []weight
		for at := l.first[i]; at < l.first[i+1]; at++ {
			if v := l.values[at] * l.scale; math.Abs(v) >= smallest {
				said = append(said, weight{tag: uint16(l.tags[at]), value: float32(v)}) //nolint:gosec // tags are fewer than 2¹⁶
			}
		}
		if len(said) > 0 {
			m.rows.add(f, said)
		}
	}
	for _, v := range l.links {
		m.follow = append(m.follow, float32(v*l.scale))
	}
	return &m
}
