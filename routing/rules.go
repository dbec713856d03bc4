package routing

import (
	"fmt"
	"io/fs"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
)

// rules are the words of rules.yaml, already normalised like the texts they are looked for in.
type rules struct {
	preselectAt, autoAt float64
	weights             struct{ Strong, Plain, Name float64 }
	opening             int // a kind word among the first so many characters counts double
	kindDefault         casework.Kind
	kindDefaults        map[string]casework.Kind // by category code or prefix, the longest first
	kindUnknown         casework.Kind
	kinds               []wordsOf // the graver first
	categories          []wordsOf
	critical, urgent    []string
	emergencies         []emergency
	secrecy             []string
	tags                []tag
	night               night
}

type wordsOf struct {
	of            string
	strong, words []string
}

type emergency struct {
	number string
	words  []string
	unless []string // words of the same sentence that show it is over, or only asked about
}

type tag struct {
	code  string
	name  Name
	words []string
}

// night makes some matters urgent when they are reported between two hours of the city's clock.
type night struct {
	From, Until int
	Categories  []string
}

func (n night) covers(hour int, category string) bool {
	in := hour >= n.From && hour < n.Until
	if n.From > n.Until {
		in = hour >= n.From || hour < n.Until
	}
	return in && slices.Contains(n.Categories, category)
}

// words of a rule, and the line they stand on.
type wordsFile struct {
	line   int
	Strong []string
	Words  []string
	ZH, EN string
}

func (w *wordsFile) UnmarshalYAML(n *yaml.Node) error {
	type plain wordsFile
	if err := n.Decode((*plain)(w)); err != nil {
		return err
	}
	w.line = n.Line
	return nil
}

// ordered is a YAML mapping in the order of the file.
type ordered struct {
	keys   []string
	values map[string]wordsFile
}

func (o *ordered) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a mapping is wanted", n.Line)
	}
	o.values = map[string]wordsFile{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if _, twice := o.values[key]; twice {
			return fmt.Errorf("line %d: %q stands twice", n.Content[i].Line, key)
		}
		var w wordsFile
		if err := n.Content[i+1].Decode(&w); err != nil {
			return err
		}
		o.keys = append(o.keys, key)
		o.values[key] = w
	}
	return nil
}

type rulesFile struct {
	Version      string
	PreselectAt  float64 `yaml:"preselect_at"`
	AutoAt       float64 `yaml:"auto_at"`
	Weights      struct{ Strong, Plain, Name float64 }
	Opening      int
	Kinds        ordered
	KindDefault  casework.Kind            `yaml:"kind_default"`
	KindDefaults map[string]casework.Kind `yaml:"kind_defaults"`
	KindUnknown  casework.Kind            `yaml:"kind_unknown"`
	Urgency      struct{ Critical, Urgent []string }
	Emergency    []struct {
		Number        string
		Words, Unless []string
	}
	Secrecy    []string
	Tags       ordered
	Night      night
	Categories ordered
}

// maxWord bounds a word of the rules, in characters.
const maxWord = 40

func (c *City) loadRules(fsys fs.FS) error {
	const file = "rules.yaml"
	var f rulesFile
	if err := decode(fsys, file, &f); err != nil {
		return err
	}
	unit := func(p float64) bool { return p >= 0 && p <= 1 }
	positive := func(w float64) bool { return w > 0 && w <= 100 }
	switch {
	case !unit(f.PreselectAt) || !unit(f.AutoAt) || f.AutoAt < f.PreselectAt:
		return fmt.Errorf("%s: preselect_at and auto_at must lie between 0 and 1, auto_at not below preselect_at", file)
	case !positive(f.Weights.Strong) || !positive(f.Weights.Plain) || !positive(f.Weights.Name):
		return fmt.Errorf("%s: the weights strong, plain and name must be positive and at most 100", file)
	case f.Opening < 0:
		return fmt.Errorf("%s: opening must not be negative", file)
	case !slices.Contains(casework.Kinds, f.KindDefault) || !slices.Contains(casework.Kinds, f.KindUnknown):
		return fmt.Errorf("%s: kind_default and kind_unknown must be kinds", file)
	}
	for code, kind := range f.KindDefaults {
		if _, ok := c.categoryAt[code]; !ok || !slices.Contains(casework.Kinds, kind) {
			return fmt.Errorf("%s: kind_defaults: %q is not a category or %q not a kind", file, code, kind)
		}
	}
	r := &rules{kindDefaults: f.KindDefaults, preselectAt: f.PreselectAt, autoAt: f.AutoAt, weights: f.Weights, opening: f.Opening, kindDefault: f.KindDefault, kindUnknown: f.KindUnknown, night: f.Night}
	var broken error
	clean := func(line int, words []string) []string {
		var kept []string
		for _, w := range words {
			runes := normalise(w, maxWord+1)
			if len(runes) == 0 || utf8.RuneCountInString(w) > maxWord {
				broken = fmt.Errorf("%s: line %d: the word %q is empty or longer than %d characters", file, line, w, maxWord)
			}
			kept = append(kept, string(runes))
		}
		return kept
	}
	for _, kind := range f.Kinds.keys {
		w := f.Kinds.values[kind]
		if !slices.Contains(casework.Kinds, casework.Kind(kind)) {
			return fmt.Errorf("%s: line %d: %q is not a kind", file, w.line, kind)
		}
		r.kinds = append(r.kinds, wordsOf{kind, clean(w.line, w.Strong), clean(w.line, w.Words)})
	}
	slices.SortFunc(r.kinds, func(a, b wordsOf) int {
		return slices.Index(graver[:], casework.Kind(a.of)) - slices.Index(graver[:], casework.Kind(b.of))
	})
	for _, code := range f.Categories.keys {
		w := f.Categories.values[code]
		if _, ok := c.categoryAt[code]; !ok {
			return fmt.Errorf("%s: line %d: category %q is not in categories.csv", file, w.line, code)
		}
		r.categories = append(r.categories, wordsOf{code, clean(w.line, w.Strong), clean(w.line, w.Words)})
	}
	for _, code := range f.Tags.keys {
		w := f.Tags.values[code]
		r.tags = append(r.tags, tag{code, Name{w.ZH, w.EN}, clean(w.line, w.Words)})
	}
	for _, e := range f.Emergency {
		if !slices.Contains(casework.EmergencyNumbers, e.Number) {
			return fmt.Errorf("%s: %q is not an emergency number", file, e.Number)
		}
		r.emergencies = append(r.emergencies, emergency{e.Number, clean(0, e.Words), clean(0, e.Unless)})
	}
	for _, code := range f.Night.Categories {
		if _, ok := c.categoryAt[code]; !ok {
			return fmt.Errorf("%s: night: category %q is not in categories.csv", file, code)
		}
	}
	r.critical, r.urgent, r.secrecy = clean(0, f.Urgency.Critical), clean(0, f.Urgency.Urgent), clean(0, f.Secrecy)
	if broken != nil {
		return broken
	}
	c.rules = r
	return nil
}
