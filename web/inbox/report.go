package inbox

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// reportCodes are the figures of a unit's report, the three rates of the hotline (response, solved, satisfied: 三率) first.
var reportCodes = []string{"response", "solved", "satisfied", "on_time", "promise", "redo", "return", "extension", "dispatched", "open", "overdue_open", "hung_up", "hours_median"}

var topicCodes = []string{"received", "solved", "open", "overdue_open"}

// reportView is a unit's own month, counted exactly as the public board counts it.
type reportView struct {
	P        shell.Page
	Unit     string
	Name     string // of the month
	Month    supervision.Month
	Moves    []dossier.Pill
	Lines    []reportLine
	Topics   []topicLine
	How      []shell.Item
	Whistles []casework.WhistleScore // of the unit and those below it
	Names    dossier.Namer
}

// reportLine is one figure of this month and of the month before.
type reportLine struct {
	Name          string
	Figure        supervision.Figure
	Before        supervision.Figure
	Better, Worse bool // than the month before
}

// topicLine is one matter of the second level.
type topicLine struct {
	Name    string
	Figures []supervision.Figure
}

// report reads the board of the reader's unit and those below it, for the month that the address names.
func (x *Pages) report(c *fiber.Ctx) (reportView, error) {
	v := reportView{P: shell.NewPage(c, shell.Lang(c).T("day.report"))}
	by, err := x.Actor(c)
	if err != nil {
		return v, err
	}
	current := supervision.MonthOf(v.P.Now, x.City.TZ)
	v.Month = current
	if q := c.Query("month"); q != "" {
		if v.Month, err = supervision.ParseMonth(q); err != nil {
			return v, err
		}
	}
	v.Month = min(max(v.Month, current.Add(-60)), current)
	b, err := x.Figures(c.UserContext(), supervision.One(v.Month), supervision.Filter{Unit: by.Unit})
	if err != nil {
		return v, err
	}
	v.P.Section, v.P.Back = "inbox", "/inbox"
	v.Unit, v.Name = x.City.UnitName(by.Unit, v.P.Lang), v.P.Lang.Month(v.Month.Start(locale.Zone))
	v.fill(b)
	for _, t := range b.Topics {
		if t.Level != 2 {
			continue
		}
		line := topicLine{Name: x.City.CategoryPath(t.Key, v.P.Lang)}
		for _, code := range topicCodes {
			line.Figures = append(line.Figures, own(t.Line, code))
		}
		v.Topics = append(v.Topics, line)
	}
	if v.Whistles, err = x.Docket.WhistleScores(c.UserContext(), by, v.Month.Start(locale.Zone), v.Month.Add(1).Start(locale.Zone)); err != nil {
		return v, err
	}
	v.Names = dossier.Namer{City: x.City, Lang: v.P.Lang}
	step := func(key string, m supervision.Month) {
		v.Moves = append(v.Moves, dossier.Pill{Text: v.P.T(key), Href: "/inbox/report?month=" + m.String()})
	}
	step("day.month_before", v.Month.Add(-1))
	if v.Month < current {
		step("day.month_after", v.Month.Add(1))
	}
	return v, nil
}

func (v *reportView) fill(b supervision.Board) {
	var before supervision.Line
	for _, l := range b.Trend {
		if l.Key == v.Month.Add(-1).String() {
			before = l
		}
	}
	for _, code := range reportCodes {
		d, ok := supervision.Define(code)
		if !ok {
			continue
		}
		line := reportLine{Name: v.P.T(d.Name), Figure: own(b.Whole, code)}
		v.How = append(v.How, shell.Item{Key: v.P.T(d.Name), Value: v.P.T(d.How)})
		if !d.Now { // what stands now has no month before
			line.Before = own(before, code)
		}
		now, known := line.Figure.Value()
		then, was := line.Before.Value()
		if known && was && line.Before.Definition != "" && d.Measure != supervision.Count && now != then {
			line.Better = now > then != d.Lower
			line.Worse = !line.Better
		}
		v.Lines = append(v.Lines, line)
	}
}

// own is a figure with its numbers even where they are few: the public may not see them, but the unit has each of these cases on its desk.
func own(l supervision.Line, code string) supervision.Figure {
	f := l.Get(code)
	f.Suppressed = false
	return f
}

