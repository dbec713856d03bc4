// Package parquet writes flat Apache Parquet files: plain values in gzip pages, one page a column and row group, row after row and none of them kept.
//
// It is the part of the format (https://parquet.apache.org/docs/file-format/) that a table of open data needs, so that the program does not carry a library for all of it.
package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Type is what a column holds.
type Type int

// The types, of the values that Row takes: string; int64; float64; bool; int32 as days since 1 January 1970.
const (
	Text Type = iota
	Integer
	Number
	YesNo
	Date
)

// Column is one column; Empty tells that its values may be nil.
type Column struct {
	Name  string
	Type  Type
	Empty bool
}

// Writer writes one file.
type Writer struct {
	to      io.Writer
	at      int64
	columns []Column
	chunks  []chunk
	about   [][2]string
	most    int // rows of a row group
	rows    int // of the row group under way
	all     int64
	groups  []group
}

// chunk collects a column of the row group under way.
type chunk struct {
	values bytes.Buffer
	there  []bool // for each row whether it has a value, where a column may be empty
	bits   int    // of booleans written so far
}

// group is a row group that is written.
type group struct {
	rows    int
	columns []written
}

// written is where a column of a row group stands.
type written struct {
	at, plain, packed int64
	values            int
}

const magic = "PAR1"

// NewWriter begins a file with these columns. about are its key-value metadata; of rows at most so many are collected before they are written.
func NewWriter(to io.Writer, columns []Column, rows int, about ...[2]string) (*Writer, error) {
	w := &Writer{to: to, columns: columns, chunks: make([]chunk, len(columns)), about: about, most: rows}
	return w, w.write([]byte(magic))
}

func (w *Writer) write(b []byte) error {
	n, err := w.to.Write(b)
	w.at += int64(n)
	return err
}

var errRow = errors.New("a row has as many values as there are columns")

// Row writes a row: a value for each column.
func (w *Writer) Row(values []any) error {
	if len(values) != len(w.columns) {
		return errRow
	}
	for i, v := range values {
		if err := w.chunks[i].add(w.columns[i], v); err != nil {
			return err
		}
	}
	w.all++
	if w.rows++; w.rows >= w.most {
		return w.flush()
	}
	return nil
}

func (k *chunk) add(c Column, v any) error {
	if c.Empty {
		k.there = append(k.there, v != nil)
		if v == nil {
			return nil
		}
	}
	var number [8]byte
	fits := false
	switch v := v.(type) {
	case string:
		if fits = c.Type == Text; fits {
			binary.LittleEndian.PutUint32(number[:], uint32(len(v))) //nolint:gosec // a text of four gigabytes is none
			k.values.Write(number[:4])
			k.values.WriteString(v)
		}
	case int64:
		if fits = c.Type == Integer; fits {
			binary.LittleEndian.PutUint64(number[:], uint64(v)) //nolint:gosec // the same bits
			k.values.Write(number[:])
		}
	case float64:
		if fits = c.Type == Number; fits {
			binary.LittleEndian.PutUint64(number[:], math.Float64bits(v))
			k.values.Write(number[:])
		}
	case int32:
		if fits = c.Type == Date; fits {
			binary.LittleEndian.PutUint32(number[:], uint32(v)) //nolint:gosec // the same bits
			k.values.Write(number[:4])
		}
	case bool:
		if fits = c.Type == YesNo; fits {
			k.bit(v)
		}
	}
	if !fits {
		return fmt.Errorf("column %s cannot hold %T", c.Name, v)
	}
	return nil
}

// bit adds a boolean: eight stand in a byte, the first in its lowest bit.
func (k *chunk) bit(v bool) {
	if k.bits%8 == 0 {
		k.values.WriteByte(0)
	}
	if v {
		k.values.Bytes()[k.values.Len()-1] |= 1 << (k.bits % 8)
	}
	k.bits++
}

// flush writes the rows collected so far as a row group.
func (w *Writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	g := group{rows: w.rows}
	for i := range w.columns {
		one, err := w.page(w.columns[i], &w.chunks[i])
		if err != nil {
			return err
		}
		g.columns = append(g.columns, one)
		w.chunks[i].values.Reset()
		w.chunks[i].there, w.chunks[i].bits = w.chunks[i].there[:0], 0
	}
	w.groups, w.rows = append(w.groups, g), 0
	return nil
}

// page writes a column of a row group as one page.
func (w *Writer) page(c Column, k *chunk) (written, error) {
	out := written{at: w.at, values: w.rows}
	var body []byte
	if c.Empty {
		levels := runs(k.there)
		body = binary.LittleEndian.AppendUint32(nil, uint32(len(levels))) //nolint:gosec // some bytes for each row of a group
		body = append(body, levels...)
	}
	body = append(body, k.values.Bytes()...)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(body)
	if err := errors.Join(err, z.Close()); err != nil {
		return out, err
	}
	var head thrift
	head.i32(1, 0) // a data page
	head.i32(2, len(body))
	head.i32(3, packed.Len())
	head.begin(5)
	head.i32(1, w.rows)
	head.i32(2, encodingPlain)
	head.i32(3, encodingRuns)
	head.i32(4, encodingRuns)
	head.end()
	head.end()
	out.plain, out.packed = int64(len(head.b)+len(body)), int64(len(head.b)+packed.Len())
	if err := w.write(head.b); err != nil {
		return out, err
	}
	return out, w.write(packed.Bytes())
}

// runs writes which rows have a value, as runs of alike ones.
func runs(there []bool) []byte {
	var out []byte
	for i := 0; i < len(there); {
		n := i
		for n < len(there) && there[n] == there[i] {
			n++
		}
		out = binary.AppendUvarint(out, uint64(n-i)<<1) //nolint:gosec // a count
		if there[i] {
			out = append(out, 1)
		} else {
			out = append(out, 0)
		}
		i = n
	}
	return out
}

// Close writes what is left, and the end of the file that tells where everything stands.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	end := w.footer()
	end = binary.LittleEndian.AppendUint32(end, uint32(len(end))) //nolint:gosec // some hundred bytes for each row group
	return w.write(append(end, magic...))
}
