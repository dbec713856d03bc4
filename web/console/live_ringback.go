package console

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/locale"
	"huiyin/web/shell"
)

// inRingBacks is how many missed calls the page shows at most.
const inRingBacks = 100

// ringbackView is the list of missed calls, with the number of one of them open.
type ringbackView struct {
	P      shell.Page
	K      chords
	List   []calls.RingBack
	Open   uuid.UUID // the call whose number is shown
	Number string
}

// ringbacks lists the calls that nobody answered.
func (x *Pages) ringbacks(c *fiber.Ctx) error { return x.drawRingbacks(c, uuid.Nil, "") }

func (x *Pages) drawRingbacks(c *fiber.Ctx, open uuid.UUID, number string) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := ringbackView{P: shell.NewPage(c, shell.Lang(c).T("livecall.ringback")), Open: open, Number: number}
	v.P.Section = "ringback"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.List, err = x.room.RingBacks(c.UserContext(), by, inRingBacks); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, ringbackPage(v))
}

// ringbackNumber shows the number of a missed call; who looked is written down.
func (x *Pages) ringbackNumber(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.no_such_call", err)
	}
	number, err := x.room.Number(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	return x.drawRingbacks(c, id, number)
}

// rang keeps whether the caller was reached.
func (x *Pages) rang(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.no_such_call", err)
	}
	reached := c.FormValue("reached") == "yes"
	err = x.room.Rang(c.UserContext(), by, id, reached)
	switch {
	case fault.KeyOf(err) == "fault.rung_meanwhile":
		shell.Flash(c, shell.Warn, "fault.rung_meanwhile")
	case err != nil:
		return err
	case reached:
		shell.Flash(c, shell.Good, "livecall.reached_kept")
	default:
		shell.Flash(c, shell.Good, "livecall.not_reached_kept")
	}
	return shell.SeeOther(c, "/console/ringback")
}

// tries says which try this is.
func (v ringbackView) tries(b calls.RingBack) string {
	return v.P.T("livecall.try", locale.Args{"N": len(b.Tries) + 1, "Most": calls.MostTries})
}
