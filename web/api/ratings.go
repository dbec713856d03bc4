package api

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/privacy"
	"huiyin/rating"
)

// word is the body of POST /api/v1/ratings.
type word struct {
	Token        string                `json:"token"`
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
	Tags         []string              `json:"tags"`
	Text         string                `json:"text"`
}

// effect is what a rating led to.
type effect struct {
	Number       string                `json:"number"`
	Round        int                   `json:"round"` // the round that was rated
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
	Redone       bool                  `json:"redone"`     // the case went back for another round
	Supervisor   bool                  `json:"supervisor"` // not solved, and the one redo was used before: a supervisor looks at it
}

// rate keeps a resident's word on one round. The token is good for one rating: the same word again is answered 200, another one is refused.
func (x *Service) rate(c *fiber.Ctx) error {
	if itemToken(c.Body()) {
		return x.rateService(c)
	}
	var w word
	dec := json.NewDecoder(bytes.NewReader(c.Body()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return fault.Wrap(fault.Invalid, "fault.json_form", err)
	}
	ctx := c.UserContext()
	id, round, err := x.Docket.ByRatingLink(ctx, w.Token)
	if err != nil {
		return err
	}
	by := casework.Resident(id)
	k, err := x.Docket.Case(ctx, by, id)
	if err != nil {
		return err
	}
	out := effect{Number: k.Number, Round: round, Solved: w.Solved, Satisfaction: w.Satisfaction}
	text := strings.TrimSpace(w.Text)
	masked, _ := privacy.Mask(text)
	known, err := x.saidBefore(ctx, by, id, round, w, masked)
	if err != nil {
		return err
	}
	if known {
		x.rated.WithLabelValues("known").Inc()
		return c.JSON(out)
	}
	set := ""
	if len(w.Tags) > 0 {
		set = rating.Tags().Version
		if w.Tags, err = rating.Tags().Choose(rating.Hotline, rating.Level(w.Satisfaction), w.Tags); err != nil {
			return err
		}
	}
	did, err := x.Desk.Rate(ctx, by, casework.Ref{ID: id}, casework.Rating{Tags: w.Tags, TagSet: set, Round: round, Solved: w.Solved, Satisfaction: w.Satisfaction, Text: casework.Masked{Original: text, Clear: masked}, Channel: casework.API})
	if err != nil {
		x.rated.WithLabelValues(fault.KindOf(err).String()).Inc()
		return err
	}
	x.rated.WithLabelValues("new").Inc()
	out.Redone, out.Supervisor = did.Redone, did.Spent
	return c.Status(fiber.StatusCreated).JSON(out)
}

// saidBefore tells whether this very word on this round is kept already.
func (x *Service) saidBefore(ctx context.Context, by casework.Actor, id casework.CaseID, round int, w word, masked string) (bool, error) {
	file, err := x.Docket.Dossier(ctx, by, id)
	if err != nil {
		return false, err
	}
	for _, r := range file.Ratings {
		if r.Round == round {
			return r.Solved == w.Solved && r.Satisfaction == w.Satisfaction && strings.TrimSpace(r.Body) == strings.TrimSpace(masked), nil
		}
	}
	return false, nil
}
