package console

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/search"
	"huiyin/search/words"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// suggested is how many completions are offered.
const suggested = 8

func (x *Pages) shelf() *search.Shelf { return &search.Shelf{DB: x.Docket.DB, Now: x.Docket.Now} }

// suggestions completes what is being typed, by the words of the hotline and the names of the city; nothing is searched.
func (x *Pages) suggestions(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	if by.Sight().None() {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	a := askedOf(c.FormValue)
	var list []dossier.Pill
	if !personal(a.Text) {
		for _, text := range x.finder.Lexicon.Suggest(a.Text, suggested) {
			to := a
			to.Text, to.Page = text, 1
			list = append(list, dossier.Pill{Text: text, Href: to.address(1)})
		}
	}
	return shell.Render(c, fiber.StatusOK, suggestionPart(shell.NewPage(c, ""), list))
}

// saveSearch keeps what was asked under a name.
func (x *Pages) saveSearch(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	a := askedOf(c.FormValue)
	if personal(a.Text) {
		return fault.New(fault.Invalid, "fault.search_personal")
	}
	q := x.query(a)
	q.Offset = 0
	if err := x.shelf().Save(c.UserContext(), by.StaffID, readable(c.FormValue("name")), q, search.Alert(c.FormValue("alert"))); err != nil {
		if _, ok := shell.Mistakes(shell.Lang(c), err); ok {
			shell.Flash(c, shell.Bad, fault.KeyOf(err))
			return shell.SeeOther(c, a.address(1))
		}
		return err
	}
	shell.Flash(c, shell.Good, "find.saved")
	return shell.SeeOther(c, a.address(1))
}

// changeSearch changes how one hears of new cases of a saved search.
func (x *Pages) changeSearch(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.not_found", err)
	}
	if err := x.shelf().Change(c.UserContext(), by.StaffID, id, search.Alert(c.FormValue("alert-"+c.Params("id")))); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "find.changed")
	return shell.SeeOther(c, "/console/search")
}

// searchAddress keeps where letters of saved searches go; an empty one ends them.
func (x *Pages) searchAddress(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	if err := x.shelf().WriteTo(c.UserContext(), by.StaffID, c.FormValue("address")); err != nil {
		if _, ok := shell.Mistakes(shell.Lang(c), err); ok {
			shell.Flash(c, shell.Bad, fault.KeyOf(err))
			return shell.SeeOther(c, "/console/search")
		}
		return err
	}
	shell.Flash(c, shell.Good, "find.address_kept")
	return shell.SeeOther(c, "/console/search")
}

// alerts are the ways to hear of new cases.
func (v foundView) alerts() []shell.Choice {
	var list []shell.Choice
	for _, a := range []search.Alert{search.Quiet, search.OnPage, search.Daily, search.AtOnce} {
		key := string(a)
		if a == search.Quiet {
			key = "quiet"
		}
		list = append(list, shell.Choice{Value: string(a), Label: v.P.T("find.alert_" + key)})
	}
	return list
}

// forgetSearch takes a saved search off the list.
func (x *Pages) forgetSearch(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.not_found", err)
	}
	if err := x.shelf().Forget(c.UserContext(), by.StaffID, id); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "find.forgotten")
	return shell.SeeOther(c, "/console/search")
}

// address is where a saved search leads.
func (v foundView) address(s search.Saved) string {
	q := s.Query
	a := asked{Text: q.Text, Category: q.Category, Sort: string(q.Sort), Page: 1}
	if len(q.Units) > 0 {
		a.Unit = string(q.Units[0]) // the unit itself comes before those below it
	}
	if len(q.Districts) > 0 {
		a.District = q.Districts[0]
	}
	if len(q.Kinds) > 0 {
		a.Kind = string(q.Kinds[0])
	}
	for name, states := range stages {
		if len(q.States) > 0 && len(states) == len(q.States) && states[0] == q.States[0] {
			a.State = name
		}
	}
	if !q.Since.IsZero() {
		a.Since = dossier.Date(q.Since.In(locale.Zone))
	}
	if !q.Until.IsZero() {
		a.Until = dossier.Date(q.Until.In(locale.Zone).AddDate(0, 0, -1))
	}
	values := a.values(1)
	values.Set("saved", strconv.FormatInt(s.ID, 10))
	return "/console/search?" + values.Encode()
}

// shelf are links to what was saved, with what is new in it.
func (v foundView) shelf() []dossier.Pill {
	var list []dossier.Pill
	for _, s := range v.Saved {
		pill := dossier.Pill{Text: s.Name, Href: v.address(s)}
		if s.Fresh > 0 {
			pill.Count, pill.Bad = v.P.T("find.fresh", locale.Args{"Count": s.Fresh}), true
		}
		list = append(list, pill)
	}
	return list
}

// foundFile is the list as a file, with masked words only. It leaves a trace.
func (x *Pages) foundFile(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	a := askedOf(c.Query)
	if personal(a.Text) {
		return fault.New(fault.Invalid, "fault.search_personal")
	}
	hits, err := x.finder.Export(c.UserContext(), by, x.query(a))
	if err != nil {
		return err
	}
	l := shell.Lang(c)
	names := dossier.Namer{City: x.City, Lang: l}
	table := dossier.Table{Name: "search", Rows: [][]any{{l.T("console.number"), l.T("find.filed"), l.T("console.column_state"), l.T("console.kind"), l.T("dossier.category"), l.T("console.column_unit"), l.T("console.column_title"), l.T("find.text")}}}
	for _, h := range hits {
		k := h.Case
		table.Rows = append(table.Rows, []any{k.Number, k.FiledAt.In(locale.Zone).Format("2006-01-02 15:04"), l.T("state." + string(k.State)), l.T("kind." + string(k.Kind)), x.City.CategoryPath(k.Category, l), names.Unit(k), plain(h.Title), plain(h.Text)})
	}
	return table.SendCSV(c)
}

func plain(e words.Excerpt) string { return strings.Join(strings.Fields(e.String()), " ") }
