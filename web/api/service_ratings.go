package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/rating"
)

// handled is the body of POST /api/v1/ratings/tokens: an item that was handled at a service point.
type handled struct {
	Point   string `json:"point"`
	Number  string `json:"number"`
	Round   int    `json:"round"`
	Matter  string `json:"matter"`
	Channel string `json:"channel"`
}

// ticket is the token that rates the item once.
type ticket struct {
	Token   string    `json:"token"`
	URL     string    `json:"url"`
	Point   string    `json:"point"`
	Number  string    `json:"number"`
	Round   int       `json:"round"`
	Expires time.Time `json:"expires_at"`
}

// issueToken hands out the token of a handled item. The program shows the token that was made for an account of the unit (huiyin user token); the same item and
// round, and the same Idempotency-Key, give the same token again.
func (x *Service) issueToken(c *fiber.Ctx) error {
	by, err := x.bearer(c)
	if err != nil {
		return err
	}
	var h handled
	if err := decodeStrict(c.Body(), &h); err != nil {
		return err
	}
	i, token, err := x.Services.Issue(c.UserContext(), by, rating.Item{Point: h.Point, Number: h.Number, Round: h.Round, Matter: h.Matter, Channel: h.Channel}, c.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(ticket{Token: token, URL: x.BaseURL + "/rate/for/" + token, Point: i.Point, Number: i.Number, Round: i.Round, Expires: i.Expires.In(x.City.TZ)})
}

// served is the body of POST /api/v1/ratings for the token of a handled item.
type served struct {
	Token string       `json:"token"`
	Level rating.Level `json:"satisfaction"`
	Tags  []string     `json:"tags"`
	Text  string       `json:"text"`
	Name  string       `json:"name"`
	Phone string       `json:"phone"`
}

// taken is what became of the rating of a service.
type taken struct {
	Point string       `json:"point"`
	Level rating.Level `json:"satisfaction"`
	Tags  []string     `json:"tags"`
	Own   string       `json:"own_url"` // where the resident sees what happens, and changes the rating for a day
	Case  bool         `json:"case"`    // a case was opened, since the rating is a bad one under a name
}

// itemToken reports whether a rating is of a handled item: its token names it, that of a case does not.
func itemToken(body []byte) bool {
	var t struct {
		Token string `json:"token"`
	}
	return json.NewDecoder(bytes.NewReader(body)).Decode(&t) == nil && strings.Contains(t.Token, ".")
}

// rateService keeps the one rating of a handled item: 201 for the first word, 200 with the kept one for any further.
func (x *Service) rateService(c *fiber.Ctx) error {
	var w served
	if err := decodeStrict(c.Body(), &w); err != nil {
		return err
	}
	g, err := x.Services.Rate(c.UserContext(), w.Token, rating.Word{Level: w.Level, Tags: w.Tags, Text: w.Text, Name: w.Name, Phone: w.Phone, Channel: "api"})
	if err != nil {
		x.rated.WithLabelValues(fault.KindOf(err).String()).Inc()
		return err
	}
	status, result := fiber.StatusCreated, "new"
	if g.Existing {
		status, result = fiber.StatusOK, "known"
	}
	x.rated.WithLabelValues(result).Inc()
	return c.Status(status).JSON(taken{Point: g.Point, Level: g.Level, Tags: g.Tags, Own: x.BaseURL + "/rate/mine/" + g.Token, Case: g.Case != nil})
}
