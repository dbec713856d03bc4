package board

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/datause"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// perHundred is the measure of uses for each hundred cases: numerator uses, denominator cases.
const perHundred supervision.Measure = "per_hundred"

// useView is the city's page on how residents' data is used.
type useView struct {
	view
	Totals    datause.CityTotals
	Algorithm algorithm
}

// readUses reads the month that the address names and its totals.
func (x *Pages) readUses(c *fiber.Ctx) (sheet, datause.CityTotals, error) {
	s, err := x.begin(c)
	if err != nil {
		return s, datause.CityTotals{}, err
	}
	s.Period = supervision.One(s.Month)
	t, err := datause.Totals(c.UserContext(), x.DB, datause.Span{From: s.Month.Start(x.City.TZ), Until: s.Month.Add(1).Start(x.City.TZ)})
	s.AsOf = t.AsOf
	return s, t, err
}

func (x *Pages) showUses(c *fiber.Ctx) error {
	s, t, err := x.readUses(c)
	if err != nil {
		return err
	}
	v := x.page(c, shell.Lang(c).T("uses.title"), "/data-use", s)
	v.Section, v.Summary = "data-use", v.T("uses.lead")
	a, err := x.algorithm(c.UserContext(), s, shell.Now(c))
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, usesPage(useView{v, t, a}))
}

func (v useView) stats() []shell.Figure {
	per := "–"
	if n, ok := v.Totals.PerHundred(); ok {
		per = strconv.FormatFloat(n, 'f', 1, 64)
	}
	return []shell.Figure{
		{Number: v.Lang.Number(v.Totals.All.Human), Unit: v.T("uses.times"), Label: v.T("uses.by_people"), Definition: v.T("uses.by_people_how")},
		{Number: v.Lang.Number(v.Totals.All.Automatic), Unit: v.T("uses.times"), Label: v.T("uses.by_machine"), Definition: v.T("uses.by_machine_how")},
		{Number: per, Unit: v.T("uses.times"), Label: v.T("uses.per_hundred"), Definition: v.T("uses.per_hundred_how", locale.Args{"Uses": v.Lang.Number(v.Totals.All.Human), "Cases": v.Lang.Number(v.Totals.Cases)})},
		{Number: v.Lang.Number(v.Totals.Unassigned), Unit: v.T("uses.times"), Label: v.T("uses.unassigned"), Definition: v.T("uses.unassigned_how")},
		{Number: v.Lang.Number(v.Totals.Lookups), Unit: v.T("uses.times"), Label: v.T("uses.lookups"), Definition: v.T("uses.lookups_how")},
		{Number: v.Lang.Number(v.Totals.Searches), Unit: v.T("uses.times"), Label: v.T("uses.searches"), Definition: v.T("uses.searches_how")},
		{Number: v.Lang.Number(v.Totals.Files), Unit: v.T("uses.times"), Label: v.T("uses.files"), Definition: v.T("uses.files_how")},
		{Number: v.Lang.Number(v.Totals.Mails), Unit: v.T("uses.times"), Label: v.T("uses.mails"), Definition: v.T("uses.mails_how")},
		{Number: v.Lang.Number(v.Totals.Warnings.Raised), Unit: v.T("uses.times"), Label: v.T("uses.warnings"),
			Definition: v.T("uses.warnings_how", locale.Args{"Misuse": v.Lang.Number(v.Totals.Warnings.Misuse), "Open": v.Lang.Number(v.Totals.Warnings.Open)})},
	}
}

func (v useView) purposes() shell.Grid {
	g := shell.Grid{Caption: v.T("uses.by_purpose"), Hidden: true, Empty: v.T("uses.none"), Columns: []shell.Column{{Title: v.T("uses.purpose")}, {Title: v.T("uses.people"), Numeric: true}, {Title: v.T("uses.machine"), Numeric: true}, {Title: v.T("board.sum"), Numeric: true}}}
	for _, p := range v.Totals.Purposes {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T(datause.PurposeNames[p.Purpose])}, {Text: v.Lang.Number(p.Human)}, {Text: v.Lang.Number(p.Automatic)}, {Text: v.Lang.Number(p.Sum())}})
	}
	return g
}

// units are those that used any data; silent counts the others that had cases.
func (v useView) units() (g shell.Grid, silent int) {
	g = shell.Grid{Caption: v.T("uses.by_unit"), Hidden: true, Empty: v.T("uses.none"), Columns: []shell.Column{{Title: v.T("board.unit")}, {Title: v.T("uses.people"), Numeric: true}, {Title: v.T("uses.machine"), Numeric: true},
		{Title: v.T("uses.cases"), Numeric: true}, {Title: v.T("uses.per_hundred"), Numeric: true}, {Title: v.T("uses.unassigned"), Numeric: true}}}
	for _, u := range v.Totals.Units {
		if u.Sum() == 0 {
			silent++
			continue
		}
		per := "–"
		if n, ok := u.PerHundred(); ok {
			per = strconv.FormatFloat(n, 'f', 1, 64)
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.Rules.UnitName(u.Unit, v.Lang), Href: v.Href("/departments/" + string(u.Unit) + "/data-use")}, {Text: v.Lang.Number(u.Human)}, {Text: v.Lang.Number(u.Automatic)},
			{Text: v.Lang.Number(u.Cases)}, {Text: per}, {Text: v.Lang.Number(u.Unassigned)}})
	}
	return g, silent
}

