package bulletins

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/share"
	"huiyin/web/shell"
)

// themesCard is the newest theme, and how much of its plan is done.
func (x *Pages) themesCard(c *fiber.Ctx) error {
	all, err := x.Book.Public(c.UserContext(), bulletin.Theme, 1)
	if err != nil {
		return err
	}
	l := shell.Lang(c)
	if len(all) == 0 {
		return share.Send(c, share.Card{Title: l.T("bulletin.themes"), Number: "–"})
	}
	return share.Send(c, themeCard(l, all[0]))
}

func (x *Pages) themeCard(c *fiber.Ctx) error {
	list, err := x.Book.One(c.UserContext(), bulletin.Theme, c.Params("slug"))
	if err != nil {
		return err
	}
	if list[0].DownAt != nil {
		return fault.New(fault.Gone, "fault.gone")
	}
	return share.Send(c, themeCard(shell.Lang(c), list[0]))
}

func themeCard(l locale.Lang, b bulletin.Bulletin) share.Card {
	return share.Card{Title: b.Title.In(l), Number: l.Number(b.Done()) + " / " + l.Number(len(b.Plan)), Label: l.T("share.steps"), Basis: l.T("bulletin.themes") + " · " + b.Slug}
}

// typicalCard is the title of a typical case.
func (x *Pages) typicalCard(c *fiber.Ctx) error {
	list, err := x.Book.One(c.UserContext(), bulletin.Typical, c.Params("slug"))
	if err != nil {
		return err
	}
	if list[0].DownAt != nil {
		return fault.New(fault.Gone, "fault.gone")
	}
	l := shell.Lang(c)
	return share.Send(c, share.Card{Title: l.T("bulletin.typicals"), Label: list[0].Title.In(l), Basis: list[0].Slug})
}
