package opendata_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"huiyin/opendata"
)

// table is what a file says, each value as CSV writes it.
type table [][]string

func readCSV(t *testing.T, body []byte) table {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return ""
	case json.Number:
		return v.String()
	}
	return fmt.Sprint(v)
}

func readJSON(t *testing.T, body []byte, set opendata.Set) table {
	t.Helper()
	var doc struct {
		Set, Snapshot, Page, Licence string
		Rows                         []map[string]any
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if doc.Set != set.Key || doc.Snapshot == "" || doc.Page != "https://linlan.example/data/"+set.Key || doc.Licence != opendata.Licence {
		t.Errorf("%s says of itself %+v", set.Key, doc)
	}
	return ofObjects(set, doc.Rows)
}

func readLines(t *testing.T, body []byte, set opendata.Set) table {
	t.Helper()
	var all []map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	for {
		one := map[string]any{}
		err := dec.Decode(&one)
		if err == io.EOF {
			return ofObjects(set, all)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
}

func ofObjects(set opendata.Set, objects []map[string]any) table {
	out := table{{}}
	for _, c := range set.Columns {
		out[0] = append(out[0], c.Name)
	}
	for _, o := range objects {
		var line []string
		for _, c := range set.Columns {
			line = append(line, plain(o[c.Name]))
		}
		out = append(out, line)
	}
	return out
}

func readParquet(t *testing.T, body []byte, set opendata.Set) table {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := table{{}}
	for _, c := range f.Schema().Columns() {
		out[0] = append(out[0], c[0])
	}
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		buf := make([]parquet.Row, 50)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				var line []string
				for i, v := range row {
					switch {
					case v.IsNull():
						line = append(line, "")
					case set.Columns[i].Type == opendata.Date:
						line = append(line, time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly))
					case set.Columns[i].Type == opendata.YesNo:
						line = append(line, plain(v.Boolean()))
					case set.Columns[i].Type == opendata.Number:
						line = append(line, strconv.FormatFloat(v.Double(), 'f', -1, 64))
					default:
						line = append(line, v.String())
					}
				}
				out = append(out, line)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if v, ok := f.Lookup("snapshot"); !ok || v == "" {
		t.Errorf("the file of %s names no snapshot", set.Key)
	}
	return out
}

func readXLSX(t *testing.T, body []byte, set opendata.Set) table {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(set.Key, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	out := table{rows[0]}
	for _, row := range rows[1:] {
		line := make([]string, len(set.Columns))
		for i := range row {
			line[i] = row[i]
			if set.Columns[i].Type == opendata.YesNo {
				line[i] = map[string]string{"1": "1", "0": "", "TRUE": "1", "FALSE": ""}[row[i]]
			}
		}
		out = append(out, line)
	}
	return out
}
