package demo

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/supervision"
)

//go:embed bulletins.yaml
var bulletinsFile []byte

// script is what the city says in words of its own.
type script struct {
	Themes []struct {
		Ago        int                 `yaml:"ago"` // months before the running one
		Title      routing.Name        `yaml:"title"`
		Body       routing.Name        `yaml:"body"`
		Lead       casework.UnitCode   `yaml:"lead"`
		Co         []casework.UnitCode `yaml:"co"`
		Categories []string            `yaml:"categories"`
		Promise    routing.Name        `yaml:"promise"`
		Due        int                 `yaml:"due"` // days of a plan count from the first of the month
		Plan       []struct {
			Due  int          `yaml:"due"`
			Done int          `yaml:"done"`
			What routing.Name `yaml:"what"`
		} `yaml:"plan"`
		Progress []struct {
			On   int          `yaml:"on"`
			What routing.Name `yaml:"what"`
		} `yaml:"progress"`
	} `yaml:"themes"`
	Typical []struct {
		Category string       `yaml:"category"` // a closed case of it is retold
		Title    routing.Name `yaml:"title"`
		Body     routing.Name `yaml:"body"`
	} `yaml:"typical"`
}

// announce publishes the city's themes and typical cases: one person drafts, another publishes.
func (c *City) announce(ctx context.Context) error {
	var s script
	if err := yaml.Unmarshal(bulletinsFile, &s); err != nil {
		return fmt.Errorf("bulletins.yaml: %w", err)
	}
	people, err := c.Staff.List(ctx)
	if err != nil {
		return err
	}
	by := map[string]casework.Actor{}
	for _, a := range people {
		by[a.Login] = casework.Actor{Kind: casework.ByStaff, StaffID: a.ID, Unit: a.Unit, Roles: a.Roles}
	}
	book := &bulletin.Book{DB: c.Pool, City: c.Rules}
	say := func(at time.Time, kind bulletin.Kind, slug string, content bulletin.Content) error {
		book.Now = func() time.Time { return at }
		id, err := book.Draft(ctx, by["privacy"], kind, slug, content)
		if err != nil {
			return fmt.Errorf("bulletin %s: %w", slug, err)
		}
		b, err := book.Get(ctx, by["supervisor"], id)
		if err != nil {
			return err
		}
		return book.Publish(ctx, by["supervisor"], id, b.DraftedAt)
	}
	now := c.Now().In(c.Rules.TZ)
	for _, t := range s.Themes {
		first := time.Date(now.Year(), now.Month()-time.Month(t.Ago), 1, 9, 0, 0, 0, c.Rules.TZ)
		day := func(n int) string { return first.AddDate(0, 0, n-1).Format(time.DateOnly) }
		content := bulletin.Content{Title: words(t.Title), Body: words(t.Body), Lead: t.Lead, Co: t.Co, Categories: t.Categories, Promise: words(t.Promise), Due: day(t.Due)}
		for _, p := range t.Plan {
			step := bulletin.Step{Due: day(p.Due), What: words(p.What)}
			if p.Done > 0 && !first.AddDate(0, 0, p.Done-1).After(now) {
				step.Done = day(p.Done)
			}
			content.Plan = append(content.Plan, step)
		}
		for _, p := range t.Progress {
			if !first.AddDate(0, 0, p.On-1).After(now) {
				content.Progress = append(content.Progress, bulletin.Note{On: day(p.On), What: words(p.What)})
			}
		}
		if err := say(now, bulletin.Theme, first.Format("2006-01"), content); err != nil {
			return err
		}
	}
	for _, t := range s.Typical {
		number, ok, err := c.told(ctx, t.Category)
		if err != nil {
			return err
		}
		if !ok {
			continue // a small city may have no such case
		}
		if err := say(now, bulletin.Typical, number, bulletin.Content{Title: words(t.Title), Body: words(t.Body)}); err != nil {
			return err
		}
	}
	return nil
}

func words(n routing.Name) bulletin.Words { return bulletin.Words{ZH: n.ZH, EN: n.EN} }

// told finds a solved case of a matter, and makes its public card at once: the follower that makes all the others begins later.
func (c *City) told(ctx context.Context, category string) (number string, ok bool, err error) {
	page, err := c.docket(c.Now).List(ctx, casework.System, casework.Query{States: []casework.State{casework.Closed, casework.Archived}, Category: category, Newest: true, Limit: 50})
	if err != nil {
		return "", false, err
	}
	follower := supervision.Cards(c.Keys, c.Rules.TZ, c.Now)
	for _, one := range page.Cases {
		err := pg.InTx(ctx, c.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			return follower.Handle(ctx, tx, []casework.Event{{Case: one.ID, Step: casework.StepClose}})
		})
		if err != nil {
			return "", false, err
		}
		number = privacy.PublicNumber(c.Keys, one.ID)
		card, why, err := privacy.CardByNumber(ctx, c.Pool, number)
		if err == nil && why == privacy.Shown && card.Card().Solved == casework.SolvedYes {
			return number, true, nil
		}
	}
	return "", false, nil
}
