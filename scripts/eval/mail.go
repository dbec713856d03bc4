package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// measureMail counts the verdicts on a corpus of e-mails beside the tags of its index.
func measureMail(huiyin tool, index string) error {
	rows, err := table(index)
	if err != nil {
		return err
	}
	dir := filepath.Dir(index)
	verdicts, wrong := map[string]int{}, 0
	tagged := map[string]map[string]int{} // verdicts by tag
	for batch := range slices.Chunk(rows, 200) {
		args := []string{"parse", "mail"}
		for _, row := range batch {
			args = append(args, filepath.Join(dir, row["file"]))
		}
		answers, err := ask[string, struct{ Verdict string }](huiyin, nil, args...)
		if err != nil {
			return err
		}
		if len(answers) != len(batch) {
			return fmt.Errorf("%d answers for %d files", len(answers), len(batch))
		}
		for i, row := range batch {
			v := answers[i].Verdict
			verdicts[v]++
			tags := strings.Split(row["tags"], "|")
			machine := false
			for _, tag := range []string{"dsn", "arf", "auto_or_bulk", "mailing_list", "x_loop"} {
				if slices.Contains(tags, tag) {
					machine = true
					if tagged[tag] == nil {
						tagged[tag] = map[string]int{}
					}
					tagged[tag][v]++
				}
			}
			if machine && (v == "case" || v == "reply") {
				wrong++
			}
		}
	}
	fmt.Printf("mail: %d messages: %s\n", len(rows), counts(verdicts))
	for _, tag := range slices.Sorted(maps.Keys(tagged)) {
		fmt.Printf("  tagged %-13s %s\n", tag+":", counts(tagged[tag]))
	}
	fmt.Printf("  tagged as written by a machine and taken for a person's: %d\n", wrong)
	return nil
}

// counts are numbers with their names, largest first.
func counts(n map[string]int) string {
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		if n[a] != n[b] {
			return n[b] - n[a]
		}
		return strings.Compare(a, b)
	})
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = fmt.Sprintf("%s %d", name, n[name])
	}
	return strings.Join(words, ", ")
}
