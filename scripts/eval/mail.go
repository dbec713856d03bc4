package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// letter is the answer of `huiyin parse mail`, as far as it is measured.
type letter struct {
	File    string
	Verdict string
	From    struct{ Address string }
	Subject string
	Text    string
	Quoted  string
	Answer  bool `json:"may_answer"`

	Attachments []struct{ Name string }
}

// The bars of the mail door, in percent.
const (
	barVerdict   = 98
	barWitnessed = 95 // subjects and senders
	barWords     = 97
	barPeople    = 5
)

// measureMail asks about a corpus of e-mails and holds the answers against what its index says of them, then against the parses that
// other programs stated. Every message that misses is named; no word of it is shown.
func measureMail(huiyin tool, index string) error {
	rows, err := table(index)
	if err != nil {
		return err
	}
	dir := filepath.Dir(index)
	letters := map[string]letter{}
	for batch := range slices.Chunk(rows, 200) {
		args := []string{"parse", "mail"}
		for _, row := range batch {
			args = append(args, filepath.Join(dir, filepath.FromSlash(row["file"])))
		}
		answers, err := ask[string, letter](huiyin, nil, args...)
		if err != nil {
			return err
		}
		if len(answers) != len(batch) {
			return fmt.Errorf("%d answers for %d files", len(answers), len(batch))
		}
		for i, row := range batch {
			letters[row["file"]] = answers[i]
		}
	}
	verdicts := map[string]int{}
	for _, l := range letters {
		verdicts[l.Verdict]++
	}
	fmt.Printf("mail: %d messages, %d answered: %s\n", len(rows), len(letters), counts(verdicts))
	measureVerdicts(rows, letters)
	return measureStated(dir, rows, letters)
}

// measureVerdicts counts the verdicts beside the kinds that the index knows.
func measureVerdicts(rows []map[string]string, letters map[string]letter) {
	var known, right, people, mistaken, answered int
	by := map[string]map[string]int{}
	for _, row := range rows {
		l := letters[row["file"]]
		want := kindOf(row)
		if want.machine && l.Answer {
			answered++
			fmt.Printf("  answered although a machine wrote it: %s (%s)\n", row["file"], l.Verdict)
		}
		if want.name == "" {
			continue
		}
		if by[want.name] == nil {
			by[want.name] = map[string]int{}
		}
		by[want.name][l.Verdict]++
		known++
		if slices.Contains(want.verdicts, l.Verdict) {
			right++
		} else {
			fmt.Printf("  %s: %s, should be %s\n", row["file"], l.Verdict, strings.Join(want.verdicts, " or "))
		}
		if want.name == "people" {
			people++
			if slices.Contains([]string{"bounce", "auto_reply", "list", "loop"}, l.Verdict) {
				mistaken++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Printf("  %-10s %s\n", name+":", counts(by[name]))
	}
	fmt.Printf("  verdict right: %s (bar %d)\n", percent(right, known), barVerdict)
	fmt.Printf("  people taken for machines: %s (bar at most %d)\n", percent(mistaken, people), barPeople)
	fmt.Printf("  automatic answers to machines: %d (bar 0)\n", answered)
}

// kind is what the index knows of a message: a name for it, "" when it cannot be told, and the verdicts that are right.
type kind struct {
	name     string
	verdicts []string
	machine  bool // no automatic letter may answer it
}

// kindOf reads the folder, label and tags of a message. Where they do not settle what it is, the kind is not known: a mail marked bulk
// may be a list's or a machine's, and a text that tells the story of a bounce is none.
func kindOf(row map[string]string) kind {
	folder, _, _ := strings.Cut(row["file"], "/")
	tags := strings.Split(row["tags"], "|")
	has := func(tag string) bool { return slices.Contains(tags, tag) }
	report := has("dsn") && row["top_type"] == "multipart/report"
	switch {
	case row["label"] == "rfc3834":
		return kind{"automatic", []string{"auto_reply"}, true}
	case folder == "bounces_sisimai", row["label"] == "bounce", row["label"] == "complaints", row["label"] == "multipart_report_emails", report, has("arf"):
		return kind{"bounce", []string{"bounce"}, true}
	case has("mailing_list"):
		return kind{"list", []string{"list"}, true}
	case has("auto_or_bulk"):
		return kind{"bulk", []string{"list", "auto_reply", "bounce"}, true}
	case has("dsn"):
		return kind{}
	case row["label"] == "ham", row["label"] == "messages", slices.Contains([]string{"reply_parser_crisp", "reply_parser_github", "reply_talon", "zammad_signature", "zammad", "otobo", "rt", "freescout"}, folder):
		return kind{"people", []string{"case", "reply"}, false}
	}
	return kind{}
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
