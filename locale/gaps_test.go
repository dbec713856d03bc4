package locale

import (
	"io/fs"
	"strings"
	"testing"
	"text/template"

	"gopkg.in/yaml.v3"
)

func BenchmarkText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = ZH.T("due.left", Args{"Span": "2 h"})
	}
}

func BenchmarkPlural(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = EN.N("time.hours", 3)
	}
}

// Words with gaps say what the template of the same words says.
func TestGapsAreFilledAsATemplateWould(t *testing.T) {
	args := Args{"Twice": 2, "Half": 0.5}
	compared := 0
	for _, lang := range Langs() {
		names, err := fs.Glob(files, string(lang)+"/*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			body, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			file := map[string]words{}
			if err := yaml.Unmarshal(body, &file); err != nil {
				t.Fatal(err)
			}
			for key, w := range file {
				for form, words := range map[int]string{1: w.One, 2: w.Other} {
					list, ok := gaps(words)
					if !ok || form == 1 && (words == "" || lang == ZH) {
						continue
					}
					for i, g := range list {
						if g.name != "" && args[g.name] == nil && i%2 == 0 { // some are not given
							args[g.name] = "<" + g.name + "> & \"x\""
						}
					}
					var want strings.Builder
					if err := template.Must(template.New(key).Parse(words)).Execute(&want, map[string]any(args)); err != nil {
						t.Fatal(err)
					}
					if got := texts.text(lang, key, form, args); got != want.String() {
						t.Errorf("%s %s: %q, want %q", lang, key, got, want.String())
					}
					compared++
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d texts were compared", compared)
	}
}
