package ratings

import (
	"slices"
	"strconv"
	"strings"
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
	Units  []unitLine // of the city's page; the last may be all other units as one, without a code
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

// lastMonth is the newest month whose figures are decided.
func (x *Pages) lastMonth(now time.Time) time.Time {
	now = now.In(x.Book.Zone)
	m := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, x.Book.Zone).AddDate(0, -1, 0)
	if now.Before(rating.Settled(m)) {
		m = m.AddDate(0, -1, 0)
	}
	return m
}

// monthOf reads ?month=2026-11; without it the newest month that is decided. A month that still runs is not found: two readings of it would tell a single rating.
func (x *Pages) monthOf(c *fiber.Ctx) (time.Time, error) {
	last := x.lastMonth(shell.Now(c))
	s := c.Query("month")
	if s == "" {
		return last, nil
	}
	m, err := time.ParseInLocation("2006-01", s, x.Book.Zone)
	if err != nil || m.After(last) || m.Year() < 2000 {
		return last, fault.New(fault.NotFound, "fault.not_found")
	}
	return m, nil
}

func (x *Pages) readFigures(c *fiber.Ctx) (rating.Table, time.Time, casework.UnitCode, error) {
	m, err := x.monthOf(c)
	if err != nil {
		return rating.Table{}, m, "", err
	}
	unit := casework.UnitCode(c.Query("unit"))
	if _, ok := x.City.Unit(unit); unit != "" && !ok {
		return rating.Table{}, m, "", fault.New(fault.NotFound, "fault.not_found")
	}
	s, err := x.Book.Load(c.UserContext(), m)
	var units []casework.UnitCode
	for _, u := range x.City.Units() {
		units = append(units, u.Code)
	}
	return rating.Decide(s, units), m, unit, err
}

// report are the figures of the city, or of a unit with those below it.
func (x *Pages) report(t rating.Table, unit casework.UnitCode) rating.Report {
	if unit == "" {
		return t.City()
	}
	return t.Of(x.within(unit))
}

