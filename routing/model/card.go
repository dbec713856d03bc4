package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// CardFile is the name of the card in a model's directory.
const CardFile = "card.json"

// Card says what a model was made of and how well it does. Every figure is of texts that the answering model had not seen: the examples are divided into parts, and each part is judged by a model of the others.
type Card struct {
	Made        time.Time       `json:"made"`
	Program     string          `json:"program"`
	Rows        int             `json:"rows"`
	Groups      int             `json:"groups"` // of texts that are nearly the same, or were said to belong together; a group is never divided
	Classes     int             `json:"classes"`
	Also        []string        `json:"also,omitempty"`    // columns that were learned along with the label
	Company     float32         `json:"company,omitempty"` // how much these say, beside the label itself
	Hints       float32         `json:"hints,omitempty"`   // how much it says, in a text that calls no value of a column by name, what goes with those that others call
	Features    int             `json:"features"`
	Weights     int             `json:"weights"`
	Folds       int             `json:"folds"`
	Accuracy    float64         `json:"accuracy"` // of the first candidate
	TopThree    float64         `json:"top_three"`
	MacroF1     float64         `json:"macro_f1"`          // mean over the classes
	Calibration float64         `json:"calibration_error"` // expected calibration error of the first p in ten bins, as a share; the beliefs of a part are learned from the others
	Auto        AutoCard        `json:"auto"`
	ByClass     []ClassScore    `json:"by_class"` // the largest first
	Took        Took            `json:"took"`
	Aspects     map[string]Card `json:"aspects,omitempty"` // of what else is told of a text, by name
	Reliability []Reliability   `json:"reliability"`
	ByPart      []PartScore     `json:"by_part,omitempty"` // of the city or of the source, where a column says which
}

// Took is how long it took to make the model, in seconds of the clock on as many cores as it was given.
type Took struct {
	Measuring float64 `json:"measuring"` // by models of four fifths each
	Learning  float64 `json:"learning"`  // from all, without the measuring
}

// AutoCard says what may be followed without a person.
type AutoCard struct {
	Wrong     float64 `json:"wrong"`     // the share that may be wrong
	Threshold float64 `json:"threshold"` // the p from which on it holds with 90 % confidence; above 1: never
	Share     float64 `json:"share"`     // of the texts at or above such a threshold, each part's chosen by the others
	Mistaken  float64 `json:"mistaken"`  // the share of those that were wrong
	Count     int     `json:"count"`     // of those
}

