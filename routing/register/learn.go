package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/routing/model"
)

// Comparison is how several would have proposed for the cases of the latest weeks, none of which the new model had seen.
type Comparison struct {
	From    time.Time `json:"from"`
	Cases   int       `json:"cases"`
	Rules   int       `json:"rules"`            // right first candidates of the rules alone
	Current int       `json:"current"`          // of the rules with the model in use; counts like Rules where there was none
	Learned int       `json:"learned"`          // of the rules with a model like the new one, trained on the cases before
	Before  string    `json:"before,omitempty"` // version of the model in use
	// Met tells that the model in use may have learned from some of these cases, which flatters it.
	Met bool `json:"met"`
}

const (
	// latest is how much of the end of the cases new and old are compared on.
	latest = 28 * 24 * time.Hour
	// mostCases bounds what is learned from: the newest.
	mostCases = 60_000
	// fewestCompared is how many cases the comparison needs on either side.
	fewestCompared = 50
)

// past is a case of which it is known who was responsible in the end.
type past struct {
	ID                                  casework.CaseID
	Title, Body, Place, Lead, Territory string
	Kind, Category, Urgency             string
	Master                              string
	FiledAt                             time.Time
}

func (p past) text() string {
	text := p.Title + "\n" + p.Body
	if p.Place != "" {
		text += "\n" + p.Place
	}
	return text
}

// cases reads the masked words of the cases that a unit has answered: its lead in the end, after every correction by people and every return that was accepted. Cases in secrecy and reports are never learned from.
func (r *Register) cases(ctx context.Context) ([]past, error) {
	var list []past
	err := pg.InTx(ctx, r.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select id, title, body, place, lead_unit as lead, territory, kind, category, urgency, coalesce(merged_into::text, '') as master, filed_at
			from cases where lead_unit is not null and replied_at is not null and not secret and kind <> 'report' and not unreadable
			order by filed_at desc limit $1`, mostCases)
		if err != nil {
			return fmt.Errorf("read past cases: %w", err)
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[past])
		return err
	})
	if err != nil {
		return nil, pg.Classify(err)
	}
	return list, nil
}

// Learn trains a model on the city's own cases, compares one that was trained on the earlier of them with the rules and with what is in use on the latest weeks, and keeps it. It does not switch it on. by is the account that asked, 0 for a command
// at the machine. Errors: model.ErrTooFew and fault.Unavailable.
func (r *Register) Learn(ctx context.Context, city *routing.City, inUse *routing.Learned, plan model.Plan, by int64, say func(stage string)) (int64, model.Card, error) {
	cases, err := r.cases(ctx)
	if err != nil {
		return 0, model.Card{}, err
	}
	plan.Also, plan.Aside = []string{"district"}, []string{"category"}
	comparison, err := r.compare(ctx, city, inUse, cases, plan, say)
	if err != nil {
		return 0, model.Card{}, err
	}
	m, card, err := model.Learn(ctx, examples(city, cases), plan, say)
	if err != nil {
		return 0, card, err
	}
	if err := aspects(ctx, city, cases, m, &card, plan, say); err != nil {
		return 0, card, err
	}
	card.Made = r.Now()
	id, err := r.Add(ctx, m, card, comparison, by)
	return id, card, err
}

func examples(city *routing.City, cases []past) []model.Example {
	var out []model.Example
	for _, c := range cases {
		district := city.District(c.Territory)
		out = append(out, model.Example{Text: c.text(), Label: c.Lead, Also: []string{district}, Aside: []string{c.Category}, Part: district, Group: c.Master})
	}
	return out
}

// aspects learns what else people decided of the cases: kind, matter, district and urgency. One of which there is too little is left to the rules.
func aspects(ctx context.Context, city *routing.City, cases []past, m *model.Model, card *model.Card, plan model.Plan, say func(stage string)) error {
	for i, value := range []func(past) string{
		func(c past) string { return c.Kind }, func(c past) string { return c.Category },
		func(c past) string { return city.District(c.Territory) }, func(c past) string { return c.Urgency },
	} {
		list := examples(city, cases)
		for at, c := range cases {
			list[at].Label = value(c)
		}
		err := m.Attach(ctx, card, routing.Aspects[i], list, plan, say)
		if err != nil && !errors.Is(err, model.ErrTooFew) {
			return err
		}
	}
	return nil
}

// compare judges the cases of the latest weeks: by the rules, by what is in use, and by a model of the cases before. Too few on either side are not compared.
func (r *Register) compare(ctx context.Context, city *routing.City, inUse *routing.Learned, cases []past, plan model.Plan, say func(stage string)) (Comparison, error) {
	var before, after []past
	c := Comparison{}
	if len(cases) == 0 {
		return c, nil
	}
	c.From = cases[0].FiledAt.Add(-latest)
	for _, one := range cases {
		if one.FiledAt.Before(c.From) {
			before = append(before, one)
		} else {
			after = append(after, one)
		}
	}
	if len(before) < fewestCompared || len(after) < fewestCompared {
		return c, nil
	}
	say(fmt.Sprintf("comparing on the %d cases of the latest weeks", len(after)))
	trial, _, err := model.Learn(ctx, examples(city, before), plan, func(string) {})
	if err != nil {
		return c, nil //nolint:nilerr // the earlier cases alone are too few, or all of one unit: there is nothing to compare with
	}
	learned, err := routing.Fit(city, nil, trial, "")
	if err != nil {
		return c, err
	}
	for _, one := range after {
		in := routing.Input{Title: one.Title, Text: one.Body, Address: one.Place, At: one.FiledAt}
		lead := casework.UnitCode(one.Lead)
		c.Cases++
		c.Rules += right(routing.Propose(city, in), lead)
		c.Current += right(routing.ProposeWith(city, inUse, in), lead)
		c.Learned += right(routing.ProposeWith(city, learned, in), lead)
	}
	if inUse != nil && inUse.Model != nil {
		c.Before, c.Met = inUse.Version, true
	}
	return c, nil
}

func right(p routing.Proposal, lead casework.UnitCode) int {
	if len(p.Candidates) > 0 && p.Candidates[0].Unit == lead {
		return 1
	}
	return 0
}
