package table

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func rowsOf(t *testing.T, name string, body []byte) (rows []Row, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func TestFilesThatCannotBeReadSayWhy(t *testing.T) {
	for name, body := range map[string]string{
		"empty.csv": "", "blank.csv": "\n\n", "twice.csv": "a,b,a\n1,2,3\n", "old.xls": "\xd0\xcf\x11\xe0 old", "broken.xlsx": "PK\x03\x04 not a workbook",
	} {
		if rows, err := rowsOf(t, name, []byte(body)); err == nil {
			t.Errorf("%s: %d rows and no error", name, len(rows))
		}
	}
}

func TestABrokenRowCostsNoOther(t *testing.T) {
	rows, err := rowsOf(t, "a.jsonl", []byte("{\"a\":1,\"p\":{\"q\":\"x\"}}\n\nno json\n[1]\n{\"a\":2} {\"a\":3}\n{\"a\":20260000000007}"))
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Get("a") != "1" || rows[0].Get("p.q") != "x" || rows[4].Get("a") != "20260000000007" || rows[4].Line != 6 {
		t.Errorf("%+v", rows)
	}
	for _, bad := range rows[1:4] {
		if bad.Err == nil {
			t.Errorf("line %d was taken", bad.Line)
		}
	}
	rows, err = rowsOf(t, "a.csv", []byte("a,b\n1,2\n3\n\"4\n5\",6\n"))
	if err != nil || len(rows) != 3 || rows[1].Err == nil || rows[2].Get("a") != "4\n5" || rows[2].Line != 4 {
		t.Errorf("%+v %v", rows, err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(false, []byte("a,b\n1,2\n"))
	f.Add(true, []byte("{\"a\":1}\n"))
	f.Add(false, []byte("\xff\xfea\x00,\x00"))
	f.Fuzz(func(t *testing.T, lines bool, body []byte) {
		name := "x.csv"
		if lines {
			name = "x.jsonl"
		}
		rows, _ := rowsOf(t, name, body)
		for _, r := range rows {
			if r.Err == nil && r.Line < 1 {
				t.Errorf("line %d", r.Line)
			}
		}
	})
}
