package ledger

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// partReport is one unit, or one district, of a closed month: drawn from the frozen report and from nothing else.
type partReport struct {
	report
	Code     string
	Name     string
	Unit     bool
	Line     months.Line
	Below    []months.Line // the units right below it
	Parent   string        // name of the unit above; empty where there is none
	Snapshot string        // the beginning of the digest that the log promises
	Address  string        // where this very edition stays
}

// part reads one unit or district of the closed month that the address names. Errors: fault.NotFound for a month that is not closed, and for a code that the
// closed month does not know.
func (x *Pages) part(c *fiber.Ctx) (partReport, error) {
	frozen, snapshot, err := x.frozen(c)
	if err != nil {
		return partReport{}, err
	}
	v := partReport{Code: strings.Clone(c.Params("code")), report: frozen, Snapshot: snapshot}
	v.Page = shell.NewPage(c, "")
	if !v.find() {
		return v, fault.New(fault.NotFound, "fault.no_month")
	}
	return v, nil
}

func (x *Pages) showPart(c *fiber.Ctx) error {
	v, err := x.part(c)
	if err != nil {
		return err
	}
	lang, closed := shell.Lang(c), v.Closed
	month := lang.Month(closed.Month.Start(locale.Zone))
	v.Page.Title = lang.T("ledger.report_title", locale.Args{"City": v.Name, "Month": month})
	v.Page.Section, v.Page.Summary = "board", lang.T("ledger.part_lead", locale.Args{"Name": v.Name, "Month": month})
	v.Page.Back = v.Page.Href("/reports/" + closed.Month.String())
	at := lang.Path("/reports/" + closed.Month.String() + "/" + v.Code)
	v.Page.Card = at + ".png" + revision(closed)
	v.Address = x.BaseURL + at + "?revision=" + strconv.Itoa(closed.Revision)
	return shell.Render(c, fiber.StatusOK, partPage(v))
}

// find looks the code up among the units and districts of the report.
func (v *partReport) find() bool {
	parents := map[string]string{}
	for _, u := range v.House {
		parents[string(u.Code)] = string(u.Parent)
		if string(u.Code) == v.Code {
			v.Unit, v.Name = true, v.Page.Lang.Pick(u.ZH, u.EN)
			if u.Parent != "" && u.Parent != casework.Hotline {
				v.Parent = v.unitName(string(u.Parent))
			}
		}
	}
	list := v.Report.Districts
	if v.Unit {
		list = v.Report.Units
	}
	for _, l := range list {
		if l.Code == v.Code {
			v.Line = l
		}
		if v.Unit && v.Code != string(casework.Hotline) && parents[l.Code] == v.Code {
			v.Below = append(v.Below, l)
		}
	}
	if !v.Unit && len(v.Line.Figures) > 0 {
		v.Name = v.districtName(v.Code)
	}
	return v.Name != ""
}

// figures are all of the part, each with what it is made of, its bounds and the city's beside it.
func (v partReport) figures() shell.Grid {
	l := v.Page.Lang
	g := shell.Grid{Caption: l.T("ledger.part_figures"), Hidden: true, Columns: []shell.Column{{Title: l.T("ledger.figure")}, {Title: l.T("ledger.value"), Numeric: true}, {Title: l.T("ledger.made_of"), Numeric: true},
		{Title: l.T("ledger.left_out"), Numeric: true}, {Title: l.T("ledger.range"), Numeric: true}, {Title: v.City.name, Numeric: true}}}
	for _, f := range v.Line.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		d, ok := supervision.Define(code)
		if !ok {
			continue
		}
		row := []shell.Cell{{Text: l.T(d.Name)}, {Text: shown(l, f)}, {}, {}, {}, {Text: "–"}}
		if !f.Suppressed {
			row[2].Text, row[3].Text, row[4].Text = madeOf(l, f), l.Number(f.Out()), reach(l, f)
		}
		if city, ok := v.Report.City.Get(code); ok && city.Measure != supervision.Count {
			row[5].Text = shown(l, city)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// madeOf says what a figure stands on.
func madeOf(l locale.Lang, f supervision.Figure) string {
	if f.Measure != supervision.Share {
		return l.T("ledger.over", locale.Args{"All": l.Number(f.Denominator)})
	}
	return l.T("ledger.of", locale.Args{"Part": f.Numerator.String(), "All": l.Number(f.Denominator)})
}

// reach are the bounds of a share, between which the true one lies 95 times of 100.
func reach(l locale.Lang, f supervision.Figure) string {
	if f.Measure != supervision.Share || f.Denominator == 0 {
		return "–"
	}
	low, high := f.Bounds()
	return l.Percent(int(1000*low+0.5), 1000) + " – " + l.Percent(int(1000*high+0.5), 1000)
}

// live is the page of the same thing that goes on being counted.
func (v partReport) live() string {
	path := "/districts/"
	if v.Unit {
		path = "/departments/"
	}
	return v.Page.Href(path + v.Code + "?month=" + v.Closed.Month.String())
}

// partHref is the address of a part's page in this edition.
func (v report) partHref(code string) string {
	return v.Page.Href("/reports/"+v.Closed.Month.String()+"/"+code) + revision(v.Closed)
}
