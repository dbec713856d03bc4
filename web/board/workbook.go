package board

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// asWorkbook answers with the rows of the CSV as a spreadsheet, numbers as numbers.
func asWorkbook(read func(*fiber.Ctx) (publication, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, err := read(c)
		if err != nil {
			return err
		}
		body, err := p.workbook()
		if err != nil {
			return err
		}
		c.Attachment("huiyin-" + p.Scope.Code + "-" + p.Period.From.String() + ".xlsx")
		return send(c, workbookType, body)
	}
}

// numbers are the columns of figureColumns that hold numbers.
var numbers = map[string]bool{"numerator": true, "denominator": true}

func (p publication) workbook() ([]byte, error) {
	table, err := p.table()
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte(byteOrder)))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read figures: %w", err)
	}
	book := excelize.NewFile()
	defer book.Close()
	const sheet = "figures"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return nil, fmt.Errorf("name sheet: %w", err)
	}
	w, err := book.NewStreamWriter(sheet)
	if err != nil {
		return nil, fmt.Errorf("begin sheet: %w", err)
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("freeze heading: %w", err)
	}
	for i, row := range append(rows, []string{"snapshot", p.Snapshot}) {
		cells := make([]any, len(row))
		for j, text := range row {
			cells[j] = text
			if i == 0 || i == len(rows) || !numbers[figureColumns[j]] {
				cells[j] = strings.TrimPrefix(text, "'") // which only keeps a CSV from being read as a formula
				continue
			}
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				cells[j] = n
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return nil, fmt.Errorf("write row: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("end sheet: %w", err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}
