package watch

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/supervision/gaming"
	"huiyin/web/share"
	"huiyin/web/shell"
)

// card draws the picture of the public page: how many signs stand, and how many of them nobody has judged yet.
func (x *Pages) card(c *fiber.Ctx) error {
	all, err := gaming.Public(c.UserContext(), x.Watch.DB, x.since(c))
	if err != nil {
		return err
	}
	l, waiting := shell.Lang(c), 0
	for _, f := range all {
		if f.Verdict == "" {
			waiting++
		}
	}
	card := share.Card{Title: l.T("watch.public_title"), Number: l.Number(len(all)), Label: l.T("share.signs", locale.Args{"N": monthsShown}), Basis: l.T("share.waiting", locale.Args{"N": l.Number(waiting)})}
	card.Mark(l, false)
	return share.Send(c, card)
}
