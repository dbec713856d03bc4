package privacy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"huiyin/fault"
)

// maxLine bounds one input line of MaskLines: a case has at most 20,000 characters.
const maxLine = 4 << 20

type maskInput struct {
	ID   json.RawMessage `json:"id"`
	Text *string         `json:"text"`
}

type maskOutput struct {
	ID    json.RawMessage `json:"id"`
	Text  string          `json:"text"`
	Spans []maskSpan      `json:"spans"`
}

type maskSpan struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"kind"`
}

// MaskLines reads JSON lines {"id","text"} and writes for each {"id","text","spans":[{"start","end","kind"}]}: the masked copy and
// where it differs, in characters (Unicode code points) of the input text. Empty lines are skipped; a line that is not such an object ends the work with
// fault.Invalid and its number. The id is repeated as it came.
func MaskLines(r io.Reader, w io.Writer) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		var in maskInput
		err := json.Unmarshal(line, &in)
		if err == nil && in.Text == nil {
			err = errors.New(`no member "text"`)
		}
		if err != nil {
			return errors.Join(badLine(n, err), out.Flush())
		}
		if in.ID == nil {
			in.ID = json.RawMessage("null")
		}
		masked, spans := Mask(*in.Text)
		o := maskOutput{ID: in.ID, Text: masked, Spans: make([]maskSpan, len(spans))}
		for i, s := range spans {
			o.Spans[i] = maskSpan(s)
		}
		if err := enc.Encode(o); err != nil {
			return fmt.Errorf("write masked line: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return errors.Join(badLine(n+1, err), out.Flush())
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write masked lines: %w", err)
	}
	return nil
}

// badLine names the line but quotes nothing of it: it may hold personal data.
func badLine(n int, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		err = errors.New("not valid JSON")
	case errors.As(err, &kind):
		err = fmt.Errorf("member %q is a %s", kind.Field, kind.Value)
	}
	return fault.Wrap(fault.Invalid, "fault.line", fmt.Errorf("line %d: %w", n, err)).With("Line", n)
}
