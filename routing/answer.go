package routing

import (
	"bufio"
	"bytes"
	"context"
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
	At      *string         `json:"at"`

	input Input
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
	Sure       answerSure        `json:"sure"`
}

// answerSure is how sure the answer is of what it says beside the units.
type answerSure struct {
	Kind      answerBelief `json:"kind"`
	Category  answerBelief `json:"category"`
	Territory answerBelief `json:"territory"`
	Urgency   answerBelief `json:"urgency"`
}

type answerBelief struct {
	P       float64  `json:"p"`
	Reasons []string `json:"reasons"`
}

func toldBelief(b Belief) answerBelief { return answerBelief{b.P, told(b.Reasons)} }

// told is reasons in the city's language.
func told(reasons []Reason) []string {
	out := []string{}
	for _, r := range reasons {
		out = append(out, r.Text(locale.ZH))
	}
	return out
}

type answerCandidate struct {
	Department casework.UnitCode `json:"department"`
	Name       string            `json:"name"`
	P          float64           `json:"p"`
	Reasons    []string          `json:"reasons"`
}

// maxLine bounds one input line, in bytes.
const maxLine = 1 << 20

// failure is the output line for an input line that is wrongly written.
type failure struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// Answers answers every line of in by one line of out, until in ends. A wrongly written line is answered by its id and what is wrong with it, and told to wrong; blank lines are passed over.
// An error is a failure to read or write.
func Answers(ctx context.Context, c *City, l *Learned, in io.Reader, out io.Writer, wrong func(line int, why error)) error {
	r, w := bufio.NewReaderSize(in, 64<<10), bufio.NewWriter(out)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if len(bytes.TrimSpace(line)) > 0 {
			answer, why := AnswerLine(c, l, line)
			if why != nil {
				wrong(n, why)
			}
			if _, err := w.Write(append(answer, '\n')); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return w.Flush()
		case err != nil:
			return errors.Join(err, w.Flush())
		case ctx.Err() != nil:
			return errors.Join(ctx.Err(), w.Flush())
		}
		if r.Buffered() == 0 { // nothing more waits: whoever asks line by line gets the answer now
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLine reads up to the next line end, and of a line that is too long only so much that this can be seen.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if room := maxLine + 1 - len(line); room > 0 {
			line = append(line, part[:min(len(part), room)]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// AnswerLine answers one JSON line of `huiyin route`, as the interfaces contract has it, by the rules and a model where there is one; reasons are in the city's language. An error is wrong usage: a line that is
// not one JSON object with an id and a text, or a time without an offset; it comes with a line that says so.
func AnswerLine(c *City, l *Learned, line []byte) ([]byte, error) {
	q, err := parseLine(line)
	if err != nil {
		id := q.ID
		if len(id) == 0 || !json.Valid(id) {
			id = json.RawMessage("null")
		}
		return encode(failure{id, err.Error()}), err
	}
	p := ProposeWith(c, l, q.input)
	a := answer{ID: q.ID, Kind: p.Kind, Category: p.Category, Territory: p.Territory, Urgency: p.Urgency, Emergency: p.Emergency.Number, Secret: p.Secret, Tags: p.Tags, Auto: p.Auto, Candidates: []answerCandidate{}}
	for _, k := range p.Candidates {
		a.Candidates = append(a.Candidates, answerCandidate{k.Unit, c.UnitName(k.Unit, locale.ZH), k.P, told(k.Reasons)})
	}
	a.Sure = answerSure{toldBelief(p.Sure.Kind), toldBelief(p.Sure.Category), toldBelief(p.Sure.Territory), toldBelief(p.Sure.Urgency)}
	return encode(a), nil
}

func parseLine(line []byte) (question, error) {
	var q question
	switch {
	case len(line) > maxLine:
		return q, fmt.Errorf("the line is longer than %d bytes", maxLine)
	case !utf8.Valid(line):
		return q, errors.New("the line is not UTF-8")
	}
	if err := json.Unmarshal(line, &q); err != nil {
		return q, fmt.Errorf(`not a JSON object such as {"id":1,"text":"…"}: %w`, err)
	}
	if q.Text == nil || len(q.ID) == 0 {
		return q, errors.New(`"id" and "text" must be given`)
	}
	if first := q.ID[0]; first == '{' || first == '[' {
		q.ID = nil
		return q, errors.New(`"id" must be a text or a number`)
	}
	q.input = Input{Title: q.Title, Text: *q.Text, Address: q.Address}
	if q.At != nil {
		at, err := time.Parse(time.RFC3339, *q.At)
		if err != nil {
			return q, fmt.Errorf(`"at" must be a time with an offset, such as 2026-03-02T09:30:00+08:00, not %q`, *q.At)
		}
		q.input.At = at
	}
	return q, nil
}

// encode writes one line. The types above have nothing that JSON cannot say.
func encode(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
