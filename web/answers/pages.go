// Package answers serves the knowledge base: the pages on which residents look up answers, and those on which staff write, check and publish them.
package answers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/knowledge"
	"huiyin/routing"
	"huiyin/web/shell"
)

// Pages are the pages of the knowledge base.
type Pages struct {
	Base  *knowledge.Base
	City  *routing.City
	Actor func(c *fiber.Ctx) (casework.Actor, error)
}

// roles read the articles; who may write, check and publish them is knowledge's own rule.
var roles = []string{string(casework.Operator), string(casework.Dispatcher), string(casework.Supervisor), string(casework.Callback), string(casework.Publisher), string(casework.Liaison), string(casework.Handler), string(casework.Leader)}

// longForm is the largest body of a form with an article; form encoding triples Chinese.
const longForm = 1 << 20

// Routes are the addresses of these pages.
func (x *Pages) Routes() []shell.Route {
	page := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	post := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.Staff, Roles: roles, Body: longForm}
	}
	return []shell.Route{
		{Path: "/help/answers", Handler: x.search, Limit: shell.Limit{Name: "answers", Max: 120, Per: time.Minute}},
		{Path: "/help/answers/:code", Handler: x.article},
		{Method: fiber.MethodPost, Path: "/help/answers/:code", Handler: x.answered, Limit: shell.Limit{Name: "answered", Max: 30, Per: time.Hour}},
		page("/answers", x.list),
		page("/answers/new", x.blank),
		post("/answers/new", x.add),
		page("/answers/:code", x.show),
		post("/answers/:code", x.step),
		page("/answers/:code/edit", x.edit),
		post("/answers/:code/edit", x.save),
		page("/answers/:code/version/:version", x.version),
	}
}

// Nav is the knowledge base's part of the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{{Section: "answers", Key: "answers.nav", Path: "/answers", Roles: roles}}
}
