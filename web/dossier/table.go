package dossier

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"huiyin/privacy"
	"huiyin/web/shell"
)

// Table is what staff take away as a file: a heading, then rows of texts and numbers. Every text leaves by the exit of such tables, and no program takes one for a formula.
type Table struct {
	Name string // of the file, without its ending
	Rows [][]any
}

// texts puts each text of the table through the exit.
func (t Table) texts(each func(string) string) [][]any {
	rows := make([][]any, len(t.Rows))
	for i, row := range t.Rows {
		rows[i] = make([]any, len(row))
		for j, cell := range row {
			if text, ok := cell.(string); ok {
				cell = each(privacy.StaffTables.Hide(text))
			}
			rows[i][j] = cell
		}
	}
	return rows
}

// SendCSV answers with the table as comma-separated values.
func (t Table) SendCSV(c *fiber.Ctx) error {
	b := bytes.NewBufferString("\ufeff") // spreadsheets read the file as UTF-8 only with this mark
	w := csv.NewWriter(b)
	for _, row := range t.texts(shell.NoFormula) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = fmt.Sprint(cell)
		}
		if err := w.Write(cells); err != nil {
			return fmt.Errorf("write row: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return sendTable(c, "text/csv; charset=utf-8", t.Name+".csv", b.Bytes())
}

// SendXLSX answers with the table as one sheet under a bold heading that stays in sight. There a text is a text, whatever it begins with.
func (t Table) SendXLSX(c *fiber.Ctx, sheet string) error {
	body, err := workbook(sheet, t.texts(func(s string) string { return s }))
	if err != nil {
		return err
	}
	return sendTable(c, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", t.Name+".xlsx", body)
}

func sendTable(c *fiber.Ctx, kind, name string, body []byte) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Send(body)
}

func workbook(name string, rows [][]any) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	sheet := []rune(name)
	name = string(sheet[:min(len(sheet), excelize.MaxSheetNameLength)])
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return nil, fmt.Errorf("name sheet: %w", err)
	}
	for i, row := range rows {
		if err := book.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, fmt.Errorf("write row: %w", err)
		}
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, fmt.Errorf("heading style: %w", err)
	}
	if err := book.SetRowStyle(name, 1, 1, bold); err != nil {
		return nil, fmt.Errorf("heading style: %w", err)
	}
	if err := book.SetColWidth(name, "A", "H", 18); err != nil {
		return nil, fmt.Errorf("column width: %w", err)
	}
	if err := book.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("freeze heading: %w", err)
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}
