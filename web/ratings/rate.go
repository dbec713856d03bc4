package ratings

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/rating"
	"huiyin/web/shell"
)

// rateView asks for a rating: first the level, by five large links, then what belongs to it. It works without scripts.
type rateView struct {
	P      shell.Page
	Action string // address without language
	Point  rating.Point
	Unit   string
	Item   *rating.Item
	Level  rating.Level // 0: not chosen yet
	Tags   []rating.Tag
	Chosen []string
	Text   string
	Name   string
	Phone  string
	Opened string // when the page was handed out, signed
	Change bool   // of a rating given before
	Key    string
}

// to is the address that chooses a level.
func (v rateView) to(l rating.Level) string {
	more := ""
	if v.Change {
		more = "&change=1"
	}
	return v.P.Href(v.Action) + "?level=" + levelText(l) + more + "&o=" + v.Opened
}

// back is the address that chooses again.
func (v rateView) back() string {
	if v.Change {
		return v.P.Href(v.Action) + "?change=1"
	}
	return v.P.Href(v.Action)
}

// word reads what was sent.
func (x *Pages) word(c *fiber.Ctx, channel string) rating.Word {
	var tags []string
	for _, t := range c.Request().PostArgs().PeekMulti("tags") {
		tags = append(tags, string(t))
	}
	return rating.Word{
		Level: levelOf(c.FormValue("level")), Tags: tags, Text: c.FormValue("text"), Name: c.FormValue("name"), Phone: c.FormValue("phone"), Channel: channel,
		Key: shell.IdempotencyKey(c), Address: shell.Address(c), Device: shell.Address(c) + " " + c.Get(fiber.HeaderUserAgent), Opened: rating.OpenedAt(x.Keys, c.FormValue("opened")),
	}
}

func (x *Pages) form(c *fiber.Ctx, action string, p rating.Point, i *rating.Item) rateView {
	lang := shell.Lang(c)
	v := rateView{P: shell.NewPage(c, lang.T("rating.title")), Action: action, Point: p, Item: i, Level: levelOf(c.Query("level")), Opened: c.Query("o")}
	v.P.Section = "rate"
	v.Unit = x.unit(v.P, p.Unit)
	if rating.OpenedAt(x.Keys, v.Opened).IsZero() {
		v.Opened = rating.Opened(x.Keys, v.P.Now)
	}
	return v
}

func (x *Pages) draw(c *fiber.Ctx, status int, v rateView) error {
	if v.Level != 0 {
		v.Tags = rating.Tags().For(v.Point.Kind.Group(), v.Level)
	}
	return shell.Render(c, status, ratePage(v))
}

// again draws the form as it was sent, with what is to be corrected; done is false where err is none of the resident's making.
func (x *Pages) again(c *fiber.Ctx, v rateView, w rating.Word, err error) error {
	mistakes, ok := shell.Mistakes(v.P.Lang, err)
	if !ok {
		return err
	}
	v.P.Errors, v.Level, v.Chosen, v.Text, v.Name, v.Phone, v.Key, v.Opened = mistakes, w.Level, w.Tags, w.Text, w.Name, w.Phone, w.Key, c.FormValue("opened")
	return x.draw(c, shell.Status(err), v)
}

func (x *Pages) showPoint(c *fiber.Ctx) error {
	p, err := x.Book.Point(c.UserContext(), c.Params("point"))
	if err != nil {
		return err
	}
	if p.ClosedAt != nil {
		return fault.New(fault.Gone, "fault.point_closed")
	}
	return x.draw(c, fiber.StatusOK, x.form(c, "/rate/at/"+p.Code, p, nil))
}

func (x *Pages) ratePoint(c *fiber.Ctx) error {
	p, err := x.Book.Point(c.UserContext(), c.Params("point"))
	if err != nil {
		return err
	}
	channel := "poster"
	if p.Kind == rating.Terminal {
		channel = "terminal"
	}
	w := x.word(c, channel)
	g, err := x.Book.Walk(c.UserContext(), p.Code, w)
	if err != nil {
		return x.again(c, x.form(c, "/rate/at/"+p.Code, p, nil), w, err)
	}
	return shell.SeeOther(c, "/rate/mine/"+g.Token)
}

func (x *Pages) showItem(c *fiber.Ctx) error {
	i, p, err := x.Book.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	o, done, err := x.Book.OfItem(c.UserContext(), i.ID)
	if err != nil {
		return err
	}
	if done {
		return shell.SeeOther(c, "/rate/mine/"+x.Book.OwnToken(o.ID))
	}
	return x.draw(c, fiber.StatusOK, x.form(c, "/rate/for/"+c.Params("token"), p, &i))
}

func (x *Pages) rateItem(c *fiber.Ctx) error {
	i, p, err := x.Book.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	channel := "link"
	if i.Channel == "letter" || i.Channel == "sms" || i.Channel == "window" || i.Channel == "terminal" {
		channel = i.Channel
	}
	w := x.word(c, channel)
	g, err := x.Book.Rate(c.UserContext(), c.Params("token"), w)
	if err != nil {
		return x.again(c, x.form(c, "/rate/for/"+c.Params("token"), p, &i), w, err)
	}
	return shell.SeeOther(c, "/rate/mine/"+g.Token)
}
