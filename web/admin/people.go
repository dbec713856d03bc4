package admin

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/staff"
	"huiyin/web/shell"
)

// peopleView is the list of accounts.
type peopleView struct {
	P     shell.Page
	All   []staff.Account
	Units map[casework.UnitCode]staff.Unit
}

func (x *Pages) people(c *fiber.Ctx) error {
	v := peopleView{P: pageOf(c, "users", shell.Lang(c).T("admin.users"))}
	v.P.Wide = true
	var err error
	if v.All, err = x.Register.List(c.UserContext()); err != nil {
		return err
	}
	if v.Units, err = x.units(c); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, peoplePage(v))
}

func (x *Pages) units(c *fiber.Ctx) (map[casework.UnitCode]staff.Unit, error) {
	list, err := staff.Units(c.UserContext(), x.DB)
	byCode := make(map[casework.UnitCode]staff.Unit, len(list))
	for _, u := range list {
		byCode[u.Code] = u
	}
	return byCode, err
}

// personForm is what the form for an account holds.
type personForm struct {
	Login, Name, Unit string
	Roles             []string
}

func formOf(c *fiber.Ctx) personForm {
	f := personForm{Login: c.FormValue("login"), Name: c.FormValue("name"), Unit: c.FormValue("unit")}
	for _, r := range c.Request().PostArgs().PeekMulti("roles") {
		f.Roles = append(f.Roles, string(r))
	}
	return f
}

func (f personForm) roles() []casework.Role {
	var list []casework.Role
	for _, r := range f.Roles {
		list = append(list, casework.Role(r))
	}
	return list
}

// personView is one account, or the form for a new one.
type personView struct {
	P        shell.Page
	Account  staff.Account
	Form     personForm
	Units    []staff.Unit
	History  []staff.Change
	Password string // made a moment ago; shown on this one answer and kept nowhere
	Self     bool   // the reader's own account
}

func (v personView) unitChoices() []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("admin.choose")}}
	for _, u := range v.Units {
		if u.Active {
			list = append(list, shell.Choice{Value: string(u.Code), Label: v.P.Lang.Pick(u.NameZh, u.NameEn)})
		}
	}
	return list
}

func (v personView) unit(code casework.UnitCode) string {
	for _, u := range v.Units {
		if u.Code == code {
			return v.P.Lang.Pick(u.NameZh, u.NameEn)
		}
	}
	return string(code)
}

func (v personView) roleChoices() []shell.Choice {
	var list []shell.Choice
	for _, r := range casework.Roles {
		hint := v.P.T("admin.at_hotline")
		if !staff.Fits(casework.Hotline, r) {
			hint = v.P.T("admin.at_units")
		}
		list = append(list, shell.Choice{Value: string(r), Label: v.P.T("role." + string(r)), Hint: hint})
	}
	return list
}

func roleWords(p shell.Page, roles []casework.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = p.T("role." + string(r))
	}
	return strings.Join(words, p.T("admin.comma"))
}

func stateWord(p shell.Page, a staff.Account) (shell.Tone, string) {
	switch {
	case a.DisabledAt != nil:
		return shell.Calm, p.T("admin.disabled")
	case a.MustChange:
		return shell.Note, p.T("admin.must_change")
	}
	return shell.Good, p.T("admin.enabled")
}

func seen(p shell.Page, a staff.Account) string {
	if a.LastSeenAt == nil {
		return p.T("admin.never")
	}
	return p.Lang.DateTime(*a.LastSeenAt)
}

func (v personView) happenings() []shell.Happening {
	var list []shell.Happening
	for _, h := range v.History {
		by := h.By
		if by == "" {
			by = v.P.T("admin.command_line")
		}
		words := roleWords(v.P, h.Roles)
		if h.Unit != "" {
			words = v.unit(h.Unit) + " · " + words
		}
		list = append(list, shell.Happening{Title: v.P.T("admin.did_" + h.What), At: h.At, Who: by, Text: words})
	}
	return list
}

func (x *Pages) newPerson(c *fiber.Ctx) error {
	return x.drawNew(c, personForm{Unit: string(casework.Hotline)}, nil)
}

