package board

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/web/shell"
)

// withheldAt is where everything is counted that the public does not see, with the reason.
const withheldAt = "/withheld"

func withheldTable(p shell.Page, list []reason, total int) shell.Grid {
	g := shell.Grid{Caption: p.T("board.withheld"), Hidden: true, Empty: p.T("board.withheld_none"), Columns: []shell.Column{{Title: p.T("board.withheld_why")}, {Title: p.T("board.cases_column"), Numeric: true}, {Title: p.T("board.withheld_share"), Numeric: true}}}
	for _, r := range list {
		g.Rows = append(g.Rows, []shell.Cell{{Text: r.Text}, {Text: p.Lang.Number(r.N)}, {Text: p.Lang.Percent(r.N, total)}})
	}
	return g
}

func (x *Pages) showWithheld(c *fiber.Ctx) error {
	p := shell.NewPage(c, shell.Lang(c).T("board.withheld"))
	p.Section, p.Back, p.Summary = "board", p.Href("/board"), p.T("board.withheld_lead")
	shown, list, err := x.withheld(c.UserContext(), p.Lang)
	if err != nil {
		return err
	}
	total := shown
	for _, r := range list {
		total += r.N
	}
	return shell.Render(c, fiber.StatusOK, withheldPage(p, shown, list, total))
}

// withheldJSON is the same count for programs, by the code of each reason.
func (x *Pages) withheldJSON(c *fiber.Ctx) error {
	counts, err := privacy.WithheldTotals(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	out := struct {
		Shown    int             `json:"shown"`
		Withheld map[string]int  `json:"withheld"`
		Reasons  map[string]name `json:"reasons"`
	}{Shown: counts[privacy.Shown], Withheld: map[string]int{}, Reasons: map[string]name{}}
	for why, n := range counts {
		if why != privacy.Shown {
			out.Withheld[string(why)] = n
			out.Reasons[string(why)] = name{locale.ZH.T(privacy.WithheldNames[why]), locale.EN.T(privacy.WithheldNames[why])}
		}
	}
	body, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}

// frameTable is a widget's figures, each with what it stands on.
func (v widgetView) frameTable() shell.Grid {
	g := shell.Grid{Caption: v.Name, Hidden: true, Columns: []shell.Column{{Title: v.T("board.figure")}, {Title: v.T("board.value"), Numeric: true}}}
	for _, code := range widgetFigures {
		g.Rows = append(g.Rows, []shell.Cell{{Text: figureName(v.Page, code)}, {View: rate(v.Lang, v.Whole.Get(code))}})
	}
	return g
}
