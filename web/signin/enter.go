package signin

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/staff"
	"huiyin/web/shell"
)

// loginView is the page that staff come in by.
type loginView struct {
	SSO   bool // through the city's identity provider as well
	Login string
	Next  string // page to go on with
	Kept  bool   // the session ended while something was being written
}

// ssoLink leads to the identity provider.
func (v loginView) ssoLink() string {
	if v.Next == "" {
		return "/login/sso"
	}
	return "/login/sso?next=" + url.QueryEscape(v.Next)
}

// show asks for login and password; who is in already goes on.
func (x *Pages) show(c *fiber.Ctx) error {
	a, _, err := x.present(c)
	switch {
	case err == nil && a.MustChange:
		return shell.SeeOther(c, "/password")
	case err == nil:
		return shell.SeeOther(c, shell.LocalPath(c.Query("next"), home(mainRole(a))))
	case fault.KindOf(err) != fault.Unauthorized:
		return err
	}
	page := shell.NewPage(c, shell.Lang(c).T("signin.title"))
	return shell.Render(c, fiber.StatusOK, loginPage(page, loginView{SSO: x.SSO != nil, Next: shell.LocalPath(c.Query("next"), ""), Kept: c.Query("kept") != ""}))
}

// enter opens a session. What was typed wrong is never told apart: login or password.
func (x *Pages) enter(c *fiber.Ctx) error {
	login, next := c.FormValue("login"), shell.LocalPath(c.FormValue("next"), "")
	s, err := x.Register.SignIn(c.UserContext(), login, c.FormValue("password"), []byte(shell.Sender(c)))
	if err != nil {
		kind := fault.KindOf(err)
		if kind != fault.Unauthorized && kind != fault.TooMany {
			return err
		}
		page := shell.NewPage(c, shell.Lang(c).T("signin.title"))
		page.Errors.Add("login", shell.Sentence(page.Lang, err))
		return shell.Render(c, shell.Status(err), loginPage(page, loginView{SSO: x.SSO != nil, Login: login, Next: next, Kept: c.FormValue("kept") != ""}))
	}
	x.keep(c, s)
	a, _, err := x.Register.BySession(c.UserContext(), s.Token)
	if err != nil {
		return err
	}
	if a.MustChange {
		return shell.SeeOther(c, "/password")
	}
	return shell.SeeOther(c, shell.LocalPath(next, home(mainRole(a))))
}

// keep hands the session to the browser; it ends with the browser or by the register's limits, whichever is first.
func (x *Pages) keep(c *fiber.Ctx, s staff.Session) {
	c.Cookie(&fiber.Cookie{Name: cookie, Value: s.Token, Path: "/", HTTPOnly: true, Secure: x.Secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true})
}

func (x *Pages) leave(c *fiber.Ctx) error {
	if err := x.Register.SignOut(c.UserContext(), c.Cookies(cookie)); err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: cookie, Path: "/", MaxAge: -1, HTTPOnly: true, Secure: x.Secure, SameSite: fiber.CookieSameSiteLaxMode})
	shell.Flash(c, shell.Good, "signin.left")
	return shell.SeeOther(c, "/login")
}

// showPassword asks for a new password: by the person's own wish, or because somebody else chose the present one.
func (x *Pages) showPassword(c *fiber.Ctx) error {
	a, _, err := x.present(c)
	if err != nil {
		return err
	}
	page := shell.NewPage(c, shell.Lang(c).T("signin.password_title"))
	return shell.Render(c, fiber.StatusOK, passwordPage(page, a.MustChange))
}

func (x *Pages) savePassword(c *fiber.Ctx) error {
	a, _, err := x.present(c)
	if err != nil {
		return err
	}
	lang, next := shell.Lang(c), c.FormValue("password")
	page := shell.NewPage(c, lang.T("signin.password_title"))
	if next != c.FormValue("again") {
		page.Errors.Add("again", lang.T("signin.not_the_same"))
		return shell.Render(c, fiber.StatusUnprocessableEntity, passwordPage(page, a.MustChange))
	}
	if err := x.Register.ChangePassword(c.UserContext(), a.ID, c.FormValue("old"), next); err != nil {
		if mistakes, ok := shell.Mistakes(lang, err); ok {
			page.Errors = mistakes
			return shell.Render(c, shell.Status(err), passwordPage(page, a.MustChange))
		}
		return err
	}
	s, err := x.Register.SignIn(c.UserContext(), a.Login, next, []byte(shell.Sender(c)))
	if err != nil {
		return err
	}
	x.keep(c, s)
	shell.Flash(c, shell.Good, "signin.password_changed")
	return shell.SeeOther(c, home(mainRole(a)))
}

// me shows the own account: what one may do and for which units, so that nobody must guess.
func (x *Pages) me(c *fiber.Ctx) error {
	a, s, err := x.present(c)
	if err != nil {
		return err
	}
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	page := shell.NewPage(c, shell.Lang(c).T("signin.me"))
	page.Section = "me"
	v := meView{Login: a.Login, Name: a.Name, Unit: x.City.UnitName(a.Unit, page.Lang), Ends: page.Lang.DateTime(s.ExpiresAt), Home: home(mainRole(a))}
	for _, r := range a.Roles {
		v.Roles = append(v.Roles, page.T("role."+string(r)))
	}
	for _, u := range by.Units {
		if u != a.Unit && a.Unit != casework.Hotline {
			v.Below = append(v.Below, x.City.UnitName(u, page.Lang))
		}
	}
	return shell.Render(c, fiber.StatusOK, mePage(page, v))
}

// meView is the own account as its page shows it.
type meView struct {
	Login, Name, Unit, Ends, Home string
	Roles, Below                  []string
}
