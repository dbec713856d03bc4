package inbox

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// closedMost is how many closed cases the page lists.
const closedMost = 100

// closedView is what was closed a short while ago, for a unit that no longer sees the cases: how they were rated, and the way to appeal.
type closedView struct {
	P       shell.Page
	Names   dossier.Namer
	Entries []casework.ClosedEntry
	Open    *casework.ClosedEntry // whose form stands open
	Kind    string                // what was typed into it
	Figures []string
	Reason  string
	Asks    bool // the reader may appeal
}

func (x *Pages) closed(c *fiber.Ctx) error {
	v, err := x.newClosed(c, c.Query("case"))
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, closedPage(v))
}

func (x *Pages) newClosed(c *fiber.Ctx, open string) (closedView, error) {
	v := closedView{P: shell.NewPage(c, shell.Lang(c).T("unitwork.closed"))}
	v.P.Section, v.P.Back, v.Names = "inbox", "/inbox", dossier.Namer{City: x.City, Lang: v.P.Lang}
	by, err := x.Actor(c)
	if err != nil {
		return v, err
	}
	v.Asks = by.Has(casework.Liaison, casework.Leader)
	if v.Entries, err = x.Docket.ClosedList(c.UserContext(), by, closedMost); err != nil {
		return v, err
	}
	for i := range v.Entries {
		if v.Asks && v.Entries[i].ID.String() == open && len(v.kinds(v.Entries[i])) > 0 {
			v.Open = &v.Entries[i]
		}
	}
	return v, nil
}

// appealClosed takes the appeal; what can be corrected comes back with all that was typed.
func (x *Pages) appealClosed(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	a := casework.Appeal{Kind: casework.AppealKind(c.FormValue("kind")), Reason: strings.TrimSpace(c.FormValue("reason"))}
	for _, f := range c.Request().PostArgs().PeekMulti("figures") {
		a.Figures = append(a.Figures, string(f))
	}
	sent := a
	if a.Kind == casework.Unreasoned {
		sent.Figures = nil
	}
	if err = x.Docket.AppealClosed(c.UserContext(), by, id, sent); err == nil {
		shell.Flash(c, shell.Good, "unitwork.done_appeal")
		return shell.SeeOther(c, "/inbox/closed")
	}
	mistakes, ok := shell.Mistakes(shell.Lang(c), err)
	if !ok {
		return err
	}
	v, viewErr := x.newClosed(c, id.String())
	if viewErr != nil {
		return viewErr
	}
	v.Kind, v.Figures, v.Reason, v.P.Errors = string(a.Kind), a.Figures, a.Reason, mistakes
	return shell.Render(c, shell.Status(err), closedPage(v))
}

// kinds are the appeals that can still be made of a case.
func (v closedView) kinds(e casework.ClosedEntry) []shell.Choice {
	var list []shell.Choice
	for _, k := range casework.AppealKinds {
		made := false
		for _, had := range e.Appealed {
			made = made || had == k
		}
		if !made {
			list = append(list, shell.Choice{Value: string(k), Label: v.P.T("unitwork.appeal_" + string(k))})
		}
	}
	return list
}

func (v closedView) grid() shell.Grid {
	g := shell.Grid{Caption: v.P.Title, Hidden: true, Empty: v.P.T("unitwork.closed_empty"), Columns: []shell.Column{{Title: v.P.T("unitwork.number")}, {Title: v.P.T("inbox.what")},
		{Title: v.P.T("unitwork.closed_at")}, {Title: v.P.T("message.rating")}, {Title: v.P.T("unitwork.appeal")}}}
	for _, e := range v.Entries {
		g.Rows = append(g.Rows, []shell.Cell{{Text: e.Number}, {Text: v.headline(e)}, {Text: v.P.Lang.DateTime(e.ClosedAt)}, {Text: v.rated(e)}, {View: closedState(v, e)}})
	}
	return g
}

func (v closedView) headline(e casework.ClosedEntry) string {
	return dossier.Headline(v.P, casework.Case{Title: e.Title})
}

func (v closedView) rated(e casework.ClosedEntry) string {
	if e.Solved == "" && e.Satisfaction == 0 {
		return v.P.T("unitwork.unrated")
	}
	words := ""
	if e.Solved != "" {
		words = v.P.T("solved." + string(e.Solved))
	}
	if e.Satisfaction >= 1 && e.Satisfaction <= 5 {
		words += v.P.T("dossier.comma") + v.P.T("satisfaction."+string(rune('0'+e.Satisfaction)))
	}
	return words
}
