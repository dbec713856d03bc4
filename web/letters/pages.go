// Package letters is the page where a resident stops the letters about a case, or lets them come again.
package letters

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/notify/postmark"
	"huiyin/pg"
	"huiyin/seal"
	"huiyin/web/shell"
)

// Pages answers under /letters. The address holds a token that stops letters and opens nothing.
type Pages struct {
	DB   pg.DB
	Keys *seal.Keyring
	Now  func() time.Time
}

// Routes lists the addresses. One of them is called by mail programs, with one click and without a form (RFC 8058): it has no form token, and
// its token in the address stands for it.
func (x *Pages) Routes() []shell.Route {
	often := shell.Limit{Name: "letters", Max: 60, Per: time.Hour}
	return []shell.Route{
		{Path: "/letters/:token", Handler: x.show, Private: true},
		{Method: fiber.MethodPost, Path: "/letters/:token", Handler: x.oneClick, Door: shell.API, Limit: often},
		{Method: fiber.MethodPost, Path: "/letters/:token/stop", Handler: x.stop, Private: true, Limit: often},
		{Method: fiber.MethodPost, Path: "/letters/:token/resume", Handler: x.resume, Private: true, Limit: often},
	}
}

type view struct {
	P       shell.Page
	Token   string
	Stopped bool
}

func (x *Pages) caseOf(c *fiber.Ctx) (casework.CaseID, error) {
	id, ok := postmark.CaseOfStop(x.Keys, c.Params("token"))
	if !ok {
		return id, fault.New(fault.NotFound, "fault.no_such_link")
	}
	return id, nil
}

// show asks before anything is stopped: programs that look at links in letters must not stop them.
func (x *Pages) show(c *fiber.Ctx) error {
	id, err := x.caseOf(c)
	if err != nil {
		return err
	}
	v := view{P: shell.NewPage(c, shell.Lang(c).T("letters.title")), Token: c.Params("token")}
	if v.Stopped, err = postmark.Stopped(c.UserContext(), x.DB, id); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, page(v))
}

func (x *Pages) oneClick(c *fiber.Ctx) error {
	id, err := x.caseOf(c)
	if err != nil {
		return err
	}
	if c.FormValue("List-Unsubscribe") != "One-Click" {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	if err := postmark.Stop(c.UserContext(), x.DB, id, "one_click", x.Now().UTC()); err != nil {
		return pg.Classify(err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (x *Pages) stop(c *fiber.Ctx) error {
	id, err := x.caseOf(c)
	if err != nil {
		return err
	}
	if err := postmark.Stop(c.UserContext(), x.DB, id, "page", x.Now().UTC()); err != nil {
		return pg.Classify(err)
	}
	shell.Flash(c, shell.Good, "letters.done_stop")
	return shell.SeeOther(c, "/letters/"+c.Params("token"))
}

func (x *Pages) resume(c *fiber.Ctx) error {
	id, err := x.caseOf(c)
	if err != nil {
		return err
	}
	if err := postmark.Resume(c.UserContext(), x.DB, id); err != nil {
		return pg.Classify(err)
	}
	shell.Flash(c, shell.Good, "letters.done_resume")
	return shell.SeeOther(c, "/letters/"+c.Params("token"))
}
