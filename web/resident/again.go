package resident

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/web/shell"
)

// again brings a form back as it was filled in, with a new token, where it was refused before its handler saw it: the page had been open too long, or too
// much was sent from one place. Other failures are answered as everywhere.
func again(draw func(c *fiber.Ctx, status int, mistakes shell.Errors) error) shell.Fail {
	return func(c *fiber.Ctx, status int, err error) error {
		lang, site := shell.Lang(c), c.Get("Sec-Fetch-Site")
		text := shell.Sentence(lang, err)
		switch {
		case site != "" && site != "same-origin" && site != "none":
			return err // another site sent it
		case fault.KeyOf(err) == "fault.stale_form":
			text = lang.T("report.stale")
		case fault.KindOf(err) != fault.TooMany:
			return err
		}
		if draw(c, status, shell.Errors{{Text: text}}) != nil {
			return err
		}
		return nil
	}
}

func (x *Pages) whatAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	d.Text = strings.TrimSpace(c.FormValue("text"))
	return x.drawWhat(c, status, mistakes, d)
}

func (x *Pages) whereAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	d.place(c)
	return x.drawWhere(c, status, mistakes, d)
}

func (x *Pages) howAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	d.answer(c)
	return x.drawHow(c, status, mistakes, d)
}

func (x *Pages) addAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	v.add = addForm{Text: strings.TrimSpace(c.FormValue("text")), Key: shell.IdempotencyKey(c)}
	return x.drawStatus(c, status, mistakes, v)
}

func (x *Pages) changeAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	return x.drawChange(c, status, mistakes, v, strings.TrimSpace(c.FormValue("text")), strings.TrimSpace(c.FormValue("place")))
}

func (x *Pages) rateAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	f, _, ok, err := x.link(c)
	if !ok {
		return err
	}
	return x.drawRating(c, status, mistakes, x.rating(c, f, rated(c)))
}

func (x *Pages) codeAgain(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	return x.drawCode(c, status, mistakes, c.FormValue("code"))
}
