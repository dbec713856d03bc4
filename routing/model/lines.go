package model

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxLine bounds one input line, in bytes.
const maxLine = 1 << 20

// question is one input line of `huiyin classify`.
type question struct {
	ID   json.RawMessage `json:"id"`
	Text *string         `json:"text"`
}

// answered is one output line of `huiyin classify`.
type answered struct {
	ID json.RawMessage `json:"id"`
	Answer
}

// failure is the output line for an input line that is wrongly written.
type failure struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// Answers answers every line of in by one line of out, until in ends. A wrongly written line is answered by its id and what is wrong with it, and told to wrong; blank lines are passed over.
// An error is a failure to read or write, or the end of ctx.
func (m *Model) Answers(ctx context.Context, in io.Reader, out io.Writer, wrong func(line int, why error)) error {
	r, w := bufio.NewReaderSize(in, 64<<10), bufio.NewWriter(out)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if len(bytes.TrimSpace(line)) > 0 {
			answer, why := m.answerLine(line)
			if why != nil {
				wrong(n, why)
			}
			if _, err := w.Write(answer); err != nil {
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

func (m *Model) answerLine(line []byte) ([]byte, error) {
	q, err := parseLine(line)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err != nil {
		id := q.ID
		if len(id) == 0 {
			id = json.RawMessage("null")
		}
		err = errors.Join(err, e.Encode(failure{id, err.Error()}))
	} else {
		err = e.Encode(answered{q.ID, m.Classify(*q.Text)})
	}
	return out.Bytes(), err
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
		return question{}, fmt.Errorf(`not a JSON object such as {"id":1,"text":"…"}: %w`, err)
	}
	if q.Text == nil || len(q.ID) == 0 {
		return q, errors.New(`"id" and "text" must be given`)
	}
	if first := q.ID[0]; first == '{' || first == '[' {
		q.ID = nil
		return q, errors.New(`"id" must be a text or a number`)
	}
	return q, nil
}
