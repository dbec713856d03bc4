// Package watch shows runs of acts that make figures better than the work: to supervisors with their cases, to the public in numbers.
package watch

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
	"huiyin/web/shell"
)

// Pages are the pages of the watch. All fields are needed.
type Pages struct {
	Watch *gaming.Watch
	City  *routing.City
	Actor func(*fiber.Ctx) (casework.Actor, error)
}

// monthsShown is how many months the public page goes back.
const monthsShown = 6

var supervisors = []string{string(casework.Supervisor)}

// Routes are the addresses of the watch.
func (x *Pages) Routes() []shell.Route {
	return []shell.Route{
		{Path: "/watch.png", Handler: x.card, MaxAge: fresh},
		{Path: "/watch", Handler: x.show, MaxAge: fresh},
		{Path: "/watch.json", Handler: x.json, Door: shell.Files, MaxAge: fresh},
		{Path: "/console/watch", Handler: x.list, Door: shell.Staff, Roles: supervisors},
		{Method: fiber.MethodPost, Path: "/console/watch", Handler: x.judge, Door: shell.Staff, Roles: supervisors},
	}
}

// Nav is the entry of the staff bar.
func Nav() []shell.NavItem {
	return []shell.NavItem{{Section: "watch", Key: "watch.nav", Path: "/console/watch", Roles: supervisors}}
}

// named gives signs their names.
type named struct {
	P    shell.Page
	City *routing.City
	All  []gaming.Found
}

func (v named) unit(f gaming.Found) string { return v.City.UnitName(f.Unit, v.P.Lang) }

func (v named) month(f gaming.Found) string { return v.P.Lang.Month(f.Month.Start(locale.Zone)) }

func (v named) found(f gaming.Found) string {
	return v.P.T("watch.found", locale.Args{"N": v.P.Lang.Number(f.Found), "All": v.P.Lang.Number(f.Among), "Share": f.Share()})
}

// name is what a pattern is called.
func (v named) name(p gaming.Pattern) string { return v.P.T("watch.pattern_" + string(p)) }

// verdict is how far a sign was looked into.
func (v named) verdict(f gaming.Found) (shell.Tone, string) {
	switch f.Verdict {
	case gaming.Confirmed:
		return shell.Bad, v.P.T("watch.confirmed")
	case gaming.Explained:
		return shell.Good, v.P.T("watch.explained")
	}
	return shell.Warn, v.P.T("watch.open")
}

func (v named) waiting() int {
	n := 0
	for _, f := range v.All {
		if f.Verdict == "" && !f.Gone {
			n++
		}
	}
	return n
}

func (x *Pages) list(c *fiber.Ctx) error { return x.draw(c, fiber.StatusOK, nil) }

func (x *Pages) draw(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := named{P: shell.NewPage(c, shell.Lang(c).T("watch.title")), City: x.City}
	v.P.Section, v.P.Errors = "watch", mistakes
	if v.All, err = x.Watch.List(c.UserContext(), by); err != nil {
		return err
	}
	return shell.Render(c, status, listPage(v))
}

func (x *Pages) judge(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	m, err := supervision.ParseMonth(c.FormValue("month"))
	if err != nil {
		return err
	}
	err = x.Watch.Judge(c.UserContext(), by, m, casework.UnitCode(c.FormValue("unit")), gaming.Pattern(c.FormValue("pattern")), c.FormValue("verdict"), c.FormValue("reason"))
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.draw(c, shell.Status(err), mistakes)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "watch.kept")
	return shell.SeeOther(c, "/console/watch")
}

// field names a field of one sign's form: there are several on the page.
func field(name string, i int) string { return name + "-" + strconv.Itoa(i) }
