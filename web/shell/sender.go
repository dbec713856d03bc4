package shell

import "github.com/gofiber/fiber/v2"

// Sender names where the request came from without telling the network address: a keyed hash, for counts that a Limit cannot express.
func Sender(c *fiber.Ctx) string {
	r := of(c)
	return r.mac("sender", r.address(c))
}

// Address is where the request came from, behind our own proxies: for what keeps a keyed hash of it under a salt of its own. It is never logged.
func Address(c *fiber.Ctx) string { return of(c).address(c) }
