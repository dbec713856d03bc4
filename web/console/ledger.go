package console

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/sla"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// What the ledgers show at most, and how far back.
const (
	inLedger      = 200
	whistlesSince = 30 * 24 * time.Hour
)

// ledgerView is the page of what does not run by the usual limits: what is hung up with plan and date, appeals that wait, and who was called where.
type ledgerView struct {
	K        chords
	P        shell.Page
	Names    dossier.Namer
	Hung     []casework.Case
	Appeals  []casework.AppealEntry
	Whistles []casework.WhistleEntry
	Scores   []casework.WhistleScore
}

func (x *Pages) ledger(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	v := ledgerView{P: shell.NewPage(c, shell.Lang(c).T("unitwork.ledger"))}
	v.P.Section, v.Names = "ledger", dossier.Namer{City: x.City, Lang: v.P.Lang}
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	page, err := x.Docket.List(ctx, by, casework.Query{States: []casework.State{casework.HungUp}, Limit: inLedger})
	if err != nil {
		return err
	}
	v.Hung = page.Cases
	slices.SortStableFunc(v.Hung, func(a, b casework.Case) int { return reviewOf(a).Compare(reviewOf(b)) })
	if v.Appeals, err = x.Docket.AppealList(ctx, by, inLedger); err != nil {
		return err
	}
	if v.Whistles, err = x.Docket.WhistleList(ctx, by, v.P.Now.Add(-whistlesSince), inLedger); err != nil {
		return err
	}
	if v.Scores, err = x.Docket.WhistleScores(ctx, by, v.P.Now.Add(-whistlesSince), v.P.Now); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, ledgerPage(v))
}

// reviewOf is when a hung-up case is to be looked at again; the database lets none be without.
func reviewOf(c casework.Case) time.Time {
	if c.ReviewOn == nil {
		return time.Time{}
	}
	return *c.ReviewOn
}

func caseCells(p shell.Page, c casework.Case) []shell.Cell {
	return []shell.Cell{{Text: c.Number, Href: "/console/case/" + c.ID.String(), Case: c.ID.String()}, {Text: dossier.Headline(p, c)}}
}

func (v ledgerView) columns(keys ...string) []shell.Column {
	list := []shell.Column{{Title: v.P.T("console.number")}, {Title: v.P.T("console.column_title")}}
	for _, k := range keys {
		list = append(list, shell.Column{Title: v.P.T(k)})
	}
	return list
}

func (v ledgerView) hungGrid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("unitwork.ledger_hung"), Empty: v.P.T("unitwork.ledger_hung_empty"), Columns: v.columns("console.column_unit", "dossier.plan", "dossier.review_on", "console.column_promise")}
	for _, c := range v.Hung {
		on := v.P.Lang.Date(reviewOf(c))
		if !v.P.Now.Before(reviewOf(c)) {
			on += " " + v.P.T("unitwork.review_due")
		}
		g.Rows = append(g.Rows, append(caseCells(v.P, c), shell.Cell{Text: v.Names.Unit(c)}, shell.Cell{Text: c.Plan}, shell.Cell{Text: on}, shell.Cell{View: dueCell(v.P, dossier.TotalOf(c))}))
	}
	return g
}

func (v ledgerView) appealGrid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("unitwork.ledger_appeals"), Empty: v.P.T("unitwork.ledger_appeals_empty"), Columns: v.columns("console.column_unit", "unitwork.appeal", "dossier.reason", "unitwork.asked_at")}
	for _, a := range v.Appeals {
		what := v.P.T("unitwork.appeal_" + string(a.Appeal.Kind))
		if len(a.Figures) > 0 {
			what += v.P.T("unitwork.colon") + figureNames(v.P, a.Figures)
		}
		g.Rows = append(g.Rows, append(caseCells(v.P, a.Case), shell.Cell{Text: v.Names.City.UnitName(a.Appeal.Unit, v.P.Lang)}, shell.Cell{Text: what}, shell.Cell{Text: a.Reason}, shell.Cell{Text: v.P.Lang.DateTime(a.AskedAt)}))
	}
	return g
}

func (v ledgerView) whistleGrid() shell.Grid {
	g := shell.Grid{Caption: v.P.T("unitwork.ledger_whistles"), Empty: v.P.T("unitwork.ledger_whistles_empty"), Columns: v.columns("unitwork.whistle_by", "unitwork.whistle_to", "unitwork.report_by", "unitwork.reported")}
	for _, w := range v.Whistles {
		due := shell.Due{Start: w.At, At: w.ReportBy}
		came := v.P.T("unitwork.not_reported")
		if w.Reported != nil {
			due.Met = *w.Reported
			came = v.P.Lang.DateTime(*w.Reported)
		}
		g.Rows = append(g.Rows, append(caseCells(v.P, w.Case), shell.Cell{Text: v.unit(w.By)}, shell.Cell{Text: v.unit(w.WhistleCall.Unit)}, shell.Cell{View: dueCell(v.P, due)}, shell.Cell{Text: came}))
	}
	return g
}

func (v ledgerView) unit(code casework.UnitCode) string { return v.Names.City.UnitName(code, v.P.Lang) }

func figureNames(p shell.Page, figures []string) string {
	var names []string
	for _, f := range figures {
		names = append(names, p.T("unitwork.figure_"+f))
	}
	return strings.Join(names, p.T("dossier.comma"))
}

// rulingHint says how often units returned a case, and until when it must be ruled on.
func (x *Pages) rulingHint(v dossier.View) string {
	m := sla.MatterOf(v.F.Case)
	n := v.RulingNeeded(x.Desk.RuleAfter(m))
	if n == 0 {
		return ""
	}
	by, ok := x.Desk.RuleBy(m, v.LastReturn())
	if !ok {
		return v.P.T("unitwork.ruling_text", locale.Args{"N": n})
	}
	return v.P.T("unitwork.ruling_text", locale.Args{"N": n}) + v.P.T("unitwork.ruling_by", locale.Args{"Moment": v.P.Lang.Deadline(by)})
}
