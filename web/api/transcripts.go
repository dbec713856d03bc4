package api

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/intake"
	"huiyin/web/shell"
)

// maxCall is the largest request with a call; the server itself reads no more than shell.BodyLimit.
const maxCall = min(intake.MaxCallBody, shell.BodyLimit)

// fileCall answers 201 once the call is a durable case, 200 where its operator made a case of it while it was under way: the transcript is kept with that one, and 200 with the same receipt for an Idempotency-Key seen before with the same body.
// The program shows the token that was made for an operator's account (huiyin user token).
func (x *Service) fileCall(c *fiber.Ctx) error {
	by, err := x.bearer(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	of, turns := intake.Recorded(c.Body())
	if of != "" { // its operator may have made a case of it already
		id, ok, err := x.Calls.After(ctx, by, of, turns)
		if err != nil {
			return err
		}
		if ok {
			r, err := x.Door.Beside(ctx, by, c.Get("Idempotency-Key"), c.Body(), id)
			return x.receive(c, r, err)
		}
	}
	r, err := x.Door.FileCall(ctx, by, c.Get("Idempotency-Key"), c.Body())
	if err == nil && of != "" {
		err = x.Calls.Became(ctx, by, of, r.ID)
	}
	return x.receive(c, r, err)
}
