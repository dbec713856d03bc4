package board

import (
	"huiyin/datause"
	"huiyin/locale"
	"huiyin/web/shell"
)

// shares shows who used data of whose cases, by counterpart and purpose.
func (v unitUsesView) shares(s datause.Shares, caption string) shell.Grid {
	g := shell.Grid{Caption: v.T(caption), Hidden: true, Empty: v.T("unituses.shares_none"), Columns: []shell.Column{{Title: v.T("unituses.counterpart")}, {Title: v.T("uses.purpose")}, {Title: v.T("unituses.times"), Numeric: true}}}
	if s.Hidden || s.Others > 0 {
		g.Empty = v.T("unituses.shares_few", locale.Args{"K": datause.FewUses})
	}
	for _, c := range s.Cells {
		with := shell.Cell{Text: c.Partner}
		if c.Partner == "" {
			with = shell.Cell{Text: v.unit(c.Unit, v.Lang), Href: v.Href("/departments/" + string(c.Unit) + "/data-use")}
		}
		g.Rows = append(g.Rows, []shell.Cell{with, {Text: v.T(datause.PurposeNames[c.Purpose])}, {Text: v.Lang.Number(c.N)}})
	}
	return g
}

// fewShares says what is not told apart.
func (v unitUsesView) fewShares(s datause.Shares) string {
	switch {
	case s.Others > 0:
		return v.T("unituses.shares_others", locale.Args{"N": v.Lang.Number(s.Others), "K": datause.FewUses})
	case s.Hidden && len(s.Cells) > 0:
		return v.T("unituses.shares_few", locale.Args{"K": datause.FewUses})
	}
	return ""
}