func (x *Pages) drawNew(c *fiber.Ctx, f personForm, wrong shell.Errors) error {
	v := personView{P: pageOf(c, "users", shell.Lang(c).T("admin.add_person")), Form: f}
	v.P.Back, v.P.Errors = "/admin/users", wrong
	var err error
	if v.Units, err = staff.Units(c.UserContext(), x.DB); err != nil {
		return err
	}
	status := fiber.StatusOK
	if len(wrong) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return shell.Render(c, status, newPersonPage(v))
}

func (x *Pages) addPerson(c *fiber.Ctx) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	f, password := formOf(c), staff.NewPassword()
	a, err := x.Register.Add(c.UserContext(), by, staff.NewAccount{Login: f.Login, Name: f.Name, Unit: casework.UnitCode(f.Unit), Roles: f.roles(), Password: password, MustChange: true})
	if err != nil {
		return refuse(c, err, func(wrong shell.Errors) error { return x.drawNew(c, f, wrong) })
	}
	return x.drawPerson(c, a.Login, password, nil, nil)
}

// refuse draws a form again with its mistakes; other failures go on.
func refuse(c *fiber.Ctx, err error, draw func(shell.Errors) error) error {
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return draw(mistakes)
	}
	return err
}

func loginOf(c *fiber.Ctx) string {
	login, err := url.PathUnescape(c.Params("login"))
	if err != nil {
		return ""
	}
	return login
}

func addressOf(login string) string { return "/admin/users/" + url.PathEscape(login) }

func (x *Pages) person(c *fiber.Ctx) error { return x.drawPerson(c, loginOf(c), "", nil, nil) }

func (x *Pages) drawPerson(c *fiber.Ctx, login, password string, f *personForm, wrong shell.Errors) error {
	a, err := x.Register.Find(c.UserContext(), login)
	if err != nil {
		return err
	}
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	v := personView{P: pageOf(c, "users", a.Name), Account: a, Password: password, Self: by == a.ID}
	v.P.Title = v.P.T("admin.person", locale.Args{"Login": a.Login})
	v.P.Back, v.P.Errors = "/admin/users", wrong
	v.Form = personForm{Unit: string(a.Unit)}
	for _, r := range a.Roles {
		v.Form.Roles = append(v.Form.Roles, string(r))
	}
	if f != nil {
		v.Form = *f
	}
	if v.Units, err = staff.Units(c.UserContext(), x.DB); err != nil {
		return err
	}
	if v.History, err = x.Register.History(c.UserContext(), a.ID); err != nil {
		return err
	}
	status := fiber.StatusOK
	if len(wrong) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return shell.Render(c, status, personPage(v))
}

func (x *Pages) setPost(c *fiber.Ctx) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	login, f := loginOf(c), formOf(c)
	if err := x.Register.SetPost(c.UserContext(), by, login, casework.UnitCode(f.Unit), f.roles()); err != nil {
		return refuse(c, err, func(wrong shell.Errors) error { return x.drawPerson(c, login, "", &f, wrong) })
	}
	shell.Flash(c, shell.Good, "admin.post_saved")
	return shell.SeeOther(c, addressOf(login))
}

// resetPassword answers with the new password itself: it must not be put into an address or a cookie.
func (x *Pages) resetPassword(c *fiber.Ctx) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	login, password := loginOf(c), staff.NewPassword()
	if a, err := x.Register.Find(c.UserContext(), login); err != nil {
		return err
	} else if a.ID == by {
		return fault.New(fault.Forbidden, "fault.own_password")
	}
	if err := x.Register.SetPassword(c.UserContext(), by, login, password, true); err != nil {
		return err
	}
	return x.drawPerson(c, login, password, nil, nil)
}

func (x *Pages) setState(c *fiber.Ctx) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	login, to := loginOf(c), c.FormValue("to")
	if !slices.Contains([]string{"enabled", "disabled"}, to) {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	done := x.Register.Enable
	if to == "disabled" {
		done = x.Register.Disable
	}
	if err := done(c.UserContext(), by, login); err != nil {
		return refuse(c, err, func(wrong shell.Errors) error { return x.drawPerson(c, login, "", nil, wrong) })
	}
	shell.Flash(c, shell.Good, "admin.state_saved")
	return shell.SeeOther(c, addressOf(login))
}
