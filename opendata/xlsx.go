package opendata

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// sheetRows is how many rows a sheet of a spreadsheet has at most; what is more stands on the next one.
const sheetRows = excelize.TotalRows

// workbook is a spreadsheet: a sheet about the file, and the rows. Beyond some megabytes its rows lie in a temporary file until it is written.
type workbook struct {
	to      io.Writer
	book    *excelize.File
	sheet   *excelize.StreamWriter
	columns []Column
	key     string
	sheets  int
	rows    int // of the sheet, with its heading
	most    int // sheetRows; fewer in tests
}

func beginXLSX(w io.Writer, s Set, a about) (writer, error) {
	f := &workbook{to: w, book: excelize.NewFile(), columns: s.Columns, key: s.Key, most: sheetRows}
	if err := f.book.SetSheetName("Sheet1", "about"); err != nil {
		return nil, fmt.Errorf("name sheet: %w", err)
	}
	for i, line := range [][2]string{{"set", a.Set}, {"snapshot", a.Snapshot}, {"period", a.Period}, {"page", a.Page}, {"licence", a.Licence}} {
		if err := f.book.SetSheetRow("about", fmt.Sprintf("A%d", i+1), &[]string{line[0], line[1]}); err != nil {
			return nil, fmt.Errorf("write sheet: %w", err)
		}
	}
	return f, f.turn()
}

// turn begins the next sheet.
func (f *workbook) turn() error {
	if f.sheet != nil {
		if err := f.sheet.Flush(); err != nil {
			return fmt.Errorf("end sheet: %w", err)
		}
	}
	f.sheets++
	name := f.key
	if f.sheets > 1 {
		name = fmt.Sprintf("%s_%d", f.key, f.sheets)
	}
	at, err := f.book.NewSheet(name)
	if err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	if f.sheets == 1 {
		f.book.SetActiveSheet(at)
	}
	if f.sheet, err = f.book.NewStreamWriter(name); err != nil {
		return fmt.Errorf("begin sheet: %w", err)
	}
	if err := f.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze heading: %w", err)
	}
	head := make([]any, len(f.columns))
	for i, c := range f.columns {
		head[i] = c.Name
	}
	f.rows = 0
	return f.put(head)
}

func (f *workbook) put(cells []any) error {
	f.rows++
	at, err := excelize.CoordinatesToCellName(1, f.rows)
	if err != nil {
		return err
	}
	return f.sheet.SetRow(at, cells)
}

func (f *workbook) row(row Row, _ json.RawMessage) error {
	if f.rows >= f.most {
		if err := f.turn(); err != nil {
			return err
		}
	}
	return f.put(row)
}

func (f *workbook) end() error {
	err := f.sheet.Flush()
	if err == nil {
		err = f.book.Write(f.to)
	}
	if gone := f.book.Close(); err == nil {
		err = gone
	}
	return err
}
