package searchtest

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"huiyin/search"
)

// cases is what people type and what must be found, and what must not; documents first.
//
//go:embed understands.txt
var cases string

// understands checks every line of understands.txt.
func understands(t *testing.T, open func(t testing.TB) Bench) {
	s := newShelf(t, open)
	asked := 0
	for line := range strings.Lines(cases) {
		line = strings.TrimSpace(line)
		fields := strings.Split(line, "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		switch {
		case line == "" || line[0] == '#':
		case fields[0] == "doc":
			s.put(fields[1], fields[2], func(d *search.Document) {
				if len(fields) > 3 {
					d.Body = strings.ReplaceAll(fields[3], `\n`, "\n")
				}
			})
		default:
			asked++
			s.ask(fields)
		}
	}
	if asked < 40 {
		t.Errorf("only %d questions", asked)
	}
}

// ask checks one question: the words, the names found ("-name" must not be), and "only" for nothing else.
func (s *shelf) ask(fields []string) {
	s.t.Helper()
	if len(fields) < 3 {
		s.t.Fatalf("a question has three fields: %q", fields)
	}
	got := s.list(s.find(search.Query{Text: fields[1], Limit: 50}))
	expected := 0
	for name := range strings.FieldsSeq(fields[2]) {
		hidden, not := strings.CutPrefix(name, "-")
		if name == "none" {
			continue
		}
		if s.ids[hidden].Version() == 0 {
			s.t.Fatalf("there is no document %q", hidden)
		}
		if not == slices.Contains(got, hidden) {
			s.t.Errorf("%q found %q; %s expected", fields[1], got, name)
		}
		if !not {
			expected++
		}
	}
	if fields[0] == "only" && len(got) != expected {
		s.t.Errorf("%q found %q; only %s expected", fields[1], got, fields[2])
	}
}