// inventory is every kind of personal data that is held.
func (v useView) inventory() shell.Grid {
	g := shell.Grid{Caption: v.T("uses.held"), Hidden: true, Columns: []shell.Column{{Title: v.T("uses.data")}, {Title: v.T("uses.why")}, {Title: v.T("uses.purpose")}, {Title: v.T("uses.basis")}, {Title: v.T("uses.keep")}}}
	for _, i := range datause.Inventory() {
		var purposes []string
		for _, p := range i.Purposes {
			purposes = append(purposes, v.T(datause.PurposeNames[p]))
		}
		field := v.T(i.Name)
		if i.Required {
			field += v.T("uses.required")
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: field}, {Text: v.T(i.Why)}, {Text: strings.Join(purposes, v.T("uses.comma"))}, {Text: v.T(datause.BasisNames[i.Basis])}, {Text: v.T(i.Keep)}})
	}
	return g
}

// usesFile is what stands beside the page for programs.
type usesFile struct {
	Period    supervision.Period `json:"period"`
	AsOf      *time.Time         `json:"as_of"`
	Figures   figures            `json:"figures"`
	Purposes  []entry            `json:"purposes"`
	Units     []entry            `json:"units"`
	Inventory []held             `json:"inventory"`

	Algorithms []record `json:"algorithms"` // the algorithm register
}

// held is one kind of personal data in the inventory.
type held struct {
	Field    string   `json:"field"`
	Name     name     `json:"name"`
	Why      name     `json:"why"`
	Purposes []string `json:"purposes"`
	Basis    string   `json:"basis"`
	Required bool     `json:"required"`
	Keep     name     `json:"keep"`
}

func usesOf(s sheet, t datause.CityTotals) usesFile {
	one := func(def string, measure supervision.Measure, num, den int) supervision.Figure {
		return supervision.Figure{Definition: def, Measure: measure, Numerator: supervision.Whole(num), Denominator: den, Period: s.Period, State: supervision.Live}
	}
	uses := func(k datause.Tally) figures {
		return figures{"people": one("uses_by_people@1", supervision.Count, k.Human, k.Human), "machine": one("uses_by_machine@1", supervision.Count, k.Automatic, k.Automatic)}
	}
	out := usesFile{Period: s.Period, Figures: uses(t.All), Purposes: []entry{}, Units: []entry{}}
	out.Figures["per_hundred"] = one("uses_per_hundred_cases@1", perHundred, t.All.Human, t.Cases)
	out.Figures["unassigned"] = one("uses_unassigned@1", supervision.Count, t.Unassigned, t.All.Sum())
	out.Figures["lookups"] = one("uses_lookups@1", supervision.Count, t.Lookups, t.Lookups)
	out.Figures["searches"] = one("uses_searches@1", supervision.Count, t.Searches, t.Searches)
	out.Figures["files"] = one("uses_files@1", supervision.Count, t.Files, t.Files)
	out.Figures["mails"] = one("uses_mails@1", supervision.Count, t.Mails, t.Mails)
	if !t.AsOf.IsZero() {
		at := t.AsOf.In(locale.Zone).Truncate(time.Second)
		out.AsOf = &at
	}
	for _, p := range t.Purposes {
		n := texts(datause.PurposeNames[p.Purpose])
		out.Purposes = append(out.Purposes, entry{Code: string(p.Purpose), Name: &n, Figures: uses(p.Tally)})
	}
	for _, u := range t.Units {
		f := uses(u.Tally)
		f["per_hundred"] = one("uses_per_hundred_cases@1", perHundred, u.Human, u.Cases)
		f["unassigned"] = one("uses_unassigned@1", supervision.Count, u.Unassigned, u.Sum())
		out.Units = append(out.Units, entry{Code: string(u.Unit), Name: &name{s.Rules.UnitName(u.Unit, locale.ZH), s.Rules.UnitName(u.Unit, locale.EN)}, Figures: f})
	}
	for _, i := range datause.Inventory() {
		h := held{Field: string(i.Field), Name: texts(i.Name), Why: texts(i.Why), Basis: string(i.Basis), Required: i.Required, Keep: texts(i.Keep)}
		for _, p := range i.Purposes {
			h.Purposes = append(h.Purposes, string(p))
		}
		out.Inventory = append(out.Inventory, h)
	}
	return out
}

func (x *Pages) usesJSON(c *fiber.Ctx) error {
	s, t, err := x.readUses(c)
	if err != nil {
		return err
	}
	file := usesOf(s, t)
	a, err := x.algorithm(c.UserContext(), s, shell.Now(c))
	if err != nil {
		return err
	}
	v := useView{Totals: t, Algorithm: a}
	v.Rules = s.Rules
	file.Algorithms = v.records()
	body, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}

func (x *Pages) usesCSV(c *fiber.Ctx) error {
	s, t, err := x.readUses(c)
	if err != nil {
		return err
	}
	file := usesOf(s, t)
	b := bytes.NewBufferString(byteOrder)
	w := csv.NewWriter(b)
	_ = w.Write(figureColumns) // a buffer takes all
	writeFigures(w, "city", s.Rules.Code, &name{s.Rules.Name.ZH, s.Rules.Name.EN}, file.Figures)
	for _, e := range file.Purposes {
		writeFigures(w, "purpose", e.Code, e.Name, e.Figures)
	}
	for _, e := range file.Units {
		writeFigures(w, "unit", e.Code, e.Name, e.Figures)
	}
	w.Flush()
	c.Attachment("huiyin-data-use-" + s.Month.String() + ".csv")
	return send(c, "text/csv; charset=utf-8", b.Bytes())
}
