package searchtest

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/search"
)

// ordered is questions over real work orders, each with the rule by which orders are graded.
//
//go:embed orders.txt
var ordered string

// order is a work order of the data: what was written down, and the labels that the hotline's agents gave it.
type order struct {
	text   string
	labels []string
}

// rule grades orders by what they say and by their labels, whatever an engine finds.
type rule struct {
	question string
	groups   [][]string // of each, one word must be there
	labels   []string
}

func (r rule) grade(o order) int {
	met := 0
	for _, g := range r.groups {
		if slices.ContainsFunc(g, func(w string) bool { return strings.Contains(o.text, w) }) {
			met++
		}
	}
	first := slices.ContainsFunc(r.groups[0], func(w string) bool { return strings.Contains(o.text, w) })
	labelled := slices.ContainsFunc(r.labels, func(l string) bool { return slices.Contains(o.labels, l) })
	switch {
	case met == len(r.groups):
		return 3
	case labelled && (met > 0 || len(r.groups) == 1):
		return 2
	case labelled, first:
		return 1
	}
	return 0
}

func rules() (all []rule, err error) {
	for line := range strings.Lines(ordered) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 3 {
			return nil, fmt.Errorf("%q is no question with a rule", line)
		}
		r := rule{question: strings.TrimSpace(f[0])}
		for g := range strings.FieldsSeq(f[1]) {
			r.groups = append(r.groups, strings.Split(g, "/"))
		}
		for l := range strings.SplitSeq(f[2], ",") {
			if l = strings.TrimSpace(l); l != "" {
				r.labels = append(r.labels, l)
			}
		}
		if r.question == "" || len(r.groups) == 0 {
			return nil, fmt.Errorf("%q has no question, or no rule", line)
		}
		all = append(all, r)
	}
	return all, nil
}

// Orders asks the questions of orders.txt over the real work orders of a data directory and fails where the mean of their nDCG at ten is too low. The orders are indexed by their text alone: the labels, by which they are graded, are
// not in the index. Nothing of the orders is told.
func Orders(t *testing.T, dir string, open func(t testing.TB) Bench) {
	list, err := readOrders(filepath.Join(dir, "haikou12345", "tickets_dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := rules()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < asked {
		t.Errorf("only %d questions", len(all))
	}
	s := newShelf(t, open)
	at := map[casework.CaseID]int{}
	docs := make([]search.Document, len(list))
	for i, o := range list {
		id, err := uuid.NewV7()
		if err != nil {
			t.Fatal(err)
		}
		at[id] = i
		_, said, found := strings.Cut(o.text, "：")
		if !found {
			said = o.text
		}
		title := []rune(said)
		docs[i] = search.Document{Case: id, Version: 1, Number: fmt.Sprintf("98%08d", i), FiledAt: Now.Add(-time.Duration(i*7919%len(list)) * 10 * time.Minute), State: casework.Replied, Kind: casework.Complaint,
			Title: string(title[:min(len(title), 18)]), Body: o.text}
	}
	for chunk := range slices.Chunk(docs, 1000) {
		if err := s.Engine.Put(t.Context(), s.Q, chunk); err != nil {
			t.Fatal(err)
		}
	}
	type poor struct {
		question string
		ndcg     float64
		grades   []int
	}
	var told []poor
	sum := 0.0
	for _, r := range all {
		grades := make([]int, len(list))
		for i, o := range list {
			grades[i] = r.grade(o)
		}
		var got []int
		for _, h := range s.find(search.Query{Text: r.question, Limit: first}).Hits {
			got = append(got, grades[at[h.Case]])
		}
		best := slices.Clone(grades)
		slices.SortFunc(best, func(a, b int) int { return b - a })
		n := 0.0
		if ideal := gains(best); ideal > 0 {
			n = gains(got) / ideal
		}
		sum += n
		told = append(told, poor{r.question, n, got})
	}
	mean := sum / float64(len(all))
	t.Logf("relevance: %d questions over %d real orders, nDCG@10 %.3f", len(all), len(list), mean)
	if mean < enough {
		t.Errorf("nDCG@10 %.3f, want %.2f", mean, enough)
	}
	slices.SortStableFunc(told, func(a, b poor) int { return int(1000 * (a.ndcg - b.ndcg)) })
	for _, p := range told[:25] {
		t.Logf("  %.2f %q found %v", p.ndcg, p.question, p.grades)
	}
}

func readOrders(name string) ([]order, error) {
	in, err := os.Open(name) //nolint:gosec // whoever evaluates names the directory
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "\ufeff")] = i
	}
	var list []order
	for _, row := range rows[1:] {
		list = append(list, order{row[column["text"]], []string{row[column["cat3"]], row[column["cat4"]]}})
	}
	return list, nil
}
