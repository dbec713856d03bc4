package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxSheet bounds what a workbook may unpack to: a small file can claim to be a huge one.
const maxSheet = 4 << 30

// openXLSX reads the first sheet that has rows. Values are raw: a date is its serial day number (see Date).
func openXLSX(f *os.File) (*Reader, error) {
	book, err := excelize.OpenReader(f, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxSheet, UnzipXMLSizeLimit: 64 << 20})
	if err != nil {
		return nil, fmt.Errorf("the workbook cannot be read: %w", err)
	}
	for _, sheet := range book.GetSheetList() {
		rows, err := book.Rows(sheet)
		if err != nil {
			continue
		}
		line := 0
		read := func() ([]string, error) {
			for rows.Next() {
				line++
				values, err := rows.Columns()
				if err != nil {
					return nil, err
				}
				if strings.TrimSpace(strings.Join(values, "")) != "" {
					return values, nil
				}
			}
			if err := rows.Error(); err != nil {
				return nil, err
			}
			return nil, io.EOF
		}
		columns, err := read()
		if err != nil {
			_ = rows.Close()
			continue
		}
		names, err := index(columns)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sheet %s: %w", sheet, err), rows.Close(), book.Close())
		}
		next := func() (Row, error) {
			values, err := read()
			if err != nil {
				return Row{}, err
			}
			row := Row{Line: line, names: names, values: values}
			if len(values) > len(columns) {
				row.Err = fmt.Errorf("%d values for %d columns", len(values), len(columns))
			}
			return row, nil
		}
		return &Reader{Columns: columns, Form: "xlsx, sheet " + sheet, Numeric: true, next: next, close: func() error { return errors.Join(rows.Close(), book.Close()) }}, nil
	}
	return nil, errors.Join(errors.New("no sheet of the workbook has rows"), book.Close())
}
