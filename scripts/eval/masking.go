package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

type marked struct {
	question
	Spans []struct {
		Start, End int
		Type       string
	}
}

type masked struct {
	Spans []struct {
		Start, End int
		Kind       string
	}
}

// kinds are the data's types in our words.
var kinds = map[string]string{"PLATE": "plate", "MOBILE": "phone", "PHONE": "phone", "NAME": "name", "ID_CARD": "id_card", "EMAIL": "email"}

// measureMasking counts how many of the personal data that were marked in texts are masked. What else is masked cannot be judged: not
// everything is marked.
func measureMasking(huiyin tool, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var texts []marked
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var m marked
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return err
		}
		texts = append(texts, m)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	var asked []question
	for _, t := range texts {
		asked = append(asked, t.question)
	}
	answers, err := ask[question, masked](huiyin, asked, "mask")
	if err != nil {
		return err
	}
	type tally struct{ all, hidden, named int }
	by := map[string]*tally{}
	for i, t := range texts {
		for _, s := range t.Spans {
			n := by[s.Type]
			if n == nil {
				n = &tally{}
				by[s.Type] = n
			}
			n.all++
			hidden, named := false, false
			for _, m := range answers[i].Spans {
				if m.Start < s.End && s.Start < m.End {
					hidden = true
					named = named || m.Kind == kinds[s.Type]
				}
			}
			if hidden {
				n.hidden++
			}
			if named {
				n.named++
			}
		}
	}
	fmt.Printf("masking: %d texts\n", len(texts))
	for _, k := range slices.Sorted(maps.Keys(by)) {
		n := by[k]
		fmt.Printf("  %-8s masked %s; under its own kind %s\n", k, percent(n.hidden, n.all), percent(n.named, n.all))
	}
	return nil
}

// measureNames learns names from four fifths of a set of marked texts and tells how many of the others' names are masked whole, and how many of the
// masks are names.
func measureNames(huiyin tool, name string) error {
	texts, err := readSpanned(name)
	if err != nil {
		return err
	}
	taught, held := parted(texts)
	dir, done, err := trained(huiyin, taught)
	if err != nil {
		return err
	}
	defer done()
	answers, err := askSpanned[masked](huiyin, held, "mask", "--model", dir)
	if err != nil {
		return err
	}
	var whole, characters agreement
	for i, t := range held {
		var people, ours []span
		for _, s := range t.Spans {
			if s.Type == "name" {
				people = append(people, s)
			}
		}
		for _, s := range answers[i].Spans {
			if s.Kind == "name" {
				ours = append(ours, span{s.Start, s.End, s.Kind})
			}
		}
		whole.add(people, ours)
		characters.add(single(people), single(ours))
	}
	fmt.Printf("names after train --spans, %d texts held out of %d: whole and exact, recall %.3f, precision %.3f; characters, recall %.3f, precision %.3f\n",
		len(held), len(texts), whole.recall(), whole.precision(), characters.recall(), characters.precision())
	return nil
}

// single cuts spans into their characters.
func single(spans []span) []span {
	var out []span
	for _, s := range spans {
		for i := s.Start; i < s.End; i++ {
			out = append(out, span{i, i + 1, s.Type})
		}
	}
	return out
}

// measureDoors tells how much of what leads to one door is masked with a model that has learned parts of addresses, and how much of the rest.
func measureDoors(huiyin tool, held []spanned, dir string) error {
	answers, err := askSpanned[masked](huiyin, held, "mask", "--model", dir)
	if err != nil {
		return err
	}
	doors, hidden, others, lost := 0, 0, 0, 0
	for i, t := range held {
		door, mask := map[int]bool{}, map[int]bool{}
		for _, s := range t.Spans {
			if slices.Contains([]string{"houseno", "cellno", "floorno", "roomno"}, s.Type) {
				for j := s.Start; j < s.End; j++ {
					door[j] = true
				}
			}
		}
		for _, s := range answers[i].Spans {
			for j := s.Start; j < s.End; j++ {
				mask[j] = true
			}
		}
		for j := range []rune(t.Text) {
			switch {
			case door[j]:
				doors++
				if mask[j] {
					hidden++
				}
			case mask[j]:
				lost++
				others++
			default:
				others++
			}
		}
	}
	fmt.Printf("  after train --spans, characters of building, unit, floor, room masked %s; of the others %s\n", percent(hidden, doors), percent(lost, others))
	return nil
}
