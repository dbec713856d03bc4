// Package model learns from a city's past orders which label, such as the department, a text belongs to, and says how sure it is.
package model

import (
	"cmp"
	"slices"
	"unicode"
)

// Model gives labels to texts. It does not change after training and is safe for use by many at once.
type Model struct {
	Labels []string // of the classes, sorted
	Auto   float64  // the p from which on at most Wrong of the answers are expected to be wrong; above 1 where no p is high enough
	Wrong  float64  // the share of wrong answers that Auto was chosen for

	Aspects []Aspect // what else is told of a text, each by a model of its own

	words  lexicon
	vocab  vocabulary
	bias   []float32 // by class: the labels, then those of the columns that go along with them
	rows   [][]weight
	sizes  []int // examples by class
	belief belief
	terms  terms
	nets   []net

	together [][][]uint16 // by label, the combinations of other columns' classes that it was seen with
	hints    []hint       // of the columns whose values texts call by name
	mixture  mixture
}

// weight is what a feature says for a class.
type weight struct {
	Class uint16
	Value float32
}

// Candidate is a label that a text may have.
type Candidate struct {
	Label    string   `json:"label"`
	P        float64  `json:"p"`        // how often such an answer is right, between 0 and 1
	Evidence []string `json:"evidence"` // the words of the text that weighed most, in their order of weight; empty where none did
}

// Answer is what the model says of one text.
type Answer struct {
	Candidates []Candidate `json:"candidates"` // best first
	Auto       bool        `json:"auto"`       // whether the first may be followed without a person looking

	Aspects  map[string][]Candidate `json:"aspects,omitempty"` // of what else is told, such as the kind, by name: best first
	Familiar bool                   `json:"-"`                 // whether the text is of the kind that the model learned from
}

const (
	// named is how many candidates an answer names at most, and least the smallest p worth naming beside the first.
	named, least = 5, 0.005
	// evident is how many words are given as evidence.
	evident = 5
	// familiar is the share of a text's features that must be known before it is answered without a person: a text of another kind than the examples never is.
	familiar = 0.5
	// telling is how many letters a text must have before it is answered without a person.
	telling = 4
)

// Classify tells the labels that a text may have. It is a pure function of model and text.
func (m *Model) Classify(text string) Answer {
	chars := normalise(text)
	v := m.vocab.vector(features(chars))
	hints := m.hears(chars)
	raw := withHints(m.raw(v), hinted(hints, v), m.mixture.Hints)
	scores := m.terms.weigh(m.combined(raw), m.heard(v))
	order := ranked(scores)
	p := m.belief.of(m.facts(order, scores, v), scores, order)
	a := Answer{Candidates: make([]Candidate, 0, named)}
	for rank, class := range order[:min(named, len(order))] {
		if rank > 0 && p[rank] < least {
			break
		}
		a.Candidates = append(a.Candidates, Candidate{Label: m.Labels[class], P: p[rank], Evidence: m.evidence(chars, v, hints, raw, class, order)})
	}
	a.Familiar = v.known >= familiar && letters(chars) >= telling
	a.Auto = a.Familiar && p[0] >= m.Auto
	for _, one := range m.Aspects {
		if a.Aspects == nil {
			a.Aspects = map[string][]Candidate{}
		}
		a.Aspects[one.Name] = one.Model.Classify(text).Candidates
	}
	return a
}

func letters(chars []rune) int {
	n := 0
	for _, r := range chars {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// raw is the margin of each class of every column.
func (m *Model) raw(v vector) []float32 {
	s := slices.Clone(m.bias)
	for i, f := range v.at {
		x := v.value[i]
		for _, w := range m.rows[f] {
			s[w.Class] += x * w.Value
		}
	}
	return s
}

// ranked is the classes, best first.
func ranked(scores []float32) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	return order
}
