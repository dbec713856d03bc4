// Package resident serves the pages for residents: the home page, filing a matter, following it, rating it, and what the service says of itself.
package resident

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/web/shell"
)

// AboutRoutes are the home page and the pages about the service. They read nothing but the catalogue.
func AboutRoutes() []shell.Route {
	return []shell.Route{
		{Path: "/", Handler: home, MaxAge: time.Minute},
		{Path: "/help", Handler: article(help), MaxAge: time.Minute},
		{Path: "/privacy", Handler: article(privacy), MaxAge: time.Minute},
		{Path: "/accessibility", Handler: article(accessibility), MaxAge: time.Minute},
		{Path: "/contact", Handler: article(contact), MaxAge: time.Minute},
	}
}

func home(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	page := shell.NewPage(c, lang.T("home.title"))
	page.Summary = lang.T("home.summary", locale.Args{"City": page.City.Name(lang)})
	page.Wide = true
	return shell.Render(c, fiber.StatusOK, homePage(page))
}
