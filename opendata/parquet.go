package opendata

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
)

// groupRows is how many rows are held in memory before they are written as one row group.
const groupRows = 20_000

// columnar is a Apache Parquet file, compressed with Snappy.
type columnar struct {
	w       *parquet.Writer
	columns []Column
	line    parquet.Row
	rows    int
}

func beginParquet(w io.Writer, s Set, a about) (writer, error) {
	fields := make([]reflect.StructField, len(s.Columns))
	for i, c := range s.Columns {
		tag, typ := c.Name, reflect.TypeFor[string]()
		switch c.Type {
		case Integer:
			typ = reflect.TypeFor[int64]()
		case Number:
			typ = reflect.TypeFor[float64]()
		case YesNo:
			typ = reflect.TypeFor[bool]()
		case Date:
			tag, typ = tag+",date", reflect.TypeFor[int32]()
		case Text:
		}
		if c.Empty != "" {
			tag += ",optional"
		}
		if c.Type == Text {
			tag += ",dict"
		}
		fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: typ, Tag: reflect.StructTag(fmt.Sprintf("parquet:%q", tag))} // a struct keeps the columns in their order
	}
	schema := parquet.NewSchema(s.Key, parquet.SchemaOf(reflect.New(reflect.StructOf(fields)).Interface()))
	f := &columnar{columns: s.Columns}
	f.w = parquet.NewWriter(w, schema, parquet.Compression(&parquet.Snappy), parquet.CreatedBy("huiyin", "1", ""),
		parquet.KeyValueMetadata("snapshot", a.Snapshot), parquet.KeyValueMetadata("period", a.Period), parquet.KeyValueMetadata("page", a.Page), parquet.KeyValueMetadata("licence", a.Licence))
	return f, nil
}

func (f *columnar) row(row Row, _ json.RawMessage) error {
	f.line = f.line[:0]
	for i, v := range row {
		c := f.columns[i]
		level := 0
		if c.Empty != "" {
			level = 1
		}
		if v == nil {
			if level == 0 {
				return fmt.Errorf("column %s is empty, and should never be", c.Name)
			}
			f.line = append(f.line, parquet.NullValue().Level(0, 0, i))
			continue
		}
		value, err := valueOf(c, v)
		if err != nil {
			return err
		}
		f.line = append(f.line, value.Level(0, level, i))
	}
	if _, err := f.w.WriteRows([]parquet.Row{f.line}); err != nil {
		return err
	}
	if f.rows++; f.rows%groupRows == 0 {
		return f.w.Flush()
	}
	return nil
}

func valueOf(c Column, v any) (parquet.Value, error) {
	switch v := v.(type) {
	case int:
		if c.Type == Number {
			return parquet.DoubleValue(float64(v)), nil
		}
		return parquet.Int64Value(int64(v)), nil
	case float64:
		return parquet.DoubleValue(v), nil
	case bool:
		return parquet.BooleanValue(v), nil
	case string:
		if c.Type != Date {
			return parquet.ByteArrayValue([]byte(v)), nil
		}
		day, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return parquet.Value{}, fmt.Errorf("column %s: %w", c.Name, err)
		}
		return parquet.Int32Value(int32(day.Unix() / (24 * 60 * 60))), nil
	}
	return parquet.Value{}, fmt.Errorf("column %s cannot hold %T", c.Name, v)
}

func (f *columnar) end() error { return f.w.Close() }
