package admin

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rulebook"
	"huiyin/staff"
	"huiyin/web/shell"
)

// draftView is a draft before it comes in force: what it changes, and what it would have changed.
type draftView struct {
	P       shell.Page
	Name    string
	Draft   rulebook.Draft
	Changes []rulebook.Line
	Wrong   string // why the rulebook does not load with it any more, else empty
	Left    []rulebook.Bereft
	Judged  bool // the effect on cases was worked out
	Effect  rulebook.Effect
	Now     *rulebook.Rules
	Then    *rulebook.Rules
	Own     bool // the reader wrote it
	Alone   bool // the reader is the only administrator
	Reason  string
}

func (x *Pages) draft(c *fiber.Ctx) error { return x.drawDraft(c, "", nil) }

func (x *Pages) drawDraft(c *fiber.Ctx, reason string, wrong shell.Errors) error {
	ctx := c.UserContext()
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	d, err := x.Book.Draft(ctx, name)
	if err != nil {
		return err
	}
	if d == nil {
		return shell.SeeOther(c, ruleAddress(name))
	}
	v := draftView{P: pageOf(c, "rules", ""), Name: name, Draft: *d, Own: d.Author == by, Reason: reason}
	v.P.Title, v.P.Back, v.P.Wide, v.P.Errors = v.P.T("admin.draft_of", locale.Args{"What": what(v.P, name)}), ruleAddress(name), true, wrong
	admins, err := staff.Administrators(ctx, x.DB)
	if err != nil {
		return err
	}
	v.Alone = v.Own && admins < 2
	before, err := x.Book.Content(ctx, name, d.Base)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.Changes = rulebook.Compare(before, []byte(d.Content))
	if err := x.foresee(c, &v); err != nil {
		return err
	}
	status := fiber.StatusOK
	if len(wrong) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return shell.Render(c, status, draftPage(v))
}

// foresee loads the city with the draft and works out what it would have changed last week.
func (x *Pages) foresee(c *fiber.Ctx, v *draftView) error {
	ctx := c.UserContext()
	var err error
	if v.Now, err = x.Book.InForce(ctx); err != nil {
		return err
	}
	v.Then, err = x.Book.Try(ctx, v.Name, []byte(v.Draft.Content))
	var m rulebook.Mistake
	if errors.As(err, &m) {
		v.Wrong = mistakeWords(v.P.Lang, m)
		return nil
	}
	if err != nil {
		return err
	}
	if v.Left, err = x.Book.Bereft(ctx, v.Then); err != nil {
		return err
	}
	if v.Name == rulebook.TextsFile {
		return nil
	}
	v.Judged = true
	v.Effect, err = x.Book.Effect(ctx, v.Now, v.Then)
	return err
}

func (v draftView) unit(i int, e rulebook.Example) string {
	rules := v.rules(i)
	if e.Lead[i] == "" {
		return v.P.T("admin.nobody")
	}
	return rules.City.UnitName(e.Lead[i], v.P.Lang)
}

func (v draftView) category(i int, e rulebook.Example) string {
	if path := v.rules(i).City.CategoryPath(e.Category[i], v.P.Lang); path != "" {
		return path
	}
	return v.P.T("admin.no_category")
}

func (v draftView) rules(i int) *rulebook.Rules {
	if i == 0 {
		return v.Now
	}
	return v.Then
}

// differences says in words what an example would have had otherwise.
func (v draftView) differences(e rulebook.Example) []string {
	var list []string
	say := func(key, before, after string) {
		list = append(list, v.P.T(key, locale.Args{"Before": before, "After": after}))
	}
	if e.Lead[0] != e.Lead[1] {
		say("admin.lead_differs", v.unit(0, e), v.unit(1, e))
	}
	if e.Category[0] != e.Category[1] {
		say("admin.category_differs", v.category(0, e), v.category(1, e))
	}
	if !e.Due[0].Equal(e.Due[1]) {
		say("admin.due_differs", v.P.Lang.Deadline(e.Due[0]), v.P.Lang.Deadline(e.Due[1]))
	}
	return list
}

func (x *Pages) force(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.FormValue("draft"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.invalid", fmt.Errorf("draft: %w", err))
	}
	reason := c.FormValue("reason")
	err = x.Book.PutInForce(c.UserContext(), by, id, reason)
	var m rulebook.Mistake
	switch {
	case errors.As(err, &m):
		return x.drawDraft(c, reason, shell.Errors{{Text: mistakeWords(shell.Lang(c), m)}})
	case err != nil:
		return refuse(c, err, func(wrong shell.Errors) error { return x.drawDraft(c, reason, wrong) })
	}
	shell.Flash(c, shell.Good, "admin.in_force")
	return shell.SeeOther(c, ruleAddress(name))
}

func (x *Pages) discard(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.FormValue("draft"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Invalid, "fault.invalid", fmt.Errorf("draft: %w", err))
	}
	if err := x.Book.Discard(c.UserContext(), by, id); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "admin.discarded")
	return shell.SeeOther(c, ruleAddress(name))
}
