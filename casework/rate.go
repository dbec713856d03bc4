package casework

import (
	"context"
	"fmt"
	"slices"

	"huiyin/fault"
	"huiyin/pg"
)

// Rating is the resident's word on one round of handling (评价): once a round.
type Rating struct {
	Round        int
	Solved       Solved
	Satisfaction Satisfaction
	Tags         []string // codes of fixed answers, of TagSet
	TagSet       string
	Text         Masked // comment; the new facts where the matter is not solved
	Channel      Channel
	Doubts       []string  // why it is counted apart, as package rating names it; empty: it counts
	Key          Key       // of the message it came by, which is kept with the case: the same one twice is one rating; zero: not checked
	Raw          []byte    // that message
	RedoClocks   []Promise // the unit's clocks, should the word start another round
	Rectify      bool      // that round rectifies a bad rating under the resident's name: the unit may not return it
}

// RatingEffect tells what a rating led to.
type RatingEffect struct {
	Redone bool // the case went back for another round
	Spent  bool // not solved, but the one redo by the resident was used before: a supervisor looks at it
}

type ratingData struct {
	Of           int          `json:"of"` // the round that was rated
	Solved       Solved       `json:"solved"`
	Satisfaction Satisfaction `json:"satisfaction"`
	Tags         []string     `json:"tags,omitempty"`
	Channel      Channel      `json:"channel"`
	Doubts       []string     `json:"doubts,omitempty"`
	WithText     bool         `json:"with_text"`
}

// Bad reports whether this is a bad rating (差评).
func (s Satisfaction) Bad() bool { return s == 1 || s == 2 }

// back reports whether the word sends the case back: not solved, or a bad rating that is to be rectified.
func (r Rating) back() bool { return r.Solved == SolvedNo || r.Satisfaction.Bad() && r.Rectify }

func (r Rating) check() error {
	// Only a letter's plain words may leave open whether the matter is solved: a form asks.
	if !slices.Contains(solvedWords, r.Solved) && (r.Solved != "" || r.Channel != Email) {
		return fault.New(fault.Invalid, "fault.solved_needed").At("solved")
	}
	if r.Satisfaction < 1 || r.Satisfaction > 5 {
		return fault.New(fault.Invalid, "fault.satisfaction_needed").At("satisfaction")
	}
	if r.Solved == SolvedNo && blank(r.Text.Original) {
		return fault.New(fault.Invalid, "fault.new_facts_needed").At("text")
	}
	if r.TagSet != "" && r.Satisfaction.Bad() && len(r.Tags) == 0 && blank(r.Text.Original) {
		return fault.New(fault.Invalid, "fault.tag_needed").At("tags")
	}
	return r.Text.fits("text", MaxBody)
}

// Rate keeps the resident's word, and sends the case back once when it is "not solved" with new facts, or a bad rating to be rectified. Errors: fault.Conflict where this round was rated before.
func (d *Docket) Rate(ctx context.Context, by Actor, ref Ref, r Rating) (RatingEffect, error) {
	var effect RatingEffect
	if err := r.check(); err != nil {
		return effect, err
	}
	err := d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		effect = RatingEffect{}
		if r.Round != 0 && r.Round != w.c.Round {
			return fault.New(fault.Conflict, "fault.round_over")
		}
		err := w.take(ctx, StepRate, func(ctx context.Context, w *work) (any, error) { return w.rate(ctx, r) })
		if err != nil || !r.back() {
			return err
		}
		effect, err = w.sendBack(ctx, r)
		return err
	})
	if pg.IsUniqueViolation(err, "submission_pkey") {
		return effect, nil
	}
	if pg.IsUniqueViolation(err, "rating_pkey") {
		err = fault.Wrap(fault.Conflict, "fault.rated_before", err)
	}
	return effect, err
}

// sendBack starts another round by the resident's word, once a case.
func (w *work) sendBack(ctx context.Context, r Rating) (effect RatingEffect, err error) {
	var used bool
	err = w.tx.QueryRow(ctx, `select exists (select 1 from event where case_id = $1 and step = 'redo' and actor = 'resident')`, w.c.ID).Scan(&used)
	if err != nil {
		return effect, err
	}
	if used {
		effect.Spent = true
		return effect, nil
	}
	effect.Redone = true
	return effect, w.take(ctx, StepRedo, func(ctx context.Context, w *work) (any, error) {
		data, err := redo(ctx, w, r.RedoClocks, "")
		w.c.Designated = r.Rectify && w.c.lead() != ""
		return data, err
	})
}

func (w *work) rate(ctx context.Context, r Rating) (any, error) {
	if r.Key != (Key{}) {
		if err := w.keepRaw(ctx, Addition{Key: r.Key, Channel: r.Channel, Raw: r.Raw}); err != nil {
			return nil, err
		}
	}
	if err := w.notHandler(ctx); err != nil {
		return nil, err
	}
	if w.c.State == Merged {
		if err := w.needMasterAnswer(ctx); err != nil {
			return nil, err
		}
	}
	sealed, err := w.sealRating(ctx, r)
	if err != nil {
		return nil, err
	}
	_, err = w.tx.Exec(ctx, `insert into rating (case_id, round, at, channel, solved, satisfaction, tags, tag_set, body, sealed, suspect) values ($1, $2, $3, $4, $5, $6, coalesce($7::text[], '{}'), $8, $9, $10, coalesce($11::text[], '{}'))`,
		w.c.ID, w.c.Round, w.at, r.Channel, r.Solved, r.Satisfaction, r.Tags, r.TagSet, clean(r.Text.Clear, MaxBody), sealed, r.Doubts)
	if err != nil {
		return nil, fmt.Errorf("keep rating: %w", err)
	}
	if w.c.State != Closed && w.c.State != Merged {
		w.c.State = Rated
		if err := w.meet(ctx, ClockFollowUp); err != nil {
			return nil, err
		}
	}
	said := r.data(w.c.Round)
	said.Doubts = r.Doubts
	return said, nil
}

func (r Rating) data(round int) ratingData {
	return ratingData{Of: round, Solved: r.Solved, Satisfaction: r.Satisfaction, Tags: r.Tags, Channel: r.Channel, WithText: !blank(r.Text.Original)}
}

// sealRating seals the words of a rating and says them in the case; nil where there are none.
func (w *work) sealRating(ctx context.Context, r Rating) ([]byte, error) {
	if blank(r.Text.Original) {
		return nil, nil
	}
	key, err := w.d.dataKey(ctx, w.tx, w.c.ID)
	if err != nil {
		return nil, err
	}
	sealed := key.Seal("rating", w.c.ID.String(), []byte(r.Text.Original))
	return sealed, w.say(ctx, saying{author: "resident", purpose: "rating", body: r.Text.Clear, original: r.Text.Original})
}
