package model

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Example is a past order: its text, and the label that turned out right.
type Example struct {
	Text  string
	Label string
	Also  []string // what the columns of Plan.Also say of it; empty where unknown
	Aside []string // what the columns of Plan.Aside say of it; empty where unknown
	Part  string   // of the city or of the source, for the card to say how right the model is there; empty where it does not matter
	Group string   // examples of one group are never learned from when another of it is judged; texts that are nearly the same are found to be of one group anyway
}

// Plan is how to learn.
type Plan struct {
	Also  []string // names of columns that go along with the label, such as the district beside the unit: they are learned too, and help to tell the label; they need not be known of a text that is asked about
	Aside []string // names of columns that only the networks learn beside the label, such as the category
	Nets  int      // networks that are asked beside the linear machines: slower to learn, a little better; 0 means none
	Wrong float64  // the share of wrong answers that may go out without a person; 0 means 0.02
	Folds int      // parts that the examples are divided into to measure the model on what it did not learn from; 0 means 5
	Seed  uint64   // of the division
	Cores int      // that may be busy at once; 0 means all there are
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
	columns  []column
	aside    []column // numbered on from the columns
	features [][]feature
	normal   [][]rune
	calls    []calls
	fold     []int
	part     []string
	groups   int
}

// column is the label or what goes along with it: the classes of its values are numbered on from those of the columns before.
type column struct {
	name    string
	from    int // number of its first class
	values  []string
	classes []int // by example; -1 where unknown
}

// trial is how an example was judged by a model that had not seen it.
type trial struct {
	example int
	judge   *Model // without its weights
	raw     []float32
	hints   []weight  // what hints say of the classes
	base    []float32 // by label, its margin with what hints and the other columns say
	nets    []float32 // by label, the logarithm of what the networks give it; nil without networks
	vector  vector

	order  []int
	scores []float32
	facts  facts
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
	begun := time.Now()
	p, err := prepare(examples, plan)
	if err != nil {
		return nil, Card{}, err
	}
	prepared := time.Since(begun)
	trials, err := p.try(ctx, plan, say)
	if err != nil {
		return nil, Card{}, err
	}
	card, mixture, terms, belief := p.judge(trials, plan)
	say("learning from all")
	measured := time.Now()
	all := make([]int, len(examples))
	for i := range all {
		all[i] = i
	}
	m, err := fit(ctx, p, all, plan)
	if err != nil {
		return nil, Card{}, err
	}
	m.mixture, m.terms, m.belief = mixture, terms, belief
	if mixture.Hints == 0 {
		m.hints = nil
	}
	m.Wrong, m.Auto = plan.Wrong, card.Auto.Threshold
	m.words = newLexicon(examples)
	card.Took = Took{Measuring: (measured.Sub(begun) - prepared).Seconds(), Learning: (time.Since(measured) + prepared).Seconds()}
	card.Also, card.Company, card.Hints = plan.Also, mixture.Company, mixture.Hints
	card.Features, card.Weights = len(m.vocab.hashes), m.weightCount()
	return m, card, nil
}

