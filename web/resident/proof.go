package resident

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/translog"
	"huiyin/translog/form"
	"huiyin/web/shell"
)

// proofView is what the public log holds of one case, for its resident.
type proofView struct {
	translog.Evidence
	Erased bool
	Steps  []shell.Happening
}

// showProof shows each step of the case with its place in the public log; the browser checks it again.
func (x *Pages) showProof(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	page := x.page(c, "proof.title", "track")
	page.Back, page.Script = page.Href("/t"), "ledger.ts"
	var out proofView
	out.Evidence, err = x.evidence(c, v.Case.ID)
	switch fault.KindOf(err) {
	case fault.NotFound:
		err = nil // the log is empty
	case fault.Gone:
		out.Erased, err = true, nil
	}
	if err != nil {
		return err
	}
	for _, s := range out.Evidence.Steps {
		var step form.Step
		if err := json.Unmarshal([]byte(s.Payload), &step); err != nil {
			return fault.Wrap(fault.Internal, "fault.internal", err)
		}
		at, err := time.Parse(time.RFC3339Nano, step.At)
		if err != nil {
			return fault.Wrap(fault.Internal, "fault.internal", err)
		}
		out.Steps = append(out.Steps, shell.Happening{Title: page.T("step." + step.Step), At: at, Who: x.unitName(page.Lang, casework.UnitCode(step.Unit)), Text: page.T("proof.step", locale.Args{"Index": page.Lang.Number(int(s.Index))})})
	}
	return shell.Render(c, fiber.StatusOK, proofPage(page, out))
}

func (x *Pages) evidence(c *fiber.Ctx, id casework.CaseID) (translog.Evidence, error) {
	if x.Log == nil {
		return translog.Evidence{}, fault.New(fault.NotFound, "fault.log_empty")
	}
	return x.Log.Evidence(c.UserContext(), x.Docket, casework.Resident(id), id)
}

// proofJSON is the same for programs: the resident's receipt.
func (x *Pages) proofJSON(c *fiber.Ctx) error {
	id, open := x.opened(c)
	if !open {
		return fault.New(fault.NotFound, "fault.no_such_case")
	}
	e, err := x.evidence(c, id)
	if err != nil {
		return err
	}
	return c.JSON(e)
}
