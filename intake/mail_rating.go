package intake

import (
	"context"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/rating/words"
)

// rateBy takes the answer to a letter as a rating, where it says one in plain words and the case can be rated, or its rating changed. Doubtful words wait for a
// person and are never guessed. done is false where the answer is something else.
func (d *Door) rateBy(ctx context.Context, id casework.CaseID, key casework.Key, m mail.Message, raw []byte) (done bool, err error) {
	text := strings.TrimSpace(m.Text)
	said := words.Parse(text)
	if !said.Spoken() || len(m.Attachments) > 0 {
		return false, nil
	}
	by := casework.Resident(id)
	f, err := d.docket.Dossier(ctx, by, id)
	if err != nil {
		return false, err
	}
	var before *casework.RatingView
	for i := range f.Ratings {
		if f.Ratings[i].Round == f.Case.Round {
			before = &f.Ratings[i]
		}
	}
	switch {
	case before == nil && !casework.Allowed(casework.StepRate, f.Case.State, by):
		return false, nil // there is nothing to rate yet
	case before != nil && d.now().Sub(before.At) > casework.ChangeRatingWithin:
		return false, nil
	case !said.Sure():
		return true, d.keepFor(ctx, casework.Kept{Key: key, Verdict: string(mail.Reply), Reason: "doubtful_rating", About: &id}, raw)
	}
	r := casework.Rating{Round: f.Case.Round, Solved: casework.Solved(said.Solved), Satisfaction: casework.Satisfaction(said.Level), Channel: casework.Email,
		Text: d.masked(cut(lines(text), casework.MaxBody), casework.Person{Name: m.From.Name, Email: m.From.Address}), Key: key, Raw: raw}
	if before == nil {
		_, err = d.desk.Rate(ctx, by, casework.Ref{ID: id}, r)
	} else {
		_, err = d.desk.ChangeRating(ctx, by, casework.Ref{ID: id}, r)
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.NotFound, fault.TooLarge:
		d.log.Info("the answer is no rating that can be kept", "case", id, "why", fault.KeyOf(err))
		return false, nil
	}
	if err == nil {
		d.log.Info("rated by letter", "case", id, "level", said.Level)
	}
	return err == nil, err
}
