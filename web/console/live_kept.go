package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// keptCall is what was said in the call from which a case came.
type keptCall struct {
	P     shell.Page
	K     chords
	Lines []calls.Line
}

// spokenOf shows the transcript of a case's call; the resident sees that somebody read it, and why.
func (x *Pages) spokenOf(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	use := casework.Use{Purpose: casework.Purpose(c.FormValue("spoken_purpose")), Basis: casework.BasisDuty}
	if !slices.Contains(casework.Purposes, use.Purpose) {
		return fault.New(fault.Invalid, "fault.purpose_needed").At("purpose")
	}
	v := keptCall{P: shell.NewPage(c, shell.Lang(c).T("livecall.log"))}
	v.P.Section, v.P.Back = "list", "/console/case/"+id.String()
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.Lines, err = x.room.Transcript(c.UserContext(), x.Docket, by, id, use); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, keptCallPage(v))
}
