package ratings

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rating"
	"huiyin/web/shell"
)

// figuresView are the public figures of a month, of the city or of one unit with those below it.
type figuresView struct {
	P      shell.Page
	Month  time.Time
	Unit   casework.UnitCode // empty: the city
	Name   string
	R      rating.Report
	Units  []unitLine // of the city's page
	Before string     // address of the month before
	After  string     // of the month after, empty for the present
	File   string
}

// unitLine is one unit of the table.
type unitLine struct {
	Code casework.UnitCode
	Name string
	R    rating.Report
}

// monthOf reads ?month=2026-11; without it the present month.
func (x *Pages) monthOf(c *fiber.Ctx) (time.Time, error) {
	now := shell.Now(c).In(x.Book.Zone)
	now = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, x.Book.Zone)
	s := c.Query("month")
	if s == "" {
		return now, nil
	}
	m, err := time.ParseInLocation("2006-01", s, x.Book.Zone)
	if err != nil || m.After(now) || m.Year() < 2000 {
		return now, fault.New(fault.NotFound, "fault.not_found")
	}
	return m, nil
}

func (x *Pages) readFigures(c *fiber.Ctx) (rating.Sheet, time.Time, casework.UnitCode, error) {
	m, err := x.monthOf(c)
	if err != nil {
		return rating.Sheet{}, m, "", err
	}
	unit := casework.UnitCode(c.Query("unit"))
	if _, ok := x.City.Unit(unit); unit != "" && !ok {
		return rating.Sheet{}, m, "", fault.New(fault.NotFound, "fault.not_found")
	}
	s, err := x.Book.Load(c.UserContext(), m)
	return s, m, unit, err
}

// within says which units' ratings count for a unit: its own and those of the units below it.
func (x *Pages) within(unit casework.UnitCode) func(casework.UnitCode) bool {
	if unit == "" {
		return func(casework.UnitCode) bool { return true }
	}
	return func(u casework.UnitCode) bool {
		for range 10 {
			if u == unit {
				return true
			}
			one, ok := x.City.Unit(u)
			if !ok || one.Parent == "" || one.Parent == u {
				return false
			}
			u = one.Parent
		}
		return false
	}
}

