package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
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

// Answer answers a case at the hotline itself (直接答复), without dispatch.
func (d *Docket) Answer(ctx context.Context, by Actor, ref Ref, text string) error {
	return d.step(ctx, by, ref, StepAnswer, answer(text))
}

func answer(text string) func(context.Context, *work) (any, error) {
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
		return nil, w.meet(ctx, ClockTotal)
	}
}

// Order is a dispatch (派单): one lead, the co-handlers, and the clocks promised for this leg.
// Whether the units may have the matter is decided before, by routing's duty lists.
type Order struct {
	Classification
	Lead      UnitCode
	Co        []UnitCode
	Clocks    []Promise // sign, contact, handle
	Advice    string    // for the units, not for the resident
	Suggested int       // 1 where the first proposal was taken, 2 the second …, 0 where the dispatcher chose freely
	Auto      bool
}

type dispatchData struct {
	Lead      UnitCode   `json:"lead"`
	Co        []UnitCode `json:"co,omitempty"`
	Kind      Kind       `json:"kind"`
	Category  string     `json:"category"`
	Territory string     `json:"territory"`
	Urgency   Urgency    `json:"urgency"`
	Due       time.Time  `json:"due"`
	Suggested int        `json:"suggested"`
	Auto      bool       `json:"auto,omitempty"`
	Advice    string     `json:"advice,omitempty"`
	Afresh    bool       `json:"afresh,omitempty"` // the dispatch before was recalled
}

// Dispatch sends a case to its lead unit; a registered case is accepted in the same transaction. Errors: fault.Conflict where the case is no longer with the hotline.
func (d *Docket) Dispatch(ctx context.Context, by Actor, ref Ref, o Order) error {
	if o.Lead == "" || o.Lead == Hotline {
		return fault.New(fault.Invalid, "fault.unit_needed").At("unit")
	}
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if w.c.State == Registered {
			if err := w.take(ctx, StepAccept, accept); err != nil {
				return err
			}
		}
		return w.take(ctx, StepDispatch, func(ctx context.Context, w *work) (any, error) {
			afresh, err := w.afresh(ctx)
			if err != nil {
				return nil, err
			}
			w.classify(o.Classification)
			w.c.State = Dispatched
			if err := w.cancelLeg(ctx); err != nil { // of the hotline's own turn, in a later round
				return nil, err
			}
			if err := w.openLeg(ctx, o.Lead, o.Co, o.Clocks); err != nil {
				return nil, err
			}
			return dispatchData{Lead: o.Lead, Co: o.Co, Kind: w.c.Kind, Category: w.c.Category, Territory: w.c.Territory, Urgency: w.c.Urgency,
				Due: due(o.Clocks, ClockHandle), Suggested: o.Suggested, Auto: o.Auto, Advice: clean(o.Advice, 1000), Afresh: afresh}, nil
		})
	})
}

// several takes more than one step on one locked case in one transaction. Other cases it must hold still are locked with it, in the
// order of their identifiers, so that two such transactions never wait for each other.
func (d *Docket) several(ctx context.Context, by Actor, ref Ref, run func(context.Context, *work) error, others ...CaseID) error {
	err := d.inOrder(ctx, by, func(tx pgx.Tx) error {
		if len(others) > 0 {
			if _, err := tx.Exec(ctx, `select from cases where id = any ($1) order by id for no key update`, append(others, ref.ID)); err != nil {
				return fmt.Errorf("lock cases: %w", err)
			}
		}
		w, err := d.lock(ctx, tx, by, ref, "")
		if err != nil {
			return err
		}
		return run(ctx, w)
	})
	if err == nil {
		d.woke()
	}
	return err
}

