package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

const maxLine = 1 << 20 // bytes of one JSON line

// openJSON reads one object a line. Members of objects within are named with dots ("person.phone").
func openJSON(f *os.File) (*Reader, error) {
	text, name, err := decoded(f)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(text, 1<<16)
	line := 0
	next := func() (Row, error) {
		for {
			raw, long, err := readLine(in)
			if len(raw) == 0 && !long && err != nil {
				return Row{}, err
			}
			line++
			raw = bytes.TrimSpace(raw)
			switch {
			case long:
				return Row{Line: line, Err: fmt.Errorf("the line is longer than %d bytes", maxLine)}, nil
			case len(raw) > 0:
				return jsonRow(line, raw), nil
			}
		}
	}
	return &Reader{Form: "json lines, " + name, next: next, close: func() error { return nil }}, nil
}

// readLine reads one line; a longer one than maxLine is read to its end and cut.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			long = true
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

func jsonRow(line int, raw []byte) Row {
	row := Row{Line: line, names: map[string]int{}, values: []string{string(raw)}}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var members map[string]any
	if err := dec.Decode(&members); err != nil || members == nil {
		row.Err = errors.New("not a JSON object")
		return row
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		row.Err = errors.New("more than one JSON value in the line")
		return row
	}
	row.flatten("", members, 0)
	return row
}

func (r *Row) flatten(prefix string, members map[string]any, depth int) {
	for name, v := range members {
		var s string
		switch v := v.(type) {
		case nil:
			continue
		case string:
			s = v
		case json.Number:
			s = v.String()
		case bool:
			s = strconv.FormatBool(v)
		case map[string]any:
			if depth < 3 {
				r.flatten(prefix+name+".", v, depth+1)
			}
			continue
		default:
			b, err := json.Marshal(v)
			if err != nil {
				continue
			}
			s = string(b)
		}
		r.names[prefix+name] = len(r.values)
		r.values = append(r.values, s)
	}
}
