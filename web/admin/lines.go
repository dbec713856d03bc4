package admin

import (
	"strconv"

	"huiyin/rulebook"
	"huiyin/web/shell"
)

func lineClass(l rulebook.Line) string {
	switch l.Sign {
	case '+':
		return "hy-diff__came"
	case '-':
		return "hy-diff__went"
	}
	return ""
}

func lineNumber(l rulebook.Line) string {
	if n := max(l.Old, l.New); n > 0 && l.Sign != '-' {
		return strconv.Itoa(l.New)
	} else if n > 0 {
		return strconv.Itoa(l.Old)
	}
	return ""
}

func signWord(p shell.Page, l rulebook.Line) string {
	switch l.Sign {
	case '+':
		return p.T("admin.came")
	case '-':
		return p.T("admin.went")
	case '…':
		return p.T("admin.left_out")
	}
	return p.T("admin.stayed")
}

func versionRows(v ruleView) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, h := range v.History {
		note := h.Note
		if h.Version == 0 {
			note = v.P.T("admin.zero_note")
		}
		rows = append(rows, []shell.Cell{
			{Text: versionWords(v.P, h), Href: ruleAddress(v.Name) + "/version/" + strconv.Itoa(h.Version)}, {Text: note}, {Text: whoWords(v.P, h)}, {Text: whenWords(v.P, h.At)},
		})
	}
	return rows
}