// number writes a figure for people; a dash where there is nothing to tell.
func (v reportView) number(f supervision.Figure) string {
	n, ok := f.Value()
	switch {
	case f.Definition == "" || !ok:
		return "–"
	case f.Measure == supervision.Share:
		return v.P.Lang.Percent(int(f.Numerator), int(supervision.Whole(f.Denominator)))
	case f.Measure == supervision.Hours:
		return v.P.Lang.N("day.hours", int(n))
	}
	return f.Numerator.String()
}

func (v reportView) basis(f supervision.Figure) string {
	if f.Measure != supervision.Share || f.Denominator == 0 {
		return ""
	}
	return v.P.T("day.of", locale.Args{"N": f.Numerator.String(), "All": f.Denominator})
}

func (x *Pages) showReport(c *fiber.Ctx) error {
	v, err := x.report(c)
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, reportPage(v))
}

// table is the report as rows: a heading, then one row a figure, with numbers as numbers.
func (v reportView) table() [][]any {
	rows := [][]any{{v.P.T("day.x_unit"), v.P.T("day.x_month"), v.P.T("day.x_topic"), v.P.T("day.figure"), v.P.T("day.value"), v.P.T("day.x_numerator"), v.P.T("day.x_denominator"), v.P.T("day.x_definition")}}
	add := func(topic, name string, f supervision.Figure) {
		var value any = ""
		if n, ok := f.Value(); ok && f.Definition != "" {
			value = n
		}
		rows = append(rows, []any{v.Unit, v.Month.String(), topic, name, value, f.Numerator.Float(), f.Denominator, f.Definition})
	}
	for _, l := range v.Lines {
		add("", l.Name, l.Figure)
	}
	for _, t := range v.Topics {
		for i, f := range t.Figures {
			if d, ok := supervision.Define(topicCodes[i]); ok {
				add(t.Name, v.P.T(d.Name), f)
			}
		}
	}
	return rows
}

// asFile is the report to be taken away.
func (v reportView) asFile() dossier.Table {
	return dossier.Table{Name: "report-" + v.Month.String(), Rows: v.table()}
}

func (x *Pages) reportXLSX(c *fiber.Ctx) error {
	v, err := x.report(c)
	if err != nil {
		return err
	}
	return v.asFile().SendXLSX(c, v.P.T("day.report"))
}

func (x *Pages) reportCSV(c *fiber.Ctx) error {
	v, err := x.report(c)
	if err != nil {
		return err
	}
	return v.asFile().SendCSV(c)
}

func (v reportView) figures() shell.Grid {
	g := shell.Grid{Caption: v.P.T("day.figures"), Hidden: true, Columns: []shell.Column{{Title: v.P.T("day.figure")}, {Title: v.P.T("day.value"), Numeric: true}, {Title: v.P.T("day.basis"), Numeric: true}, {Title: v.P.T("day.before"), Numeric: true}, {Title: v.P.T("day.change")}}}
	for _, l := range v.Lines {
		change := ""
		if l.Better {
			change = v.P.T("day.better")
		} else if l.Worse {
			change = v.P.T("day.worse")
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: l.Name}, {Text: v.number(l.Figure)}, {Text: v.basis(l.Figure)}, {Text: v.number(l.Before)}, {Text: change}})
	}
	return g
}

func (v reportView) topics() shell.Grid {
	g := shell.Grid{Caption: v.P.T("day.topics"), Hidden: true, Columns: []shell.Column{{Title: v.P.T("day.x_topic")}}, Empty: v.P.T("day.no_topics")}
	for _, code := range topicCodes {
		if d, ok := supervision.Define(code); ok {
			g.Columns = append(g.Columns, shell.Column{Title: v.P.T(d.Name), Numeric: true})
		}
	}
	for _, t := range v.Topics {
		row := []shell.Cell{{Text: t.Name}}
		for _, f := range t.Figures {
			n := v.number(f)
			if b := v.basis(f); b != "" {
				n += " (" + b + ")"
			}
			row = append(row, shell.Cell{Text: n})
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// whistles is the table of both sides of whistles under a heading of its own.
func (v reportView) whistles() shell.Grid {
	g := dossier.WhistleScores(v.P, v.Names, v.Whistles)
	g.Hidden = true
	return g
}
