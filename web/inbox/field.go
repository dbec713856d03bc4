package inbox

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// The acts of people in the field, on a telephone: take it, or show what was done and, where that is all, answer.
var (
	actFieldSign = dossier.Act{Name: "signoff", Do: sign, Done: "inbox.done_sign"}
	actFieldCame = dossier.Act{Name: actReportIn.Name, Do: reportIn, Done: actReportIn.Done, Files: true}
	actDone      = dossier.Act{Name: "done", Do: fieldDone, Done: "day.done", Files: true}
)

var fieldActs = []dossier.Act{actFieldSign, actFieldCame, actDone}

// fieldReach is how many cases the list in the field shows: nobody does more in a day.
const fieldReach = 40

// fieldView is the list in the field.
type fieldView struct {
	P       shell.Page
	By      casework.Actor
	Entries []casework.DeskEntry
	More    bool
	Names   dossier.Namer
}

// place is where to go: what the resident wrote, with the area where it does not name it.
func (v fieldView) place(c casework.Case) string {
	area := v.Names.City.TerritoryName(c.Territory, v.P.Lang)
	if strings.Contains(c.Place, area) {
		return c.Place
	}
	return strings.TrimSpace(area + " " + c.Place)
}

// fieldCaseView is one case in the field.
type fieldCaseView struct {
	caseView
	Area string
	Text string
}

func (v fieldCaseView) doneHint() string {
	if v.Leads() {
		return v.P.T("day.done_hint")
	}
	return v.P.T("inbox.result_hint")
}

func (x *Pages) showField(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := fieldView{P: shell.NewPage(c, shell.Lang(c).T("day.field")), By: by}
	v.P.Section, v.Names = "inbox", dossier.Namer{City: x.City, Lang: v.P.Lang}
	page, err := x.Docket.DeskList(c.UserContext(), by, casework.DeskQuery{View: casework.DeskField, Now: v.P.Now, Tonight: endOfDay(v.P.Now), Limit: fieldReach})
	if err != nil {
		return err
	}
	v.Entries, v.More = page.Entries, page.Next != ""
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
	if err := x.hops(c, &v.caseView); err != nil {
		return err
	}
	v.Area = x.City.TerritoryName(v.F.Case.Territory, v.P.Lang)
	v.Text = v.Value(actDone.Name, "text", "")
	return shell.Render(c, status, fieldCasePage(v))
}

// fieldDone keeps the proof; with "reply" it is the answer to the resident, with "handin" the result for the lead. Pictures without words are words
// enough for the unit's file, and proof is added whatever happened to the case meanwhile, as long as it is in hand.
func fieldDone(ctx context.Context, r dossier.Request) error {
	files, err := r.Files("files")
	if err != nil {
		return err
	}
	text, key := r.Value("text"), sendingOf(r.Value("key"))
	switch r.Value("how") {
	case "reply":
		if strings.Contains(text, gap) {
			return fault.New(fault.Invalid, "fault.gaps").At("text")
		}
		f, err := r.Docket.Dossier(ctx, r.By, r.Ref.ID) // what comes out of the outbox is not asked again: the check is only kept with it
		if err != nil {
			return err
		}
		return r.Docket.Reply(ctx, r.By, r.Ref, casework.Reply{Text: text, Files: files, Key: key, Flags: judgeReply(f, text, r.Docket.Now()).kept()})
	case "handin":
		return r.Docket.HandBack(ctx, r.By, r.Ref, casework.HandIn{Done: true, Text: text, Files: files, Key: key})
	}
	if text == "" && len(files) == 0 {
		return fault.New(fault.Invalid, "fault.proof_needed").At("files")
	}
	if text == "" {
		text = r.Lang.T("day.proof_only")
	}
	if at := r.Position(); at != "" {
		text += "\n" + at
	}
	now := casework.Ref{ID: r.Ref.ID}
	c, err := r.Docket.Case(ctx, r.By, now.ID)
	if err != nil {
		return err
	}
	if c.State == casework.Dispatched {
		if err := r.Docket.Sign(ctx, r.By, now); err != nil {
			return err
		}
	}
	return r.Docket.Note(ctx, r.By, now, casework.Note{Text: text, Files: files, Key: key})
}

// sendingOf reads the key of a sending; zero where there is none.
func sendingOf(s string) uuid.UUID {
	key, err := uuid.Parse(s)
	if err != nil {
		return uuid.Nil
	}
	return key
}

func (x *Pages) takeInField(a dossier.Act) fiber.Handler {
	return func(c *fiber.Ctx) error {
		next := func(id casework.CaseID) string { return "/m/inbox/" + id.String() }
		if how := c.FormValue("done_how"); how == "reply" || how == "handin" {
			next = func(casework.CaseID) string { return "/m/inbox" }
		}
		if c.Get("X-Field") != "" {
			return x.takeFromBox(c, a, next)
		}
		return x.Take(c, a, next, func(by casework.Actor, id casework.CaseID, r dossier.Refusal) error {
			return x.drawFieldCase(c, by, id, &r)
		})
	}
}

// boxAnswer is what the box on a telephone hears: where to go on, or why it was refused.
type boxAnswer struct {
	Next string `json:"next,omitempty"`
	Said string `json:"said,omitempty"`
}

// takeFromBox does an act for the box on a telephone. The same sending again is the same entry: a lost answer costs nothing.
func (x *Pages) takeFromBox(c *fiber.Ctx, a dossier.Act, next func(casework.CaseID) string) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	key := sendingOf(c.FormValue(a.Name + "_key"))
	if there, err := x.Docket.Said(c.UserContext(), by, id, key); err != nil || there {
		if err != nil {
			return err
		}
		return c.JSON(boxAnswer{Next: next(id)})
	}
	refused := false
	err = x.Take(c, a, next, func(by casework.Actor, id casework.CaseID, r dossier.Refusal) error {
		refused = true
		if there, err := x.Docket.Said(c.UserContext(), by, id, key); err != nil || there { // another try arrived first
			if err != nil {
				return err
			}
			return c.JSON(boxAnswer{Next: next(id)})
		}
		v, err := x.Open(c, by, id, "/m/inbox/"+id.String())
		if err != nil {
			return err
		}
		v.Again(r)
		var said strings.Builder
		for _, e := range v.P.Errors {
			said.WriteString(e.Text)
		}
		return c.Status(r.Status).JSON(boxAnswer{Said: said.String()})
	})
	if err != nil || refused {
		return err
	}
	c.Response().Header.Del(fiber.HeaderLocation)
	return c.Status(fiber.StatusOK).JSON(boxAnswer{Next: next(id)})
}
