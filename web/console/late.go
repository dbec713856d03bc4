package console

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/locale"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// limit is the moment a case is judged by in lists: the unit's limit, before dispatch the promise to the resident.
func limit(c casework.Case) time.Time {
	if c.UnitDue != nil {
		return *c.UnitDue
	}
	return c.Due
}

// lateView is the supervisors' list: what is late now, the oldest first, and with whom it lies.
type lateView struct {
	K      chords
	P      shell.Page
	Cases  []casework.Case
	More   bool
	Chart  shell.Chart
	Names  dossier.Namer
	Abroad []handover.Sent // handed over to other cities, and no receipt
}

func (x *Pages) lateNow(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	page, err := x.Docket.List(c.UserContext(), by, casework.Query{States: openStates(), Late: true, Limit: 200})
	if err != nil {
		return err
	}
	v := lateView{P: shell.NewPage(c, shell.Lang(c).T("console.late")), Cases: page.Cases, More: page.Next != ""}
	v.P.Section = "late"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	v.Chart = byHolder(v)
	if v.Abroad, err = x.abroad.Late(c.UserContext(), by, 200); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, latePage(v))
}

// byHolder counts the late cases by who must act now.
func byHolder(v lateView) shell.Chart {
	count := map[casework.UnitCode]int{}
	for _, c := range v.Cases {
		count[c.Owner]++
	}
	chart := shell.Chart{Title: v.P.T("console.late_by_unit"), Label: v.P.T("console.column_unit"), Value: v.P.T("console.column_late")}
	for unit, n := range count {
		chart.Bars = append(chart.Bars, shell.Bar{Label: v.Names.City.UnitName(unit, v.P.Lang), Value: float64(n), Text: strconv.Itoa(n), Href: "/console/list?view=late&unit=" + string(unit)})
	}
	slices.SortFunc(chart.Bars, func(a, b shell.Bar) int { return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Label, b.Label)) })
	if len(chart.Bars) > 0 {
		chart.Finding = v.P.T("console.late_finding", locale.Args{"Unit": chart.Bars[0].Label, "Count": chart.Bars[0].Text})
	}
	chart.Bars = chart.Bars[:min(len(chart.Bars), 10)]
	return chart
}
