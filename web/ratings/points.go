package ratings

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/skip2/go-qrcode"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rating"
	"huiyin/web/shell"
)

// pointsView lists the service points that somebody looks after.
type pointsView struct {
	P      shell.Page
	Points []rating.Point
	May    bool // make and change points, not only hand out tokens
	unit   func(casework.UnitCode) string
}

// pointView is one point, its form, and the form by which a handled item gets its token.
type pointView struct {
	P      shell.Page
	Point  rating.Point
	Unit   string
	Closes string
	May    bool
	Units  []shell.Choice // of a new point
	Item   rating.Item
	Issued *issued
	Form   string // the form that has the mistakes: point or item
}

// issued is a token that was handed out.
type issued struct {
	Item    rating.Item
	Address string
	Done    bool // rated already
}

func mayArrange(by casework.Actor) bool {
	return by.Has(casework.Admin, casework.Liaison, casework.Leader)
}

func (x *Pages) pointPage(c *fiber.Ctx, title string) (shell.Page, casework.Actor, error) {
	by, err := x.Actor(c)
	p := shell.NewPage(c, shell.Lang(c).T(title))
	p.Section = "points"
	return p, by, err
}

func (x *Pages) points(c *fiber.Ctx) error {
	p, by, err := x.pointPage(c, "rating.points")
	if err != nil {
		return err
	}
	v := pointsView{P: p, May: mayArrange(by), unit: func(u casework.UnitCode) string { return x.unit(p, u) }}
	if v.Points, err = x.Book.Points(c.UserContext(), by); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, pointsPage(v))
}

func (x *Pages) newPoint(c *fiber.Ctx) error {
	return x.drawNew(c, fiber.StatusOK, rating.Point{Kind: rating.Window, Closes: rating.DefaultCloses}, nil)
}

func (x *Pages) drawNew(c *fiber.Ctx, status int, point rating.Point, mistakes shell.Errors) error {
	p, by, err := x.pointPage(c, "rating.point_new")
	if err != nil {
		return err
	}
	if !mayArrange(by) {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	v := pointView{P: p, Point: point, Closes: calendar.Clock(point.Closes).String(), May: true, Form: "point"}
	v.P.Errors = mistakes
	for _, u := range x.City.Units() {
		if by.Has(casework.Admin) || slices.Contains(by.Units, u.Code) {
			v.Units = append(v.Units, shell.Choice{Value: string(u.Code), Label: x.unit(p, u.Code)})
		}
	}
	return shell.Render(c, status, newPointPage(v))
}

// pointOf reads the form of a point. A time that cannot be read is no time, and refused by the book.
func pointOf(c *fiber.Ctx) rating.Point {
	p := rating.Point{Unit: casework.UnitCode(c.FormValue("unit")), Kind: rating.Kind(c.FormValue("kind")), NameZH: c.FormValue("name_zh"), NameEN: c.FormValue("name_en"), PlaceZH: c.FormValue("place_zh"), PlaceEN: c.FormValue("place_en"), Closes: -1}
	if at, err := calendar.ParseClock(strings.TrimSpace(c.FormValue("closes"))); err == nil {
		p.Closes = int(at)
	}
	return p
}

func (x *Pages) openPoint(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	p := pointOf(c)
	code, err := x.Book.OpenPoint(c.UserContext(), by, p)
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		p.Closes = max(p.Closes, 0)
		return x.drawNew(c, shell.Status(err), p, mistakes)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "rating.point_opened")
	return shell.SeeOther(c, "/admin/points/"+code)
}

// mine finds the point of the address, where the reader looks after it.
func (x *Pages) ownPoint(c *fiber.Ctx, by casework.Actor) (rating.Point, error) {
	p, err := x.Book.Point(c.UserContext(), c.Params("code"))
	if err != nil {
		return p, err
	}
	if !by.Has(casework.Admin) && !slices.Contains(by.Units, p.Unit) {
		return p, fault.New(fault.NotFound, "fault.no_such_point")
	}
	return p, nil
}

func (x *Pages) point(c *fiber.Ctx) error {
	return x.drawPoint(c, fiber.StatusOK, nil, func(*pointView) {})
}

func (x *Pages) drawPoint(c *fiber.Ctx, status int, mistakes shell.Errors, fill func(*pointView)) error {
	p, by, err := x.pointPage(c, "rating.point")
	if err != nil {
		return err
	}
	v := pointView{P: p, May: mayArrange(by)}
	if v.Point, err = x.ownPoint(c, by); err != nil {
		return err
	}
	v.P.Title = v.Point.Name(p.Lang)
	v.P.Errors, v.P.Back = mistakes, "/admin/points"
	v.Unit = x.unit(p, v.Point.Unit)
	fill(&v)
	v.Closes = calendar.Clock(max(v.Point.Closes, 0)).String()
	return shell.Render(c, status, pointPage(v))
}

