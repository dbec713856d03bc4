package routing_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"huiyin/locale"
	"huiyin/routing"
	"huiyin/routing/codes"
)

// cityWith is the demonstration city with another file of versions.
func cityWith(t *testing.T, versions string) (*routing.City, error) {
	t.Helper()
	files := fstest.MapFS{"codes.yaml": {Data: []byte(versions)}}
	dir := os.DirFS("../demo/city")
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "codes.yaml" {
			continue
		}
		body, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = &fstest.MapFile{Data: body}
	}
	return routing.LoadCity(files)
}

func TestACodeThatEndedKeepsItsName(t *testing.T) {
	c, err := cityWith(t, `
versions:
  - {version: "2025.1", since: 2025-01-01}
  - version: "2026.1"
    since: 2026-01-01
    categories: [{from: ["040299"], to: ["040201", "040202"]}]
    territories: [{from: ["990108"], to: ["990101"]}]
    units: [{from: [c-lvyou], to: [c-wenlv]}]
retired:
  categories: {"040299": {parent: "0402", zh: 出租车与网约车, en: Taxis and ride hailing}}
  territories: {"990108": {parent: "990100", zh: 滨江区, en: Binjiang}}
  units: {c-lvyou: {parent: hotline, zh: 临澜市旅游局, en: Linlan Tourism Bureau}}
`)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.CategoryPath("040299", locale.ZH); !strings.HasSuffix(got, "/出租车与网约车") || strings.Count(got, "/") != 2 {
		t.Errorf("a matter that ended: %q", got)
	}
	if c.UnitName("c-lvyou", locale.EN) != "Linlan Tourism Bureau" || c.TerritoryName("990108", locale.ZH) != "滨江区" {
		t.Errorf("%q, %q", c.UnitName("c-lvyou", locale.EN), c.TerritoryName("990108", locale.ZH))
	}
	if ended := c.EndedTerritories(6); len(ended) != 1 || ended[0].Code != "990108" {
		t.Errorf("%+v", ended)
	}
	old, ok := c.Reading("2025.1")
	if !ok {
		t.Fatal("no reading of 2025.1")
	}
	now, _ := c.Reading("")
	for _, one := range []struct {
		set            codes.Set
		code, was, now string
	}{
		{codes.Categories, "040201", "040299", "040201"},
		{codes.Categories, "040299", "040299", "0402"},
		{codes.Units, "c-wenlv", "c-lvyou", "c-wenlv"},
		{codes.Units, "c-lvyou", "c-lvyou", "c-wenlv"},
		{codes.Territories, "990108", "990108", "990101"},
		{codes.Kinds, "complaint", "complaint", "complaint"},
	} {
		if got := old.Code(one.set, one.code); got != one.was {
			t.Errorf("%s under the old codes: %s", one.code, got)
		}
		if got := now.Code(one.set, one.code); got != one.now {
			t.Errorf("%s under the new codes: %s", one.code, got)
		}
	}
}

func TestMappingsThatDoNotFitTheCityAreRefused(t *testing.T) {
	for name, change := range map[string]string{
		"an ended code that is still in force": `categories: [{from: ["010101"], to: ["010102"]}]`,
		"a new code that is nowhere":           `categories: [{from: ["010199"], to: ["010198"]}]`,
		"a kind that is none":                  `kinds: [{from: [], to: [wish]}]`,
		"a set that is none":                   `colours: [{from: [], to: [red]}]`,
	} {
		_, err := cityWith(t, `
versions:
  - {version: "2025.1", since: 2025-01-01}
  - version: "2026.1"
    since: 2026-01-01
    `+change+`
retired:
  categories: {"010101": {parent: "0101", zh: 摊点, en: Stalls}, "010199": {parent: "0101", zh: 其他, en: Others}}
`)
		if err == nil || !strings.HasPrefix(err.Error(), "codes.yaml: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
