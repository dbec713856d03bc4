package privacy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds one input line of Lines: a case has at most 20,000 characters.
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

type maskFailure struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// Lines reads JSON lines {"id","text"} and writes for each {"id","text","spans":[{"start","end","kind"}]}: the masked copy and
// where it differs, in characters (Unicode code points) of the input text. The id is repeated as it came. Empty lines are
// skipped; a line that is not such an object is answered with {"id","error"} and handed to complain with its number. bad
// counts those; err is a failure to read or write.
func (k Masker) Lines(ctx context.Context, in io.Reader, out io.Writer, complain func(line int, why error)) (bad int, err error) {
	r, w := bufio.NewReaderSize(in, maxLine), bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n, more := 1, true; more; n++ {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		var line []byte
		if line, more, err = nextLine(r); err != nil && !errors.Is(err, errLongLine) {
			return bad, err
		}
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
		if len(line) == 0 && err == nil {
			continue
		}
		var answer maskOutput
		if err == nil {
			answer, err = k.line(line)
		}
		if err != nil {
			bad++
			complain(n, err)
			err = enc.Encode(maskFailure{answer.ID, err.Error()})
		} else {
			err = enc.Encode(answer)
		}
		if err == nil && r.Buffered() == 0 { // a terminal or pipe that waits sees what is answered so far
			err = w.Flush()
		}
		if err != nil {
			return bad, fmt.Errorf("write masked lines: %w", err)
		}
	}
	return bad, w.Flush()
}

var errLongLine = fmt.Errorf("the line is longer than %d MB", maxLine>>20)

// nextLine reads one line; one that is too long is read over and answered with errLongLine.
func nextLine(r *bufio.Reader) (line []byte, more bool, err error) {
	line, err = r.ReadSlice('\n')
	long := false
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = r.ReadSlice('\n')
	}
	more = err == nil
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if long && err == nil {
		return nil, more, errLongLine
	}
	return line, more, err
}

// line answers one line; its errors quote nothing of the line, which may hold personal data.
func (k Masker) line(line []byte) (maskOutput, error) {
	var in maskInput
	err := json.Unmarshal(line, &in)
	if in.ID == nil {
		in.ID = json.RawMessage("null")
	}
	out := maskOutput{ID: in.ID, Spans: []maskSpan{}}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return out, fmt.Errorf("member %q is a %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return out, errors.New("the line is no JSON object")
	case err != nil:
		return out, errors.New("the line is not valid JSON")
	case in.Text == nil:
		return out, errors.New(`member "text" is missing`)
	}
	masked, spans := k.Mask(*in.Text)
	out.Text = masked
	for _, s := range spans {
		out.Spans = append(out.Spans, maskSpan(s))
	}
	return out, nil
}
