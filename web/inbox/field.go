package inbox

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// The acts of people in the field, on a telephone: take it, or show what was done and, where that is all, answer.
var (
	actTake = dossier.Act{Name: "signoff", Do: sign, Done: "inbox.done_sign"}
	actDone = dossier.Act{Name: "done", Do: fieldDone, Done: "day.done", Files: true}
)

var fieldActs = []dossier.Act{actTake, actDone}

// fieldReach is how many cases the list in the field shows: nobody does more in a day.
const fieldReach = 60

// fieldView is the list in the field.
type fieldView struct {
	P     shell.Page
	Cases []casework.Case
	All   int
	Names dossier.Namer
}

// fieldCaseView is one case in the field.
type fieldCaseView struct {
	caseView
	Area string
	Text string
}

func (x *Pages) showField(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := fieldView{P: shell.NewPage(c, shell.Lang(c).T("day.field"))}
	v.P.Section, v.Names = "inbox", dossier.Namer{City: x.City, Lang: v.P.Lang}
	page, err := x.Docket.List(c.UserContext(), by, casework.Query{Lead: by.Units, States: []casework.State{casework.Dispatched, casework.Signed, casework.Contacted, casework.InHand}, Limit: fieldReach})
	if err != nil {
		return err
	}
	n, err := x.Docket.Desk(c.UserContext(), by, by.Units, v.P.Now, endOfDay(v.P.Now))
	if err != nil {
		return err
	}
	v.Cases, v.All = page.Cases, n.Sign+n.Hand
	return shell.Render(c, fiber.StatusOK, fieldPage(v))
}

func (x *Pages) showFieldCase(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	return x.drawFieldCase(c, by, id, nil)
}

func (x *Pages) drawFieldCase(c *fiber.Ctx, by casework.Actor, id casework.CaseID, refused *dossier.Refusal) error {
	v := fieldCaseView{}
	var err error
	if v.View, err = x.Open(c, by, id, "/m/inbox/"+id.String()); err != nil {
		return err
	}
	v.P.Section, v.P.Back, v.P.Wide = "inbox", "/m/inbox", false
	status := fiber.StatusOK
	if refused != nil {
		v.Again(*refused)
		status = refused.Status
	}
	v.Area = x.City.TerritoryName(v.F.Case.Territory, v.P.Lang)
	v.Text = v.Value(actDone.Name, "text", "")
	return shell.Render(c, status, fieldCasePage(v))
}

// fieldDone keeps the proof; with "reply" it is the answer to the resident as well. Pictures without words are words enough for the unit's file.
func fieldDone(ctx context.Context, r dossier.Request) error {
	if r.Value("how") == "reply" {
		return reply(ctx, r)
	}
	files, err := r.Files("files")
	if err != nil {
		return err
	}
	text := r.Value("text")
	if text == "" && len(files) == 0 {
		return fault.New(fault.Invalid, "fault.proof_needed").At("files")
	}
	if text == "" {
		text = r.Lang.T("day.proof_only")
	}
	return r.Docket.Record(ctx, r.By, r.Ref, text, false, files)
}

func (x *Pages) takeInField(a dossier.Act) fiber.Handler {
	return func(c *fiber.Ctx) error {
		next := func(id casework.CaseID) string { return "/m/inbox/" + id.String() }
		if c.FormValue("done_how") == "reply" {
			next = func(casework.CaseID) string { return "/m/inbox" }
		}
		return x.Take(c, a, next, func(by casework.Actor, id casework.CaseID, r dossier.Refusal) error {
			return x.drawFieldCase(c, by, id, &r)
		})
	}
}
