package shell

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// Item is one line of a summary list.
type Item struct {
	Key    string
	Value  string
	View   templ.Component // instead of Value
	Change string          // address of the page that changes it, empty for none
	What   string          // what is changed, read out after the word "change"
}

// Column is one column of a table.
type Column struct {
	Title   string
	Numeric bool
	Whole   bool // short texts that never break: dates, numbers of cases
}

// Cell is one cell of a table.
type Cell struct {
	Text string
	Href string          // the text is a link
	View templ.Component // instead of Text
	Case string          // in the first cell: the case that the row is about, for live updates
}

// aboutCase lets live updates mark the row of a case.
func aboutCase(row []Cell) templ.Attributes {
	if len(row) == 0 || row[0].Case == "" {
		return nil
	}
	return templ.Attributes{"data-case": row[0].Case}
}

// Grid is a table. The first cell of a row is its heading.
type Grid struct {
	Caption string
	Hidden  bool // the caption is for screen readers only
	Columns []Column
	Rows    [][]Cell
	Empty   string // what to say where there are no rows
	Pairs   bool   // on a phone each figure stands under its own title, two beside each other: for many figures of many things
}

// shape says how the table stands on a phone. One of figures puts the heading of each row on a line of its own above its numbers; one of words puts each
// cell on a line of its own behind its column's title; one of few columns stays as it is. Four figures share the width of the screen.
func (g Grid) shape() string {
	figures := 0
	for _, c := range g.Columns {
		if c.Numeric {
			figures++
		}
	}
	switch {
	case g.Pairs:
		return "hy-scroll--cards hy-scroll--pairs"
	case figures == 4 && len(g.Columns) == 5:
		return "hy-scroll--figures hy-scroll--four"
	case figures >= 4:
		return "hy-scroll--figures"
	case len(g.Columns) >= 4 || len(g.Columns) == 3 && figures == 0:
		return "hy-scroll--cards"
	}
	return ""
}

// cellLabel is the title of a cell's column, said again where the cell stands alone.
func (g Grid) cellLabel(i int) templ.Attributes {
	a := templ.Attributes{"role": "cell"}
	if strings.HasPrefix(g.shape(), "hy-scroll--cards") && i < len(g.Columns) {
		a["data-label"] = g.Columns[i].Title
	}
	return a
}

func (g Grid) cellClass(i int) string {
	if i < len(g.Columns) && g.Columns[i].Numeric {
		return "govuk-table__cell govuk-table__cell--numeric"
	}
	if i < len(g.Columns) && g.Columns[i].Whole {
		return "govuk-table__cell hy-whole"
	}
	return "govuk-table__cell"
}

func (c Column) class() string {
	if c.Numeric {
		return "govuk-table__header govuk-table__header--numeric"
	}
	return "govuk-table__header"
}

func (g Grid) captionClass() string {
	if g.Hidden {
		return "govuk-table__caption govuk-visually-hidden"
	}
	return "govuk-table__caption govuk-table__caption--m"
}

// changeable reports whether some line of a list leads to where it can be changed: then the others leave room for it.
func changeable(items []Item) bool {
	return slices.ContainsFunc(items, func(it Item) bool { return it.Change != "" })
}

// Happening is one line of a timeline.
type Happening struct {
	Title  string
	At     time.Time // zero where the time is not told
	Who    string    // unit or role, never a name
	Text   string
	View   templ.Component // below the text
	Tone   Tone
	Future bool // has not happened yet: a promise
}

func (h Happening) class() string {
	s := "hy-timeline__item hy-timeline__item--" + string(h.tone())
	if h.Future {
		s += " hy-timeline__item--future"
	}
	return s
}

// icon is the sign of the line's mark. What is still to come is not done, so it bears no tick.
func (h Happening) icon() string {
	if h.Future && (h.tone() == Good || h.tone() == Calm) {
		return "clock"
	}
	return string(h.tone())
}

func (h Happening) tone() Tone {
	if h.Tone == "" {
		return Calm
	}
	return h.Tone
}

// Figure is one number with its definition.
type Figure struct {
	Number     string
	Unit       string
	Label      string
	Definition string // what is counted, or the sentence "numerator of denominator"
	Link       string // address of the full definition, empty for none
	Change     string // comparison in words, such as "+2.1 points on last month"
}

// Pager leads through the pages of a list.
type Pager struct {
	Page, Pages int                   // from 1
	Address     func(page int) string // of a page
}

// numbers are the pages to show, 0 where some are left out.
func (g Pager) numbers() []int {
	var list []int
	for i := 1; i <= g.Pages; i++ {
		if i == 1 || i == g.Pages || i >= g.Page-1 && i <= g.Page+1 {
			list = append(list, i)
		} else if n := len(list); n > 0 && list[n-1] != 0 {
			list = append(list, 0)
		}
	}
	return list
}

// Bar is one bar of a chart.
type Bar struct {
	Label string
	Value float64
	Text  string // the value as it is printed
	Href  string // the label in the table is a link
}

// Chart is a bar chart drawn by the server, with its table below.
type Chart struct {
	Title   string
	Finding string // one sentence that says what the chart shows
	Label   string // heading of the labels' column
	Value   string // heading of the values' column
	Bars    []Bar
}

func (c Chart) grid() Grid {
	g := Grid{Caption: c.Title, Hidden: true, Columns: []Column{{Title: c.Label}, {Title: c.Value, Numeric: true}}}
	for _, b := range c.Bars {
		g.Rows = append(g.Rows, []Cell{{Text: b.Label, Href: b.Href}, {Text: b.Text}})
	}
	return g
}
