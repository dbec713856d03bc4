// Package admin serves the administrators' pages: people, the rulebook with its drafts and versions, and how the service is.
package admin

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/rights"
	"huiyin/routing/register"
	"huiyin/rulebook"
	"huiyin/staff"
	"huiyin/web/shell"
)

// Finding is what one check of the service found.
type Finding struct {
	Check string // as doctor names it, such as "disk space"
	Grade string // ok, doubtful or wrong
	Text  string // a sentence for whoever runs the service, in English
}

// Pages are the administrators' pages.
type Pages struct {
	DB       *pgxpool.Pool
	Docket   *casework.Docket
	Register *staff.Register
	Book     *rulebook.Book
	Rules    *rulebook.Rules // by which this process decides
	Models   *register.Register
	Model    int64 // by which this process proposes; 0: the rules alone
	Actor    func(c *fiber.Ctx) (casework.Actor, error)
	Checks   func(ctx context.Context) []Finding
	Rights   *rights.Office // puts off requests about data
}

var roles = []string{string(casework.Admin)}

// longForm is the largest body of a form that carries a file of the rulebook; form encoding triples Chinese.
const longForm = 4 << 20

// Routes are the addresses of these pages.
func (x *Pages) Routes() []shell.Route {
	page := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.Staff, Roles: roles}
	}
	post := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.Staff, Roles: roles, Body: longForm}
	}
	return []shell.Route{
		page("/admin/users", x.people),
		page("/admin/users/new", x.newPerson),
		post("/admin/users/new", x.addPerson),
		page("/admin/users/:login", x.person),
		post("/admin/users/:login/post", x.setPost),
		post("/admin/users/:login/password", x.resetPassword),
		post("/admin/users/:login/state", x.setState),
		page("/admin/rules", x.rules),
		page("/admin/rules/:name", x.rule),
		page("/admin/rules/:name/edit", x.editText),
		post("/admin/rules/:name/edit", x.saveText),
		page("/admin/rules/:name/row", x.editRow),
		post("/admin/rules/:name/row", x.saveRow),
		page("/admin/rules/:name/draft", x.draft),
		post("/admin/rules/:name/force", x.force),
		post("/admin/rules/:name/discard", x.discard),
		page("/admin/rules/:name/version/:version", x.version),
		page("/admin/standard-texts", x.texts),
		page("/admin/policy", x.policy),
		page("/admin/calendar", x.calendar),
		post("/admin/calendar", x.addNotice),
		page("/admin/models", x.models),
		post("/admin/models", x.switchModel),
		page("/admin/health", x.health),
		{Path: "/admin/rights", Handler: x.rightsList, Door: shell.Staff, Roles: keepers},
		{Path: "/admin/rights/:id", Handler: x.right, Door: shell.Staff, Roles: keepers},
		{Method: fiber.MethodPost, Path: "/admin/rights/:id", Handler: x.decideRight, Door: shell.Staff, Roles: keepers},
		{Path: "/admin/keeping", Handler: x.keeping, Door: shell.Staff, Roles: keepers},
		{Method: fiber.MethodPost, Path: "/admin/keeping", Handler: x.keep, Door: shell.Staff, Roles: keepers},
		{Path: "/admin/warnings", Handler: x.warnings, Door: shell.Staff, Roles: guards},
		{Method: fiber.MethodPost, Path: "/admin/warnings/:id", Handler: x.judge, Door: shell.Staff, Roles: guards},
	}
}

// Nav is the administrators' part of the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{
		{Section: "users", Key: "admin.users", Path: "/admin/users", Roles: roles},
		{Section: "rules", Key: "admin.rules", Path: "/admin/rules", Roles: roles},
		{Section: "models", Key: "admin.models", Path: "/admin/models", Roles: roles},
		{Section: "calendar", Key: "admin.calendar", Path: "/admin/calendar", Roles: roles},
		{Section: "rights", Key: "rights.desk", Path: "/admin/rights", Roles: keepers},
		{Section: "keeping", Key: "keeping.title", Path: "/admin/keeping", Roles: keepers},
		{Section: "warnings", Key: "warning.title", Path: "/admin/warnings", Roles: guards},
		{Section: "health", Key: "admin.health", Path: "/admin/health", Roles: roles},
	}
}

// admin is who acts; the route has let nobody else in, and this holds it once more.
func (x *Pages) admin(c *fiber.Ctx) (int64, error) {
	by, err := x.Actor(c)
	if err == nil && !slices.Contains(by.Roles, casework.Admin) {
		err = fault.New(fault.Forbidden, "fault.forbidden")
	}
	return by.StaffID, err
}

// pageOf begins a page of a section.
func pageOf(c *fiber.Ctx, section, title string) shell.Page {
	p := shell.NewPage(c, title)
	p.Section = section
	return p
}
