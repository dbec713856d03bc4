package model

import (
	"context"
	"math"
	"sync"
)

// job is one machine to learn: a class against the others, on the examples that it is learned from.
type job struct {
	examples []vector
	inside   func(i int) bool // whether an example is of the class
	counts   []float32        // by feature, how many examples have it
	class    int
	weights  []float32 // when done; the last is the bias
}

// jobs are the machines to learn from some of the examples: those of the classes that there are examples of, then those of each column's hints. of tells where each of the latter begins, and where the last ends.
func (p *prepared) jobs(from []int, vectors []vector, counts []float32, m *Model) (jobs []*job, of []int) {
	for _, c := range p.columns {
		for class := c.from; class < c.from+len(c.values); class++ {
			if m.sizes[class] == 0 {
				continue
			}
			jobs = append(jobs, &job{examples: vectors, counts: counts, class: class, inside: func(i int) bool { return c.classes[from[i]] == class }})
		}
	}
	of = []int{len(jobs)}
	for i := range p.calls {
		jobs = append(jobs, p.calls[i].jobs(from, &m.vocab)...)
		of = append(of, len(jobs))
	}
	return jobs, of
}

// labour does the jobs, several at once. An error is the end of ctx.
func labour(ctx context.Context, jobs []*job, plan Plan) error {
	work := make(chan *job)
	var done sync.WaitGroup
	for range min(plan.Cores, len(jobs)) {
		done.Go(func() {
			for one := range work {
				inside := make([]bool, len(one.examples))
				for i := range inside {
					inside[i] = one.inside(i)
				}
				one.weights = separate(one.examples, inside, contrasts(one.examples, inside, one.counts), plan.Seed)
			}
		})
	}
	for _, one := range jobs {
		if ctx.Err() == nil {
			work <- one
		}
	}
	close(work)
	done.Wait()
	return ctx.Err()
}

// slight is the greatest weight that is left out: what many such say together changes no answer.
const slight = 0.01

// never is the bias of a class that there was no example of.
const never = -5

// collect turns the weights of the classes into those of the features.
func (m *Model) collect(jobs []*job) {
	m.rows = make([][]weight, len(m.vocab.hashes))
	for class := range m.bias {
		m.bias[class] = never
	}
	for _, one := range jobs {
		m.bias[one.class] = one.spread(m.rows)
	}
}

// spread gives the weights to the rows of the features and returns the bias. The machine's own copy is let go.
func (j *job) spread(rows [][]weight) (bias float32) {
	w := j.weights
	for f, x := range w[:len(w)-1] {
		if math.Abs(float64(x)) > slight {
			rows[f] = append(rows[f], weight{uint16(j.class), x}) //nolint:gosec // classes are at most mostLabels
		}
	}
	j.weights = nil
	return w[len(w)-1]
}