func (x *Pages) figures(c *fiber.Ctx) error {
	s, m, unit, err := x.readFigures(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	v := figuresView{P: shell.NewPage(c, lang.T("rating.figures")), Month: m, Unit: unit, R: rating.Fold(s, x.within(unit)), Name: x.City.Name.In(lang)}
	v.P.Section = "board"
	v.P.Summary = lang.T("rating.figures") + " · " + lang.Month(m)
	if unit != "" {
		v.Name = x.unit(v.P, unit)
	} else {
		v.Units = x.lines(v.P, s)
	}
	v.Before = v.address("/ratings", m.AddDate(0, -1, 0))
	if next := m.AddDate(0, 1, 0); !next.After(v.P.Now) {
		v.After = v.address("/ratings", next)
	}
	v.File = v.address("/ratings.json", m)
	return shell.Render(c, fiber.StatusOK, figuresPage(v))
}

func (v figuresView) address(path string, m time.Time) string {
	q := path + "?month=" + m.Format("2006-01")
	if v.Unit != "" {
		q += "&unit=" + string(v.Unit)
	}
	if path == "/ratings" {
		return v.P.Href(path) + q[len(path):]
	}
	return q
}

// lines are the units that were rated, in the order of the city's files.
func (x *Pages) lines(p shell.Page, s rating.Sheet) []unitLine {
	var list []unitLine
	for _, u := range x.City.Units() {
		r := rating.Fold(s, func(code casework.UnitCode) bool { return code == u.Code })
		if !r.Empty() || r.Figure(rating.Coverage).Denominator > 0 {
			list = append(list, unitLine{Code: u.Code, Name: x.unit(p, u.Code), R: r})
		}
	}
	return list
}

// share is a figure as it is printed: a percentage, or why there is none.
func share(lang locale.Lang, f rating.Figure) string {
	switch {
	case f.Withheld:
		return lang.T("rating.withheld")
	case f.Denominator == 0:
		return lang.T("rating.no_share")
	}
	return lang.Percent(f.Numerator, f.Denominator)
}

// of says what a figure is made of.
func of(lang locale.Lang, f rating.Figure) string {
	switch {
	case f.Withheld:
		return lang.T("rating.withheld_text", locale.Args{"N": rating.Least})
	case f.Excluded > 0:
		return lang.T("rating.of_without", locale.Args{"N": lang.Number(f.Numerator), "Of": lang.Number(f.Denominator), "Out": lang.Number(f.Excluded)})
	}
	return lang.T("rating.of", locale.Args{"N": lang.Number(f.Numerator), "Of": lang.Number(f.Denominator)})
}

func cellText(lang locale.Lang, c rating.Cell) string {
	if c.Withheld {
		return lang.T("rating.few", locale.Args{"N": rating.Least})
	}
	return lang.Number(c.N)
}

var headline = []string{rating.Satisfied, rating.Coverage, rating.Contacted, rating.Rectified}

func (v figuresView) stats() []shell.Figure {
	var list []shell.Figure
	for _, code := range headline {
		f := v.R.Figure(code)
		list = append(list, shell.Figure{Number: share(v.P.Lang, f), Label: v.P.T("rating.figure_" + code), Definition: of(v.P.Lang, f), Link: "#" + code})
	}
	return list
}

// figureJSON is a figure as interfaces for programs have it.
type figureJSON struct {
	Numerator   int    `json:"numerator"`
	Denominator int    `json:"denominator"`
	Excluded    int    `json:"excluded"`
	Period      string `json:"period"`
	Definition  string `json:"definition"`
	State       string `json:"state"`
	Withheld    bool   `json:"withheld,omitempty"`
}

type reportJSON struct {
	Scope   string                `json:"scope"` // city, or the unit's code
	Period  string                `json:"period"`
	Figures map[string]figureJSON `json:"figures"`
	Levels  []rating.Cell         `json:"levels"`
	WalkBy  []rating.Cell         `json:"walk_by"`
	Tags    []tagJSON             `json:"tags"`
	Ratings int                   `json:"ratings"` // that count; 0 with few
	Few     bool                  `json:"few"`
	Apart   int                   `json:"doubtful"` // counted apart
	Units   []unitJSON            `json:"units,omitempty"`
	Tagged  []rating.TagSet       `json:"tag_sets"`
}

type tagJSON struct {
	rating.Cell
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

type unitJSON struct {
	Code    casework.UnitCode     `json:"code"`
	ZH      string                `json:"zh-CN"`
	EN      string                `json:"en"`
	Figures map[string]figureJSON `json:"figures"`
}

// definitionVersion is that of every figure here: it changes when one of them is counted in another way.
const definitionVersion = 1

func figuresOf(r rating.Report) map[string]figureJSON {
	all := map[string]figureJSON{}
	for _, f := range r.Figures {
		all[f.Code] = figureJSON{Numerator: f.Numerator, Denominator: f.Denominator, Excluded: f.Excluded, Period: r.Period, Definition: f.Code + "@" + strconv.Itoa(definitionVersion), State: "live", Withheld: f.Withheld}
	}
	return all
}

func (x *Pages) figuresJSON(c *fiber.Ctx) error {
	s, _, unit, err := x.readFigures(c)
	if err != nil {
		return err
	}
	r := rating.Fold(s, x.within(unit))
	out := reportJSON{Scope: "city", Period: r.Period, Figures: figuresOf(r), Levels: r.Levels, WalkBy: r.WalkBy, Ratings: r.All, Few: r.Few, Apart: r.Apart, Tags: []tagJSON{}, Tagged: rating.TagSets()}
	if unit != "" {
		out.Scope = string(unit)
	}
	for _, t := range r.Tags {
		out.Tags = append(out.Tags, tagJSON{Cell: t, ZH: rating.TagText(t.TagSet, t.Label, locale.ZH), EN: rating.TagText(t.TagSet, t.Label, locale.EN)})
	}
	if unit == "" {
		for _, u := range x.City.Units() {
			one := rating.Fold(s, func(code casework.UnitCode) bool { return code == u.Code })
			if !one.Empty() || one.Figure(rating.Coverage).Denominator > 0 {
				out.Units = append(out.Units, unitJSON{Code: u.Code, ZH: u.Name.ZH, EN: u.Name.EN, Figures: figuresOf(one)})
			}
		}
	}
	return c.JSON(out)
}

// tagRows are the tags of good or of bad levels, those said most first.
func (v figuresView) tagRows(bad bool) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, t := range v.R.Tags {
		if t.Level.Bad() == bad && (t.Level.Bad() || t.Level > 3) {
			rows = append(rows, []shell.Cell{{Text: rating.TagText(t.TagSet, t.Label, v.P.Lang)}, {Text: cellText(v.P.Lang, t)}})
		}
	}
	return rows[:min(len(rows), 10)]
}

func (v figuresView) levelRows() [][]shell.Cell {
	var rows [][]shell.Cell
	for i, c := range v.R.Levels {
		rows = append(rows, []shell.Cell{{Text: v.P.T(levelKey(c.Level))}, {Text: cellText(v.P.Lang, c)}, {Text: cellText(v.P.Lang, v.R.WalkBy[i])}})
	}
	return rows
}

func (v figuresView) unitRows() [][]shell.Cell {
	var rows [][]shell.Cell
	for _, u := range v.Units {
		row := []shell.Cell{{Text: u.Name, Href: v.P.Href("/ratings") + "?month=" + v.Month.Format("2006-01") + "&unit=" + string(u.Code)}}
		if u.R.Few {
			row = append(row, shell.Cell{Text: v.P.T("rating.few", locale.Args{"N": rating.Least})})
		} else {
			row = append(row, shell.Cell{Text: v.P.Lang.Number(u.R.All)})
		}
		for _, code := range []string{rating.Satisfied, rating.Coverage, rating.Contacted, rating.Rectified} {
			row = append(row, shell.Cell{Text: share(v.P.Lang, u.R.Figure(code))})
		}
		rows = append(rows, append(row, shell.Cell{Text: v.P.Lang.Number(u.R.Apart)}))
	}
	return rows
}

// bars draw the levels of handled items, unless one is withheld: then the table alone says what may be said.
func (v figuresView) bars() []shell.Bar {
	if slices.ContainsFunc(v.R.Levels, func(c rating.Cell) bool { return c.Withheld }) {
		return nil
	}
	var list []shell.Bar
	for _, c := range v.R.Levels {
		list = append(list, shell.Bar{Label: v.P.T(levelKey(c.Level)), Value: float64(c.N), Text: v.P.Lang.Number(c.N)})
	}
	return list
}
