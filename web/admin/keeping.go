package admin

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rights"
	"huiyin/web/shell"
)

// keepingView is the privacy officer's other work: uses that are not shown for a time, who keeps out of which case, and the public registers.
type keepingView struct {
	P        shell.Page
	Withheld []datause.Withholding
	Entries  []rights.Entry
	Officer  bool
	Me       int64
	Number   string // of the case that is looked at
	Case     *casework.Case
	Uses     []casework.UseView
	Out      []casework.KeptOut
	Form     rights.Entry
	unit     func(casework.UnitCode, locale.Lang) string
}

func (x *Pages) keeping(c *fiber.Ctx) error {
	return x.drawKeeping(c, fiber.StatusOK, nil, rights.Entry{})
}

func (x *Pages) drawKeeping(c *fiber.Ctx, status int, mistakes shell.Errors, form rights.Entry) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	v := keepingView{P: pageOf(c, "keeping", shell.Lang(c).T("keeping.title")), Officer: by.Has(casework.Privacy), Me: by.StaffID, Form: form, Number: strings.TrimSpace(c.Query("number")), unit: x.Rules.City.UnitName}
	if v.Number == "" {
		v.Number = strings.TrimSpace(c.FormValue("number"))
	}
	v.P.Errors = mistakes
	if v.Withheld, err = datause.Withholdings(ctx, x.DB, by, mostWarnings); err != nil {
		return err
	}
	if v.Entries, err = rights.Entries(ctx, x.DB); err != nil {
		return err
	}
	if id, err := uuid.Parse(c.Query("entry")); err == nil && form.Kind == "" {
		if at := slices.IndexFunc(v.Entries, func(e rights.Entry) bool { return e.ID == id }); at >= 0 {
			v.Form = v.Entries[at]
		}
	}
	if v.Number != "" && by.Has(casework.Privacy, casework.Supervisor) {
		page, err := x.Docket.List(ctx, by, casework.Query{Number: v.Number, Limit: 1})
		if err != nil {
			return err
		}
		if len(page.Cases) == 1 {
			v.Case = &page.Cases[0]
			if v.Uses, err = x.Docket.Uses(ctx, by, v.Case.ID); err != nil {
				return err
			}
			if v.Out, err = x.Docket.Recusals(ctx, by, v.Case.ID); err != nil {
				return err
			}
		}
	}
	return shell.Render(c, status, keepingPage(v))
}

// keep does what a form of the page asks.
func (x *Pages) keep(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx, now := c.UserContext(), shell.Now(c)
	next := "/admin/keeping"
	var form rights.Entry
	switch c.FormValue("do") {
	case "withhold":
		seq, _ := strconv.ParseInt(c.FormValue("event"), 10, 64) // none is refused below
		until, _ := time.ParseInLocation(time.DateOnly, c.FormValue("until"), locale.Zone)
		err = datause.AskWithhold(ctx, x.DB, by, seq, c.FormValue("ground"), until, now)
	case "approve", "end":
		id, parsed := strconv.ParseInt(c.FormValue("id"), 10, 64)
		switch {
		case parsed != nil:
			err = fault.New(fault.NotFound, "fault.not_found")
		case c.FormValue("do") == "approve":
			err = datause.ApproveWithhold(ctx, x.DB, by, id, now)
		default:
			err = datause.EndWithhold(ctx, x.DB, by, id, now)
		}
	case "recuse", "unrecuse":
		id, parsed := uuid.Parse(c.FormValue("case"))
		next += "?number=" + c.FormValue("number")
		switch {
		case parsed != nil:
			err = fault.New(fault.NotFound, "fault.not_found")
		case c.FormValue("do") == "unrecuse":
			err = x.Docket.EndRecusal(ctx, by, casework.Ref{ID: id})
		default:
			err = x.Docket.Recuse(ctx, by, casework.Ref{ID: id}, casework.Recusal{Login: strings.TrimSpace(c.FormValue("login")), Unit: casework.UnitCode(strings.TrimSpace(c.FormValue("unit"))), Why: c.FormValue("why")})
		}
	case "enter":
		form = entryOf(c)
		err = rights.Enter(ctx, x.DB, by, form, now)
	default:
		err = fault.New(fault.Invalid, "fault.invalid")
	}
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawKeeping(c, shell.Status(err), mistakes, form)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "keeping.kept")
	return shell.SeeOther(c, next)
}

