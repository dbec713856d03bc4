package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"huiyin/fault"
	"huiyin/pg"
)

// ChangeRatingWithin is how long after the first word a resident may say something else (domain study 5).
const ChangeRatingWithin = 24 * time.Hour

// ChangeRating replaces what the resident said of a round, within ChangeRatingWithin of the first word: the later counts, the earlier stays in the history. The same again changes
// nothing. A word that would have sent the case back does so now, if the round is still the present one. Errors: fault.NotFound where the round was not rated,
// fault.Conflict "fault.rating_final" after that time.
func (d *Docket) ChangeRating(ctx context.Context, by Actor, ref Ref, r Rating) (RatingEffect, error) {
	var effect RatingEffect
	if by.Kind != ByResident {
		return effect, fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if err := r.check(); err != nil {
		return effect, err
	}
	err := d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		effect = RatingEffect{}
		var old Rating
		var first time.Time
		err := w.tx.QueryRow(ctx, `select at, solved, satisfaction, tags, body from rating where case_id = $1 and round = $2`, w.c.ID, r.Round).Scan(&first, &old.Solved, &old.Satisfaction, &old.Tags, &old.Text.Clear)
		if pg.IsNoRows(err) {
			return fault.New(fault.NotFound, "fault.no_such_link")
		}
		if err != nil {
			return fmt.Errorf("read rating: %w", err)
		}
		if w.at.Sub(first) > ChangeRatingWithin {
			return fault.New(fault.Conflict, "fault.rating_final")
		}
		if old.Solved == r.Solved && old.Satisfaction == r.Satisfaction && slices.Equal(old.Tags, r.Tags) && old.Text.Clear == clean(r.Text.Clear, MaxBody) {
			if r.Key == (Key{}) {
				return nil
			}
			return w.keepRaw(ctx, Addition{Key: r.Key, Channel: r.Channel, Raw: r.Raw})
		}
		err = w.take(ctx, StepRerate, func(ctx context.Context, w *work) (any, error) { return w.rerate(ctx, r) })
		if err != nil || !r.back() || w.c.Round != r.Round || !slices.Contains(Lifecycle[StepRedo].From, w.c.State) {
			return err
		}
		effect, err = w.sendBack(ctx, r)
		return err
	})
	if pg.IsUniqueViolation(err, "submission_pkey") {
		return effect, nil
	}
	return effect, err
}

func (w *work) rerate(ctx context.Context, r Rating) (any, error) {
	if r.Key != (Key{}) {
		if err := w.keepRaw(ctx, Addition{Key: r.Key, Channel: r.Channel, Raw: r.Raw}); err != nil {
			return nil, err
		}
	}
	sealed, err := w.sealRating(ctx, r)
	if err != nil {
		return nil, err
	}
	_, err = w.tx.Exec(ctx, `insert into rating_before (case_id, round, version, at, channel, solved, satisfaction, tags, tag_set, body, sealed)
		select case_id, round, version, coalesce(changed_at, at), channel, solved, satisfaction, tags, tag_set, body, sealed from rating where case_id = $1 and round = $2`, w.c.ID, r.Round)
	if err != nil {
		return nil, fmt.Errorf("keep what was said before: %w", err)
	}
	_, err = w.tx.Exec(ctx, `update rating set changed_at = $3, version = version + 1, channel = $4, solved = $5, satisfaction = $6, tags = coalesce($7::text[], '{}'), tag_set = $8, body = $9, sealed = $10 where case_id = $1 and round = $2`,
		w.c.ID, r.Round, w.at, r.Channel, r.Solved, r.Satisfaction, r.Tags, r.TagSet, clean(r.Text.Clear, MaxBody), sealed)
	if err != nil {
		return nil, fmt.Errorf("change rating: %w", err)
	}
	return r.data(r.Round), nil
}

// RatingBefore is what a resident said of a round before it was changed, masked.
type RatingBefore struct {
	Round        int
	Version      int
	At           time.Time
	Solved       Solved
	Satisfaction Satisfaction
	Tags         []string
	TagSet       string
	Body         string
}