// within says which units' ratings count for a unit: its own and those of the units below it.
func (x *Pages) within(unit casework.UnitCode) func(casework.UnitCode) bool {
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
	t, m, unit, err := x.readFigures(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	v := figuresView{P: shell.NewPage(c, lang.T("rating.figures")), Month: m, Unit: unit, R: x.report(t, unit), Name: x.City.Name.In(lang)}
	v.P.Section = "board"
	v.P.Summary = lang.T("rating.figures") + " · " + lang.Month(m)
	if unit != "" {
		v.Name = x.unit(v.P, unit)
	} else {
		v.Units = x.lines(v.P, t)
	}
	v.Before = v.address("/ratings", m.AddDate(0, -1, 0))
	if next := m.AddDate(0, 1, 0); !next.After(x.lastMonth(v.P.Now)) {
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

// lines are the units that stand alone, in the order of the city's files, and all others as one.
func (x *Pages) lines(p shell.Page, t rating.Table) []unitLine {
	var list []unitLine
	for _, u := range x.City.Units() {
		if slices.Contains(t.Alone(), u.Code) {
			list = append(list, unitLine{Code: u.Code, Name: x.unit(p, u.Code), R: t.Of(func(code casework.UnitCode) bool { return code == u.Code })})
		}
	}
	if rest := t.Rest(); !rest.Empty() {
		list = append(list, unitLine{Name: p.T("rating.rest"), R: rest})
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
	Ratings int                   `json:"ratings"`  // that count and are published
	Few     bool                  `json:"few"`      // some stand with the others of the city only
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
	Code    casework.UnitCode     `json:"code"` // empty: all other units as one
	ZH      string                `json:"zh-CN"`
	EN      string                `json:"en"`
	Figures map[string]figureJSON `json:"figures"`
}

// definitionVersion is that of every figure here: it changes when one of them is counted in another way.
const definitionVersion = 2

func figuresOf(r rating.Report) map[string]figureJSON {
	all := map[string]figureJSON{}
	for _, f := range r.Figures {
		all[f.Code] = figureJSON{Numerator: f.Numerator, Denominator: f.Denominator, Excluded: f.Excluded, Period: r.Period, Definition: f.Code + "@" + strconv.Itoa(definitionVersion), State: "live", Withheld: f.Withheld}
	}
	return all
}

func (x *Pages) figuresJSON(c *fiber.Ctx) error {
	t, _, unit, err := x.readFigures(c)
	if err != nil {
		return err
	}
	r := x.report(t, unit)
	out := reportJSON{Scope: "city", Period: r.Period, Figures: figuresOf(r), Levels: r.Levels, WalkBy: r.WalkBy, Ratings: r.All, Few: r.Few, Apart: r.Apart, Tags: []tagJSON{}, Tagged: rating.TagSets()}
	if unit != "" {
		out.Scope = string(unit)
	}
	for _, t := range r.Tags {
		out.Tags = append(out.Tags, tagJSON{Cell: t, ZH: rating.TagText(t.TagSet, t.Label, locale.ZH), EN: rating.TagText(t.TagSet, t.Label, locale.EN)})
	}
	if unit == "" {
		alone := t.Alone()
		for _, u := range x.City.Units() {
			if slices.Contains(alone, u.Code) {
				out.Units = append(out.Units, unitJSON{Code: u.Code, ZH: u.Name.ZH, EN: u.Name.EN, Figures: figuresOf(t.Of(func(code casework.UnitCode) bool { return code == u.Code }))})
			}
		}
		if rest := t.Rest(); !rest.Empty() {
			out.Units = append(out.Units, unitJSON{ZH: locale.ZH.T("rating.rest"), EN: locale.EN.T("rating.rest"), Figures: figuresOf(rest)})
		}
	}
	return c.JSON(out)
}

// tagRows are the tags of good or of bad levels, those said most first.
func (v figuresView) tagRows(bad bool) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, t := range v.R.Tags {
		if t.Level.Bad() == bad && (t.Level.Bad() || t.Level > 3) {
			rows = append(rows, []shell.Cell{{Text: rating.TagText(t.TagSet, t.Label, v.P.Lang)}, {Text: v.P.Lang.Number(t.N)}})
		}
	}
	return rows[:min(len(rows), 10)]
}

// levelRows are the levels as they are told together, of items or of walk-bys.
func (v figuresView) levelRows(cells []rating.Cell) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, c := range cells {
		rows = append(rows, []shell.Cell{{Text: v.level(c)}, {Text: v.P.Lang.Number(c.N)}})
	}
	return rows
}

func (v figuresView) level(c rating.Cell) string {
	if len(c.Label) > 1 {
		return v.P.T("rating.levels_" + strings.ReplaceAll(c.Label, "-", "_"))
	}
	return v.P.T(levelKey(c.Level))
}

func (v figuresView) unitRows() [][]shell.Cell {
	var rows [][]shell.Cell
	for _, u := range v.Units {
		name := shell.Cell{Text: u.Name}
		if u.Code != "" {
			name.Href = v.P.Href("/ratings") + "?month=" + v.Month.Format("2006-01") + "&unit=" + string(u.Code)
		}
		row := []shell.Cell{name, {Text: v.P.Lang.Number(u.R.All)}}
		for _, code := range []string{rating.Satisfied, rating.Coverage, rating.Contacted, rating.Rectified} {
			row = append(row, shell.Cell{Text: share(v.P.Lang, u.R.Figure(code))})
		}
		apart := v.P.T("rating.withheld")
		if !u.R.Figure(rating.Doubtful).Withheld || u.R.Apart > 0 {
			apart = v.P.Lang.Number(u.R.Apart)
		}
		rows = append(rows, append(row, shell.Cell{Text: apart}))
	}
	return rows
}

// bars draw the levels of handled items.
func (v figuresView) bars() []shell.Bar {
	var list []shell.Bar
	if v.R.Figure(rating.Satisfied).Denominator == 0 {
		return nil
	}
	for _, c := range v.R.Levels {
		list = append(list, shell.Bar{Label: v.level(c), Value: float64(c.N), Text: v.P.Lang.Number(c.N)})
	}
	return list
}

// partly says why something is not here: of the city what could not be told of the rest, of a unit that it stands with the others.
func (v figuresView) partly() string {
	switch {
	case !v.R.Few:
		return ""
	case v.Unit == "":
		return v.P.T("rating.partly_city", locale.Args{"N": rating.Least})
	}
	return v.P.T("rating.partly_unit", locale.Args{"N": rating.Least})
}
