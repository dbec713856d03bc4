package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
)

// judge asks the judged questions of the project's own engines, by bleve's best way of reading any words: the more of their pieces a document has and the rarer they are, the better.
func judge(name string) (err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	dir, index, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close(), os.RemoveAll(dir)) }()
	sum, n := 0.0, 0
	for one := range strings.Lines(string(text)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(one), " | ")
		f := strings.Split(rest, " | ")
		switch {
		case kind == "doc" && len(f) == 3:
			if err := index.Index(f[0], map[string]any{"title": f[1], "body": f[1] + "\n" + f[2]}); err != nil {
				return err
			}
		case kind == "q" && len(f) == 2:
			grades := map[string]int{}
			for g := range strings.FieldsSeq(f[1]) {
				doc, grade, _ := strings.Cut(g, "=")
				if grades[doc], err = strconv.Atoi(grade); err != nil {
					return err
				}
			}
			title, body := bleve.NewMatchQuery(f[0]), bleve.NewMatchQuery(f[0])
			title.SetField("title")
			title.SetBoost(1.5)
			body.SetField("body")
			found, err := index.Search(bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(title, body), 10, 0, false))
			if err != nil {
				return err
			}
			var got, best []int
			for _, h := range found.Hits {
				got = append(got, grades[h.ID])
			}
			for _, g := range grades {
				best = append(best, g)
			}
			slices.SortFunc(best, func(a, b int) int { return b - a })
			sum += gains(got) / gains(best)
			n++
		}
	}
	fmt.Printf("%d judged questions: nDCG@10 %.3f\n", n, sum/float64(n))
	return nil
}

// gains is the discounted cumulative gain of the first ten grades.
func gains(grades []int) float64 {
	sum := 0.0
	for place, grade := range grades[:min(10, len(grades))] {
		sum += (math.Pow(2, float64(grade)) - 1) / math.Log2(float64(place)+2)
	}
	return sum
}
