package shell

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
)

// oneLength refuses a request that says twice how long its body is: a proxy before us might go by the other word, and take the rest for somebody else's request
// (RFC 9112, section 6.3). The connection ends with the answer, so nothing behind it is read.
func oneLength(c *fiber.Ctx) error {
	raw := c.Request().Header.RawHeaders()
	said := 0
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		raw = rest
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		switch {
		case bytes.EqualFold(name, []byte(fiber.HeaderContentLength)):
			said++
		case bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding)):
			if said++; !bytes.EqualFold(bytes.TrimSpace(value), []byte("chunked")) {
				said = 2 // a way of packing that we do not read
			}
		}
	}
	if said > 1 {
		c.Response().SetConnectionClose()
		return fiber.ErrBadRequest
	}
	return nil
}
