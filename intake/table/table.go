// Package table reads rows of work orders from CSV, XLSX and JSON Lines files, whatever their encoding, one row at a time.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Row is one work order as it stands in the file.
type Row struct {
	Line   int // in the file, counted from 1; of a sheet, the row
	names  map[string]int
	values []string
	Err    error // the row cannot be read; the values are what could be
}

// Get is the value in a column, without the spaces around it; empty where the row has none.
func (r Row) Get(column string) string {
	i, ok := r.names[column]
	if !ok || i >= len(r.values) {
		return ""
	}
	return strings.TrimSpace(r.values[i])
}

// Values are the row's values in the order of the columns (of JSON Lines: the line itself).
func (r Row) Values() []string { return r.values }

// Reader gives the rows of one file. Use Open.
type Reader struct {
	Columns []string // of JSON Lines: nil, each row has its own
	Form    string   // what was found, such as "csv, gb18030" or "xlsx, sheet Orders"
	Numeric bool     // dates may stand as serial day numbers (XLSX)
	next    func() (Row, error)
	close   func() error
}

// Next gives the next row, io.EOF after the last. A row that cannot be read has Err set, and the next call goes on behind it;
// any other error ends the file.
func (r *Reader) Next() (Row, error) { return r.next() }

// Close closes the file.
func (r *Reader) Close() error { return r.close() }

// Open opens a file by its content; the ending of its name decides only between CSV and JSON Lines.
func Open(name string) (*Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		_ = f.Close()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the file is empty")
		}
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, err
	}
	var r *Reader
	switch end := strings.ToLower(filepath.Ext(name)); {
	case bytes.HasPrefix(head[:n], []byte("PK\x03\x04")):
		r, err = openXLSX(f)
	case bytes.HasPrefix(head[:n], []byte("\xd0\xcf\x11\xe0")):
		err = errors.New("this is an old Excel workbook (.xls): save it as .xlsx or CSV")
	case end == ".jsonl" || end == ".ndjson" || end == ".json":
		r, err = openJSON(f)
	default:
		r, err = openCSV(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	inner := r.close
	r.close = func() error { return errors.Join(inner(), f.Close()) }
	return r, nil
}

// index maps the column names to their places; a name that stands twice is refused, since nobody could tell which is meant.
func index(columns []string) (map[string]int, error) {
	names := make(map[string]int, len(columns))
	for i, c := range columns {
		c = strings.TrimSpace(c)
		columns[i] = c
		if c == "" {
			continue
		}
		if _, twice := names[c]; twice {
			return nil, fmt.Errorf("the column %q stands twice in the first line", c)
		}
		names[c] = i
	}
	if len(names) == 0 {
		return nil, errors.New("the first line has no column names")
	}
	return names, nil
}
