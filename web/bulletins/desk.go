package bulletins

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing"
	"huiyin/web/shell"
)

// deskView is the list of all bulletins for their keepers.
type deskView struct {
	shell.Page
	All []bulletin.Bulletin
}

func (x *Pages) desk(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := deskView{Page: shell.NewPage(c, shell.Lang(c).T("bulletin.desk"))}
	v.Section = section
	if v.All, err = x.Book.All(c.UserContext(), by); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, deskPage(v))
}

// formView is the form of a bulletin.
type formView struct {
	shell.Page
	Rules *routing.City
	F     form
}

func (x *Pages) drawForm(c *fiber.Ctx, status int, mistakes shell.Errors, f form) error {
	v := formView{Page: shell.NewPage(c, shell.Lang(c).T("bulletin.write_"+string(f.Kind))), Rules: x.City, F: f}
	v.Section, v.Back, v.Errors = section, "/console/bulletins", mistakes
	return shell.Render(c, status, formPage(v))
}

func (x *Pages) write(c *fiber.Ctx) error {
	f := form{Kind: bulletin.Kind(c.Query("kind", string(bulletin.Theme))), Slug: c.Query("card")}
	switch f.Kind {
	case bulletin.Theme:
		f.Slug = shell.Now(c).In(x.City.TZ).Format("2006-01")
	case bulletin.Typical:
	default:
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return x.drawForm(c, fiber.StatusOK, nil, f)
}

func (x *Pages) save(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	f := formOf(c)
	if f.Kind != bulletin.Theme && f.Kind != bulletin.Typical {
		return fault.New(fault.Invalid, "fault.invalid").At("kind")
	}
	id, err := x.Book.Draft(c.UserContext(), by, f.Kind, f.Slug, f.content())
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawForm(c, shell.Status(err), mistakes, f)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "bulletin.drafted")
	return shell.SeeOther(c, "/console/bulletins/"+strconv.FormatInt(id, 10))
}

// previewView is one version with what its keeper may do with it.
type previewView struct {
	oneView
	Own bool // the reader drafted it: somebody else publishes
	Why bulletin.Words
}

func (v previewView) action(act string) string {
	return "/console/bulletins/" + strconv.FormatInt(v.B.ID, 10) + "/" + act
}

// read is when the draft was written that the reader saw, so that a later one is not published unread.
func (v previewView) read() string { return v.B.DraftedAt.UTC().Format(time.RFC3339Nano) }

// public is the address at which everybody reads it.
func public(b bulletin.Bulletin) string {
	if b.Kind == bulletin.Theme {
		return "/themes/" + b.Slug
	}
	return "/typical/" + url.PathEscape(b.Slug)
}

func (x *Pages) chosen(c *fiber.Ctx) (by casework.Actor, b bulletin.Bulletin, err error) {
	if by, err = x.Actor(c); err != nil {
		return by, b, err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return by, b, fault.New(fault.NotFound, "fault.not_found")
	}
	b, err = x.Book.Get(c.UserContext(), by, id)
	return by, b, err
}

func (x *Pages) preview(c *fiber.Ctx) error {
	return x.drawPreview(c, fiber.StatusOK, nil, bulletin.Words{})
}

func (x *Pages) drawPreview(c *fiber.Ctx, status int, mistakes shell.Errors, why bulletin.Words) error {
	by, b, err := x.chosen(c)
	if err != nil {
		return err
	}
	v := previewView{oneView: oneView{Page: shell.NewPage(c, b.Title.In(shell.Lang(c))), B: b}, Own: b.DraftedBy == by.StaffID, Why: why}
	v.Section, v.Back, v.Errors = section, "/console/bulletins", mistakes
	if err := x.fill(c.UserContext(), &v.oneView); err != nil {
		return err
	}
	return shell.Render(c, status, previewPage(v))
}

func (x *Pages) edit(c *fiber.Ctx) error {
	_, b, err := x.chosen(c)
	if err != nil {
		return err
	}
	return x.drawForm(c, fiber.StatusOK, nil, typed(b))
}

// done answers what became of an act.
func (x *Pages) done(c *fiber.Ctx, err error, said, to string, why bulletin.Words) error {
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok && fault.KindOf(err) == fault.Invalid {
		return x.drawPreview(c, shell.Status(err), mistakes, why)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, said)
	return shell.SeeOther(c, to)
}

func (x *Pages) publish(c *fiber.Ctx) error {
	by, b, err := x.chosen(c)
	if err != nil {
		return err
	}
	read, err := time.Parse(time.RFC3339Nano, c.FormValue("read"))
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.invalid", errors.New("when the draft was read is missing"))
	}
	return x.done(c, x.Book.Publish(c.UserContext(), by, b.ID, read), "bulletin.published_now", "/console/bulletins/"+c.Params("id"), bulletin.Words{})
}

func (x *Pages) discard(c *fiber.Ctx) error {
	by, b, err := x.chosen(c)
	if err != nil {
		return err
	}
	return x.done(c, x.Book.Discard(c.UserContext(), by, b.ID), "bulletin.discarded", "/console/bulletins", bulletin.Words{})
}

func (x *Pages) down(c *fiber.Ctx) error {
	by, b, err := x.chosen(c)
	if err != nil {
		return err
	}
	why := bulletin.Words{ZH: c.FormValue("why_zh"), EN: c.FormValue("why_en")}
	return x.done(c, x.Book.TakeDown(c.UserContext(), by, b.ID, why), "bulletin.down_now", "/console/bulletins/"+c.Params("id"), why)
}

func (v formView) units() []shell.Choice {
	list := []shell.Choice{{Label: v.T("bulletin.choose")}}
	for _, u := range v.Rules.Units() {
		list = append(list, shell.Choice{Value: string(u.Code), Label: u.Name.In(v.Lang)})
	}
	return list
}

// codes are the categories that a theme can be about, two levels of them.
func (v formView) codes() []string {
	var list []string
	for _, top := range v.Rules.Subcategories("") {
		list = append(list, top.Code)
		for _, sub := range v.Rules.Subcategories(top.Code) {
			list = append(list, sub.Code)
		}
	}
	return list
}
