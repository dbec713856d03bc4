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

// text is one message in one language: fixed words, or a template, or plural forms.
type text struct {
	fixed    string // the words, where nothing is to be filled in
	template bool   // the go-i18n template must run
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
				t := text{fixed: w.Other, template: w.One != "" || strings.Contains(w.Other, "{{")}
				if t.template {
					if err := bundle.AddMessages(language.MustParse(string(lang)), &i18n.Message{ID: key, One: w.One, Other: w.Other}); err != nil {
						return nil, fmt.Errorf("locale: %s: %s: %w", name, key, err)
					}
					t.fixed = ""
				}
				c.texts[lang][key] = t
			}
		}
		c.localizer[lang] = i18n.NewLocalizer(bundle, string(lang))
	}
	return c, nil
}

func (c *catalogue) text(lang Lang, key string, count any, args Args) string {
	for _, l := range []Lang{lang, ZH} {
		t, ok := c.texts[l][key]
		if !ok {
			continue
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
