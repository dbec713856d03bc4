package api

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/intake"
	"huiyin/web/shell"
)

// maxCall is the largest request with a call; the server itself reads no more than shell.BodyLimit.
const maxCall = min(intake.MaxCallBody, shell.BodyLimit)

// fileCall answers 201 once the call is a durable case, and 200 with the same receipt for an Idempotency-Key seen before with the same body.
// The program shows the token that was made for an operator's account (huiyin user token).
func (x *Service) fileCall(c *fiber.Ctx) error {
	by, err := x.bearer(c)
	if err != nil {
		return err
	}
	r, err := x.Door.FileCall(c.UserContext(), by, c.Get("Idempotency-Key"), c.Body())
	return x.receive(c, r, err)
}
