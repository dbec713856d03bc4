package shell

import "github.com/gofiber/fiber/v2"

// Sender names where the request came from without telling the network address: a keyed hash, for counts that a Limit cannot express.
func Sender(c *fiber.Ctx) string {
	r := of(c)
	return r.mac("sender", r.address(c))
}
