package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// stated is what another program read in a message.
type stated struct {
	subject, from       string
	hasSubject, hasFrom bool
	body                string
	files               []string
}

// measureStated compares with the parses that stand beside the messages: subjects, senders, and how many of the words of the body are
// in the text or in what was set apart as quoted.
func measureStated(dir string, rows []map[string]string, letters map[string]letter) error {
	by := map[string]*tally{}
	owner := map[string]string{} // two messages of one number share the name of one expectation: the file is the last one's
	for _, row := range rows {
		owner[expectation(row)] = row["file"]
	}
	for _, row := range rows {
		if owner[expectation(row)] != row["file"] {
			continue
		}
		s, ok, err := readStated(dir, row)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		folder, _, _ := strings.Cut(row["file"], "/")
		t := by[folder]
		if t == nil {
			t = &tally{}
			by[folder] = t
		}
		t.n++
		l := letters[row["file"]]
		named := map[string]bool{}
		for _, f := range l.Attachments {
			named[f.Name] = true
		}
		for _, name := range s.files {
			t.files++
			if named[name] {
				t.filesRight++
			}
		}
		if s.hasSubject {
			t.subjects++
			if alike(squeezed(s.subject), squeezed(l.Subject)) {
				t.subjectsRight++
			} else {
				fmt.Printf("  %s: another subject\n", row["file"])
			}
		}
		if s.hasFrom {
			t.senders++
			if strings.EqualFold(squeezed(s.from), squeezed(l.From.Address)) {
				t.sendersRight++
			} else {
				fmt.Printf("  %s: another sender\n", row["file"])
			}
		}
		if all, found := overlap(s.body, l.Text+"\n"+l.Quoted); all > 0 {
			t.bodies++
			t.words += all
			t.found += found
			if found*100 >= all*barWords {
				t.whole++
			} else {
				fmt.Printf("  %s: %s of the words\n", row["file"], percent(found, all))
			}
		}
	}
	all := &tally{}
	for _, folder := range slices.Sorted(maps.Keys(by)) {
		by[folder].print(folder)
		all.add(by[folder])
	}
	all.print("all together")
	return nil
}

// tally counts what was stated and what of it we read alike.
type tally struct{ n, subjects, subjectsRight, senders, sendersRight, words, found, bodies, whole, files, filesRight int }

func (t *tally) add(o *tally) {
	t.n, t.subjects, t.subjectsRight, t.senders, t.sendersRight = t.n+o.n, t.subjects+o.subjects, t.subjectsRight+o.subjectsRight, t.senders+o.senders, t.sendersRight+o.sendersRight
	t.words, t.found, t.bodies, t.whole, t.files, t.filesRight = t.words+o.words, t.found+o.found, t.bodies+o.bodies, t.whole+o.whole, t.files+o.files, t.filesRight+o.filesRight
}

func (t *tally) print(who string) {
	fmt.Printf("  %s, %d stated:\n    subjects %s (bar %d); senders %s (bar %d); words %s (bar %d)\n    bodies with %d %% of their words %s; files under the same name %s\n", who, t.n,
		percent(t.subjectsRight, t.subjects), barWitnessed, percent(t.sendersRight, t.senders), barWitnessed, percent(t.found, t.words), barWords,
		barWords, percent(t.whole, t.bodies), percent(t.filesRight, t.files))
}

// expectation is the file of the expected parse of a message, below the corpus, "" if there is none.
func expectation(row map[string]string) string {
	folder, _, _ := strings.Cut(row["file"], "/")
	name, _, _ := strings.Cut(row["expected"], "|")
	if name == "" {
		return ""
	}
	return folder + "/" + name
}

// readStated reads the expectation of a message; ok is false when there is none.
func readStated(dir string, row map[string]string) (s stated, ok bool, err error) {
	name := expectation(row)
	folder, _, _ := strings.Cut(name, "/")
	if name == "" {
		return s, false, nil
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return s, false, err
	}
	switch folder {
	case "zammad":
		s, err = zammadStates(data)
	case "stalwart":
		s, err = stalwartStates(data)
	case "mime4j":
		s, err = mime4jStates(data)
	case "tnef":
		s = tnefStates(data)
	default:
		return s, false, nil
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return s, err == nil, err
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

// overlap counts the words of want, and how many of them got has, each as often as it stands there.
func overlap(want, got string) (all, found int) {
	have := map[string]int{}
	for _, w := range words(got) {
		have[w]++
	}
	for _, w := range words(want) {
		all++
		if strings.ContainsRune(w, unicode.ReplacementChar) {
			for h, n := range have {
				if n > 0 && alike(w, h) {
					w = h
					break
				}
			}
		}
		if have[w] > 0 {
			have[w]--
			found++
		}
	}
	return all, found
}

// alike compares what another program read with what we read; where it could not read a character, any stands for it.
func alike(theirs, ours string) bool {
	a, b := []rune(theirs), []rune(ours)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && a[i] != unicode.ReplacementChar {
			return false
		}
	}
	return true
}

// words are runs of letters and digits; a Han character is a word.
func words(s string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if strings.Trim(word.String(), "\uFFFD") != "" {
			out = append(out, word.String())
		}
		if word.Len() > 0 {
			word.Reset()
		}
	}
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			out = append(out, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Mn, r):
			word.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return out
}
