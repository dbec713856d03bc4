package rulebook

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// Table is a CSV file of the rulebook as rows that can be changed one by one; what is not changed stays as it was, byte for byte.
type Table struct {
	Columns []string
	Rows    []Row

	content []byte
}

// Row is one record of a table.
type Row struct {
	Line   int // where it begins, from 1
	Values []string

	from, to int // its bytes, the end of its line included
}

// ReadTable reads a table. What is wrong is a Mistake of the file called name.
func ReadTable(name string, content []byte) (Table, error) {
	t := Table{content: content}
	body := bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	skipped := len(content) - len(body)
	r := csv.NewReader(bytes.NewReader(body))
	for {
		from := skipped + int(r.InputOffset())
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return t, Mistake{File: name, Line: broken.Line, Text: broken.Err.Error()}
		}
		if err != nil {
			return t, mistake(name, err)
		}
		if t.Columns == nil {
			t.Columns = values
			continue
		}
		line, _ := r.FieldPos(0)
		t.Rows = append(t.Rows, Row{Line: line, Values: values, from: from, to: skipped + int(r.InputOffset())})
	}
}

// Row finds the record that begins at a line.
func (t Table) Row(line int) (Row, bool) {
	for _, r := range t.Rows {
		if r.Line == line {
			return r, true
		}
	}
	return Row{}, false
}

// Find lists the rows in which every word of the query stands, whatever the case of its letters.
func (t Table) Find(query string) []Row {
	words := strings.Fields(strings.ToLower(query))
	var found []Row
	for _, r := range t.Rows {
		all := strings.ToLower(strings.Join(r.Values, "\n"))
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(all, w)
		}
		if fits {
			found = append(found, r)
		}
	}
	return found
}

// Set is the file with other values in a row.
func (t Table) Set(r Row, values []string) []byte {
	return bytes.Join([][]byte{t.content[:r.from], record(values), t.content[r.to:]}, nil)
}

// Add is the file with one more row at its end.
func (t Table) Add(values []string) []byte {
	content := bytes.Clone(t.content)
	if len(content) > 0 && content[len(content)-1] != '\n' {
		content = append(content, '\n')
	}
	return append(content, record(values)...)
}

// Without is the file without a row.
func (t Table) Without(r Row) []byte {
	return bytes.Join([][]byte{t.content[:r.from], t.content[r.to:]}, nil)
}

func record(values []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(values) // a buffer takes everything
	w.Flush()
	return b.Bytes()
}
