package board

import (
	"slices"

	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/web/shell"
)

// exits is the table of what may not leave where: a row for each kind of data, a column for each exit, from the data that the exits work by.
func (v useView) exits() shell.Grid {
	t := privacy.Exits()
	g := shell.Grid{Caption: v.T("exits.caption"), Hidden: true, Columns: []shell.Column{{Title: v.T("exits.kind")}}}
	for _, e := range t.Exits {
		g.Columns = append(g.Columns, shell.Column{Title: v.Lang.Pick(e.ZH, e.EN)})
	}
	for _, k := range t.Kinds {
		row := []shell.Cell{{Text: v.Lang.Pick(k.ZH, k.EN)}}
		for _, e := range t.Exits {
			row = append(row, shell.Cell{Text: v.T("exits." + stopped(e, k.Code))})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// stopped says what happens to a kind of data at an exit: refuse, hide, absent or may.
func stopped(e privacy.ExitRule, kind string) string {
	switch {
	case slices.Contains(e.Refused, kind):
		return e.Stop
	case slices.Contains(e.Absent, kind):
		return "absent"
	}
	return "may"
}

// reasons say of each exit where something may be, why.
func (v useView) reasons() []string {
	var all []string
	for _, e := range privacy.Exits().Exits {
		if e.WhyZH != "" {
			all = append(all, v.T("exits.reason", locale.Args{"Exit": v.Lang.Pick(e.ZH, e.EN), "Why": v.Lang.Pick(e.WhyZH, e.WhyEN)}))
		}
	}
	return all
}
