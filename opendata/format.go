package opendata

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
)

// Format is a form of file.
type Format struct {
	Name  string // in addresses: what stands behind the dot
	Media string // media type (IANA)
	EU    string // code of the EU's list of file types
	begin func(w io.Writer, s Set, a about) (writer, error)
}

// Formats lists the forms of file, in the order of pages.
var Formats = []Format{
	{"csv", "text/csv", "CSV", beginCSV},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", beginXLSX},
	{"json", "application/json", "JSON", beginJSON},
	{"jsonl", "application/jsonl", "NDJSON", beginLines},
	{"parquet", "application/vnd.apache.parquet", "PARQUET", beginParquet},
}

// FindFormat finds a format by its name.
func FindFormat(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// about is what a file says of itself, as far as its form has a place for it.
type about struct {
	Set      string `json:"set"`
	Snapshot string `json:"snapshot"`
	Period   string `json:"period,omitempty"` // as Reading.Name
	Page     string `json:"page"`             // address of the page that explains it
	Licence  string `json:"licence"`
}

// writer writes rows one by one and keeps none of them.
type writer interface {
	row(row Row, raw json.RawMessage) error
	end() error
}

// appendValue writes a value as CSV has it.
func appendValue(b []byte, c Column, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case bool:
		if v {
			return append(b, '1')
		}
	}
	return b
}

// Written is a value of the column as CSV has it.
func (c Column) Written(v any) string { return string(appendValue(nil, c, v)) }

type csvFile struct {
	w       *csv.Writer
	columns []Column
	fields  []string
}

// byteOrder tells spreadsheet programs that a CSV is UTF-8.
const byteOrder = "\ufeff"

func beginCSV(w io.Writer, s Set, _ about) (writer, error) {
	if _, err := io.WriteString(w, byteOrder); err != nil {
		return nil, err
	}
	f := &csvFile{w: csv.NewWriter(w), columns: s.Columns, fields: make([]string, len(s.Columns))}
	for i, c := range s.Columns {
		f.fields[i] = c.Name
	}
	return f, f.w.Write(f.fields)
}

func (f *csvFile) row(row Row, _ json.RawMessage) error {
	for i, v := range row {
		if s, ok := v.(string); ok {
			f.fields[i] = s
			continue
		}
		f.fields[i] = f.columns[i].Written(v)
	}
	return f.w.Write(f.fields)
}

func (f *csvFile) end() error {
	f.w.Flush()
	return f.w.Error()
}

// jsonFile is one object whose rows are objects; lines leaves out everything but the rows.
type jsonFile struct {
	w     *bufio.Writer
	names [][]byte
	lines bool
	n     int
}

func beginLines(w io.Writer, s Set, a about) (writer, error) {
	f := &jsonFile{w: bufio.NewWriter(w), lines: true}
	return f, f.name(s)
}

func beginJSON(w io.Writer, s Set, a about) (writer, error) {
	f := &jsonFile{w: bufio.NewWriter(w)}
	head, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	if _, err := f.w.Write(append(head[:len(head)-1], `,"rows":[`...)); err != nil {
		return nil, err
	}
	return f, f.name(s)
}

func (f *jsonFile) name(s Set) error {
	for _, c := range s.Columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		f.names = append(f.names, append(name, ':'))
	}
	return nil
}

func (f *jsonFile) row(row Row, raw json.RawMessage) error {
	line := make([]byte, 0, 512)
	switch {
	case f.n > 0 && !f.lines:
		line = append(line, ",\n"...)
	case !f.lines:
		line = append(line, '\n')
	}
	f.n++
	if f.lines && raw != nil {
		line = append(line, raw...) // as its digest stands in the log
	} else {
		line = append(line, '{')
		for i, v := range row {
			if i > 0 {
				line = append(line, ',')
			}
			value, err := json.Marshal(v)
			if err != nil {
				return err
			}
			line = append(append(line, f.names[i]...), value...)
		}
		line = append(line, '}')
	}
	if f.lines {
		line = append(line, '\n')
	}
	_, err := f.w.Write(line)
	return err
}

func (f *jsonFile) end() error {
	if !f.lines {
		if _, err := f.w.WriteString("\n]}\n"); err != nil {
			return err
		}
	}
	return f.w.Flush()
}
