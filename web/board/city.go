package board

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// view is what every page of figures hands to its template.
type view struct {
	shell.Page
	sheet
	At    string // address of the page without language, month or ending
	Extra string // more of the query string, such as "figure=solved"
}

func (x *Pages) page(c *fiber.Ctx, title, at string, s sheet) view {
	p := shell.NewPage(c, title)
	p.Section = "board"
	p.Summary = title + " · " + s.monthName(p.Lang, s.Month)
	if at != usesAt {
		p.Card = p.Href(s.address(pictured(at) + picture))
	}
	return view{Page: p, sheet: s, At: at}
}

// to is the address of this page in another month, "" for none to go to.
func (v view) to(m supervision.Month) string {
	if v.First == 0 || m < v.First || m > v.Current {
		return ""
	}
	return v.with(v.Href(monthAddress(v.At, m, v.Current)))
}

func (v view) with(address string) string {
	if v.Extra == "" {
		return address
	}
	sign := "?"
	for _, r := range address {
		if r == '?' {
			sign = "&"
		}
	}
	return address + sign + v.Extra
}

// usesAt is the one page with downloads that is no page of figures: it has no workbook.
const usesAt = "/data-use"

// file is the address of this page's numbers for programs.
func (v view) file(ending string) string {
	address := monthAddress(v.At+ending, v.Month, v.Current)
	if v.At == topicsAt {
		address = v.with(address) // the same district
	}
	return address
}

// link is the address of another public page for the same month.
func (v view) link(path string) string { return v.Href(v.address(path)) }

// headline are the figures that the board begins with.
var headline = []string{"received", "on_time", "solved", "satisfied", "hours_median", "overdue_open"}

// unitHeadline are those of a unit.
var unitHeadline = []string{"dispatched", "on_time", "solved", "satisfied", "redo", "overdue_open"}

// districtHeadline are those of a district.
var districtHeadline = []string{"received", "promise", "solved", "satisfied", "hours_median", "overdue_open"}

// trendCodes are the figures whose six months are shown as a table.
var trendCodes = []string{"received", "on_time", "promise", "solved", "satisfied", "coverage", "hours_median"}

// card is one headline: the number, its sentence, and all that is needed to judge it.
type card struct {
	shown
	Sentence string
	Change   string
	Beside   string // the city's figure beside a part's; or the coverage beside the satisfaction
	Spark    spark
}

func (v view) cards(codes []string) []card {
	var list []card
	for _, code := range codes {
		k := card{shown: show(v.Lang, v.Whole, code), Sentence: v.T("board.say_" + code)}
		if !k.Def.Now {
			k.Change = change(v.Lang, v.Whole.Get(code), v.before().Get(code), v.Running())
			k.Spark = v.spark(v.Lang, code)
		}
		switch {
		case code == "satisfied":
			k.Beside = v.T("board.covered", locale.Args{"Number": number(v.Lang, v.Whole.Get("coverage"))})
		case code == "overdue_open" && !v.Whole.Oldest.IsZero() && k.Numerator > 0:
			k.Beside = v.T("board.oldest", locale.Args{"Late": v.oldest(v.Whole), "Date": v.Lang.Date(v.Whole.Oldest)})
		}
		if v.whole != nil {
			if beside := against(v.Lang, v.whole.Whole, code); beside != "" {
				k.Beside = beside
			}
		}
		list = append(list, k)
	}
	return list
}

