package answers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/compare"
	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/web/shell"
)

// listView is every article as staff see it.
type listView struct {
	P     shell.Page
	City  namer
	All   []knowledge.Article
	Which string // "", mine, stale, draft, reviewed
	Asked string
	Write bool
}

// namer gives codes their names.
type namer interface {
	UnitName(code casework.UnitCode, lang locale.Lang) string
	CategoryPath(code string, lang locale.Lang) string
}

func (x *Pages) list(c *fiber.Ctx) error {
	ctx := c.UserContext()
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := listView{P: shell.NewPage(c, shell.Lang(c).T("answers.staff_title")), City: x.City, Which: c.Query("which"), Asked: strings.TrimSpace(c.Query("q")), Write: mayWriteAny(by)}
	v.P.Section = "answers"
	if v.Asked != "" {
		found, err := x.Base.Find(ctx, knowledge.Query{Text: v.Asked, Limit: found})
		if err != nil {
			return err
		}
		for _, f := range near(found) {
			v.All = append(v.All, f.Article)
		}
		v.Which = "found"
		return shell.Render(c, fiber.StatusOK, listPage(v))
	}
	var f knowledge.Filter
	switch v.Which {
	case "mine":
		f.Owners = by.Units
	case "stale":
		f.Stale = true
	case string(knowledge.Draft), string(knowledge.Reviewed):
		f.State = knowledge.State(v.Which)
	default:
		v.Which = ""
	}
	if v.All, err = x.Base.List(ctx, by, f); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, listPage(v))
}

// mayWriteAny tells whether somebody may write articles of some unit.
func mayWriteAny(by casework.Actor) bool { return knowledge.MayWrite(by, by.Unit) }

// showView is one article with its versions, and what may be done with it.
type showView struct {
	P         shell.Page
	A         knowledge.Article // the newest version
	Versions  []knowledge.Version
	Owner     string
	Matter    string
	By        casework.Actor
	Half      string // the day in half a year, for another look
	InForce   bool   // the newest version is offered to residents
	Published bool   // some version is
}

func (x *Pages) show(c *fiber.Ctx) error { return x.draw(c, fiber.StatusOK, nil) }

func (x *Pages) draw(c *fiber.Ctx, status int, mistakes shell.Errors) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	a, versions, err := x.Base.Staff(c.UserContext(), by, c.Params("code"))
	if err != nil {
		return err
	}
	v := showView{P: shell.NewPage(c, a.Title.In(lang)), A: a, Versions: versions, Owner: x.City.UnitName(a.Owner, lang), Matter: x.City.CategoryPath(a.Category, lang), By: by, Half: shell.Now(c).AddDate(0, 6, 0).Format(time.DateOnly)}
	v.P.Section, v.P.Errors, v.P.Back = "answers", mistakes, "/answers"
	v.InForce = a.State == knowledge.Published
	v.Published = slices.ContainsFunc(versions, func(o knowledge.Version) bool {
		return o.State == knowledge.Published || o.State == knowledge.Expired
	})
	return shell.Render(c, status, showPage(v))
}

// step takes one of the steps that the page of an article offers.
func (x *Pages) step(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx, code, done := c.UserContext(), c.Params("code"), ""
	seen, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.stale_form")
	}
	next := "/answers/" + code
	switch c.FormValue("step") {
	case "review":
		err, done = x.Base.Review(ctx, by, code, seen), "answers.done_review"
	case "publish":
		err, done = x.Base.Publish(ctx, by, code, seen), "answers.done_publish"
	case "withdraw":
		err, done = x.Base.Withdraw(ctx, by, code, seen), "answers.done_withdraw"
		if _, _, gone := x.Base.Staff(ctx, by, code); err == nil && gone != nil {
			next = "/answers" // a draft of which nothing else is left
		}
	case "still":
		until, wrong := knowledge.ParseDay(c.FormValue("review_on"))
		if wrong != nil {
			return x.draw(c, fiber.StatusUnprocessableEntity, shell.Errors{{Field: "review_on", Text: shell.Lang(c).T("fault.article_day")}})
		}
		err, done = x.Base.Still(ctx, by, code, seen, until), "answers.done_still"
	case "helped", "not_helped":
		err, done = x.Base.Answered(ctx, code, knowledge.Staff, c.FormValue("step") == "helped"), "answers.thanks"
	default:
		return fault.New(fault.Invalid, "fault.answer_missing").At("step")
	}
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok && err != nil {
		return x.draw(c, shell.Status(err), mistakes)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, done)
	return shell.SeeOther(c, next)
}

// versionView is one version beside the one before.
type versionView struct {
	P      shell.Page
	Code   string
	V      knowledge.Version
	Before *knowledge.Version
	ZH, EN []compare.Piece
}

func (x *Pages) version(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.Params("version"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.no_such_article")
	}
	_, versions, err := x.Base.Staff(c.UserContext(), by, c.Params("code"))
	if err != nil {
		return err
	}
	at := slices.IndexFunc(versions, func(v knowledge.Version) bool { return v.Number == number })
	if at < 0 {
		return fault.New(fault.NotFound, "fault.no_such_article")
	}
	v := versionView{Code: c.Params("code"), V: versions[at]}
	v.P = shell.NewPage(c, v.V.Title.In(shell.Lang(c)))
	v.P.Section, v.P.Back = "answers", "/answers/"+v.Code
	zh, en := v.V.Whole()
	if at+1 < len(versions) {
		v.Before = &versions[at+1]
		oldZH, oldEN := v.Before.Whole()
		v.ZH, v.EN = compare.Sentences(oldZH, zh), compare.Sentences(oldEN, en)
	} else {
		v.ZH, v.EN = []compare.Piece{{Text: zh, Old: true, New: true}}, []compare.Piece{{Text: en, Old: true, New: true}}
	}
	return shell.Render(c, fiber.StatusOK, versionPage(v))
}

// by says who did something and when; empty where it was not done.
func by(p shell.Page, name string, at *time.Time) string {
	if at == nil {
		return ""
	}
	return strings.TrimSpace(name + " " + p.Lang.DateTime(*at))
}
