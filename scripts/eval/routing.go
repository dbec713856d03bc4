package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/routing"
)

// The functions of another city's units in terms of ours, where ours has one; and how its operators write the destination into the text.
var (
	//go:embed haikou.csv
	haikou string
	//go:embed destination.regexp
	destination string
)

type question struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type proposal struct {
	Candidates []struct{ Department string }
	Auto       bool
}

// measureRouting asks which unit is responsible for the work orders of another city, with and without the words by which an operator named it.
// Ours is a made-up city with rules of its own: what is compared is the function of the unit, not the unit.
func measureRouting(huiyin tool, name string) error {
	rows, err := table(name)
	if err != nil {
		return err
	}
	ours, err := functions()
	if err != nil {
		return err
	}
	var known []map[string]string
	for _, row := range rows {
		if ours[row["function"]] != nil {
			known = append(known, row)
		}
	}
	fmt.Printf("routing: %d work orders of another city, %d with a function that ours has\n", len(rows), len(known))
	clause, err := regexp.Compile(strings.TrimSpace(destination))
	if err != nil {
		return err
	}
	for _, way := range []struct {
		name string
		text func(string) string
	}{
		{"as written", func(s string) string { return s }},
		{"without the destination", func(s string) string { return clause.ReplaceAllString(s, "") }},
	} {
		var asked []question
		for _, row := range known {
			text := way.text(row["text"])
			if strings.TrimSpace(text) == "" {
				text = "-"
			}
			asked = append(asked, question{row["ticket_no"], text})
		}
		answers, err := ask[question, proposal](huiyin, asked, "route")
		if err != nil {
			return err
		}
		if err := judge(way.name, known, answers, ours); err != nil {
			return err
		}
	}
	return nil
}

// functions maps their functions to ours.
func functions() (map[string][]string, error) {
	rows, err := csv.NewReader(strings.NewReader(haikou)).ReadAll()
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, row := range rows[1:] {
		out[row[0]] = strings.Split(row[1], "|")
	}
	return out, nil
}

func judge(name string, rows []map[string]string, answers []proposal, ours map[string][]string) error {
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		return err
	}
	function := map[string]string{}
	for _, u := range city.Units() {
		function[string(u.Code)] = u.Function
	}
	first, third, proposed, auto, autoRight := 0, 0, 0, 0, 0
	for i, row := range rows {
		right := ours[row["function"]]
		a := answers[i]
		if len(a.Candidates) > 0 && a.Candidates[0].Department != string(casework.Hotline) {
			proposed++
		}
		hit := false
		for rank, c := range a.Candidates[:min(3, len(a.Candidates))] {
			if !slices.Contains(right, function[c.Department]) {
				continue
			}
			if rank == 0 {
				first++
				hit = true
			}
			third++
			break
		}
		if a.Auto {
			auto++
			if hit {
				autoRight++
			}
		}
	}
	fmt.Printf("  %s: a unit proposed %s; first candidate right %s (of the proposed %.1f %%); among three %s; sent without a person %s, right %s\n", name, percent(proposed, len(rows)),
		percent(first, len(rows)), 100*float64(first)/float64(max(proposed, 1)), percent(third, len(rows)), percent(auto, len(rows)), percent(autoRight, auto))
	return nil
}
