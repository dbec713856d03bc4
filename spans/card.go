package spans

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
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
	Bias      float32 `json:"bias"`      // how much more readily it is marked than learned
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
	Clean float64 // but no more readily than leaves this share of what is marked right, by characters
}

// steps are the biases tried for an eager kind, from none to most.
var steps = []float32{0, 4, 8, 12, 16, 20, 25, 30, 40}

// Learn trains twice: on nine tenths of the examples, to measure the model on the last tenth and to choose how readily eager kinds are marked;
// then on all of them. say hears of the progress.
func Learn(ctx context.Context, examples []Example, p Plan, eager Eager, say func(stage string)) (*Model, Card, error) {
	var taught, held []Example
	draw := rand.New(rand.NewPCG(p.Seed, 2)) //nolint:gosec // the choice of examples is no secret
	for _, e := range examples {
		if draw.IntN(10) == 0 {
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
	bias := trial.choose(held, eager)
	trial.Bias = bias
	byKind := map[string]Score{}
	for _, s := range Measure(trial, held) {
		byKind[s.Kind] = s
	}
	say("train")
	m, err := Train(ctx, examples, p)
	if err != nil {
		return nil, card, err
	}
	m.Bias = make([]float32, len(m.Kinds))
	for i, kind := range m.Kinds {
		for j, k := range trial.Kinds {
			if k == kind {
				m.Bias[i] = bias[j]
			}
		}
		s := byKind[kind]
		s.Kind, s.Bias = kind, m.Bias[i]
		card.Kinds = append(card.Kinds, s)
	}
	card.Features = len(m.rows)
	return m, card, nil
}

// enough is how many spans of a kind must be held out before a bias is chosen by them.
const enough = 50

// choose finds for each eager kind the greatest bias that keeps its marks clean enough; none where too few are held out to tell.
func (m *Model) choose(held []Example, eager Eager) []float32 {
	bias := make([]float32, len(m.Kinds))
	for i, kind := range m.Kinds {
		for _, want := range eager.Kinds {
			if kind != want {
				continue
			}
			for _, step := range steps {
				m.Bias = make([]float32, len(m.Kinds))
				m.Bias[i] = step
				for _, s := range Measure(m, held) {
					if s.Kind == kind && s.Marked >= enough && s.Clean >= eager.Clean {
						bias[i] = step
					}
				}
			}
		}
	}
	m.Bias = nil
	return bias
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
