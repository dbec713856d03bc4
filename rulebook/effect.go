package rulebook

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/routing/sla"
)

// Effect tells what a draft would have changed for the cases of the last seven days, had it been in force.
// It goes by the masked texts that are stored; nothing of the cases themselves is changed.
type Effect struct {
	Cases    int  // looked at
	More     bool // there were more than could be looked at: the latest were
	Lead     int  // cases whose first proposed unit would differ
	Category int  // cases whose proposed category would differ
	Deadline int  // cases whose promise to the resident would differ
	Examples []Example
}

// Example is one case that a draft would treat in another way; first the value under the rules in force, then under the draft.
type Example struct {
	Number   string
	Lead     [2]casework.UnitCode
	Category [2]string
	Due      [2]time.Time
}

const (
	week        = 7 * 24 * time.Hour
	mostCases   = 1500
	mostExample = 10
	effectTime  = 6 * time.Second // a page waits for it
)

// Effect compares the rules in force with others.
func (b *Book) Effect(ctx context.Context, now, then *Rules) (Effect, error) {
	type filed struct {
		Number, Title, Body, Place string
		At                         time.Time
	}
	var cases []filed
	err := pg.InTx(ctx, b.db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select number, title, body, place, filed_at as at from cases where filed_at > $1 and filed_at <= $2 order by filed_at desc limit $3`, b.now().Add(-week), b.now(), mostCases+1)
		if err != nil {
			return fmt.Errorf("read last week's cases: %w", err)
		}
		cases, err = pgx.CollectRows(rows, pgx.RowToStructByName[filed])
		return err
	})
	if err != nil {
		return Effect{}, pg.Classify(err)
	}
	e := Effect{More: len(cases) > mostCases}
	end := time.Now().Add(effectTime)
	for _, c := range cases[:min(len(cases), mostCases)] {
		if time.Now().After(end) || ctx.Err() != nil {
			e.More = true
			break
		}
		e.Cases++
		in := routing.Input{Title: c.Title, Text: c.Body, Address: c.Place, At: c.At}
		before, err := judge(now, in)
		if err != nil {
			return e, err
		}
		after, err := judge(then, in)
		if err != nil {
			return e, err
		}
		x := Example{Number: c.Number, Lead: [2]casework.UnitCode{before.lead, after.lead}, Category: [2]string{before.category, after.category}, Due: [2]time.Time{before.due, after.due}}
		e.count(x)
	}
	return e, nil
}

// judgement is what rules say of a case.
type judgement struct {
	lead     casework.UnitCode
	category string
	due      time.Time
}

func judge(r *Rules, in routing.Input) (judgement, error) {
	p := routing.Propose(r.City, in)
	j := judgement{category: p.Category.Code}
	if len(p.Candidates) > 0 {
		j.lead = p.Candidates[0].Unit
	}
	total, err := r.Terms.Total(sla.Matter{Kind: p.Kind, Urgency: p.Urgency, Category: p.Category.Code}, in.At)
	j.due = total.Due
	return j, err
}

func (e *Effect) count(x Example) {
	lead, category, due := x.Lead[0] != x.Lead[1], x.Category[0] != x.Category[1], !x.Due[0].Equal(x.Due[1])
	for _, c := range []struct {
		differs bool
		n       *int
	}{{lead, &e.Lead}, {category, &e.Category}, {due, &e.Deadline}} {
		if c.differs {
			*c.n++
		}
	}
	if (lead || category || due) && len(e.Examples) < mostExample {
		e.Examples = append(e.Examples, x)
	}
}
