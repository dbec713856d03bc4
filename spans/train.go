package spans

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"unicode/utf8"
)

// Plan is how to learn.
type Plan struct {
	Rounds int                // passes over the examples; 0 means 8
	Seed   uint64             // of their order
	Lists  [][]string         // words that the tagger may know beforehand, such as surnames; at most 16 lists
	Miss   map[string]float32 // by kind, how much worse it is to miss a span than to mark one too many: the margin asked for; 0 means 1
	Rare   int                // features seen less often are left out; 0 means 2
}

const mostLists = 16

// learner is a model under training.
type learner struct {
	model Model
	rows  []map[tag]*average
	links []average
	now   float64 // examples learned from so far
	miss  []float32
}

// average is a weight and the sum of what it has been, so that the mean over all steps can be taken in the end.
type average struct {
	value, sum float64
	at         float64
}

func (a *average) add(v, now float64) {
	a.sum += a.value * (now - a.at)
	a.value, a.at = a.value+v, now
}

func (a *average) mean(now float64) float32 {
	return float32((a.sum + a.value*(now-a.at)) / now)
}

// lesson is an example, made ready.
type lesson struct {
	features [][]int32
	gold     []tag
}

// Train learns from the examples until ctx ends. Errors: ErrOverlap in an example, or no spans at all.
func Train(ctx context.Context, examples []Example, p Plan) (*Model, error) {
	if p.Rounds == 0 {
		p.Rounds = 8
	}
	if p.Rare == 0 {
		p.Rare = 2
	}
	if len(p.Lists) > mostLists {
		return nil, fmt.Errorf("%d lists of words are given, at most %d can be", len(p.Lists), mostLists)
	}
	l := &learner{model: Model{Kinds: kindsOf(examples), Lists: p.Lists, lexicon: newLexicon(p.Lists)}}
	if len(l.model.Kinds) == 0 {
		return nil, fmt.Errorf("no example marks anything: there is nothing to learn")
	}
	lessons, names, err := l.prepare(examples, p.Rare)
	if err != nil {
		return nil, err
	}
	for _, kind := range l.model.Kinds {
		miss := p.Miss[kind]
		if miss == 0 {
			miss = 1
		}
		l.miss = append(l.miss, miss)
	}
	l.rows = make([]map[tag]*average, len(names))
	k := 1 + len(l.model.Kinds)
	l.links = make([]average, k*k)
	l.model.follow = make([]float32, k*k)
	order := rand.New(rand.NewPCG(p.Seed, 1)) //nolint:gosec // the order of examples is no secret
	for range p.Rounds {
		order.Shuffle(len(lessons), func(i, j int) { lessons[i], lessons[j] = lessons[j], lessons[i] })
		for _, one := range lessons {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			l.learn(one)
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
					number[f], names = n, append(names, f)
				}
				one.features[j] = append(one.features[j], n)
			}
		}
		raw[i] = nil
		lessons = append(lessons, one)
	}
	return lessons, names, nil
}

// learn looks at one example: where the best sequence under a margin is not the marked one, the weights move towards the marked.
func (l *learner) learn(one lesson) {
	l.now++
	m := &l.model
	scores := make([][]float32, len(one.features))
	for i, fs := range one.features {
		s := make([]float32, m.tagCount())
		for _, f := range fs {
			for t, w := range l.rows[f] {
				s[t] += float32(w.value)
			}
		}
		l.margin(s, one.gold[i])
		scores[i] = s
	}
	guess := m.best(scores)
	for i, g := range one.gold {
		if g == guess[i] {
			continue
		}
		for _, f := range one.features[i] {
			if l.rows[f] == nil {
				l.rows[f] = map[tag]*average{}
			}
			l.weight(f, g).add(1, l.now)
			l.weight(f, guess[i]).add(-1, l.now)
		}
	}
	l.relink(one.gold, 1)
	l.relink(guess, -1)
}

// margin makes every other tag than the marked one look better, by what mistaking it costs.
func (l *learner) margin(s []float32, gold tag) {
	cost := float32(1)
	if gold != 0 {
		kind, _ := span(gold).of()
		cost = l.miss[kind]
	}
	for t := range s {
		if tag(t) != gold { //nolint:gosec // tags are few
			s[t] += cost
		}
	}
}

func (l *learner) weight(feature int32, t tag) *average {
	w := l.rows[feature][t]
	if w == nil {
		w = &average{}
		l.rows[feature][t] = w
	}
	return w
}

// relink moves the weights of what follows what.
func (l *learner) relink(path []tag, by float64) {
	k := 1 + len(l.model.Kinds)
	before := 0
	for _, t := range path {
		now, place := 0, alone
		if t != 0 {
			now, place = span(t).of()
			now++
		}
		if place == begins || place == alone {
			at := before*k + now
			l.links[at].add(by, l.now)
			l.model.follow[at] = float32(l.links[at].value)
		}
		before = now
	}
}

// finish takes the means and leaves out what says nothing.
func (l *learner) finish(names []uint64) *Model {
	m := l.model
	m.rows = make(map[uint64][]weight, len(names))
	for i, row := range l.rows {
		var kept []weight
		for t, a := range row {
			if v := a.mean(l.now); v > 0.001 || v < -0.001 {
				kept = append(kept, weight{Tag: t, Value: v})
			}
		}
		slices.SortFunc(kept, func(a, b weight) int { return int(a.Tag - b.Tag) })
		if len(kept) > 0 {
			m.rows[names[i]] = kept
		}
	}
	for i := range l.links {
		m.follow[i] = l.links[i].mean(l.now)
	}
	return &m
}
