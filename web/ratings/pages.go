// Package ratings serves the ratings of services: the pages behind posters and links, the public figures, the points with their posters, and what staff see of it.
package ratings

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/seal"
	"huiyin/web/shell"
)

// Pages are these pages; every field is needed.
type Pages struct {
	Book    *rating.Book
	City    *routing.City
	Keys    *seal.Keyring
	BaseURL string // as the world reaches the service, without a slash at the end
	Actor   func(c *fiber.Ctx) (casework.Actor, error)
}

var (
	keepers = []string{string(casework.Admin), string(casework.Liaison), string(casework.Leader), string(casework.Handler), string(casework.Operator), string(casework.Dispatcher)}
	readers = []string{string(casework.Supervisor), string(casework.Liaison), string(casework.Leader), string(casework.Handler)}
	watch   = []string{string(casework.Supervisor)}
)

// Routes are the addresses of these pages.
func (x *Pages) Routes() []shell.Route {
	often := shell.Limit{Name: "service_rating", Max: 60, Per: time.Hour}
	page := func(path string, h fiber.Handler, roles []string) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	post := func(path string, h fiber.Handler, roles []string) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	return []shell.Route{
		{Path: "/rate/at/:point", Handler: x.showPoint},
		{Method: fiber.MethodPost, Path: "/rate/at/:point", Handler: x.ratePoint, Limit: often},
		{Path: "/rate/for/:token", Handler: x.showItem, Private: true},
		{Method: fiber.MethodPost, Path: "/rate/for/:token", Handler: x.rateItem, Private: true, Limit: often},
		{Path: "/rate/mine/:token", Handler: x.mine, Private: true},
		{Method: fiber.MethodPost, Path: "/rate/mine/:token", Handler: x.change, Private: true, Limit: often},
		{Path: "/ratings.json", Handler: x.figuresJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/ratings", Handler: x.figures, MaxAge: fresh},
		page("/admin/points", x.points, keepers),
		page("/admin/points/new", x.newPoint, keepers),
		post("/admin/points/new", x.openPoint, keepers),
		page("/admin/points/:code", x.point, keepers),
		post("/admin/points/:code/change", x.changePoint, keepers),
		post("/admin/points/:code/close", x.closePoint, keepers),
		post("/admin/points/:code/issue", x.issue, keepers),
		page("/admin/points/:code/poster", x.poster, keepers),
		page("/admin/points/:code/qr.png", x.pointQR, keepers),
		page("/admin/points/:code/item/:item", x.item, keepers),
		page("/admin/points/:code/item/:item/qr.png", x.itemQR, keepers),
		page("/console/ratings", x.list, readers),
		post("/console/ratings/:id/clear", x.clear, watch),
		post("/console/ratings/:id/seen", x.seen, watch),
	}
}

// Nav are the entries in the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{
		{Section: "ratings", Key: "rating.nav", Path: "/console/ratings", Roles: readers},
		{Section: "points", Key: "rating.nav_points", Path: "/admin/points", Roles: keepers},
	}
}

// fresh is how long caches may keep the public figures.
const fresh = 10 * time.Second

func levelKey(l rating.Level) string { return "satisfaction." + strconv.Itoa(int(l)) }

func levelText(l rating.Level) string { return strconv.Itoa(int(l)) }

// levelOf reads a level from a form or an address; 0 where there is none.
func levelOf(s string) rating.Level {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 5 {
		return 0
	}
	return rating.Level(n)
}

func (x *Pages) unit(p shell.Page, u casework.UnitCode) string { return x.City.UnitName(u, p.Lang) }
