package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Example is a past order: its text, and the label that turned out right.
type Example struct {
	Text  string
	Label string
	Group string // examples of one group are never learned from when another of it is judged; texts that are nearly the same are found to be of one group anyway
}

// Plan is how to learn.
type Plan struct {
	Wrong float64 // the share of wrong answers that may go out without a person; 0 means 0.02
	Folds int     // parts that the examples are divided into to measure the model on what it did not learn from; 0 means 5
	Seed  uint64  // of the division
	Cores int     // that may be busy at once; 0 means all there are
}

// Bounds of what can be learned from.
const (
	fewestExamples = 50
	mostLabels     = 4096
)

// ErrTooFew says that there is too little to learn from.
var ErrTooFew = errors.New("too few examples")

// prepared is the examples, made ready.
type prepared struct {
	labels   []string
	class    []int // by example
	features [][]feature
	fold     []int
	groups   int
}

// trial is how the examples of one part were judged by a model that had not seen them.
type trial struct {
	example int
	order   []int
	scores  []float32
	facts   facts
}

// Learn makes a model from the examples: part by part it learns from the others and is judged on that part; from these judgements it learns how sure it may be; then it learns from all. The same examples and
// plan make the same model. say hears of the progress. Errors: ErrTooFew, a single label, more than 4,096, or the end of ctx.
func Learn(ctx context.Context, examples []Example, plan Plan, say func(stage string)) (*Model, Card, error) {
	if plan.Wrong == 0 {
		plan.Wrong = 0.02
	}
	if plan.Folds == 0 {
		plan.Folds = 5
	}
	if plan.Cores == 0 {
		plan.Cores = runtime.GOMAXPROCS(0)
	}
	p, err := prepare(examples, plan)
	if err != nil {
		return nil, Card{}, err
	}
	trials := make([]trial, 0, len(examples))
	for part := range plan.Folds {
		say(fmt.Sprintf("part %d of %d: learning from the others to measure on this one", part+1, plan.Folds))
		var taught, held []int
		for i := range examples {
			if p.fold[i] == part {
				held = append(held, i)
			} else {
				taught = append(taught, i)
			}
		}
		if len(held) == 0 {
			continue
		}
		m, err := fit(ctx, p, taught, plan)
		if err != nil {
			return nil, Card{}, err
		}
		for _, i := range held {
			v := m.vocab.vector(p.features[i])
			scores := m.scores(v)
			order := ranked(scores)
			trials = append(trials, trial{i, order, scores, m.facts(order, scores, v)})
		}
	}
	card := p.judge(trials, plan)
	say("learning from all")
	all := make([]int, len(examples))
	for i := range all {
		all[i] = i
	}
	m, err := fit(ctx, p, all, plan)
	if err != nil {
		return nil, Card{}, err
	}
	m.belief = learnBelief(p, trials)
	m.Wrong, m.Auto = plan.Wrong, card.Auto.Threshold
	m.words = newLexicon(examples)
	card.Features, card.Weights = len(m.vocab.hashes), m.weightCount()
	return m, card, nil
}

func prepare(examples []Example, plan Plan) (*prepared, error) {
	if len(examples) < fewestExamples {
		return nil, fmt.Errorf("%w: %d, at least %d are needed", ErrTooFew, len(examples), fewestExamples)
	}
	p := &prepared{}
	for _, e := range examples {
		p.labels = append(p.labels, e.Label)
	}
	slices.Sort(p.labels)
	p.labels = slices.Compact(p.labels)
	switch {
	case len(p.labels) < 2:
		return nil, fmt.Errorf("all examples have the same label: there is nothing to tell apart")
	case len(p.labels) > mostLabels:
		return nil, fmt.Errorf("%d labels are more than %d: is it the right column?", len(p.labels), mostLabels)
	}
	normal := make([][]rune, len(examples))
	for i, e := range examples {
		at, _ := slices.BinarySearch(p.labels, e.Label)
		p.class = append(p.class, at)
		normal[i] = normalise(e.Text)
		p.features = append(p.features, features(normal[i]))
	}
	p.fold, p.groups = divide(examples, normal, plan)
	return p, nil
}

// fit learns the weights of every class from some of the examples.
func fit(ctx context.Context, p *prepared, from []int, plan Plan) (*Model, error) {
	texts := make([][]feature, len(from))
	for i, j := range from {
		texts[i] = p.features[j]
	}
	m := &Model{Labels: p.labels, vocab: newVocabulary(texts), sizes: make([]int, len(p.labels)), bias: make([]float32, len(p.labels))}
	vectors := make([]vector, len(from))
	all := make([]float32, len(m.vocab.hashes))
	for i, j := range from {
		vectors[i] = m.vocab.vector(p.features[j])
		m.sizes[p.class[j]]++
		for _, at := range vectors[i].at {
			all[at]++
		}
	}
	learned := make([][]float32, len(p.labels))
	work := make(chan int)
	var done sync.WaitGroup
	for range min(plan.Cores, len(p.labels)) {
		done.Go(func() {
			scaled := scratch(vectors)
			inside := make([]bool, len(from))
			for class := range work {
				for i, j := range from {
					inside[i] = p.class[j] == class
				}
				learned[class] = oneClass(vectors, scaled, inside, all, plan.Seed)
			}
		})
	}
	for class, n := range m.sizes {
		if n > 0 && ctx.Err() == nil {
			work <- class
		}
	}
	close(work)
	done.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.collect(learned)
	return m, nil
}

// scratch is room for the examples as one class weighs them.
func scratch(vectors []vector) []vector {
	out := make([]vector, len(vectors))
	for i, v := range vectors {
		out[i] = vector{at: v.at, value: make([]float32, len(v.value))}
	}
	return out
}

func oneClass(vectors, scaled []vector, inside []bool, all []float32, seed uint64) []float32 {
	counts := contrasts(vectors, inside, all)
	for i := range vectors {
		size := float32(0)
		for k, at := range vectors[i].at {
			x := vectors[i].value[k] * counts[at]
			scaled[i].value[k] = x
			size += x * x
		}
		scaled[i].size = size
	}
	w := separate(scaled, inside, len(all), seed)
	for f, c := range counts {
		w[f] *= c
	}
	return w
}

// slight is the greatest weight that is left out: what many such say together changes no answer.
const slight = 0.01

// never is the bias of a class that there was no example of.
const never = -5

// collect turns the weights of the classes into those of the features.
func (m *Model) collect(learned [][]float32) {
	m.rows = make([][]weight, len(m.vocab.hashes))
	for class, w := range learned {
		if w == nil {
			m.bias[class] = never
			continue
		}
		m.bias[class] = w[len(w)-1]
		for f, x := range w[:len(w)-1] {
			if math.Abs(float64(x)) > slight {
				m.rows[f] = append(m.rows[f], weight{uint16(class), x}) //nolint:gosec // classes are at most mostLabels
			}
		}
	}
}

func (m *Model) weightCount() int {
	n := 0
	for _, row := range m.rows {
		n += len(row)
	}
	return n
}
