package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// HandingOver says where a case goes that belongs to another city, and what goes along.
type HandingOver struct {
	ID      uuid.UUID       // of the handover; the package and all news of it carry it
	City    string          // the hotline that takes it, by name
	Reason  string          // why it belongs there
	Fields  []PersonalField // personal data that goes along; empty: the masked copy only
	Consent string          // how the resident agreed to that: phone, writing, counter; empty without fields
}

type handedData struct {
	Handover uuid.UUID       `json:"handover"`
	City     string          `json:"city"`
	Reason   string          `json:"reason"`
	Fields   []PersonalField `json:"fields,omitempty"`
	Consent  string          `json:"consent,omitempty"`
}

// HandOver gives a case that belongs to another city to that city's hotline, before any unit has it; a registered case is accepted in the same transaction.
// The case stays accepted and with our hotline, and its promise runs on: the resident asked us. Errors: fault.Conflict after dispatch.
func (d *Docket) HandOver(ctx context.Context, by Actor, ref Ref, h HandingOver) error {
	if err := need(!blank(h.Reason), "fault.reason_needed", "reason"); err != nil {
		return err
	}
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if w.c.State == Registered {
			if err := w.take(ctx, StepAccept, accept); err != nil {
				return err
			}
		}
		return w.take(ctx, StepHandOver, func(context.Context, *work) (any, error) {
			return handedData{Handover: h.ID, City: clean(h.City, 100), Reason: clean(h.Reason, 1000), Fields: h.Fields, Consent: h.Consent}, nil
		})
	})
}

// Abroad is what becomes of a case at the hotline that took it over.
type Abroad string

// What may be heard of a case handed over.
const (
	AbroadRegistered Abroad = "registered" // the receipt: their number and their promise
	AbroadDispatched Abroad = "dispatched" // a unit there has it
	AbroadInterim    Abroad = "interim"    // a word in between
	AbroadAnswered   Abroad = "answered"
	AbroadAgain      Abroad = "again" // they work on it once more
	AbroadClosed     Abroad = "closed"
	AbroadBack       Abroad = "back" // they do not answer it: it is ours again
	AbroadLate       Abroad = "late" // no receipt came in time
)

// AbroadWords lists what may be heard, in the order of a case's way.
var AbroadWords = []Abroad{AbroadRegistered, AbroadDispatched, AbroadInterim, AbroadAnswered, AbroadAgain, AbroadClosed, AbroadBack, AbroadLate}

// News is one thing heard of a case handed over.
type News struct {
	Handover uuid.UUID
	Seq      int64 // of this handover: the same one twice is kept once
	What     Abroad
	City     string
	Number   string    // theirs
	Due      time.Time // their promise; zero where they tell none
	Unit     string    // theirs, by name
	Text     string    // the answer, the word in between, or why it came back
}

type newsData struct {
	Handover uuid.UUID  `json:"handover"`
	Seq      int64      `json:"seq"`
	What     Abroad     `json:"what"`
	City     string     `json:"city"`
	Number   string     `json:"number,omitempty"`
	Due      *time.Time `json:"due,omitempty"`
	Unit     string     `json:"their_unit,omitempty"`
}

// Hear keeps what the other city's hotline tells of a case handed over. Its answer answers the case, which the resident then rates as one of ours;
// an answer to a case that is over, or that a unit of ours has by now, is kept as a word in between. News heard before change nothing.
func (d *Docket) Hear(ctx context.Context, ref Ref, n News) error {
	if !slices.Contains(AbroadWords, n.What) {
		return fmt.Errorf("unknown news %q of a handover", n.What)
	}
	return d.several(ctx, System, ref, func(ctx context.Context, w *work) error {
		var heard bool
		err := w.tx.QueryRow(ctx, `select exists (select 1 from event where case_id = $1 and step = 'abroad' and data ->> 'handover' = $2::text and data ->> 'seq' = $3::text and data ->> 'what' = $4::text)`,
			w.c.ID, n.Handover.String(), fmt.Sprint(n.Seq), n.What).Scan(&heard)
		if err != nil || heard {
			return err
		}
		answers := n.What == AbroadAnswered && !blank(n.Text) && (w.c.State == Registered || w.c.State == Accepted)
		err = w.take(ctx, StepAbroad, func(ctx context.Context, w *work) (any, error) {
			data := newsData{Handover: n.Handover, Seq: n.Seq, What: n.What, City: clean(n.City, 100), Number: clean(n.Number, 100), Unit: clean(n.Unit, 100)}
			if !n.Due.IsZero() {
				data.Due = &n.Due
			}
			if answers || blank(n.Text) {
				return data, nil
			}
			purpose := "interim"
			if n.What == AbroadBack {
				purpose = "internal" // the hotline decides what becomes of the case, and tells
			}
			return data, w.say(ctx, saying{author: "hotline", purpose: purpose, body: n.Text})
		})
		if err != nil || !answers {
			return err
		}
		return w.take(ctx, StepAnswer, answer(n.Text))
	})
}
