package parquet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	reader "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"huiyin/opendata/parquet"
)

// read gives the rows of a file as another program's reader has them.
func read(t interface{ Fatal(args ...any) }, body []byte) (names []string, rows [][]string) {
	f, err := reader.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Schema().Columns() {
		names = append(names, c[0])
	}
	for _, g := range f.RowGroups() {
		in := g.Rows()
		buf := make([]reader.Row, 7)
		for {
			n, err := in.ReadRows(buf)
			for _, r := range buf[:n] {
				var line []string
				for _, v := range r {
					line = append(line, v.String())
				}
				rows = append(rows, line)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return names, rows
}

// Whatever the values, wherever they are empty, and however many row groups there are: another program reads what was written.
func TestAnotherReaderReadsWhatWasWritten(t *testing.T) {
	types := []parquet.Type{parquet.Text, parquet.Integer, parquet.Number, parquet.YesNo, parquet.Date}
	rapid.Check(t, func(t *rapid.T) {
		var columns []parquet.Column
		for i := range rapid.IntRange(1, 20).Draw(t, "columns") {
			columns = append(columns, parquet.Column{Name: fmt.Sprint("c", i), Type: rapid.SampledFrom(types).Draw(t, "type"), Empty: rapid.Bool().Draw(t, "empty")})
		}
		var b bytes.Buffer
		w, err := parquet.NewWriter(&b, columns, rapid.IntRange(1, 30).Draw(t, "rows of a group"), [2]string{"snapshot", "x"})
		if err != nil {
			t.Fatal(err)
		}
		var want [][]string
		for range rapid.IntRange(0, 90).Draw(t, "rows") {
			row, line := make([]any, len(columns)), make([]string, len(columns))
			for i, c := range columns {
				if c.Empty && rapid.IntRange(0, 2).Draw(t, "nil") == 0 {
					line[i] = "<null>"
					continue
				}
				switch c.Type {
				case parquet.Text:
					row[i] = rapid.String().Draw(t, "text")
				case parquet.Integer:
					row[i] = rapid.Int64().Draw(t, "integer")
				case parquet.Number:
					row[i] = rapid.Float64().Draw(t, "number")
				case parquet.YesNo:
					row[i] = rapid.Bool().Draw(t, "yes")
				case parquet.Date:
					row[i] = rapid.Int32().Draw(t, "date")
				}
				line[i] = fmt.Sprint(row[i])
				if c.Type == parquet.Number {
					line[i] = reader.DoubleValue(row[i].(float64)).String()
				}
			}
			if err := w.Row(row); err != nil {
				t.Fatal(err)
			}
			want = append(want, line)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		names, got := read(t, b.Bytes())
		if len(names) != len(columns) || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v %v, want %v", names, got, want)
		}
	})
}

func TestWhatAColumnCannotHold(t *testing.T) {
	w, err := parquet.NewWriter(io.Discard, []parquet.Column{{Name: "a", Type: parquet.Text}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]any{{nil}, {int64(1)}, {}, {"a", "b"}} {
		if err := w.Row(row); err == nil {
			t.Errorf("took %v", row)
		}
	}
}
