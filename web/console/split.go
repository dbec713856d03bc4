package console

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// splitName is the last part of the address of a split, and the first of its fields' names.
const splitName = "split"

// splitView is the receipt of a split: two cases, and the code of the new one, shown once.
type splitView struct {
	P     shell.Page
	K     chords
	R     casework.Receipt
	Read  string // the code letter by letter
	Whole casework.Case
	Part  dossier.View
}

// split makes two cases of one and shows the receipt of the new one, so that an operator can read both numbers to a caller who waits.
func (x *Pages) split(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.stale_form")
	}
	p := intake.Parting{Part: c.FormValue("split_part"), Place: c.FormValue("split_place"), Left: c.FormValue("split_left")}
	r, err := x.door.Split(c.UserContext(), by, casework.Ref{ID: id, Version: version}, p)
	if err != nil {
		return x.notSplit(c, by, id, p, err)
	}
	d, err := x.Office.Open(c, by, r.ID, "/console/case/"+r.ID.String())
	if err != nil {
		return err
	}
	v := splitView{P: d.P, R: r, Read: spaced(r.Code), Part: d}
	v.P.Section, v.P.Title, v.P.Wide = "queue", d.P.T("console.split_done"), false
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.Whole, err = x.Docket.Case(c.UserContext(), by, id); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, splitPage(v))
}

// notSplit says at its field why a case was not split, with everything that was typed.
func (x *Pages) notSplit(c *fiber.Ctx, by casework.Actor, id casework.CaseID, p intake.Parting, err error) error {
	mistakes, ok := shell.Mistakes(shell.Lang(c), err)
	if !ok {
		return err
	}
	for i := range mistakes {
		if mistakes[i].Field == "text" {
			mistakes[i].Field = "part"
		}
		if mistakes[i].Field != "" {
			mistakes[i].Field = splitName + "_" + mistakes[i].Field
		}
	}
	key := fault.KeyOf(err)
	refused := dossier.Refusal{Act: splitName, Errors: mistakes, Status: shell.Status(err), Moved: key == "fault.stale_case" || key == "fault.step_not_now",
		Typed: dossier.Typed{"split_part": {p.Part}, "split_place": {p.Place}, "split_left": {p.Left}}}
	if c.Query("from") == "queue" {
		return x.drawQueue(c, by, filterOf(c), id.String(), &refused, nil)
	}
	return x.drawCase(c, by, id, &refused, nil)
}
