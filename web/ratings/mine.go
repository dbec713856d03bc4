package ratings

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/rating"
	"huiyin/web/shell"
)

// mineView is a resident's own rating: what was kept, what happens next, and how to change it.
type mineView struct {
	P      shell.Page
	Token  string
	O      rating.Opinion
	Point  rating.Point
	Unit   string
	Before []rating.Before
	Case   *rating.Progress
}

// changeable reports whether the day is not over.
func (v mineView) changeable() bool { return !v.P.Now.After(v.O.ChangeableUntil()) }

func (v mineView) tags(set string, codes []string) string {
	var list []string
	for _, code := range codes {
		list = append(list, rating.TagText(set, code, v.P.Lang))
	}
	return strings.Join(list, v.P.T("rating.between_tags"))
}

func (x *Pages) mine(c *fiber.Ctx) error {
	o, p, err := x.Book.Own(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	v := mineView{P: shell.NewPage(c, shell.Lang(c).T("rating.thanks")), Token: c.Params("token"), O: o, Point: p}
	if c.Query("change") != "" && v.changeable() {
		return x.draw(c, fiber.StatusOK, x.changing(c, o, p))
	}
	v.Unit = x.unit(v.P, p.Unit)
	if v.Before, err = x.Book.Earlier(c.UserContext(), v.Token); err != nil {
		return err
	}
	if progress, ok, err := x.Book.Progress(c.UserContext(), o); err != nil {
		return err
	} else if ok {
		v.Case = &progress
	}
	return shell.Render(c, fiber.StatusOK, minePage(v))
}

// changing is the form with what was said filled in.
func (x *Pages) changing(c *fiber.Ctx, o rating.Opinion, p rating.Point) rateView {
	v := x.form(c, "/rate/mine/"+c.Params("token"), p, nil)
	v.Change = true
	if v.Level == o.Level {
		v.Chosen = o.Tags
	}
	return v
}

func (x *Pages) change(c *fiber.Ctx) error {
	w := x.word(c, "link")
	_, err := x.Book.Change(c.UserContext(), c.Params("token"), w)
	if err != nil {
		o, p, lost := x.Book.Own(c.UserContext(), c.Params("token"))
		if lost != nil {
			return lost
		}
		return x.again(c, x.changing(c, o, p), w, err)
	}
	shell.Flash(c, shell.Good, "rating.changed")
	return shell.SeeOther(c, "/rate/mine/"+c.Params("token"))
}

// steps are what the unit owes on a bad rating, and what it did.
func (v mineView) steps() []shell.Happening {
	p := v.P
	list := []shell.Happening{{Title: p.T("rating.step_given"), At: v.O.Given, Tone: shell.Good}}
	if v.Case == nil {
		return list
	}
	if v.Case.Contacted != nil {
		list = append(list, shell.Happening{Title: p.T("rating.step_contacted", locale.Args{"Unit": v.Unit}), At: *v.Case.Contacted, Tone: shell.Good})
	} else if v.Case.ContactDue != nil {
		list = append(list, shell.Happening{Title: p.T("rating.step_contact", locale.Args{"Unit": v.Unit}), At: *v.Case.ContactDue, Future: true})
	}
	if v.Case.Appealed {
		list = append(list, appealStep(p, *v.Case)...)
	}
	if v.Case.Replied != nil {
		list = append(list, shell.Happening{Title: p.T("rating.step_replied", locale.Args{"Unit": v.Unit}), At: *v.Case.Replied, Tone: shell.Good})
		list = append(list, shell.Happening{Title: p.T("rating.step_again"), At: *v.Case.Replied, Future: true, Text: p.T("rating.step_again_text")})
	} else if v.Case.RectifyDue != nil {
		list = append(list, shell.Happening{Title: p.T("rating.step_rectify", locale.Args{"Unit": v.Unit}), At: *v.Case.RectifyDue, Future: true})
	}
	return list
}

func appealStep(p shell.Page, k rating.Progress) []shell.Happening {
	switch {
	case k.Decided == nil:
		return []shell.Happening{{Title: p.T("rating.step_appealed"), At: p.Now, Future: true, Text: p.T("rating.step_appealed_text", locale.Args{"Days": rating.AppealDays})}}
	case k.Upheld:
		return []shell.Happening{{Title: p.T("rating.step_upheld"), At: *k.Decided, Text: k.Decision, Tone: shell.Note}}
	}
	return []shell.Happening{{Title: p.T("rating.step_not_upheld"), At: *k.Decided, Text: k.Decision, Tone: shell.Note}}
}
