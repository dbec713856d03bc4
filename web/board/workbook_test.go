package board_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The spreadsheet holds the rows of the CSV, and the snapshot that they are of.
func TestTheSpreadsheetSaysWhatTheCSVSays(t *testing.T) {
	w := newTown(t)
	w.fill(40)
	want, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.ok("/departments.csv"), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(strings.NewReader(w.ok("/departments.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	got, err := book.GetRows("figures")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want)+1 || len(want) < 20 {
		t.Fatalf("%d rows in the spreadsheet, %d in the CSV", len(got), len(want))
	}
	for i, row := range want {
		for j, cell := range row {
			is := ""
			if j < len(got[i]) {
				is = got[i][j]
			}
			if is != cell {
				t.Fatalf("row %d, %s: %q in the spreadsheet, %q in the CSV", i, want[0][j], is, cell)
			}
		}
	}
	if last := got[len(got)-1]; len(last) != 2 || last[0] != "snapshot" || len(last[1]) != 12 {
		t.Errorf("the last row is %q", last)
	}
}
