package share

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// Send answers with the picture of a card, under the service's own name.
func Send(c *fiber.Ctx, card Card) error {
	p := shell.NewPage(c, card.Title)
	card.Brand = p.T("share.brand", locale.Args{"City": p.City.Name(p.Lang)})
	body, err := Draw(card)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Send(body)
}

// Host is an address without its scheme and path, as a picture shows where it comes from.
func Host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// Mark says on a card whether its number is proven from the public log.
func (c *Card) Mark(l locale.Lang, proven bool) {
	c.Proven, c.State = proven, l.T("share.live")
	if proven {
		c.State = l.T("share.proven")
	}
}

// Headline picks the figure that a line is shown by: the first of those that say most to a resident which may be shown.
func Headline(get func(code string) supervision.Figure) (supervision.Figure, bool) {
	for _, code := range []string{"solved", "on_time", "promise", "received"} {
		f := get(code)
		if _, ok := f.Value(); ok && f.Definition != "" {
			return f, true
		}
	}
	return supervision.Figure{}, false
}
