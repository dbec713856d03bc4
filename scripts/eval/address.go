package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// mainParts are the parts of an address that lead to a place: the others lead to a door, or are noise.
var mainParts = []string{"district", "town", "community", "road", "roadno", "poi"}

type addressAnswer struct {
	Spans []span `json:"spans"`
	Code  string `json:"code"`
}

// measureAddresses compares the parts of addresses with those that people marked, in the fifth of the set that neither the rules' figures nor the
// model are from.
func measureAddresses(huiyin tool, name string) error {
	texts, err := readSpanned(name)
	if err != nil {
		return err
	}
	taught, held := parted(texts)
	fmt.Printf("addresses: %d held out of %d\n", len(held), len(texts))
	if err := compareParts(huiyin, held, "by rules"); err != nil {
		return err
	}
	dir, done, err := trained(huiyin, taught)
	if err != nil {
		return err
	}
	defer done()
	if err := compareParts(huiyin, held, "after train --spans", "--model", dir); err != nil {
		return err
	}
	return measureDoors(huiyin, held, dir)
}

func compareParts(huiyin tool, held []spanned, how string, args ...string) error {
	answers, err := askSpanned[addressAnswer](huiyin, held, append([]string{"parse", "address"}, args...)...)
	if err != nil {
		return err
	}
	var all, some agreement
	for i, t := range held {
		all.add(t.Spans, answers[i].Spans)
		others := func(s span) bool { return !slices.Contains(mainParts, strings.ToLower(s.Type)) }
		some.add(slices.DeleteFunc(slices.Clone(t.Spans), others), slices.DeleteFunc(slices.Clone(answers[i].Spans), others))
	}
	fmt.Printf("  %-20s all parts: micro-F1 %.3f; %s: %.3f\n", how, all.f1(), strings.Join(mainParts, ", "), some.f1())
	return nil
}

func askSpanned[A any](huiyin tool, texts []spanned, args ...string) ([]A, error) {
	var asked []question
	for _, t := range texts {
		asked = append(asked, t.question)
	}
	return ask[question, A](huiyin, asked, args...)
}

// measureStreets asks for every street of China by its full name, and by city and street where no other street of the city is called so.
func measureStreets(huiyin tool, streets string) error {
	names := map[string]string{}
	for _, file := range []string{"provinces.csv", "cities.csv", "areas.csv"} {
		rows, err := table(filepath.Join(filepath.Dir(streets), file))
		if err != nil {
			return err
		}
		for _, r := range rows {
			names[r["code"]] = r["name"]
		}
	}
	rows, err := table(streets)
	if err != nil {
		return err
	}
	inCity := map[string]int{}
	for _, r := range rows {
		inCity[names[r["cityCode"]]+r["name"]]++
	}
	var asked []question
	var want []string
	for _, full := range []bool{true, false} {
		for _, r := range rows {
			text := names[r["cityCode"]] + r["name"]
			if full {
				text = names[r["provinceCode"]] + names[r["cityCode"]] + names[r["areaCode"]] + r["name"]
			} else if inCity[text] > 1 {
				continue
			}
			asked, want = append(asked, question{ID: r["code"], Text: text}), append(want, r["code"])
		}
	}
	answers, err := ask[question, addressAnswer](huiyin, asked, "parse", "address")
	if err != nil {
		return err
	}
	right := [2]int{}
	for i, a := range answers {
		if a.Code == want[i] {
			right[min(i/len(rows), 1)]++
		}
	}
	fmt.Printf("streets: resolved by their full name %s; by city and street alone, where unambiguous, %s\n", percent(right[0], len(rows)), percent(right[1], len(want)-len(rows)))
	return nil
}
