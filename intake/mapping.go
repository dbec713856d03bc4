package intake

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
)

//go:embed data/columns.yaml
var columnsFile []byte

// customs is the data file of names that other systems use.
type customs struct {
	Columns map[string][]string            `yaml:"columns"`
	Values  map[string]map[string][]string `yaml:"values"`
	Dates   []string                       `yaml:"dates"`
}

var usual = mustCustoms()

func mustCustoms() customs {
	var c customs
	if err := strict(bytes.NewReader(columnsFile), &c); err != nil {
		panic(err) // the file is part of the program
	}
	return c
}

func strict(r io.Reader, to any) error {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	return dec.Decode(to)
}

// fields are our fields in the order of a mapping file.
var fields = []string{"number", "filed_at", "title", "text", "place", "kind", "category", "territory", "urgency", "channel", "name", "phone", "email", "address", "secret", "publish", "language"}

// list is one column name, or several whose values are joined.
type list []string

func (l *list) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = list{n.Value}
		return nil
	}
	var many []string
	if err := n.Decode(&many); err != nil {
		return err
	}
	*l = many
	return nil
}

// Mapping says where our fields stand in a file of another system. A mapping file may leave out everything that the names of the columns tell.
type Mapping struct {
	Source  string                       `yaml:"source"`  // name of the other system: its numbers are its own; part of the idempotency key
	Zone    string                       `yaml:"zone"`    // of times without an offset, such as Asia/Shanghai; empty: the city's
	Dates   []string                     `yaml:"dates"`   // further ways to write a time, tried first (Go layouts)
	Columns map[string]list              `yaml:"columns"` // our field → their column, or several
	Values  map[string]map[string]string `yaml:"values"`  // our field → their value → ours

	zone  *time.Location
	words map[string]map[string]string // their value, evened out → ours
}

// ReadMapping reads a mapping file (YAML). Unknown fields are refused.
func ReadMapping(r io.Reader) (*Mapping, error) {
	m := &Mapping{}
	if err := strict(r, m); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, f := range slices.Sorted(maps.Keys(m.Columns)) {
		if !contains(fields, f) {
			return nil, fmt.Errorf("columns: %q is none of our fields: %s", f, strings.Join(fields, ", "))
		}
	}
	for _, f := range slices.Sorted(maps.Keys(m.Values)) {
		if !contains(fields, f) {
			return nil, fmt.Errorf("values: %q is none of our fields: %s", f, strings.Join(fields, ", "))
		}
	}
	if m.Zone != "" {
		var err error
		if m.zone, err = time.LoadLocation(m.Zone); err != nil {
			return nil, fmt.Errorf("zone: %w", err)
		}
	}
	return m, nil
}

// fit fills the mapping for the columns of a file: what the mapping names must be there, the rest is found by the usual names.
// columns is nil where each row has its own (JSON Lines); then the usual names are tried row by row.
func (m *Mapping) fit(columns []string, zone *time.Location) (*Mapping, error) {
	f := &Mapping{Source: m.Source, Dates: slices.Concat(m.Dates, usual.Dates), Columns: maps.Clone(m.Columns), zone: m.zone, words: map[string]map[string]string{}}
	if f.zone == nil {
		f.zone = zone
	}
	if f.Columns == nil {
		f.Columns = map[string]list{}
	}
	taken := map[string]bool{}
	for field, names := range f.Columns {
		for _, name := range names {
			if columns != nil && !contains(columns, name) {
				return nil, fmt.Errorf("the mapping wants the column %q for %s; the file has %s", name, field, strings.Join(columns, ", "))
			}
			taken[name] = true
		}
	}
	even := map[string]string{}
	for _, c := range columns {
		even[evened(c)] = c
	}
	for _, field := range fields {
		if _, given := f.Columns[field]; given || columns == nil {
			continue
		}
		for _, name := range usual.Columns[field] {
			if c, ok := even[evened(name)]; ok && !taken[c] {
				f.Columns[field], taken[c] = list{c}, true
				break
			}
		}
	}
	if columns != nil {
		if f.Columns["number"] == nil || f.Columns["filed_at"] == nil || f.Columns["text"] == nil && f.Columns["title"] == nil {
			return nil, fmt.Errorf("number, filed_at and text must each stand in a column; name theirs in a mapping file (--map), the file has %s", strings.Join(columns, ", "))
		}
	}
	for field, values := range usual.Values {
		f.words[field] = map[string]string{}
		for ours, theirs := range values {
			f.words[field][evened(ours)] = ours
			for _, word := range theirs {
				f.words[field][evened(word)] = ours
			}
		}
	}
	for field, values := range m.Values {
		if f.words[field] == nil {
			f.words[field] = map[string]string{}
		}
		for theirs, ours := range values {
			f.words[field][evened(theirs)] = ours
		}
	}
	return f, f.checkValues(m.Values)
}

// checkValues refuses a mapping whose right-hand sides are no words of ours.
func (m *Mapping) checkValues(values map[string]map[string]string) error {
	for field, ours := range map[string][]string{"kind": texts(casework.Kinds), "urgency": texts(casework.Urgencies), "channel": texts(casework.Channels), "secret": {"true", "false"}, "publish": {"true", "false"}} {
		for theirs, word := range values[field] {
			if word != "" && !contains(ours, word) {
				return fmt.Errorf("values: %s: %q becomes %q, which is none of %s", field, theirs, word, strings.Join(ours, ", "))
			}
		}
	}
	return nil
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// evened makes names comparable: letters and digits only, lower case.
func evened(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
