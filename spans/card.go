package spans

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// CardFile is the name of the card in a model's directory.
const CardFile = "card.json"

// Card says what a model was made of and how well it does on examples that it did not learn from.
type Card struct {
	Made     time.Time `json:"made"`
	Program  string    `json:"program"`
	Rows     int       `json:"rows"`
	HeldOut  int       `json:"held_out"` // examples that the figures are of; the model that is kept has learned from them too
	Features int       `json:"features"`
	Kinds    []Score   `json:"kinds"`
}

// Score is how well spans of one kind are found.
type Score struct {
	Kind      string  `json:"kind"`
	Marked    int     `json:"marked"`    // by people, in the examples held out
	Found     int     `json:"found"`     // by the model
	Right     int     `json:"right"`     // with the same start, end and kind
	Precision float64 `json:"precision"` // Right of Found
	Recall    float64 `json:"recall"`    // Right of Marked
	Covered   float64 `json:"covered"`   // share of the characters that people marked with this kind which the model marked with it
	Clean     float64 `json:"clean"`     // share of the characters that the model marked with this kind which people marked with it
	Least     float64 `json:"least"`     // spans at least so likely are marked; 0: those of the likeliest sequence
}

// Save writes the card beside the model.
func (c Card) Save(dir string) error {
	body, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, CardFile), append(body, '\n'), 0o644) //nolint:gosec // a card is public
	}
	if err != nil {
		return fmt.Errorf("write the model's card: %w", err)
	}
	return nil
}

// Eager asks that spans of some kinds be found rather than left, as hiding personal data demands.
type Eager struct {
	Kinds []string
	Clean float64 // but no more readily than leaves this share of what is marked right, with the same start and end
}

// Learn trains twice: on four fifths of the examples, to measure the model on the last fifth and to choose how readily eager kinds are marked;
// then on all of them. say hears of the progress.
func Learn(ctx context.Context, examples []Example, p Plan, eager Eager, say func(stage string)) (*Model, Card, error) {
	var taught, held []Example
	draw := rand.New(rand.NewPCG(p.Seed, 2)) //nolint:gosec // the choice of examples is no secret
	for _, e := range examples {
		if draw.IntN(5) == 0 {
			held = append(held, e)
		} else {
			taught = append(taught, e)
		}
	}
	card := Card{Rows: len(examples), HeldOut: len(held)}
	say("measure")
	trial, err := Train(ctx, taught, p)
	if err != nil {
		return nil, card, err
	}
	trial.Least = trial.leasts(held, eager)
	byKind := map[string]Score{}
	for _, s := range Measure(trial, held) {
		byKind[s.Kind] = s
	}
	say("train")
	m, err := Train(ctx, examples, p)
	if err != nil {
		return nil, card, err
	}
	m.Least = make([]float64, len(m.Kinds))
	for i, kind := range m.Kinds {
		for j, k := range trial.Kinds {
			if k == kind {
				m.Least[i] = trial.Least[j]
			}
		}
		s := byKind[kind]
		s.Kind, s.Least = kind, m.Least[i]
		card.Kinds = append(card.Kinds, s)
	}
	card.Features = len(m.rows.at)
	return m, card, nil
}

// enough is how many spans of a kind must be held out before it is marked more readily than learned.
const enough = 50

// leasts finds for each eager kind the lowest likelihood that still leaves enough of what is marked right.
func (m *Model) leasts(held []Example, eager Eager) []float64 {
	out := make([]float64, len(m.Kinds))
	for _, kind := range eager.Kinds {
		if i := slices.Index(m.Kinds, kind); i >= 0 {
			out[i] = m.least(held, i, eager.Clean)
		}
	}
	return out
}

// What is tried for the lowest likelihood, from the highest down.
const highestLeast, lowestLeast, nextLeast = 0.5, 0.04, 0.01

func (m *Model) least(held []Example, kind int, clean float64) (least float64) {
	all := make([][]chance, len(held))
	w := newSweep(len(m.Kinds))
	marked := 0
	for i, e := range held {
		for _, s := range e.Spans {
			if s.Kind == m.Kinds[kind] {
				marked++
			}
		}
		if features := m.lexicon.features(e.Text); len(features) > 0 {
			m.score(w, features)
			w.run()
			all[i] = w.chances(kind, lowestLeast)
		}
	}
	if marked < enough {
		return 0
	}
	for p := highestLeast; p >= lowestLeast; p -= nextLeast {
		found, right := 0, 0
		for i, e := range held {
			likely := slices.DeleteFunc(slices.Clone(all[i]), func(c chance) bool { return c.p < p })
			for _, c := range choose(likely, p) {
				found++
				if slices.Contains(e.Spans, Span{Start: c.start, End: c.end, Kind: m.Kinds[kind]}) {
					right++
				}
			}
		}
		if share(right, found) < clean {
			break
		}
		least = p
	}
	return least
}

// Measure compares what a model marks with what people marked.
func Measure(m *Model, examples []Example) []Score {
	at := map[string]int{}
	scores := make([]Score, len(m.Kinds))
	chars := make([]struct{ marked, found, both int }, len(m.Kinds))
	for i, kind := range m.Kinds {
		at[kind], scores[i].Kind = i, kind
	}
	for _, e := range examples {
		marked := map[Span]bool{}
		owner := map[int]string{}
		for _, s := range e.Spans {
			i, known := at[s.Kind]
			if !known {
				continue
			}
			marked[s] = true
			scores[i].Marked++
			chars[i].marked += s.End - s.Start
			for j := s.Start; j < s.End; j++ {
				owner[j] = s.Kind
			}
		}
		for _, s := range m.Mark(e.Text) {
			i := at[s.Kind]
			scores[i].Found++
			chars[i].found += s.End - s.Start
			if marked[s] {
				scores[i].Right++
			}
			for j := s.Start; j < s.End; j++ {
				if owner[j] == s.Kind {
					chars[i].both++
				}
			}
		}
	}
	for i := range scores {
		s, c := &scores[i], chars[i]
		s.Precision, s.Recall = share(s.Right, s.Found), share(s.Right, s.Marked)
		s.Covered, s.Clean = share(c.both, c.marked), share(c.both, c.found)
	}
	return scores
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
