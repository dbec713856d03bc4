package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// undoCookie names the case that this browser dispatched last, for as long as the dispatch can be taken back.
const undoCookie = "hy_undo"

// undo is the offer to take back the last dispatch. Whether it still stands is decided again when it is used.
type undo struct {
	dossier.View
	Seconds int
	K       chords
}

// remember keeps which case was dispatched, so that the next page can offer to take that back.
func remember(c *fiber.Ctx, id casework.CaseID) {
	c.Cookie(&fiber.Cookie{Name: undoCookie, Value: id.String(), Path: "/console", MaxAge: int(casework.RecallWithin.Seconds()), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
}

// lastDispatch is the offer for the case this browser dispatched last; nil where there is none, or nothing of it can be taken back any more.
func (x *Pages) lastDispatch(c *fiber.Ctx, by casework.Actor, query string) *undo {
	id, err := parseID(c.Cookies(undoCookie))
	if err != nil {
		return nil
	}
	v, err := x.Office.Open(c, by, id, "/console/case/"+id.String())
	if err != nil {
		return nil // out of sight: nothing is offered, and the page stands without it
	}
	v.Query = query
	return recallable(v, nil)
}

// recallable is the offer for one case, nil where its reader cannot take the dispatch back.
func recallable(v dossier.View, k chords) *undo {
	if !v.Can(casework.StepRecall) || v.F.Case.Pending != "" {
		return nil
	}
	for _, e := range slices.Backward(v.F.Events) {
		if e.Step != casework.StepDispatch || e.Leg != v.F.Case.Leg {
			continue
		}
		left := casework.RecallWithin - v.P.Now.Sub(e.At)
		if e.StaffID != v.By.StaffID || left <= 0 {
			return nil
		}
		return &undo{View: v, K: k, Seconds: max(1, int(left.Seconds()))}
	}
	return nil
}

// undone leads back to the case whose dispatch was taken back, open in the queue or on its page.
func undone(f filter, c *fiber.Ctx, id casework.CaseID) string {
	c.Cookie(&fiber.Cookie{Name: undoCookie, Path: "/console", MaxAge: -1, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	if c.Query("from") == "queue" {
		return f.address(id.String())
	}
	return "/console/case/" + id.String()
}

// undoButton has a chord that inside a text field stays the text's own.
func undoButton(u undo) shell.ButtonSpec {
	return shell.ButtonSpec{Text: u.P.T("call.undo"), Kind: shell.Secondary, Shortcut: u.K.Of("undo")}
}
