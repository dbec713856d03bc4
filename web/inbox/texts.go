package inbox

import (
	_ "embed"
	"fmt"

	"gopkg.in/yaml.v3"

	"huiyin/locale"
)

//go:embed data/texts.yaml
var textsFile []byte

// gap marks in a standard text what the handler fills in; nothing with a gap goes to a resident.
const gap = "____"

// standard is a text that answers often begin with; gaps are marked and filled in by the handler.
type standard struct {
	Name, Text string
}

var allTexts = mustTexts(textsFile)

type textRow struct {
	Name struct{ ZH, EN string } `yaml:"name"`
	Text struct{ ZH, EN string } `yaml:"text"`
}

// mustTexts reads the embedded file; a test holds it readable.
func mustTexts(file []byte) []textRow {
	var rows []textRow
	if err := yaml.Unmarshal(file, &rows); err != nil {
		panic(fmt.Sprintf("inbox: texts.yaml: %v", err))
	}
	return rows
}

// standards are the standard texts in a language. Residents mostly read Chinese; the English ones are for English cases.
func standards(l locale.Lang) []standard {
	list := make([]standard, 0, len(allTexts))
	for _, r := range allTexts {
		list = append(list, standard{Name: l.Pick(r.Name.ZH, r.Name.EN), Text: l.Pick(r.Text.ZH, r.Text.EN)})
	}
	return list
}
