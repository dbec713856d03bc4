package shell

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
)

// Limit is how often one sender may do one thing: Max times at once, refilled evenly over Per.
type Limit struct {
	Name string
	Max  int
	Per  time.Duration
}

// Spend counts one use by the request's sender, or refuses with fault.TooMany and a Retry-After. Senders are known by a keyed hash
// of their network address; the address itself is not kept.
func Spend(c *fiber.Ctx, l Limit) error {
	r := of(c)
	return SpendFor(c, l, r.address(c))
}

// SpendFor counts one use by a given subject, such as an account name that somebody tries to sign in to.
func SpendFor(c *fiber.Ctx, l Limit, subject string) error {
	r := of(c)
	wait, err := r.Counter.Charge(c.UserContext(), r.mac("limit", l.Name, subject), l.Per/time.Duration(l.Max), l.Per)
	if err != nil {
		return err
	}
	if wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return fault.New(fault.TooMany, "fault.too_many")
	}
	return nil
}