func (x *Pages) changePoint(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	p := pointOf(c)
	p.Code = c.Params("code")
	err = x.Book.ChangePoint(c.UserContext(), by, p)
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawPoint(c, shell.Status(err), mistakes, func(v *pointView) {
			v.Form = "point"
			v.Point.NameZH, v.Point.NameEN, v.Point.PlaceZH, v.Point.PlaceEN = p.NameZH, p.NameEN, p.PlaceZH, p.PlaceEN
		})
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "rating.point_changed")
	return shell.SeeOther(c, "/admin/points/"+p.Code)
}

func (x *Pages) closePoint(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	if err := x.Book.ClosePoint(c.UserContext(), by, c.Params("code"), c.FormValue("act") == "close"); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "rating.point_changed")
	return shell.SeeOther(c, "/admin/points/"+c.Params("code"))
}

// issue gives a handled item its token, and shows it as a code for the resident's telephone.
func (x *Pages) issue(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	i := rating.Item{Point: c.Params("code"), Number: c.FormValue("number"), Matter: c.FormValue("matter")}
	got, _, err := x.Book.Issue(c.UserContext(), by, i, "")
	if mistakes, ok := shell.Mistakes(shell.Lang(c), err); ok {
		return x.drawPoint(c, shell.Status(err), mistakes, func(v *pointView) { v.Form, v.Item = "item", i })
	}
	if err != nil {
		return err
	}
	return shell.SeeOther(c, "/admin/points/"+got.Point+"/item/"+got.ID.String())
}

// itemOf finds the item of the address, by the token that it would have.
func (x *Pages) itemOf(c *fiber.Ctx, by casework.Actor) (rating.Item, rating.Point, string, error) {
	p, err := x.ownPoint(c, by)
	if err != nil {
		return rating.Item{}, p, "", err
	}
	id, err := uuid.Parse(c.Params("item"))
	if err != nil {
		return rating.Item{}, p, "", fault.New(fault.NotFound, "fault.no_such_link")
	}
	token := x.Book.ItemToken(id)
	i, at, err := x.Book.ByToken(c.UserContext(), token)
	if err == nil && at.Code != p.Code {
		err = fault.New(fault.NotFound, "fault.no_such_link")
	}
	return i, p, token, err
}

func (x *Pages) item(c *fiber.Ctx) error {
	p, by, err := x.pointPage(c, "rating.item")
	if err != nil {
		return err
	}
	i, point, token, err := x.itemOf(c, by)
	if err != nil {
		return err
	}
	v := pointView{P: p, Point: point, Unit: x.unit(p, point.Unit), Issued: &issued{Item: i, Address: x.BaseURL + "/rate/for/" + token}}
	v.P.Back = "/admin/points/" + point.Code
	if _, v.Issued.Done, err = x.Book.OfItem(c.UserContext(), i.ID); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, itemPage(v))
}

func (x *Pages) itemQR(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	_, _, token, err := x.itemOf(c, by)
	if err != nil {
		return err
	}
	return sendQR(c, x.BaseURL+"/rate/for/"+token)
}

func (x *Pages) poster(c *fiber.Ctx) error {
	p, by, err := x.pointPage(c, "rating.poster")
	if err != nil {
		return err
	}
	v := pointView{P: p}
	if v.Point, err = x.ownPoint(c, by); err != nil {
		return err
	}
	v.P.Back = "/admin/points/" + v.Point.Code
	v.Unit = x.unit(p, v.Point.Unit)
	v.Issued = &issued{Address: x.BaseURL + "/rate/at/" + v.Point.Code}
	return shell.Render(c, fiber.StatusOK, posterPage(v))
}

func (x *Pages) pointQR(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	p, err := x.ownPoint(c, by)
	if err != nil {
		return err
	}
	return sendQR(c, x.BaseURL+"/rate/at/"+p.Code)
}

// qrSize is the width of a code in dots: sharp on paper at 95 mm.
const qrSize = 740

func sendQR(c *fiber.Ctx, address string) error {
	png, err := qrcode.Encode(address, qrcode.Medium, qrSize)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}

// sms is the text that another system may send to the resident.
func (v pointView) sms() string {
	return locale.ZH.T("rating.sms", locale.Args{"Unit": v.Unit, "Matter": v.Issued.Item.Matter, "Link": v.Issued.Address})
}
