package demo

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/knowledge"
)

//go:embed articles/*.yaml
var articleFiles embed.FS

// told is one article of the invented city.
type told struct {
	Code     string            `yaml:"code"`
	Owner    casework.UnitCode `yaml:"owner"`
	Category string            `yaml:"category"`
	ZH       said              `yaml:"zh"`
	EN       said              `yaml:"en"`
	Link     string            `yaml:"link"`
	Was      []string          `yaml:"was"`     // what an earlier version said in place of: the words, and what stood there before
	Review   int               `yaml:"review"`  // days from today until it is to be looked at again; 0: half a year
	Expires  int               `yaml:"expires"` // days from today until its last day; 0: none
	State    knowledge.State   `yaml:"state"`   // draft or reviewed; empty: published
}

type said struct {
	Title string   `yaml:"title"`
	Asked []string `yaml:"asked"`
	Body  string   `yaml:"body"`
	Basis string   `yaml:"basis"`
}

func articles() ([]told, error) {
	var all []told
	for _, name := range []string{"utilities", "home", "people"} {
		body, err := articleFiles.ReadFile("articles/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		var list []told
		if err := yaml.Unmarshal(body, &list); err != nil {
			return nil, fmt.Errorf("articles/%s.yaml: %w", name, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// content is an article as of a day some weeks ago.
func (t told) content(today, from time.Time) knowledge.Content {
	c := knowledge.Content{Category: t.Category, Title: knowledge.Text{ZH: t.ZH.Title, EN: t.EN.Title}, Asked: knowledge.Questions{ZH: t.ZH.Asked, EN: t.EN.Asked},
		Body: knowledge.Text{ZH: t.ZH.Body, EN: t.EN.Body}, Basis: knowledge.Text{ZH: t.ZH.Basis, EN: t.EN.Basis}, Link: t.Link, ValidFrom: from, ReviewOn: today.AddDate(0, 6, 0)}
	if t.Review != 0 {
		c.ReviewOn = today.AddDate(0, 0, t.Review)
	}
	if t.Expires != 0 {
		last := today.AddDate(0, 0, t.Expires)
		c.ExpiresOn = &last
	}
	return c
}

// Answer fills the knowledge base with the articles of the invented city, where it is empty: written by the units, reviewed and published by others.
func (c *City) Answer(ctx context.Context) error {
	now := c.Now()
	at := now
	base := &knowledge.Base{DB: c.Pool, Now: func() time.Time { return at }, Zone: c.Rules.TZ}
	figures, err := base.Figures(ctx)
	if err != nil || figures.Articles > 0 {
		return err
	}
	all, err := articles()
	if err != nil {
		return err
	}
	y, m, d := now.In(c.Rules.TZ).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	clerk, err := c.someone(ctx, "supervisor")
	if err != nil {
		return err
	}
	for i, t := range all {
		at = now.AddDate(0, 0, -(3 + i*7%200))
		from := today.AddDate(0, 0, -(3 + i*7%200))
		owner := casework.Actor{Kind: casework.ByStaff, Unit: t.Owner, Units: []casework.UnitCode{t.Owner}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
		if t.Owner == casework.Hotline {
			owner.Roles = []casework.Role{casework.Operator}
		}
		steps := []knowledge.Content{t.content(today, from)}
		if len(t.Was) == 4 {
			old := t.content(today, from.AddDate(-1, 0, 0))
			old.Body.ZH, old.Body.EN = strings.ReplaceAll(old.Body.ZH, t.Was[0], t.Was[1]), strings.ReplaceAll(old.Body.EN, t.Was[2], t.Was[3])
			steps = slices.Insert(steps, 0, old)
		}
		for n, content := range steps {
			if n < len(steps)-1 {
				at = at.AddDate(-1, 0, 0)
			} else if len(steps) > 1 {
				at = at.AddDate(1, 0, 0)
			}
			if _, err := base.Save(ctx, owner, t.Code, t.Owner, n, content); err != nil {
				return fmt.Errorf("article %s: %w", t.Code, err)
			}
			if t.State == knowledge.Draft {
				continue
			}
			if err := base.Review(ctx, clerk, t.Code, n+1); err != nil {
				return fmt.Errorf("article %s: %w", t.Code, err)
			}
			if t.State == knowledge.Reviewed {
				continue
			}
			if err := base.Publish(ctx, clerk, t.Code, n+1); err != nil {
				return fmt.Errorf("article %s: %w", t.Code, err)
			}
		}
	}
	return nil
}

// someone is a person of the hotline who may review and publish.
func (c *City) someone(ctx context.Context, login string) (casework.Actor, error) {
	by := casework.Actor{Kind: casework.ByStaff, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Supervisor, casework.Dispatcher}}
	err := c.Pool.QueryRow(ctx, `select coalesce((select id from account where login = $1), 0)`, login).Scan(&by.StaffID)
	return by, err
}