// try judges every example by a model of the parts that it is not in.
func (p *prepared) try(ctx context.Context, plan Plan, say func(stage string)) ([]trial, error) {
	trials := make([]trial, 0, len(p.class))
	for part := range plan.Folds {
		say(fmt.Sprintf("part %d of %d: learning from the others to measure on this one", part+1, plan.Folds))
		var taught, held []int
		for i, f := range p.fold {
			if f == part {
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
			return nil, err
		}
		judge := *m
		judge.rows, judge.vocab, judge.nets, judge.hints = nil, vocabulary{}, nil, nil
		for _, i := range held {
			v := m.vocab.vector(p.features[i])
			trials = append(trials, trial{example: i, judge: &judge, raw: m.raw(v), hints: hinted(m.hears(p.normal[i]), v), nets: m.heard(v), vector: vector{known: v.known, count: len(v.at)}})
		}
	}
	return trials, nil
}

func prepare(examples []Example, plan Plan) (*prepared, error) {
	if len(examples) < fewestExamples {
		return nil, fmt.Errorf("%w: %d, at least %d are needed", ErrTooFew, len(examples), fewestExamples)
	}
	p := &prepared{}
	for i, name := range append([]string{""}, plan.Also...) {
		p.columns = append(p.columns, numbered(name, p.width(), examples, func(e Example) string {
			if i == 0 {
				return e.Label
			}
			if i > len(e.Also) {
				return ""
			}
			return e.Also[i-1]
		}))
	}
	for i, name := range plan.Aside {
		p.aside = append(p.aside, numbered(name, p.wide(), examples, func(e Example) string {
			if i >= len(e.Aside) {
				return ""
			}
			return e.Aside[i]
		}))
	}
	p.labels, p.class = p.columns[0].values, p.columns[0].classes
	switch {
	case len(p.labels) < 2:
		return nil, fmt.Errorf("all examples have the same label: there is nothing to tell apart")
	case p.wide() > mostLabels:
		return nil, fmt.Errorf("%d labels are more than %d: is it the right column?", p.wide(), mostLabels)
	}
	p.normal = make([][]rune, len(examples))
	for i, e := range examples {
		p.normal[i] = normalise(e.Text)
		p.part = append(p.part, e.Part)
		p.features = append(p.features, features(p.normal[i]))
	}
	p.fold, p.groups = divide(examples, p.normal, plan)
	p.calls = findCalls(p.columns, p.normal)
	return p, nil
}

// numbered numbers the values of a column.
func numbered(name string, from int, examples []Example, value func(Example) string) column {
	c := column{name: name, from: from}
	for _, e := range examples {
		if v := value(e); v != "" || name == "" {
			c.values = append(c.values, v)
		}
	}
	slices.Sort(c.values)
	c.values = slices.Compact(c.values)
	for _, e := range examples {
		at, known := slices.BinarySearch(c.values, value(e))
		if !known {
			at = -1 - c.from
		}
		c.classes = append(c.classes, c.from+at)
	}
	return c
}

// wide is the number of classes of all columns, those aside too.
func (p *prepared) wide() int {
	if len(p.aside) == 0 {
		return p.width()
	}
	c := p.aside[len(p.aside)-1]
	return c.from + len(c.values)
}

// width is the number of classes of all columns.
func (p *prepared) width() int {
	if len(p.columns) == 0 {
		return 0
	}
	c := p.columns[len(p.columns)-1]
	return c.from + len(c.values)
}

// fit learns the weights of every class from some of the examples.
func fit(ctx context.Context, p *prepared, from []int, plan Plan) (*Model, error) {
	texts := make([][]feature, len(from))
	for i, j := range from {
		texts[i] = p.features[j]
	}
	m := &Model{Labels: p.labels, vocab: newVocabulary(texts), sizes: make([]int, p.width()), bias: make([]float32, p.width())}
	vectors := make([]vector, len(from))
	all := make([]float32, len(m.vocab.hashes))
	for i, j := range from {
		vectors[i] = m.vocab.vector(p.features[j])
		for _, c := range p.columns {
			if class := c.classes[j]; class >= 0 {
				m.sizes[class]++
			}
		}
		for _, at := range vectors[i].at {
			all[at]++
		}
	}
	m.together = p.together(from)
	jobs, of := p.jobs(from, vectors, all, m)
	if err := labour(ctx, jobs, plan); err != nil {
		return nil, err
	}
	m.collect(jobs[:of[0]])
	for i := range p.calls {
		m.hints = append(m.hints, p.calls[i].learned(jobs[of[i]:of[i+1]]))
	}
	m.nets = p.school(ctx, vectors, from, len(m.vocab.hashes), plan)
	return m, ctx.Err()
}

// school makes the networks, several at once.
func (p *prepared) school(ctx context.Context, vectors []vector, from []int, features int, plan Plan) []net {
	t := teaching{examples: vectors}
	for _, c := range slices.Concat(p.columns, p.aside) {
		if len(c.values) == 0 {
			continue
		}
		classes := make([]int, len(from))
		for i, j := range from {
			classes[i] = c.classes[j]
		}
		t.heads, t.classes = append(t.heads, head{c.from, c.from + len(c.values)}), append(t.classes, classes)
	}
	nets := make([]net, plan.Nets)
	work := make(chan int)
	var done sync.WaitGroup
	for range min(plan.Cores, plan.Nets) {
		done.Go(func() {
			for n := range work {
				nets[n] = teach(t, features, plan.Seed<<8|uint64(n)) //nolint:gosec // nets are few
			}
		})
	}
	for n := range nets {
		if ctx.Err() == nil {
			work <- n
		}
	}
	close(work)
	done.Wait()
	return nets
}

func (m *Model) weightCount() int {
	n := 0
	for _, row := range m.rows {
		n += len(row)
	}
	for _, h := range m.hints {
		for _, row := range h.rows {
			n += len(row)
		}
	}
	return n
}
