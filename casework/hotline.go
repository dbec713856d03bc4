package casework

import (
	"context"
	"fmt"
	"slices"

	"huiyin/fault"
)

// Classification is what an operator decides a case is about; empty fields stay as they are.
type Classification struct {
	Kind      Kind     `json:"kind,omitempty"`
	Category  string   `json:"category,omitempty"`
	Territory string   `json:"territory,omitempty"`
	Urgency   Urgency  `json:"urgency,omitempty"`
	Secret    *bool    `json:"secret,omitempty"`
	Tags      []string `json:"tags,omitempty"`
}

// named lists what a person said of a case.
func (k Classification) named() []string {
	var all []string
	for _, one := range []struct{ name, value string }{{"kind", string(k.Kind)}, {"category", k.Category}, {"territory", k.Territory}, {"urgency", string(k.Urgency)}} {
		if one.value != "" {
			all = append(all, one.name)
		}
	}
	return all
}

func (w *work) classify(k Classification) {
	c := w.c
	if k.Kind != "" {
		c.Kind = k.Kind
	}
	if k.Category != "" {
		c.Category = k.Category
	}
	if k.Territory != "" {
		c.Territory = k.Territory
	}
	if k.Urgency != "" {
		c.Urgency = k.Urgency
	}
	if k.Secret != nil {
		c.Secret = *k.Secret
		c.Publish = c.Publish && !c.Secret
	}
}

// Accept takes a registered case in (受理).
func (d *Docket) Accept(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepAccept, accept)
}

func accept(_ context.Context, w *work) (any, error) {
	w.c.State = Accepted
	return nil, nil
}

// Classify corrects what a case is about, before dispatch.
func (d *Docket) Classify(ctx context.Context, by Actor, ref Ref, k Classification) error {
	return d.step(ctx, by, ref, StepClassify, func(_ context.Context, w *work) (any, error) {
		w.classify(k)
		return k, nil
	})
}

// Decline does not accept a case, and names the channel that is right for it (Beijing ordinance of 2021, article 11).
// told is the sentence for the resident: which channel, and why.
func (d *Docket) Decline(ctx context.Context, by Actor, ref Ref, reason DeclineReason, told string) error {
	return d.step(ctx, by, ref, StepDecline, func(ctx context.Context, w *work) (any, error) {
		if err := need(slices.Contains(DeclineReasons, reason), "fault.reason_needed", "reason"); err != nil {
			return nil, err
		}
		if err := need(!blank(told), "fault.channel_needed", "told"); err != nil {
			return nil, err
		}
		w.c.State, w.c.Told = Declined, clean(told, 1000)
		w.c.ClosedAt = &w.at
		return map[string]any{"reason": reason}, w.end(ctx)
	})
}

// Redirect hands a danger to an emergency line at once.
func (d *Docket) Redirect(ctx context.Context, by Actor, ref Ref, number string) error {
	return d.step(ctx, by, ref, StepRedirect, func(ctx context.Context, w *work) (any, error) {
		if err := need(slices.Contains(EmergencyNumbers, number), "fault.emergency_number", "number"); err != nil {
			return nil, err
		}
		w.c.State, w.c.Told = Redirected, number
		w.c.ClosedAt = &w.at
		return map[string]any{"number": number}, w.end(ctx)
	})
}

// Answer answers a case at the hotline itself (直接答复), without dispatch; with names the articles of the knowledge base that it stands on.
func (d *Docket) Answer(ctx context.Context, by Actor, ref Ref, text string, with ...Cite) error {
	return d.step(ctx, by, ref, StepAnswer, answer(text, with...))
}

func answer(text string, with ...Cite) func(context.Context, *work) (any, error) {
	return func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(text), "fault.answer_needed", "text"); err != nil {
			return nil, err
		}
		w.c.State, w.c.RepliedAt = Answered, &w.at
		if err := w.say(ctx, saying{author: "hotline", purpose: "answer", body: text}); err != nil {
			return nil, err
		}
		if err := w.d.issueRatingToken(ctx, w.tx, w.c.ID, w.c.Round, w.at); err != nil {
			return nil, err
		}
		if err := w.meet(ctx, ClockHandle); err != nil {
			return nil, err
		}
		return answeredData{With: with}, w.meet(ctx, ClockTotal)
	}
}

// end stops every clock of a case that ends without an answer by a unit: the total clock is met, the rest has no object.
func (w *work) end(ctx context.Context) error {
	if err := w.cancelLeg(ctx); err != nil {
		return err
	}
	return w.meet(ctx, ClockTotal)
}

// Review passes a reply (审核); a failed review is a Redo.
func (d *Docket) Review(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepReview, func(_ context.Context, w *work) (any, error) {
		w.c.State = Reviewed
		return nil, nil
	})
}

// FollowUpResult is what a call-back learned (回访). Silence is never "satisfied".
type FollowUpResult struct {
	Reached      bool         `json:"reached"`
	Contacted    *bool        `json:"contacted,omitempty"` // did the unit contact the resident
	Solved       Solved       `json:"solved,omitempty"`
	Satisfaction Satisfaction `json:"satisfaction,omitempty"`
	Last         bool         `json:"last,omitempty"` // set by FollowUp: the last of the tries reached nobody either
}

