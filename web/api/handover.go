package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/handover"
	"huiyin/web/shell"
)

// Handovers answers the hotlines of other cities: packages, news, and who we are. What it takes is signed; nobody signs in.
type Handovers struct {
	Service *handover.Service
	BaseURL string // as the world reaches the service, without a slash at the end
	City    string // our name
}

// Routes are the addresses for other hotlines.
func (x *Handovers) Routes() []shell.Route {
	return []shell.Route{
		{Method: fiber.MethodPost, Path: handover.PathCases, Handler: x.take, Door: shell.API, Private: true, Body: handover.MaxMessage, Limit: shell.Limit{Name: "handovers", Max: 300, Per: time.Minute}},
		{Method: fiber.MethodPost, Path: handover.PathNews, Handler: x.hear, Door: shell.API, Private: true, Limit: shell.Limit{Name: "handover_news", Max: 1200, Per: time.Minute}},
		{Method: fiber.MethodPost, Path: handover.PathWords, Handler: x.hearWord, Door: shell.API, Private: true, Limit: shell.Limit{Name: "handover_words", Max: 1200, Per: time.Minute}},
		{Path: handover.PathKey, Handler: x.identity, Door: shell.API, MaxAge: time.Minute},
	}
}

// take answers a package with the signed receipt, 201 or, for one that was here before, the same again.
func (x *Handovers) take(c *fiber.Ctx) error {
	receipt, err := x.Service.Take(c.UserContext(), c.Body())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Status(fiber.StatusCreated).Send(receipt)
}

// heard answers news that are kept.
type heard struct {
	Heard bool `json:"heard"`
}

func (x *Handovers) hear(c *fiber.Ctx) error {
	if err := x.Service.Heard(c.UserContext(), c.Body()); err != nil {
		return err
	}
	return c.JSON(heard{Heard: true})
}

func (x *Handovers) hearWord(c *fiber.Ctx) error {
	if err := x.Service.HeardWord(c.UserContext(), c.Body()); err != nil {
		return err
	}
	return c.JSON(heard{Heard: true})
}

// card is how other hotlines enter us as a partner.
type card struct {
	Version   int    `json:"version"`
	Code      string `json:"code"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"` // base64
}

func (x *Handovers) identity(c *fiber.Ctx) error {
	own, err := x.Service.Identity(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(card{Version: 1, Code: own.Code, Name: x.City, URL: x.BaseURL, Algorithm: "Ed25519", Key: handover.FormatKey(own.Key)})
}
