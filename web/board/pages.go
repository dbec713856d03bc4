// Package board serves what the public may see: the figures of the city, its districts and departments, the cards of single cases, and how residents' data is used.
package board

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/pg"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/web/shell"
)

// Pages are the public pages. They read count rows, public cards and totals of uses, and nothing else: no scope is set for their
// queries, so that row-level security shows them no case.
type Pages struct {
	DB      pg.DB
	City    *routing.City
	Keep    *shell.Keeper // gives drawn pages again; nil draws each anew
	BaseURL string        // as the world reaches the service, for feeds and for what others put on their pages

	shelf  shelf  // boards drawn since the figures last moved
	proofs proofs // what the public log proves of them

	Search *search.Public // over cards and published texts
}

// fresh is how long caches may keep a public page: short enough that a resident sees the own rating arrive.
const fresh = 2 * time.Second

// Routes are the addresses of the public pages, each with its JSON and CSV beside it.
func (x *Pages) Routes() []shell.Route {
	var all []shell.Route
	page := func(path string, handler fiber.Handler) {
		all = append(all, shell.Route{Path: path, Handler: x.keep(handler), Kept: x.Keep != nil, MaxAge: fresh})
	}
	file := func(path string, handler fiber.Handler) {
		all = append(all, shell.Route{Path: path, Handler: x.keep(handler), Kept: x.Keep != nil, Door: shell.Files, MaxAge: fresh})
	}
	// A picture stands before its page: their addresses begin alike.
	page("/board"+picture, x.cityCard)
	page("/departments/:code"+picture, x.unitCard)
	page("/districts/:code"+picture, x.districtCard)
	page(topicsAt+picture, x.topicsCard)
	page("/cases/:number"+picture, x.caseCard)
	for _, s := range []struct {
		path string
		show fiber.Handler
		read func(*fiber.Ctx) (publication, error)
	}{
		{"/board", x.showCity, x.readCity},
		{"/districts", x.showDistricts, x.readDistricts},
		{"/districts/:code", x.showDistrict, x.readDistrict},
		{"/departments", x.showUnits, x.readUnits},
		{"/topics", x.showTopics, x.readTopics},
		{"/departments/:code", x.showUnit, x.readUnit},
	} {
		file(s.path+".json", asJSON(s.read))
		file(s.path+".csv", asCSV(s.read))
		file(s.path+".xlsx", asWorkbook(s.read))
		page(s.path, s.show)
	}
	page(streetsAt, x.showStreets)
	all = append(all, shell.Route{Path: streetsAt + "/:code", Handler: x.showStreet, MaxAge: fresh})
	file("/cases.json", x.casesJSON)
	file("/cases.csv", x.casesCSV)
	page("/cases", x.showCases)
	file("/cases/:number.json", x.cardJSON)
	page("/cases/:number", x.showCard)
	page(compareAt, x.showCompare)
	file(channelsAt+".json", x.channelsJSON)
	page(channelsAt, x.showChannels)
	file(repliesAt+".json", x.repliesJSON)
	page(repliesAt, x.showReplies)
	x.feedRoutes(page)
	page(widgetsAt+"/badge/:code.svg", x.badge)
	page(widgetsAt+"/frame/:code", x.frame)
	page(widgetsAt, x.showWidgets)
	file(withheldAt+".json", x.withheldJSON)
	page(withheldAt, x.showWithheld)
	all = append(all, x.dataUseRoutes()...)
	file("/data-use.json", x.usesJSON)
	file("/data-use.csv", x.usesCSV)
	page("/data-use", x.showUses)
	return all
}

// keep has a page that is alike for everybody drawn once for many readers.
func (x *Pages) keep(handler fiber.Handler) fiber.Handler {
	if x.Keep == nil {
		return handler
	}
	return x.Keep.Keep(handler)
}

// Mark is how far the followers of the history have read: public pages stay as they are until it moves.
func (x *Pages) Mark(ctx context.Context) (string, error) {
	var mark string
	err := x.DB.QueryRow(ctx, `select coalesce((select string_agg(name || ' ' || xid::text || ' ' || seq, ',' order by name) from follower), '')`).Scan(&mark)
	if err != nil {
		return "", fmt.Errorf("read how far the followers are: %w", err)
	}
	return mark, nil
}

// Figures answers GET /api/v1/figures: the board of a month as JSON, of the city or of what ?unit= or ?district= names.
func (x *Pages) Figures(c *fiber.Ctx) error { return asJSON(x.readAny)(c) }
