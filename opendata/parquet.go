package opendata

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"huiyin/opendata/parquet"
)

// groupRows is how many rows are held in memory before they are written as one row group.
const groupRows = 20_000

// columnar is an Apache Parquet file.
type columnar struct {
	w       *parquet.Writer
	columns []Column
	line    []any
}

var parquetTypes = map[Type]parquet.Type{Text: parquet.Text, Integer: parquet.Integer, Number: parquet.Number, YesNo: parquet.YesNo, Date: parquet.Date}

func beginParquet(w io.Writer, s Set, a about) (writer, error) {
	columns := make([]parquet.Column, len(s.Columns))
	for i, c := range s.Columns {
		columns[i] = parquet.Column{Name: c.Name, Type: parquetTypes[c.Type], Empty: c.Empty != ""}
	}
	file, err := parquet.NewWriter(w, columns, groupRows, [2]string{"set", a.Set}, [2]string{"snapshot", a.Snapshot}, [2]string{"period", a.Period}, [2]string{"page", a.Page}, [2]string{"licence", a.Licence})
	return &columnar{w: file, columns: s.Columns, line: make([]any, len(columns))}, err
}

func (f *columnar) row(row Row, _ json.RawMessage) error {
	for i, v := range row {
		f.line[i] = v
		switch v := v.(type) {
		case int:
			if f.line[i] = int64(v); f.columns[i].Type == Number {
				f.line[i] = float64(v)
			}
		case string:
			if f.columns[i].Type == Date {
				day, err := time.Parse(time.DateOnly, v)
				if err != nil {
					return fmt.Errorf("column %s: %w", f.columns[i].Name, err)
				}
				f.line[i] = int32(day.Unix() / (24 * 60 * 60)) //nolint:gosec // days since 1970
			}
		}
	}
	return f.w.Row(f.line)
}

func (f *columnar) end() error { return f.w.Close() }
