package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/intake"
	"huiyin/web/shell"
)

// maxCall is the largest request with a call; the server itself reads no more than shell.BodyLimit.
const maxCall = min(intake.MaxCallBody, shell.BodyLimit)

// fileCall answers 201 once the call is a durable case, and 200 with the same receipt for an Idempotency-Key seen before with the same body.
// The program shows the token that was made for an operator's account (huiyin user token).
func (x *Service) fileCall(c *fiber.Ctx) error {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="call centre"`)
		return fault.New(fault.Unauthorized, "fault.token")
	}
	by, err := x.Staff.ByToken(c.UserContext(), strings.TrimSpace(token))
	if err != nil {
		return err
	}
	r, err := x.Door.FileCall(c.UserContext(), by, c.Get("Idempotency-Key"), c.Body())
	return x.receive(c, r, err)
}
