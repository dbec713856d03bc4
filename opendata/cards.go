package opendata

import (
	"context"
	"fmt"
	"time"

	"huiyin/privacy"
	"huiyin/supervision"
)

// cases are the public cards: what privacy.Publish lets out of a case whose resident agreed, and nothing else.
var cases = Set{Key: "cases", Every: "CONT", Monthly: true, Columns: []Column{
	{Name: "number", Type: Text, Mean: "card"},
	{Name: "filed_on", Type: Date},
	{Name: "district", Type: Text, Empty: "place"},
	{Name: "street", Type: Text, Empty: "place"},
	{Name: "category", Type: Text, Empty: "matter", Mean: "matter"},
	{Name: "kind", Type: Text},
	{Name: "unit", Type: Text, Mean: "last_unit"},
	{Name: "outcome", Type: Text},
	{Name: "kept", Type: Text},
	{Name: "solved", Type: Text, Empty: "unsaid"},
	{Name: "satisfaction", Type: Integer, Unit: "level", Empty: "unsaid"},
	{Name: "rounds", Type: Integer, Unit: "times"},
}, state: cardState, list: cardMonths, rows: func(ctx context.Context, r *Reading, give each) error {
	return r.cards(ctx, func(k privacy.Card) error {
		var level any
		if k.Satisfaction > 0 {
			level = int(k.Satisfaction)
		}
		return give(Row{k.Number, k.FiledOn, orNil(k.District), orNil(k.Street), orNil(k.Category), string(k.Kind), string(k.Unit), string(k.Outcome), string(k.Kept), orNil(k.Solved), level, k.Rounds}, nil)
	})
}}

// events are the steps of the public cards, by the day: the hour, which a card tells, is not needed for what they are read for, and would make it easier to find a card's count row.
var events = Set{Key: "events", Every: "CONT", Monthly: true, Columns: []Column{
	{Name: "number", Type: Text, Mean: "card"},
	{Name: "place", Type: Integer, Unit: "order", Mean: "order"},
	{Name: "day", Type: Date, Mean: "event_day"},
	{Name: "step", Type: Text},
	{Name: "unit", Type: Text, Empty: "resident", Mean: "step_unit"},
}, state: cardState, list: cardMonths, rows: func(ctx context.Context, r *Reading, give each) error {
	return r.cards(ctx, func(k privacy.Card) error {
		for i, s := range k.Steps {
			if err := give(Row{k.Number, i + 1, s.At.In(r.City.TZ).Format(time.DateOnly), string(s.Step), orNil(s.Unit)}, nil); err != nil {
				return err
			}
		}
		return nil
	})
}}

func (r *Reading) cards(ctx context.Context, take func(privacy.Card) error) error {
	from, until := r.bounds()
	return privacy.EachCard(ctx, r.tx, from, until, r.most, func(p privacy.PublicCase) error { return take(p.Card()) })
}

// bounds are the days of the period: the first, and the first behind it. Zero is open.
func (r *Reading) bounds() (from, until time.Time) {
	if r.Period.From > 0 {
		from = r.Period.From.Start(time.UTC)
	}
	if r.Period.To > 0 {
		until = r.Period.To.Add(1).Start(time.UTC)
	}
	return from, until
}

func cardState(ctx context.Context, r *Reading) (state, error) {
	from, until := r.bounds()
	n, at, err := privacy.CardsChanged(ctx, r.tx, from, until)
	return state{fmt.Sprint(n, " ", at.UnixMicro()), at}, err
}

func cardMonths(ctx context.Context, r *Reading) ([]supervision.Month, error) {
	first, last, err := privacy.CardDays(ctx, r.tx)
	if err != nil || first.IsZero() {
		return nil, err
	}
	return months(supervision.MonthOf(first, time.UTC), supervision.MonthOf(last, time.UTC)), nil
}
