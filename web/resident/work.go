package resident

import (
	"crypto/sha256"
	"math/bits"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/web/shell"
)

// unworked is how many forms one sender may send in an hour without the work that a city asks for: a person without scripts is not shut out, a machine is.
var unworked = shell.Limit{Name: "report_unworked", Max: 5, Per: time.Hour}

// maxWork bounds the answer that a browser sends.
const maxWork = 24

// challenge is what the browser works on: it belongs to one draft, and a draft is one case, so the work cannot be used twice. Empty where the city asks for none.
func (x *Pages) challenge(token string) string {
	if x.Work == 0 {
		return ""
	}
	return x.Keys.Token("form work", handle(token))
}

// worked holds a form to the work that the city asks for (proof of work): a number that, behind the challenge, gives a hash with enough zero bits in front.
// Without it a sender has few forms an hour. Errors: fault.TooMany.
func (x *Pages) worked(c *fiber.Ctx, token string) error {
	if x.Work == 0 || done(x.challenge(token), c.FormValue("work"), x.Work) {
		return nil
	}
	return shell.Spend(c, unworked)
}

func done(challenge, answer string, want int) bool {
	if answer == "" || len(answer) > maxWork {
		return false
	}
	sum := sha256.Sum256([]byte(challenge + ":" + answer))
	zero := 0
	for _, b := range sum {
		zero += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zero >= want
}
