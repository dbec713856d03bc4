package rulebook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"huiyin/rulebook"
)

func TestVersionsOfCodesAreRulesLikeTheOthers(t *testing.T) {
	files := base(t)
	rules, err := rulebook.Read(files, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rules.City.CodeVersions()); n != 2 || !slices.Contains(files.Names(), rulebook.CodesFile) {
		t.Fatalf("%d versions, among %v", n, files.Names())
	}

	// A matter is renamed under a new code: first the list of matters and what refers to it, then what became of the old code.
	const old, next = "160401", "160499"
	changed := files
	for _, name := range []string{"categories.csv", "duties.csv", "rules.yaml"} {
		changed = changed.With(name, []byte(strings.ReplaceAll(string(files[name]), old, next)))
	}
	mapping := strings.Replace(string(files[rulebook.CodesFile]), "retired:\n  categories:\n", `  - version: "2027.1"
    since: 2027-01-01
    categories:
      - {from: ["160401"], to: ["160499"]}
retired:
  categories:
    "160401": {parent: "1604", zh: 缺位与不作为, en: Neglect of duty}
`, 1)
	_, err = rulebook.Read(files.With(rulebook.CodesFile, []byte(mapping)), 1)
	var m rulebook.Mistake
	if !errors.As(err, &m) || m.File != rulebook.CodesFile || !strings.Contains(m.Text, old) {
		t.Errorf("the mapping before the list: %v", err)
	}
	rules, err = rulebook.Read(changed.With(rulebook.CodesFile, []byte(mapping)), 2)
	if err != nil {
		t.Fatal(err)
	}
	was, _ := rules.City.Reading("2026.1")
	if got := was.Code("categories", next); got != old {
		t.Errorf("%s under 2026.1 is %s", next, got)
	}
}
