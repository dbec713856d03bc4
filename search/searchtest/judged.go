package searchtest

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"huiyin/search"
)

// judged is documents and what people type, with what each document is worth as an answer to it.
//
//go:embed judged.txt
var judged string

const (
	enough = 0.85 // mean nDCG of the first ten hits below which an engine does not pass
	asked  = 120  // questions at least
	first  = 10   // hits that count
)

// Relevance asks every judged question and fails where the mean of their nDCG at ten is too low. With -v it tells the worst.
func Relevance(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	type poor struct {
		text string
		ndcg float64
		got  []string
	}
	var all []poor
	sum := 0.0
	for line := range strings.Lines(judged) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		kind, rest, _ := strings.Cut(line, " | ")
		fields := strings.Split(rest, " | ")
		if kind == "doc" {
			s.put(fields[0], fields[1], func(d *search.Document) {
				d.Body, d.Number = fields[2], fmt.Sprintf("99%06d", len(s.docs))
				d.FiledAt = Now.Add(-time.Duration(len(s.docs)*37%90) * 24 * time.Hour) // some newer, some older, in no order
			})
			continue
		}
		grades := map[string]int{}
		for one := range strings.FieldsSeq(fields[1]) {
			name, grade, _ := strings.Cut(one, "=")
			n, err := strconv.Atoi(grade)
			if err != nil || s.ids[name].Version() == 0 {
				t.Fatalf("%s: %q", fields[0], one)
			}
			grades[name] = n
		}
		got := s.list(s.find(search.Query{Text: fields[0], Limit: first}))
		n := ndcg(got, grades)
		sum += n
		all = append(all, poor{fields[0], n, got})
	}
	if len(all) < asked {
		t.Errorf("only %d questions", len(all))
	}
	mean := sum / float64(len(all))
	t.Logf("relevance: %d questions over %d documents, nDCG@10 %.3f", len(all), len(s.docs), mean)
	if mean < enough {
		t.Errorf("nDCG@10 %.3f, want %.2f", mean, enough)
	}
	slices.SortStableFunc(all, func(a, b poor) int { return int(1000 * (a.ndcg - b.ndcg)) })
	for _, p := range all[:min(25, len(all))] {
		if p.ndcg < 0.95 {
			t.Logf("  %.2f %q found %q", p.ndcg, p.text, p.got)
		}
	}
}

// ndcg is the normalised discounted cumulative gain of the first ten, with 2^grade-1 as the gain.
func ndcg(got []string, grades map[string]int) float64 {
	var is, ideal []int
	for _, name := range got {
		is = append(is, grades[name])
	}
	for _, g := range grades {
		ideal = append(ideal, g)
	}
	slices.SortFunc(ideal, func(a, b int) int { return b - a })
	return gains(is) / gains(ideal)
}

// gains is the discounted cumulative gain of the first ten grades.
func gains(grades []int) float64 {
	sum := 0.0
	for place, grade := range grades[:min(first, len(grades))] {
		sum += (math.Pow(2, float64(grade)) - 1) / math.Log2(float64(place)+2)
	}
	return sum
}
