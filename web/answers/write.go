package answers

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/knowledge"
	"huiyin/web/shell"
)

// formView is an article being written. The days stay as they were typed.
type formView struct {
	P          shell.Page
	Code       string // empty: a new article, whose address may be chosen
	New        bool
	Seen       int
	Owner      string
	Units      []shell.Choice
	Categories []shell.Choice
	C          knowledge.Content
	Since      string
	Until      string
	Review     string
}

func (x *Pages) blank(c *fiber.Ctx) error {
	now := shell.Now(c)
	return x.drawForm(c, fiber.StatusOK, formView{New: true, Since: now.Format(time.DateOnly), Review: now.AddDate(0, 6, 0).Format(time.DateOnly)}, nil)
}

func (x *Pages) edit(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	a, _, err := x.Base.Staff(c.UserContext(), by, c.Params("code"))
	if err != nil {
		return err
	}
	v := formView{Code: a.Code, Seen: a.Number, Owner: string(a.Owner), C: a.Content, Since: a.ValidFrom.Format(time.DateOnly), Review: a.ReviewOn.Format(time.DateOnly)}
	if a.State != knowledge.Draft && a.State != knowledge.Reviewed {
		v.C.Note = ""
		v.Review = shell.Now(c).AddDate(0, 6, 0).Format(time.DateOnly)
	}
	if a.ExpiresOn != nil {
		v.Until = a.ExpiresOn.Format(time.DateOnly)
	}
	return x.drawForm(c, fiber.StatusOK, v, nil)
}

func (x *Pages) drawForm(c *fiber.Ctx, status int, v formView, mistakes shell.Errors) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	title := "answers.edit"
	if v.New {
		title = "answers.new"
	}
	v.P = shell.NewPage(c, lang.T(title))
	v.P.Section, v.P.Errors, v.P.Back = "answers", mistakes, "/answers"
	if !v.New {
		v.P.Back = "/answers/" + v.Code
	}
	for _, u := range x.City.Units() {
		if knowledge.MayWrite(by, u.Code) {
			v.Units = append(v.Units, shell.Choice{Value: string(u.Code), Label: u.Name.In(lang)})
		}
	}
	if v.Owner == "" {
		v.Owner = string(by.Unit)
	}
	v.Categories = []shell.Choice{{Label: lang.T("answers.no_category")}}
	for _, k := range x.City.Categories() {
		if len(k.Code) <= 4 {
			v.Categories = append(v.Categories, shell.Choice{Value: k.Code, Label: x.City.CategoryPath(k.Code, lang)})
		}
	}
	return shell.Render(c, status, formPage(v))
}

func (x *Pages) add(c *fiber.Ctx) error { return x.keep(c, true) }

func (x *Pages) save(c *fiber.Ctx) error { return x.keep(c, false) }

// keep saves what was written as a draft. What is wrong is told beside the fields, and nothing typed is lost.
func (x *Pages) keep(c *fiber.Ctx, fresh bool) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	lines := func(name string) []string { return strings.Split(c.FormValue(name), "\n") }
	v := formView{New: fresh, Code: c.Params("code"), Owner: c.FormValue("owner"), Since: c.FormValue("valid_from"), Until: c.FormValue("expires_on"), Review: c.FormValue("review_on")}
	if fresh {
		v.Code = strings.TrimSpace(c.FormValue("code"))
	} else if v.Seen, err = strconv.Atoi(c.FormValue("version")); err != nil {
		v.Seen = -1
	}
	v.C = knowledge.Content{Category: c.FormValue("category"), Title: knowledge.Text{ZH: c.FormValue("title_zh"), EN: c.FormValue("title_en")}, Asked: knowledge.Questions{ZH: lines("asked_zh"), EN: lines("asked_en")},
		Body: knowledge.Text{ZH: c.FormValue("body_zh"), EN: c.FormValue("body_en")}, Basis: knowledge.Text{ZH: c.FormValue("basis_zh"), EN: c.FormValue("basis_en")}, Link: c.FormValue("link"), Note: c.FormValue("note")}
	var mistakes shell.Errors
	for name, to := range map[string]*time.Time{"valid_from": &v.C.ValidFrom, "review_on": &v.C.ReviewOn} {
		if *to, err = knowledge.ParseDay(c.FormValue(name)); err != nil {
			mistakes.Add(name, lang.T("fault.article_day"))
		}
	}
	if v.Until != "" {
		last, err := knowledge.ParseDay(v.Until)
		if err != nil {
			mistakes.Add("expires_on", lang.T("fault.article_day"))
		}
		v.C.ExpiresOn = &last
	}
	if len(mistakes) > 0 {
		return x.drawForm(c, fiber.StatusUnprocessableEntity, v, mistakes)
	}
	code, err := x.Base.Save(c.UserContext(), by, v.Code, casework.UnitCode(v.Owner), v.Seen, v.C)
	if found, ok := shell.Mistakes(lang, err); ok && err != nil {
		return x.drawForm(c, shell.Status(err), v, found)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "answers.done_save")
	return shell.SeeOther(c, "/answers/"+code)
}
