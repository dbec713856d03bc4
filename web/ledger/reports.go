package ledger

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

type listed struct {
	Months []listedMonth `json:"months"`
}

type listedMonth struct {
	Month    string `json:"month"`
	Revision int    `json:"revision"`
	ClosedAt string `json:"closed_at"`
	Rows     int    `json:"rows"`
	Entry    int64  `json:"entry"` // of the closing in the log
	Why      string `json:"why,omitempty"`
	Report   string `json:"report"`
}

func (x *Pages) listReports(c *fiber.Ctx) error {
	all, err := months.List(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	out := listed{Months: []listedMonth{}}
	for _, m := range all {
		out.Months = append(out.Months, listedMonth{Month: m.Month.String(), Revision: m.Revision, ClosedAt: m.At.In(x.City.TZ).Format("2006-01-02T15:04:05Z07:00"), Rows: m.Rows, Entry: m.Entry, Why: m.Why,
			Report: x.BaseURL + "/reports/" + m.Month.String() + ".json"})
	}
	open(c)
	return c.JSON(out)
}

// named reads which month, and which closing of it, the address names; the newest where it names none.
func (x *Pages) named(c *fiber.Ctx) (months.Closed, []byte, error) {
	m, err := supervision.ParseMonth(strings.TrimSuffix(c.Params("month"), ".json"))
	if err != nil {
		return months.Closed{}, nil, fault.Wrap(fault.NotFound, "fault.no_month", err)
	}
	revision := c.QueryInt("revision")
	return months.Read(c.UserContext(), x.DB, m, max(revision, 0))
}

// reportJSON gives the report byte for byte as it was closed: its digest stands in the log.
func (x *Pages) reportJSON(c *fiber.Ctx) error {
	_, doc, err := x.named(c)
	if err != nil {
		return err
	}
	open(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(doc)
}

func (x *Pages) showReports(c *fiber.Ctx) error {
	all, err := months.List(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("ledger.reports"))
	p.Section, p.Summary, p.Back = "board", p.T("ledger.reports_lead"), p.Href("/board")
	return shell.Render(c, fiber.StatusOK, reportsPage(p, all))
}

// report is one closed month as the page shows it.
type report struct {
	Page   shell.Page
	Closed months.Closed
	months.Report
	City *cityNames
}

// cityNames gives codes their names.
type cityNames struct {
	district func(code string, l locale.Lang) string
	name     string
}

// frozen reads the report that the address names, and tells the beginning of its digest.
func (x *Pages) frozen(c *fiber.Ctx) (report, string, error) {
	closed, doc, err := x.named(c)
	if err != nil {
		return report{}, "", err
	}
	v := report{Closed: closed, City: &cityNames{district: x.City.TerritoryName, name: x.City.Name.In(shell.Lang(c))}}
	if err := json.Unmarshal(doc, &v.Report); err != nil {
		return v, "", fault.Wrap(fault.Internal, "fault.internal", err)
	}
	return v, months.Digest(doc)[:12], nil
}

func (x *Pages) showReport(c *fiber.Ctx) error {
	v, _, err := x.frozen(c)
	if err != nil {
		return err
	}
	lang, closed := shell.Lang(c), v.Closed
	v.Page = shell.NewPage(c, lang.T("ledger.report_title", locale.Args{"City": v.City.name, "Month": lang.Month(closed.Month.Start(locale.Zone))}))
	v.Page.Section, v.Page.Summary = "board", v.Page.T("ledger.report_lead")
	v.Page.Back = v.Page.Href("/reports")
	v.Page.Card = v.Page.Href("/reports/"+closed.Month.String()+".png") + revision(closed)
	return shell.Render(c, fiber.StatusOK, reportPage(v))
}

// columns are the figures of the tables of parts of the city.
var columns = []string{"received", "dispatched", "response", "on_time", "solved", "satisfied", "redo"}

// shown is a figure as a cell says it: the number, and what it stands on.
func shown(l locale.Lang, f supervision.Figure) string {
	v, ok := f.Value()
	switch {
	case f.Suppressed:
		return l.T("ledger.few")
	case !ok:
		return l.T("ledger.none")
	case f.Measure == supervision.Count:
		return l.Number(int(v))
	case f.Measure == supervision.Hours:
		return l.T("ledger.hours", locale.Args{"N": l.Number(int(v))})
	}
	return l.Percent(int(f.Numerator), 2*f.Denominator)
}

// whole is the table of the city: each figure with what it is made of.
func (v report) whole() shell.Grid {
	l := v.Page.Lang
	g := shell.Grid{Caption: l.T("ledger.whole"), Columns: []shell.Column{{Title: l.T("ledger.figure")}, {Title: l.T("ledger.value"), Numeric: true}, {Title: l.T("ledger.made_of"), Numeric: true}, {Title: l.T("ledger.left_out"), Numeric: true}}}
	for _, f := range v.Report.City.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		d, ok := supervision.Define(code)
		if !ok {
			continue
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: l.T(d.Name)}, {Text: shown(l, f)}, {Text: madeOf(l, f)}, {Text: l.Number(f.Out())}})
	}
	return g
}

// parts is the table of units or districts.
func (v report) parts(caption string, lines []months.Line, name func(string) string) shell.Grid {
	l := v.Page.Lang
	g := shell.Grid{Caption: caption, Columns: []shell.Column{{Title: l.T("ledger.name")}}}
	for _, code := range columns {
		d, _ := supervision.Define(code)
		g.Columns = append(g.Columns, shell.Column{Title: l.T(d.Name), Numeric: true})
	}
	for _, line := range lines {
		row := []shell.Cell{{Text: name(line.Code), Href: v.partHref(line.Code)}}
		for _, code := range columns {
			f, _ := line.Get(code)
			row = append(row, shell.Cell{Text: shown(l, f)})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (v report) unitName(code string) string {
	for _, u := range v.House {
		if u.Code == casework.UnitCode(code) {
			return v.Page.Lang.Pick(u.ZH, u.EN)
		}
	}
	return code
}

func (v report) districtName(code string) string { return v.City.district(code, v.Page.Lang) }
