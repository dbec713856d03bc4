// Package locale holds every text that a person reads, in every language.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

//go:embed zh-CN/*.yaml en/*.yaml
var files embed.FS

// Args are the named values of a text's template: {{.Name}}.
type Args map[string]any

// text is one message in one language: fixed words, or words with gaps, or plural forms, or what only a template can say.
type text struct {
	fixed    string // the words, where nothing is to be filled in
	other    []gap  // words with gaps
	one      []gap  // the same for one, in a language that has a form for that; nil where it is as other
	template bool   // the go-i18n template must run
}

// gap is some words and the name of what is filled in behind them, empty at the end of a text.
type gap struct{ words, name string }

// gaps cuts a text at its {{.Name}}; ok is false where it asks for more than that. A page has hundreds of texts: filling gaps takes a quarter of the time of a template.
func gaps(s string) (list []gap, ok bool) {
	for {
		words, rest, found := strings.Cut(s, "{{")
		if !found {
			return append(list, gap{words: words}), true
		}
		field, after, closed := strings.Cut(rest, "}}")
		name, dotted := strings.CutPrefix(strings.TrimSpace(field), ".")
		if !closed || !dotted || name == "" || strings.Trim(name, letters) != "" {
			return nil, false
		}
		list, s = append(list, gap{words, name}), after
	}
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

func fill(list []gap, args Args) string {
	var b strings.Builder
	b.Grow(96)
	for _, g := range list {
		b.WriteString(g.words)
		if g.name == "" {
			continue
		}
		switch v := args[g.name].(type) {
		case string:
			b.WriteString(v)
		case nil:
			b.WriteString("<no value>") // as a template says it
		default:
			fmt.Fprint(&b, v)
		}
	}
	return b.String()
}

// words are a text as a file holds it: a line, or its plural forms.
type words struct{ One, Other string }

// UnmarshalYAML reads either.
func (w *words) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&w.Other)
	}
	type plain words
	return n.Decode((*plain)(w))
}

type catalogue struct {
	texts     map[Lang]map[string]text
	localizer map[Lang]*i18n.Localizer
	twice     []string // keys that stand in two files of a language; a test keeps this empty
}

var texts = mustLoad(files)

// mustLoad reads the embedded files; a broken file stops the program at its start and fails every test.
func mustLoad(fsys fs.FS) *catalogue {
	c, err := load(fsys)
	if err != nil {
		panic(err)
	}
	return c
}

func load(fsys fs.FS) (*catalogue, error) {
	c := &catalogue{texts: map[Lang]map[string]text{}, localizer: map[Lang]*i18n.Localizer{}}
	for _, lang := range Langs() {
		// One bundle a language: the fallback between languages is ours, never a guess by similarity.
		bundle := i18n.NewBundle(language.MustParse(string(lang)))
		c.texts[lang] = map[string]text{}
		names, err := fs.Glob(fsys, string(lang)+"/*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			body, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			file := map[string]words{}
			if err := yaml.Unmarshal(body, &file); err != nil {
				return nil, fmt.Errorf("locale: %s: %w", name, err)
			}
			for key, w := range file {
				if _, twice := c.texts[lang][key]; twice {
					c.twice = append(c.twice, name+": "+key)
				}
				// Most texts have nothing to fill in: a template of each would take several times the memory of its words.
				t := text{fixed: w.Other}
				if w.One != "" || strings.Contains(w.Other, "{{") {
					t = cut(lang, w)
				}
				if t.template {
					if err := bundle.AddMessages(language.MustParse(string(lang)), &i18n.Message{ID: key, One: w.One, Other: w.Other}); err != nil {
						return nil, fmt.Errorf("locale: %s: %s: %w", name, key, err)
					}
				}
				c.texts[lang][key] = t
			}
		}
		c.localizer[lang] = i18n.NewLocalizer(bundle, string(lang))
	}
	return c, nil
}

// cut takes a text apart that has something to be filled in, or a form of its own for one.
func cut(lang Lang, w words) text {
	var t text
	var ok bool
	if t.other, ok = gaps(w.Other); !ok {
		return text{template: true}
	}
	if w.One != "" && lang == EN { // Chinese has one form for all numbers
		if t.one, ok = gaps(w.One); !ok {
			return text{template: true}
		}
	}
	return t
}

func (c *catalogue) text(lang Lang, key string, count any, args Args) string {
	for _, l := range []Lang{lang, ZH} {
		t, ok := c.texts[l][key]
		if !ok {
			continue
		}
		if count == 1 && t.one != nil {
			return fill(t.one, args)
		}
		if t.other != nil {
			return fill(t.other, args)
		}
		if !t.template {
			return t.fixed
		}
		s, err := c.localizer[l].Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: map[string]any(args), PluralCount: count})
		if err == nil {
			return s
		}
	}
	return key
}
