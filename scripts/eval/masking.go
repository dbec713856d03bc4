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