// everything lists every figure of the sheet with its basis.
func (v view) everything() shell.Grid {
	g := shell.Grid{Caption: v.T("board.all_figures"), Hidden: true, Columns: []shell.Column{{Title: v.T("board.figure")}, {Title: v.T("board.value"), Numeric: true}, {Title: v.T("board.numerator"), Numeric: true},
		{Title: v.T("board.denominator"), Numeric: true}, {Title: v.T("board.excluded"), Numeric: true}}}
	for _, d := range supervision.Definitions {
		k := show(v.Lang, v.Whole, d.Code)
		row := []shell.Cell{{Text: v.T(d.Name), Href: "#how-" + d.Code}, {Text: k.Number + unitAfter(k)}, {}, {}, {Text: v.Lang.Number(k.Figure.Out())}}
		if !k.Suppressed {
			if d.Measure == supervision.Share {
				row[2].Text = half(v.Lang, k.Numerator)
			}
			row[3].Text = v.Lang.Number(k.Denominator)
		} else {
			row[4].Text = ""
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func unitAfter(k shown) string {
	if k.Unit == "" {
		return ""
	}
	return " " + k.Unit
}

// months is the trend as a table, the latest month first.
func (v view) months() shell.Grid {
	g := shell.Grid{Caption: v.T("board.trend"), Hidden: true, Columns: []shell.Column{{Title: v.T("board.month")}}}
	for _, code := range trendCodes {
		d, _ := supervision.Define(code)
		g.Columns = append(g.Columns, shell.Column{Title: v.T(d.Name), Numeric: true})
	}
	for i := len(v.Trend) - 1; i >= 0; i-- {
		line := v.Trend[i]
		m, _ := supervision.ParseMonth(line.Key)
		row := []shell.Cell{{Text: v.monthName(v.Lang, m), Href: v.to(m)}}
		for _, code := range trendCodes {
			row = append(row, shell.Cell{View: rate(v.Lang, line.Get(code))})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// topicsShown is how many matters the chart shows; the table below it shows all.
const topicsShown = 10

// topicChart draws the matters with most cases.
func (v view) topicChart() shell.Chart {
	list, _ := v.topics(2)
	ch := shell.Chart{Title: v.T("board.topics"), Label: v.T("board.matter"), Value: v.T("figure.received")}
	for _, t := range list[:min(len(list), topicsShown)] {
		n := t.Get("received").Denominator
		if n == 0 {
			continue
		}
		ch.Bars = append(ch.Bars, shell.Bar{Label: v.topicName(t.Key), Value: float64(n), Text: v.Lang.Number(n)})
	}
	if len(ch.Bars) > 0 {
		ch.Finding = v.T("board.topics_finding", locale.Args{"Topic": ch.Bars[0].Label, "N": v.Lang.Number(int(ch.Bars[0].Value))})
	}
	return ch
}

func (v view) topicName(code string) string {
	if name := v.Rules.CategoryName(code, v.Lang); name != "" {
		return name
	}
	return v.T("board.unsorted")
}

// topicTable lists the matters of the first level with what became of them.
func (v view) topicTable() shell.Grid {
	g := shell.Grid{Caption: v.T("board.topics_table"), Hidden: true, Columns: []shell.Column{{Title: v.T("board.matter")}}, Empty: v.T("board.no_topics")}
	codes := []string{"received", "open", "overdue_open", "on_time", "solved", "hours_median"}
	for _, code := range codes {
		d, _ := supervision.Define(code)
		g.Columns = append(g.Columns, shell.Column{Title: v.T(d.Name), Numeric: true})
		if code == "received" {
			g.Columns = append(g.Columns, shell.Column{Title: v.T("board.month_before"), Numeric: true})
		}
	}
	list, rest := v.topics(1)
	for _, t := range list {
		row := []shell.Cell{{Text: v.topicName(t.Key)}}
		for _, code := range codes {
			row = append(row, shell.Cell{View: rate(v.Lang, t.Get(code))})
			if code == "received" {
				row = append(row, shell.Cell{Text: v.Lang.Number(t.Before)})
			}
		}
		g.Rows = append(g.Rows, row)
	}
	if rest > 0 {
		row := []shell.Cell{{Text: v.T("board.other_topics")}, {Text: v.Lang.Number(rest)}, {Text: "–"}}
		for range codes[1:] {
			row = append(row, shell.Cell{Text: "–"})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// lateTable names the units that owe answers past due, the oldest first.
func (v view) lateTable() shell.Grid {
	g := shell.Grid{Caption: v.T("board.late_now"), Hidden: true, Empty: v.T("board.nobody_late"), Columns: []shell.Column{{Title: v.T("board.unit")}, {Title: v.T("figure.overdue_open"), Numeric: true}, {Title: v.T("figure.open"), Numeric: true}, {Title: v.T("board.oldest_late"), Numeric: true}}}
	for _, u := range v.late() {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.Lang.Pick(u.ZH, u.EN), Href: v.link("/departments/" + string(u.Code))}, {Text: number(v.Lang, u.Get("overdue_open"))},
			{Text: number(v.Lang, u.Get("open"))}, {Text: v.oldest(u.Line)}})
	}
	return g
}

func (v view) oldest(l supervision.Line) string {
	if l.Oldest.IsZero() {
		return "–"
	}
	if n := days(v.Now, l.Oldest); n > 0 {
		return v.Lang.N("board.days_late", n)
	}
	return v.T("board.late_today")
}

// balance is the double entry as a table: what was received, and what became of it.
func (v view) balance() shell.Grid {
	g := shell.Grid{Caption: v.T("board.identity"), Hidden: true, Columns: []shell.Column{{Title: v.T("board.became")}, {Title: v.T("board.cases_column"), Numeric: true}}}
	for _, t := range v.Identity.Ways {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T(supervision.WayNames[t.Way])}, {Text: v.Lang.Number(t.N)}})
	}
	g.Rows = append(g.Rows, []shell.Cell{{Text: v.T("board.sum")}, {Text: v.Lang.Number(v.Identity.Sum)}})
	return g
}

func (x *Pages) showCity(c *fiber.Ctx) error {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("board.title"), "/board", s)
	v.Summary = v.T("board.lead")
	if name := c.Query("codes"); name != "" {
		v.Extra = "codes=" + name
	}
	return shell.Render(c, fiber.StatusOK, cityPage(v))
}
