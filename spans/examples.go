package spans

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	longestLine = 4 << 20 // bytes of one example
	longestText = 20000   // characters of one example
	mostKinds   = 64
)

// given is one line of a file of examples.
type given struct {
	Text  *string `json:"text"`
	Spans []struct {
		Start int    `json:"start"`
		End   int    `json:"end"`
		Type  string `json:"type"`
		Kind  string `json:"kind"`
		Label string `json:"label"`
	} `json:"spans"`
}

// ReadExamples reads JSON lines {"text","spans":[{"start","end","type"}]}; offsets count characters, the end is exclusive, "kind" and "label" mean
// the same as "type", and capital letters make no difference. A line that is wrong is told to complain with its number and left out.
func ReadExamples(in io.Reader, complain func(line int, why error)) ([]Example, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	var out []Example
	kinds := map[string]bool{}
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		e, err := readExample(line)
		if err != nil {
			complain(n, err)
			continue
		}
		for _, s := range e.Spans {
			kinds[s.Kind] = true
		}
		if len(kinds) > mostKinds {
			return nil, fmt.Errorf("line %d: more than %d kinds of spans", n, mostKinds)
		}
		out = append(out, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the examples: %w", err)
	}
	return out, nil
}

// readExample reads one line; its errors quote nothing of the text.
func readExample(line []byte) (Example, error) {
	var g given
	if err := json.Unmarshal(line, &g); err != nil {
		return Example{}, errors.New("the line is no JSON object with text and spans")
	}
	if g.Text == nil {
		return Example{}, errors.New(`member "text" is missing`)
	}
	length := utf8.RuneCountInString(*g.Text)
	if length > longestText {
		return Example{}, fmt.Errorf("the text has %d characters, at most %d are read", length, longestText)
	}
	e := Example{Text: *g.Text}
	for _, s := range g.Spans {
		kind := strings.ToLower(strings.TrimSpace(s.Type + s.Kind + s.Label))
		e.Spans = append(e.Spans, Span{Start: s.Start, End: s.End, Kind: kind})
	}
	if _, err := e.sorted(length); err != nil {
		return Example{}, err
	}
	return e, nil
}
