package routing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/locale"
)

// question is one input line of `huiyin route`.
type question struct {
	ID      json.RawMessage `json:"id"`
	Title   string          `json:"title"`
	Text    *string         `json:"text"`
	Address string          `json:"address"`
	At      string          `json:"at"`
}

// answer is one output line of `huiyin route`.
type answer struct {
	ID         json.RawMessage   `json:"id"`
	Kind       casework.Kind     `json:"kind"`
	Category   CategoryRef       `json:"category"`
	Territory  TerritoryRef      `json:"territory"`
	Urgency    casework.Urgency  `json:"urgency"`
	Emergency  string            `json:"emergency,omitempty"`
	Secret     bool              `json:"secret"`
	Tags       []string          `json:"tags"`
	Candidates []answerCandidate `json:"candidates"`
	Auto       bool              `json:"auto"`
}

type answerCandidate struct {
	Department casework.UnitCode `json:"department"`
	Name       string            `json:"name"`
	P          float64           `json:"p"`
	Reasons    []string          `json:"reasons"`
}

// AnswerLine answers one JSON line of `huiyin route`, as the interfaces contract has it; reasons are in the city's language. An error is wrong usage:
// a line that is not one JSON object with an id and a text, or a time without an offset.
func AnswerLine(c *City, line []byte) ([]byte, error) {
	var q question
	d := json.NewDecoder(bytes.NewReader(line))
	if !utf8.Valid(line) {
		return nil, errors.New("the line is not UTF-8")
	}
	if err := d.Decode(&q); err != nil {
		return nil, fmt.Errorf(`the line is not a JSON object such as {"id":1,"text":"…"}: %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the line holds more than one JSON value")
	}
	if q.Text == nil || len(q.ID) == 0 {
		return nil, errors.New(`"id" and "text" must be given`)
	}
	in := Input{Title: q.Title, Text: *q.Text, Address: q.Address}
	if q.At != "" {
		at, err := time.Parse(time.RFC3339, q.At)
		if err != nil {
			return nil, fmt.Errorf(`"at" must be a time with an offset, such as 2026-03-02T09:30:00+08:00, not %q`, q.At)
		}
		in.At = at
	}
	p := Propose(c, in)
	a := answer{ID: q.ID, Kind: p.Kind, Category: p.Category, Territory: p.Territory, Urgency: p.Urgency, Emergency: p.Emergency.Number, Secret: p.Secret, Tags: p.Tags, Auto: p.Auto, Candidates: []answerCandidate{}}
	for _, k := range p.Candidates {
		reasons := []string{}
		for _, r := range k.Reasons {
			reasons = append(reasons, r.Text(locale.ZH))
		}
		a.Candidates = append(a.Candidates, answerCandidate{k.Unit, c.UnitName(k.Unit, locale.ZH), k.P, reasons})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
