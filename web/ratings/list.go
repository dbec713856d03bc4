package ratings

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/rating"
	"huiyin/web/shell"
)

const inList = 100

// listView is what staff see of ratings: supervisors all, with what waits for them; a unit those of its own points. Everything is masked.
type listView struct {
	P      shell.Page
	View   rating.View
	Counts map[rating.View]int
	List   []rating.Listed
	Trends []rating.Trend
	Points map[string]rating.Point
	May    bool // clear doubts and note what was seen
	By     casework.Actor
	unit   func(casework.UnitCode) string
	Wrong  string // rating whose form has the mistake
}

func (x *Pages) list(c *fiber.Ctx) error { return x.drawList(c, fiber.StatusOK, "", nil) }

func (x *Pages) drawList(c *fiber.Ctx, status int, wrong string, mistakes shell.Errors) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("rating.list"))
	p.Section, p.Errors = "ratings", mistakes
	v := listView{P: p, View: rating.View(c.Query("view", string(rating.ViewAll))), May: by.Has(casework.Supervisor), By: by, Wrong: wrong, Points: map[string]rating.Point{}, unit: func(u casework.UnitCode) string { return x.unit(p, u) }}
	if wrong != "" {
		v.View = rating.ViewDoubtful
	}
	if !slices.Contains(rating.Views, v.View) {
		v.View = rating.ViewAll
	}
	ctx := c.UserContext()
	if v.Counts, err = x.Book.Counts(ctx, by); err != nil {
		return err
	}
	if v.List, err = x.Book.List(ctx, by, v.View, "", inList); err != nil {
		return err
	}
	if v.Trends, err = x.Book.Trends(ctx, by); err != nil {
		return err
	}
	points, err := x.Book.Points(ctx, by)
	if err != nil {
		return err
	}
	for _, one := range points {
		v.Points[one.Code] = one
	}
	return shell.Render(c, status, listPage(v))
}

func ratingOf(c *fiber.Ctx) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return id, fault.Wrap(fault.NotFound, "fault.no_such_link", err)
	}
	return id, nil
}

func (x *Pages) clear(c *fiber.Ctx) error {
	return x.settle(c, "rating.cleared", func(by casework.Actor, id uuid.UUID) error {
		return x.Book.Clear(c.UserContext(), by, id, c.FormValue("why-"+id.String()))
	}, rating.ViewDoubtful)
}

func (x *Pages) seen(c *fiber.Ctx) error {
	return x.settle(c, "rating.seen_kept", func(by casework.Actor, id uuid.UUID) error { return x.Book.See(c.UserContext(), by, id) }, rating.ViewUnseen)
}

func (x *Pages) settle(c *fiber.Ctx, done string, act func(casework.Actor, uuid.UUID) error, next rating.View) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := ratingOf(c)
	if err != nil {
		return err
	}
	switch err := act(by, id); {
	case fault.KeyOf(err) == "fault.rating_settled":
		shell.Flash(c, shell.Warn, "fault.rating_settled")
	case fault.KeyOf(err) == "fault.reason_needed":
		var mistakes shell.Errors
		mistakes.Add("why-"+id.String(), shell.Lang(c).T("fault.reason_needed"))
		return x.drawList(c, fiber.StatusUnprocessableEntity, id.String(), mistakes)
	case err != nil:
		return err
	default:
		shell.Flash(c, shell.Good, done)
	}
	return shell.SeeOther(c, "/console/ratings?view="+string(next))
}

func (v listView) tags(o rating.Opinion) string {
	var list []string
	for _, code := range o.Tags {
		list = append(list, rating.TagText(o.TagSet, code, v.P.Lang))
	}
	return strings.Join(list, v.P.T("rating.between_tags"))
}

func (v listView) doubts(o rating.Opinion) string {
	var list []string
	for _, d := range o.Suspect {
		list = append(list, v.P.T("rating.doubt_"+string(d)))
	}
	return strings.Join(list, v.P.T("rating.between_tags"))
}

// caseAddress is where the reader finds the case of a bad rating.
func (v listView) caseAddress(o rating.Opinion) string {
	if v.By.Unit == casework.Hotline {
		return "/console/case/" + o.Case.String()
	}
	return "/inbox/" + o.Case.String()
}
