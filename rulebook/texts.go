package rulebook

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"huiyin/routing"
)

// Text is a standard text that answers often begin with; gaps are marked ____ and filled in by the handler.
type Text struct {
	Name routing.Name
	Text routing.Name
}

const maxTexts = 200

func readTexts(file []byte) ([]Text, error) {
	var rows []struct {
		Name struct{ ZH, EN string } `yaml:"name"`
		Text struct{ ZH, EN string } `yaml:"text"`
	}
	d := yaml.NewDecoder(bytes.NewReader(file))
	d.KnownFields(true)
	if err := d.Decode(&rows); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(rows) > maxTexts {
		return nil, fmt.Errorf("more than %d texts", maxTexts)
	}
	texts := make([]Text, len(rows))
	for i, r := range rows {
		if r.Name.ZH == "" || r.Text.ZH == "" {
			return nil, fmt.Errorf("text %d: the Chinese name or text is empty", i+1)
		}
		texts[i] = Text{Name: routing.Name{ZH: r.Name.ZH, EN: r.Name.EN}, Text: routing.Name{ZH: r.Text.ZH, EN: r.Text.EN}}
	}
	return texts, nil
}
