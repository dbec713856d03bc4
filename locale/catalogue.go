// Package locale holds every text that a person reads, in every language.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
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
		bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
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
			file, err := bundle.ParseMessageFileBytes(body, path.Base(string(lang)+".yaml"))
			if err != nil {
				return nil, fmt.Errorf("locale: %s: %w", name, err)
			}
			for _, m := range file.Messages {
				if _, twice := c.texts[lang][m.ID]; twice {
					c.twice = append(c.twice, name+": "+m.ID)
				}
				c.texts[lang][m.ID] = text{fixed: m.Other, template: m.One != "" || strings.Contains(m.Other, "{{")}
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