// ClassScore is how well one class is found.
type ClassScore struct {
	Label     string  `json:"label"`
	Rows      int     `json:"rows"`
	Answered  int     `json:"answered"` // how often it was the first candidate
	Right     int     `json:"right"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// Reliability compares, for answers with about the same p, p and how many were right.
type Reliability struct {
	From  float64 `json:"from"`
	P     float64 `json:"p"`
	Right float64 `json:"right"`
	Count int     `json:"count"`
}

// PartScore is how right the model is in one part of the examples, such as a district.
type PartScore struct {
	Name     string  `json:"name"`
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"` // mean over the classes that the part has
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

// confident is the one-sided normal quantile of 90 %.
const confident = 1.2816

// bins is how many equal steps of p the calibration is judged in.
const bins = 10

// judge makes the card from the trials, and the mixture, terms and beliefs of the model. What is said of a part by mixture, terms, beliefs and thresholds was learned from the other parts.
func (p *prepared) judge(trials []trial, plan Plan) (Card, mixture, terms, belief) {
	card := Card{Rows: len(p.class), Groups: p.groups, Classes: len(p.labels), Folds: plan.Folds, Auto: AutoCard{Wrong: plan.Wrong}}
	var all []sure
	var judged []trial
	own, others := make([][]sure, plan.Folds), make([][]sure, plan.Folds)
	each, mix := p.mix(trials, plan.Folds)
	for part := range plan.Folds {
		var mine, rest []trial
		for _, t := range trials {
			if p.fold[t.example] == part {
				mine = append(mine, t)
			} else {
				rest = append(rest, t)
			}
		}
		mine, rest = each[part].mixed(mine), each[part].mixed(rest)
		w := p.learnTerms(rest)
		mine, rest = w.weighed(mine), w.weighed(rest)
		b := learnBelief(p, rest)
		own[part], others[part] = p.sureness(&b, mine), p.sureness(&b, rest)
		all, judged = append(all, own[part]...), append(judged, mine...)
	}
	card.ByClass, card.Accuracy, card.TopThree, card.MacroF1 = p.score(judged)
	card.ByPart = p.parts(judged)
	card.Reliability, card.Calibration = reliability(all)
	trials = mix.mixed(trials)
	w := p.learnTerms(trials)
	trials = w.weighed(trials)
	b := learnBelief(p, trials)
	whole := p.sureness(&b, trials)
	for _, part := range stricter {
		card.Auto.Count, card.Auto.Mistaken = alone(own, others, part*plan.Wrong)
		card.Auto.Share, card.Auto.Threshold = share(card.Auto.Count, len(trials)), threshold(whole, part*plan.Wrong)
		if card.Auto.Mistaken <= plan.Wrong {
			return card, mix, w, b
		}
	}
	card.Auto.Count, card.Auto.Share, card.Auto.Mistaken, card.Auto.Threshold = 0, 0, 0, unreachable
	return card, mix, w, b
}

// stricter is what is asked of a threshold, as parts of the share that may be wrong: the less, until the parts that the thresholds were not chosen by keep to the share.
var stricter = []float64{1, 0.8, 0.6, 0.4}

// alone counts the answers at or above thresholds that the other parts chose, and tells the share of them that was wrong.
func alone(own, others [][]sure, wrong float64) (count int, mistaken float64) {
	bad := 0
	for part := range own {
		at := threshold(others[part], wrong)
		for _, s := range own[part] {
			if s.p >= at && s.known {
				count++
				if !s.right {
					bad++
				}
			}
		}
	}
	return count, share(bad, count)
}

// score counts how often the labels were found: by class the largest first, the share of first candidates that are right, of the first three, and the mean F1 of the classes that there are.
func (p *prepared) score(trials []trial) (byClass []ClassScore, accuracy, topThree, macroF1 float64) {
	scores := make([]ClassScore, len(p.labels))
	first, three := 0, 0
	for _, t := range trials {
		truth := p.class[t.example]
		scores[truth].Rows++
		scores[t.order[0]].Answered++
		rank := slices.Index(t.order, truth)
		if rank == 0 {
			first++
			scores[truth].Right++
		}
		if rank < 3 {
			three++
		}
	}
	classes := 0
	for i := range scores {
		s := &scores[i]
		s.Label, s.Precision, s.Recall = p.labels[i], share(s.Right, s.Answered), share(s.Right, s.Rows)
		if s.Rows > 0 {
			classes++
		}
		if s.Right > 0 {
			macroF1 += 2 * s.Precision * s.Recall / (s.Precision + s.Recall)
		}
	}
	slices.SortStableFunc(scores, func(a, b ClassScore) int { return cmp.Compare(b.Rows, a.Rows) })
	return scores, share(first, len(trials)), share(three, len(trials)), macroF1 / float64(max(classes, 1))
}

// parts scores each part by itself, by name.
func (p *prepared) parts(trials []trial) []PartScore {
	by := map[string][]trial{}
	for _, t := range trials {
		if name := p.part[t.example]; name != "" {
			by[name] = append(by[name], t)
		}
	}
	var out []PartScore
	for _, name := range slices.Sorted(maps.Keys(by)) {
		_, accuracy, _, f1 := p.score(by[name])
		out = append(out, PartScore{Name: name, Rows: len(by[name]), Accuracy: accuracy, MacroF1: f1})
	}
	return out
}

// sure is how sure the first candidate was, and whether it was right.
type sure struct {
	p            float64
	right, known bool
}

func (p *prepared) sureness(b *belief, trials []trial) []sure {
	out := make([]sure, 0, len(trials))
	for _, t := range trials {
		out = append(out, sure{sigmoid(b.first(t.facts, t.order[0])), t.order[0] == p.class[t.example], t.facts[5] >= familiar})
	}
	return out
}

// unreachable is the threshold where no p is high enough.
const unreachable = 2

// threshold is the least p, in steps of a thousandth, from which on at most the given share of the answers is wrong: by the upper bound of a one-sided interval of 90 % (Wilson), not by the share itself.
func threshold(all []sure, wrong float64) float64 {
	const steps = 1000
	var count, errs [steps + 1]int
	for _, s := range all {
		at := min(steps, max(0, int(s.p*steps)))
		count[at]++
		if !s.right {
			errs[at]++
		}
	}
	best, n, bad := float64(unreachable), 0, 0
	for at := steps; at >= 0; at-- {
		n, bad = n+count[at], bad+errs[at]
		if n > 0 && upper(bad, n) <= wrong {
			best = float64(at) / steps
		}
	}
	return best
}

// upper is the upper end of Wilson's one-sided interval for a share.
func upper(bad, n int) float64 {
	q, z, size := share(bad, n), confident*confident, float64(n)
	return (q + z/(2*size) + confident*math.Sqrt(q*(1-q)/size+z/(4*size*size))) / (1 + z/size)
}

func reliability(all []sure) (rows []Reliability, miss float64) {
	rows = make([]Reliability, bins)
	for _, s := range all {
		r := &rows[min(bins-1, int(s.p*bins))]
		r.Count++
		r.P += s.p
		if s.right {
			r.Right++
		}
	}
	for i := range rows {
		r := &rows[i]
		r.From = float64(i) / bins
		if r.Count == 0 {
			continue
		}
		r.P, r.Right = r.P/float64(r.Count), r.Right/float64(r.Count)
		miss += math.Abs(r.P-r.Right) * share(r.Count, len(all))
	}
	return rows, miss
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
