// Package signin lets staff in and out, and tells the other pages who is here.
package signin

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing"
	"huiyin/staff"
	"huiyin/web/shell"
)

// Pages are the pages for coming in: signing in and out, a new password, and what the service knows of one's own account.
type Pages struct {
	Register *staff.Register
	City     *routing.City // names the units
	Secure   bool          // the service is reached by https
	SSO      *SingleSignOn // nil: passwords only
}

const cookie = "hy_staff"

// Routes are the addresses of these pages.
func (x *Pages) Routes() []shell.Route {
	brake := shell.Limit{Name: "login", Max: 30, Per: 10 * time.Minute}
	list := []shell.Route{
		{Path: "/login", Handler: x.show, Door: shell.Staff, Open: true},
		{Method: fiber.MethodPost, Path: "/login", Handler: x.enter, Door: shell.Staff, Open: true, Limit: brake},
		{Method: fiber.MethodPost, Path: "/logout", Handler: x.leave, Door: shell.Staff, Open: true},
		{Path: "/password", Handler: x.showPassword, Door: shell.Staff, Open: true},
		{Method: fiber.MethodPost, Path: "/password", Handler: x.savePassword, Door: shell.Staff, Open: true, Limit: brake},
		{Path: "/me", Handler: x.me, Door: shell.Staff},
	}
	if x.SSO != nil {
		list = append(list,
			shell.Route{Path: "/login/sso", Handler: x.goOut, Door: shell.Staff, Open: true, Limit: brake},
			shell.Route{Path: ssoBack, Handler: x.comeBack, Door: shell.Staff, Open: true, Limit: brake})
	}
	return list
}

// presence is who sent a request, looked up once.
type presence struct {
	account staff.Account
	session staff.Session
	err     error
}

const presenceKey = "huiyin.signin"

// present finds the account behind the session cookie. Nobody, an ended session and a disabled account are fault.Unauthorized.
func (x *Pages) present(c *fiber.Ctx) (staff.Account, staff.Session, error) {
	p, ok := c.Locals(presenceKey).(presence)
	if !ok {
		p.account, p.session, p.err = x.Register.BySession(c.UserContext(), c.Cookies(cookie))
		c.Locals(presenceKey, p)
	}
	return p.account, p.session, p.err
}

// Who is the function that shell.Config wants. Somebody whose password was given by somebody else is not in yet: a new one comes first.
func (x *Pages) Who(c *fiber.Ctx) (*shell.Identity, error) {
	a, s, err := x.present(c)
	switch {
	case fault.KindOf(err) == fault.Unauthorized || err == nil && a.MustChange:
		return nil, nil
	case err != nil:
		return nil, err
	}
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	return &shell.Identity{Name: a.Name, Role: string(mainRole(a)), Roles: roles, Unit: x.City.UnitName(a.Unit, shell.Lang(c)), Session: s.CSRF}, nil
}

// Actor is the signed-in person as casework knows them: roles, unit, and the units whose cases are in scope.
// Errors: fault.Unauthorized where nobody is signed in.
func (x *Pages) Actor(c *fiber.Ctx) (casework.Actor, error) {
	a, _, err := x.present(c)
	if err != nil {
		return casework.Actor{}, err
	}
	if a.MustChange {
		return casework.Actor{}, fault.New(fault.Unauthorized, "fault.unauthorized")
	}
	return x.Register.Actor(c.UserContext(), a)
}

// HotlineRoles and UnitRoles are the roles that the operators' console and the departments' inbox are for.
var (
	HotlineRoles = []string{string(casework.Operator), string(casework.Dispatcher), string(casework.Supervisor), string(casework.Callback)}
	UnitRoles    = []string{string(casework.Liaison), string(casework.Handler), string(casework.Leader)}
)

// mainRole is the one role that stands beside a name and opens the areas of the service: the first of the account's roles that has an area.
func mainRole(a staff.Account) casework.Role {
	for _, r := range a.Roles {
		if slices.Contains(HotlineRoles, string(r)) || slices.Contains(UnitRoles, string(r)) {
			return r
		}
	}
	if len(a.Roles) == 0 {
		return ""
	}
	return a.Roles[0]
}

// home is the page that a role starts from.
func home(r casework.Role) string {
	switch {
	case r == casework.Callback:
		return "/console/list?view=call"
	case r == casework.Supervisor:
		return "/console/late"
	case slices.Contains(HotlineRoles, string(r)):
		return "/console"
	case slices.Contains(UnitRoles, string(r)):
		return "/inbox"
	case r == casework.Admin:
		return "/admin/users"
	}
	return "/me"
}

// Nav is the entry of the staff bar that everybody has.
func Nav() []shell.NavItem {
	return []shell.NavItem{{Section: "me", Key: "signin.me", Path: "/me"}}
}