// openLeg makes a unit the lead and starts its clocks; a co-handler's due is never later than the lead's.
func (w *work) openLeg(ctx context.Context, lead UnitCode, co []UnitCode, clocks []Promise) error {
	c := w.c
	c.Leg++
	c.Owner, c.Lead = lead, &lead
	handle := due(clocks, ClockHandle)
	if handle.IsZero() {
		return fmt.Errorf("a dispatch needs a handle clock")
	}
	if err := w.join(ctx, lead, "lead", handle); err != nil {
		return err
	}
	for _, u := range co {
		if u == lead {
			continue
		}
		if err := w.join(ctx, u, "co", handle); err != nil {
			return err
		}
	}
	for _, p := range clocks {
		if err := startClock(ctx, w.tx, c.ID, c.Leg, lead, w.at, p); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) join(ctx context.Context, unit UnitCode, role string, due time.Time) error {
	_, err := w.tx.Exec(ctx, `insert into party (case_id, unit, role, leg, due_at, joined_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`, w.c.ID, unit, role, w.c.Leg, due, w.at)
	if pg.IsForeignKeyViolation(err, "") {
		return fault.Wrap(fault.Invalid, "fault.unit_needed", err).At("unit")
	}
	if err != nil {
		return fmt.Errorf("join %s: %w", unit, err)
	}
	return nil
}

// leave ends everybody's part in the case.
func (w *work) leave(ctx context.Context) error {
	_, err := w.tx.Exec(ctx, `update party set left_at = $2 where case_id = $1 and left_at is null`, w.c.ID, w.at)
	return err
}

func due(clocks []Promise, name string) time.Time { return promised(clocks, name).Due }

func promised(clocks []Promise, name string) Promise {
	for _, p := range clocks {
		if p.Name == name {
			return p
		}
	}
	return Promise{}
}

// end stops every clock of a case that ends without an answer by a unit: the total clock is met, the rest has no object.
func (w *work) end(ctx context.Context) error {
	if err := w.cancelLeg(ctx); err != nil {
		return err
	}
	return w.meet(ctx, ClockTotal)
}

// hotlineTurn gives the hotline a limit of its own for a case that came back after its first answer, when the total clock has ended: no case rests without a running clock.
func (w *work) hotlineTurn(ctx context.Context, p Promise) error {
	w.c.Leg++
	return startClock(ctx, w.tx, w.c.ID, w.c.Leg, Hotline, w.at, p)
}

// CoHandle adds co-handlers (会办) to a case a unit already has.
func (d *Docket) CoHandle(ctx context.Context, by Actor, ref Ref, units []UnitCode) error {
	return d.step(ctx, by, ref, StepCoHandle, func(ctx context.Context, w *work) (any, error) {
		if err := need(len(units) > 0, "fault.unit_needed", "unit"); err != nil {
			return nil, err
		}
		var handle time.Time
		if err := w.tx.QueryRow(ctx, `select due_at from clock where case_id = $1 and leg = $2 and name = 'handle'`, w.c.ID, w.c.Leg).Scan(&handle); err != nil {
			return nil, err
		}
		for _, u := range units {
			if u == w.c.lead() {
				return nil, fault.New(fault.Invalid, "fault.lead_cannot_assist").At("unit")
			}
			if err := w.join(ctx, u, "co", handle); err != nil {
				return nil, err
			}
		}
		return map[string]any{"co": units}, nil
	})
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
}

// FollowUp records a call-back by somebody other than the handlers.
func (d *Docket) FollowUp(ctx context.Context, by Actor, ref Ref, f FollowUpResult) error {
	return d.step(ctx, by, ref, StepFollowUp, func(ctx context.Context, w *work) (any, error) {
		if err := need(f.Solved == "" || slices.Contains(solvedWords, f.Solved), "fault.solved_needed", "solved"); err != nil {
			return nil, err
		}
		if err := need(f.Satisfaction >= 0 && f.Satisfaction <= 5, "fault.satisfaction_needed", "satisfaction"); err != nil {
			return nil, err
		}
		if err := w.notHandler(ctx); err != nil {
			return nil, err
		}
		if w.c.State == Merged {
			return f, w.needMasterAnswer(ctx)
		}
		if f.Reached {
			w.c.State = FollowedUp
		}
		return f, nil
	})
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

// Merge joins a duplicate to its master (并单). The duplicate keeps its number, code, words and resident, who follows the master's course, hears
// its answer and may rate it; "not solved" takes the case out again, for a round of its own.
func (d *Docket) Merge(ctx context.Context, by Actor, ref Ref, master CaseID) error {
	if master == ref.ID {
		return fault.New(fault.Invalid, "fault.merge_self").At("master")
	}
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		return w.take(ctx, StepMerge, func(ctx context.Context, w *work) (any, error) {
			if err := w.mayMerge(ctx, master); err != nil {
				return nil, err
			}
			return w.merge(ctx, master, "")
		})
	}, master)
}

type mergeData struct {
	Master CaseID `json:"master"`
	With   string `json:"with,omitempty"` // all: with every other of its place and matter
}

func (w *work) merge(ctx context.Context, master CaseID, with string) (any, error) {
	w.c.State, w.c.MergedInto, w.c.ClosedAt = Merged, &master, &w.at
	if err := w.d.issueRatingToken(ctx, w.tx, w.c.ID, w.c.Round, w.at); err != nil {
		return nil, err
	}
	return mergeData{Master: master, With: with}, w.end(ctx)
}

// mayMerge holds two cases against each other, both locked: nobody may be left following a case that goes nowhere.
func (w *work) mayMerge(ctx context.Context, master CaseID) error {
	var state State
	var followed bool
	err := w.tx.QueryRow(ctx, `select state, exists (select 1 from cases where merged_into = $2) from cases where id = $1`, master, w.c.ID).Scan(&state, &followed)
	switch {
	case errors.Is(err, pgx.ErrNoRows), state == Withdrawn, state == Declined, state == Redirected, state == Terminated:
		return fault.Wrap(fault.Invalid, "fault.no_such_master", err).At("master")
	case err != nil:
		return fmt.Errorf("read master: %w", err)
	case state == Merged || state == Archived:
		return fault.New(fault.Invalid, "fault.master_is_merged").At("master")
	case followed:
		return fault.New(fault.Conflict, "fault.has_duplicates")
	}
	return nil
}

// Unmerge takes a merge back; the case is with the hotline again, its first promise unchanged and running as if the merge had not been.
func (d *Docket) Unmerge(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepUnmerge, unmerge)
}

func unmerge(ctx context.Context, w *work) (any, error) {
	w.c.State, w.c.MergedInto, w.c.ClosedAt = Accepted, nil, nil
	_, err := w.tx.Exec(ctx, `update clock set met_at = null where case_id = $1 and name = 'total'`, w.c.ID)
	return nil, err
}

// Close ends a case whose resident has been heard, or could not be reached (办结). It says nothing about satisfaction.
func (d *Docket) Close(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepClose, func(ctx context.Context, w *work) (any, error) {
		w.c.State, w.c.ClosedAt, w.c.Owner = Closed, &w.at, Hotline
		return nil, w.leave(ctx)
	})
}

// Archive puts an ended case to rest (归档).
func (d *Docket) Archive(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepArchive, func(_ context.Context, w *work) (any, error) {
		w.c.State = Archived
		return nil, nil
	})
}
