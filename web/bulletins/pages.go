// Package bulletins serves what the city publishes in words of its own: themes of the month and typical cases for everybody, and the desk where two persons make them.
package bulletins

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// Pages are these pages.
type Pages struct {
	DB      pg.DB
	Book    *bulletin.Book
	City    *routing.City
	Figures *supervision.Views
	Actor   func(c *fiber.Ctx) (casework.Actor, error)
}

const (
	fresh   = 10 * time.Second // how long caches may keep a public page: a text taken down is gone after it
	most    = 60               // bulletins on one page: five years of themes
	section = "bulletins"
)

var keepers = []string{string(casework.Publisher), string(casework.Supervisor)}

// Routes are the addresses of these pages.
func (x *Pages) Routes() []shell.Route {
	staff := func(method, path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: method, Path: path, Handler: h, Door: shell.Staff, Roles: keepers}
	}
	return []shell.Route{
		{Path: "/themes.json", Handler: x.list(bulletin.Theme), Door: shell.Files, MaxAge: fresh},
		{Path: "/themes", Handler: x.showThemes, MaxAge: fresh},
		{Path: "/themes/:slug.json", Handler: x.one(bulletin.Theme), Door: shell.Files, MaxAge: fresh},
		{Path: "/themes.png", Handler: x.themesCard, MaxAge: fresh},
		{Path: "/themes/:slug.png", Handler: x.themeCard, MaxAge: fresh},
		{Path: "/typical/:slug.png", Handler: x.typicalCard, MaxAge: fresh},
		{Path: "/themes/:slug", Handler: x.showTheme, MaxAge: fresh},
		{Path: "/typical.json", Handler: x.list(bulletin.Typical), Door: shell.Files, MaxAge: fresh},
		{Path: "/typical", Handler: x.showTypicals, MaxAge: fresh},
		{Path: "/typical/:slug.json", Handler: x.one(bulletin.Typical), Door: shell.Files, MaxAge: fresh},
		{Path: "/typical/:slug", Handler: x.showTypical, MaxAge: fresh},
		{Path: "/catalogue.json", Handler: x.catalogueJSON, Door: shell.Files, MaxAge: time.Minute},
		{Path: "/catalogue", Handler: x.showCatalogue, MaxAge: time.Minute},
		staff("", "/console/bulletins", x.desk),
		staff("", "/console/bulletins/new", x.write),
		staff(fiber.MethodPost, "/console/bulletins/new", x.save),
		staff("", "/console/bulletins/:id", x.preview),
		staff("", "/console/bulletins/:id/edit", x.edit),
		staff(fiber.MethodPost, "/console/bulletins/:id/publish", x.publish),
		staff(fiber.MethodPost, "/console/bulletins/:id/discard", x.discard),
		staff(fiber.MethodPost, "/console/bulletins/:id/down", x.down),
	}
}

// Nav is the desk's entry in the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{{Section: section, Key: "bulletin.nav", Path: "/console/bulletins", Roles: keepers}}
}