// FollowUp records a call-back by somebody other than the handlers. After the last of the tries that the policy asks for, a case whose resident was not reached is
// closed as such; one whose reply waits for its review is closed by SweepClose's time. Errors: fault.Conflict "fault.called_too_soon" for a call in vain at an hour that was tried.
func (d *Docket) FollowUp(ctx context.Context, by Actor, ref Ref, f FollowUpResult) error {
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if err := w.take(ctx, StepFollowUp, followUp(&f)); err != nil {
			return err
		}
		if !f.Last || w.c.State != Answered && w.c.State != Reviewed {
			return nil
		}
		w.by = System
		return w.take(ctx, StepClose, shut)
	})
}

func followUp(f *FollowUpResult) func(context.Context, *work) (any, error) {
	return func(ctx context.Context, w *work) (any, error) {
		if err := need(f.Solved == "" || slices.Contains(solvedWords, f.Solved), "fault.solved_needed", "solved"); err != nil {
			return nil, err
		}
		if err := need(f.Satisfaction >= 0 && f.Satisfaction <= 5, "fault.satisfaction_needed", "satisfaction"); err != nil {
			return nil, err
		}
		if err := w.notHandler(ctx); err != nil {
			return nil, err
		}
		f.Last = false
		if !f.Reached {
			var err error
			if f.Last, err = w.tried(ctx); err != nil {
				return nil, err
			}
		}
		if w.c.State == Merged {
			return f, w.needMasterAnswer(ctx)
		}
		if f.Reached {
			w.c.State = FollowedUp
		}
		if !f.Reached && !f.Last {
			return f, nil
		}
		return f, w.meet(ctx, ClockFollowUp)
	}
}

// notHandler refuses staff who had a hand in the handling: neither a call-back nor the resident's word passes through them.
func (w *work) notHandler(ctx context.Context) error {
	if w.by.Kind != ByStaff {
		return nil
	}
	var handled bool
	err := w.tx.QueryRow(ctx, `select exists (select 1 from event where case_id in ($1, $3) and staff_id = $2 and step in ('sign','contact','begin','reply','answer'))`, w.c.ID, w.by.StaffID, w.c.MergedInto).Scan(&handled)
	if err == nil && handled {
		return fault.New(fault.Forbidden, "fault.handler_cannot_follow_up")
	}
	return err
}

// Redo sends a case back for another round (重办): the unit's clocks start anew, the total clock runs on, the first round's result is kept.
// A case the hotline answered itself goes back to the hotline.
func (d *Docket) Redo(ctx context.Context, by Actor, ref Ref, reason string, clocks []Promise) error {
	return d.step(ctx, by, ref, StepRedo, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(reason), "fault.reason_needed", "reason"); err != nil {
			return nil, err
		}
		return redo(ctx, w, clocks, clean(reason, 1000))
	})
}

func redo(ctx context.Context, w *work, clocks []Promise, reason string) (any, error) {
	c := w.c
	if c.State == Merged { // the answer given to all did not serve this one: the case goes its own way, and the others keep theirs
		if err := w.needMasterAnswer(ctx); err != nil {
			return nil, err
		}
		c.MergedInto = nil
	}
	if err := w.cancelLeg(ctx); err != nil { // of the call-back
		return nil, err
	}
	c.Round++
	c.Pending, c.Designated, c.ClosedAt = nil, false, nil
	lead := c.lead()
	if err := w.leave(ctx); err != nil {
		return nil, err
	}
	data := map[string]any{"lead": lead}
	if w.by.Kind == ByStaff {
		data["reason"] = reason
	}
	if lead == "" {
		c.State, c.Owner = Accepted, Hotline
		again := promised(clocks, ClockHandle)
		if again.Due.IsZero() {
			return nil, fmt.Errorf("a redo needs a handle clock")
		}
		return data, w.hotlineTurn(ctx, again)
	}
	c.State = Dispatched
	return data, w.openLeg(ctx, lead, nil, clocks)
}

// Supervise raises the supervision level of a case (督办): routine, listed or summons.
func (d *Docket) Supervise(ctx context.Context, by Actor, ref Ref, level, reason string) error {
	return d.step(ctx, by, ref, StepSupervise, func(_ context.Context, w *work) (any, error) {
		if err := need(slices.Contains([]string{"routine", "listed", "summons"}, level), "fault.level_needed", "level"); err != nil {
			return nil, err
		}
		if err := need(!blank(reason), "fault.reason_needed", "reason"); err != nil {
			return nil, err
		}
		w.c.Supervised = &level
		return map[string]any{"level": level, "reason": clean(reason, 1000)}, nil
	})
}

// Close ends a case whose resident has been heard, or could not be reached (办结). It says nothing about satisfaction.
func (d *Docket) Close(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepClose, shut)
}

// Archive puts an ended case to rest (归档).
func (d *Docket) Archive(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepArchive, func(_ context.Context, w *work) (any, error) {
		w.c.State = Archived
		return nil, nil
	})
}
