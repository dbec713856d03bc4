package board

import (
	"slices"
	"strings"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// drawnCodes are the shares that the page of comparison draws; its table has every figure.
var drawnCodes = []string{"response", "on_time", "promise", "solved", "satisfied", "redo"}

// table sets every figure side by side, and says of each what the numbers allow to be said.
func (v compareView) table() shell.Grid {
	g := shell.Grid{Caption: v.T("compare.table"), Hidden: true, Pairs: true, Columns: []shell.Column{{Title: v.T("board.figure")}}}
	for _, s := range v.Sides {
		g.Columns = append(g.Columns, shell.Column{Title: s.Name, Numeric: true})
	}
	g.Columns = append(g.Columns, shell.Column{Title: v.T("compare.says")})
	for _, d := range supervision.Definitions {
		if d.Now && v.With != 0 || !v.anywhere(d.Code) {
			continue // what stands now belongs to no month
		}
		row := []shell.Cell{{Text: v.T(d.Name), Href: "#how-" + d.Code}}
		for _, s := range v.Sides {
			row = append(row, shell.Cell{View: sideCell(v.Lang, orZero(s.Line, d.Code), s.place(d.Code))})
		}
		g.Rows = append(g.Rows, append(row, shell.Cell{Text: v.verdict(d)}))
	}
	return g
}

// anywhere tells whether any column has the figure.
func (v compareView) anywhere(code string) bool {
	return slices.ContainsFunc(v.Sides, func(s aside) bool { return s.Line.Get(code).Definition != "" })
}

// known tells whether any column has any figure: a unit nobody wrote about in a month has none.
func (v compareView) known() bool {
	return slices.ContainsFunc(supervision.Definitions, func(d supervision.Definition) bool {
		return (!d.Now || v.With == 0) && v.anywhere(d.Code)
	})
}

// interval writes the bounds of a share; empty where there are none.
func interval(l locale.Lang, f supervision.Figure) string {
	if f.Measure != supervision.Share || f.Suppressed || f.Denominator == 0 {
		return ""
	}
	low, high := f.Bounds()
	return l.T("compare.between", locale.Args{"Low": percent(l, low), "High": percent(l, high)})
}

func percent(l locale.Lang, share float64) string { return l.Percent(int(1000*share+0.5), 1000) }

// verdict says in words what can be told from a figure of all columns: a share is higher than another only where their intervals lie apart and both stand on
// enough rows. Counts and hours have no interval: nothing is said of them.
func (v compareView) verdict(d supervision.Definition) string {
	if d.Measure != supervision.Share {
		return v.T("compare.no_interval")
	}
	type one struct {
		name string
		f    supervision.Figure
	}
	var able []one
	few := false
	for _, s := range v.Sides {
		f := s.Line.Get(d.Code)
		switch {
		case f.Definition != "" && f.Ranked():
			able = append(able, one{s.Name, f})
		case f.Suppressed || f.Denominator > 0:
			few = true
		}
	}
	if len(able) < 2 {
		if few {
			return v.T("compare.too_few", locale.Args{"N": supervision.MinRanked})
		}
		return v.T("compare.nothing")
	}
	slices.SortStableFunc(able, func(a, b one) int { return compareFloat(value(b.f), value(a.f)) })
	var told []string
	for i, a := range able {
		var below []string
		low, _ := a.f.Bounds()
		for _, b := range able[i+1:] {
			if _, high := b.f.Bounds(); low > high {
				below = append(below, b.name)
			}
		}
		if len(below) > 0 {
			told = append(told, v.T("compare.higher", locale.Args{"Name": a.name, "Others": strings.Join(below, v.T("compare.and"))}))
		}
	}
	if len(told) == 0 {
		told = []string{v.T("compare.overlap")}
	}
	if few {
		told = append(told, v.T("compare.some_few", locale.Args{"N": supervision.MinRanked}))
	}
	return strings.Join(told, " ")
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// plot is one share drawn for all columns: a point for its value, a line for its interval.
type plot struct {
	Code, Name, Finding string
	Dots                []dot
}

type dot struct {
	Name, Text     string
	At, Low, High  float64 // shares from 0 to 1
	Known, Careful bool    // there is something to draw; it stands on too few rows to be compared
}

func (v compareView) plots() []plot {
	var list []plot
	for _, code := range drawnCodes {
		if !v.anywhere(code) {
			continue
		}
		d, _ := supervision.Define(code)
		p := plot{Code: code, Name: v.T(d.Name), Finding: v.verdict(d)}
		for _, s := range v.Sides {
			f := orZero(s.Line, code)
			one := dot{Name: s.Name, Text: number(v.Lang, f)}
			if at, ok := f.Value(); ok {
				one.At, one.Known, one.Careful = at, true, !f.Ranked()
				one.Low, one.High = f.Bounds()
			}
			p.Dots = append(p.Dots, one)
		}
		list = append(list, p)
	}
	return list
}

// Measures of the drawing in its own units: each row has its words above and its line below.
const (
	plotWide   = 330
	plotLeft   = 8
	plotRoom   = 240 // of the scale; the number stands right of it
	plotRow    = 54
	plotScale  = 22 // the scale below the rows
	plotLetter = 39 // room for a name, in halves of a Chinese character
)

// plotName keeps a name within its room; a Latin letter takes half of what a Chinese character does.
func plotName(name string) string {
	room := plotLetter
	for i, r := range name {
		if room--; r > 0x2e80 {
			room--
		}
		if room < 0 {
			return name[:i] + "…"
		}
	}
	return name
}

func plotX(share float64) string { return px(plotLeft + int(share*plotRoom+0.5)) }

func plotWidth(d dot) string { return px(max(2, int((d.High-d.Low)*plotRoom+0.5))) }

func plotY(i, below int) string { return px(i*plotRow + below) }

func (p plot) box() string {
	return "0 0 " + px(plotWide) + " " + px(len(p.Dots)*plotRow+plotScale)
}

// scaleMarks are where the scale is marked, in shares.
var scaleMarks = []float64{0, 0.25, 0.5, 0.75, 1}

// words say a plot to those who do not see it.
func (p plot) words() string {
	parts := []string{p.Name}
	for _, d := range p.Dots {
		parts = append(parts, d.Name+" "+d.Text)
	}
	return strings.Join(append(parts, p.Finding), "; ")
}

// middle is where the words at a mark of the scale are held: at the ends they stay inside.
func middle(share float64) string {
	switch share {
	case 0:
		return "start"
	case 1:
		return "end"
	}
	return "middle"
}
