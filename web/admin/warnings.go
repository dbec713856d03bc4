package admin

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/datause/warning"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

// guards are those who see what the early warning found.
var guards = []string{string(casework.Privacy), string(casework.Auditor)}

// mostWarnings is how many stand on the page.
const mostWarnings = 200

// mostTraces is how many searches stand below the warnings.
const mostTraces = 40

// warningsView is what is unusual about reading personal data.
type warningsView struct {
	P     shell.Page
	All   []warning.Warning
	Judge bool // the reader may judge
	Found []datause.Trace
	unit  func(casework.UnitCode, locale.Lang) string
}

func (x *Pages) warnings(c *fiber.Ctx) error {
	return x.drawWarnings(c, fiber.StatusOK, nil)
}

func (x *Pages) drawWarnings(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := warningsView{P: pageOf(c, "warnings", shell.Lang(c).T("warning.title")), Judge: by.Has(casework.Privacy), unit: x.Rules.City.UnitName}
	v.P.Errors = mistakes
	if v.All, err = warning.List(c.UserContext(), x.DB, by, mostWarnings); err != nil {
		return err
	}
	if v.Found, err = datause.Traces(c.UserContext(), x.DB, by, mostTraces); err != nil {
		return err
	}
	return shell.Render(c, status, warningsPage(v))
}

// traces shows who searched for whom: when, how and with what result, never what was typed.
func (v warningsView) traces() shell.Grid {
	g := shell.Grid{Caption: v.P.T("warning.traces"), Hidden: true, Empty: v.P.T("warning.traces_none"), Columns: []shell.Column{{Title: v.P.T("warning.trace_at"), Whole: true}, {Title: v.P.T("warning.trace_way")}, {Title: v.P.T("warning.trace_who")},
		{Title: v.P.T("warning.trace_found"), Numeric: true}}}
	for _, t := range v.Found {
		who := v.unit(t.Unit, v.P.Lang)
		if t.Role != "" {
			who = v.P.T("role."+string(t.Role)) + " · " + who
		}
		if t.Login != "" {
			who = t.Login + " · " + who
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.P.Lang.DateTime(t.At)}, {Text: v.P.T("warning.way_" + t.Way)}, {Text: who}, {Text: v.P.Lang.Number(t.Found)}})
	}
	return g
}

// judge writes down what the privacy officer found of a warning, or that a duty after a leak was done.
func (x *Pages) judge(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	ctx, now := c.UserContext(), shell.Now(c)
	if told := c.FormValue("told"); told != "" {
		err = warning.Told(ctx, x.DB, by, id, told == "persons", now)
	} else {
		err = warning.Judge(ctx, x.DB, by, id, c.FormValue("verdict"), c.FormValue("note"), now)
	}
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawWarnings(c, shell.Status(err), mistakes)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "warning.kept")
	return shell.SeeOther(c, "/admin/warnings")
}

// tone is how grave a warning is.
func tone(w warning.Warning) shell.Tone {
	switch w.Verdict {
	case warning.Harmless:
		return shell.Calm
	case warning.Misuse:
		return shell.Bad
	}
	return shell.Warn
}

// since is how long the duties after a leak have been running.
func since(v warningsView, w warning.Warning) string {
	if w.JudgedAt == nil {
		return ""
	}
	return v.P.Lang.Span(v.P.Now.Sub(*w.JudgedAt).Round(time.Minute))
}