func entryOf(c *fiber.Ctx) rights.Entry {
	day := func(name string) *time.Time {
		t, err := time.ParseInLocation(time.DateOnly, c.FormValue(name), locale.Zone)
		if err != nil {
			return nil
		}
		return &t
	}
	e := rights.Entry{Kind: rights.RegisterKind(c.FormValue("kind")), Name: c.FormValue("name"), Scope: c.FormValue("scope"), Measures: c.FormValue("measures"), Result: c.FormValue("result"), Checked: day("checked"), Ended: day("ended")}
	if on := day("on"); on != nil {
		e.On = *on
	}
	if id, err := uuid.Parse(c.FormValue("id")); err == nil {
		e.ID = id
	}
	return e
}

func (v keepingView) withheld() shell.Grid {
	g := shell.Grid{Caption: v.P.T("keeping.withheld"), Hidden: true, Empty: v.P.T("keeping.withheld_none"), Columns: []shell.Column{{Title: v.P.T("rights.case"), Whole: true}, {Title: v.P.T("keeping.ground")}, {Title: v.P.T("keeping.until")}, {Title: v.P.T("rights.state")}}}
	for _, w := range v.Withheld {
		g.Rows = append(g.Rows, []shell.Cell{{Text: w.CaseNo, Href: "/admin/keeping?number=" + w.CaseNo}, {Text: v.P.T("datause.ground_" + w.Ground)}, {Text: v.P.Lang.Date(w.Until)}, {View: withheldState(v, w)}})
	}
	return g
}

// over tells whether a withholding has ended by its day or before.
func (v keepingView) over(w datause.Withholding) bool {
	return w.EndedAt != nil || !v.P.Now.Before(w.Until.AddDate(0, 0, 1))
}

func (v keepingView) entries(kind rights.RegisterKind) shell.Grid {
	g := shell.Grid{Caption: v.P.T("registers." + string(kind)), Empty: v.P.T("registers.none"), Columns: []shell.Column{{Title: v.P.T("registers.name")}, {Title: v.P.T("registers.on")}, {Title: v.P.T("registers.scope_" + string(kind))}, {Title: v.P.T("registers.result_" + string(kind))}}}
	for _, e := range v.Entries {
		if e.Kind == kind {
			name := shell.Cell{Text: e.Name}
			if v.Officer {
				name.Href = "/admin/keeping?entry=" + e.ID.String() + "#enter"
			}
			g.Rows = append(g.Rows, []shell.Cell{name, {Text: v.P.Lang.Date(e.On)}, {Text: e.Scope}, {Text: e.Result}})
		}
	}
	return g
}

// dayOf is a day as fields of forms have it; empty for none.
func dayOf(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// writes tells whether the form is open: an entry is being changed, or something was wrong with one.
func (v keepingView) writes() bool { return v.Form.Kind != "" }

// entering is the words over the form.
func (v keepingView) entering() string {
	if v.Form.ID != uuid.Nil {
		return v.P.T("keeping.change", locale.Args{"Name": v.Form.Name})
	}
	return v.P.T("keeping.enter")
}

func choices(p shell.Page, prefix string, values []string) []shell.Choice {
	var all []shell.Choice
	for _, v := range values {
		all = append(all, shell.Choice{Value: v, Label: p.T(prefix + v)})
	}
	return all
}

// useChoices are the uses by people, of which one can be withheld.
func (v keepingView) useChoices() []shell.Choice {
	var all []shell.Choice
	for _, u := range v.Uses {
		if !u.Automatic && u.StaffID != 0 && len(all) < 30 {
			all = append(all, shell.Choice{Value: strconv.FormatInt(u.Seq, 10), Label: v.P.Lang.DateTime(u.At) + " · " + v.unit(u.Unit, v.P.Lang) + " · " + v.P.T(datause.PurposeNames[u.Purpose])})
		}
	}
	return all
}

func registerKinds(p shell.Page) []shell.Choice {
	var all []string
	for _, k := range rights.Registers {
		all = append(all, string(k))
	}
	return choices(p, "registers.", all)
}
