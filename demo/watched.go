package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"huiyin/casework"
)

// madeFigures are the texts of a unit that makes its figures: the residents of the invented city see through it.
type madeFigures struct {
	Story story  `yaml:"story"`
	Short string `yaml:"short"` // what the clerk notes of each call
	N     int    `yaml:"n"`
}

// makeFigures lets one street leave a dozen cases until an hour before their limits, note a dozen calls within a minute, answer all of them within twenty minutes,
// and get five stars for each in a bunch: what the watch is there to find.
func (c *City) makeFigures(ctx context.Context, p Plan, s scenes, say phrases) error {
	rnd := rand.New(rand.NewPCG(p.Seed, 1<<42))
	var lives []*life
	var lead casework.UnitCode
	for i := range s.Made.N {
		l := c.newLife(rnd, []story{s.Made.Story}, say, p)
		if i > 0 {
			l.place = lives[0].place
		}
		l.filed = l.today.AddDate(0, 0, -12).Truncate(24 * time.Hour).Add(time.Duration(i*7) * time.Minute)
		l.now = l.filed
		if lead = c.Rules.LeadOf(l.story.Category, l.place.Street); lead == "" {
			return nil // another city's duties
		}
		r, err := l.docket.Open(ctx, l.filing())
		if err != nil {
			return fmt.Errorf("make figures: %w", err)
		}
		l.id = r.ID
		lives = append(lives, l)
	}
	var due time.Time
	for _, l := range lives {
		l.now = l.now.Add(2 * time.Hour)
		if err := l.desk.Dispatch(ctx, c.crew.clerk, l.ref(), casework.Order{Lead: lead}); err != nil {
			return fmt.Errorf("make figures: %w", err)
		}
		one, err := l.docket.Case(ctx, casework.System, l.id)
		if err != nil || one.UnitDue == nil {
			return err
		}
		due = *one.UnitDue
		l.now = l.now.Add(time.Hour)
		if err := l.docket.Sign(ctx, c.worker(lead), l.ref()); err != nil {
			return fmt.Errorf("make figures: %w", err)
		}
	}
	if due.After(c.Now()) {
		return nil // a city whose limits are longer
	}
	last := lives[len(lives)-1].now
	for i, l := range lives {
		steps := []struct {
			at   time.Time
			take func() error
		}{
			{last.Add(time.Hour + time.Duration(4*i)*time.Second), func() error {
				return l.docket.Contact(ctx, c.worker(lead), l.ref(), casework.ContactResult{Means: "phone", Reached: true, Note: s.Made.Short})
			}},
			{last.Add(2*time.Hour + time.Duration(i)*time.Minute), func() error { return l.docket.Begin(ctx, c.worker(lead), l.ref()) }},
			{due.Add(-time.Hour + time.Duration(100*i)*time.Second), func() error {
				return l.docket.Reply(ctx, c.worker(lead), l.ref(), casework.Reply{Text: l.story.Reply, Flags: l.checked()})
			}},
			{due.Add(time.Duration(40*i) * time.Second), func() error {
				_, err := l.docket.Rate(ctx, casework.Resident(l.id), l.ref(), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
				return err
			}},
		}
		for _, step := range steps {
			l.now = step.at
			if err := step.take(); err != nil {
				return fmt.Errorf("make figures: %w", err)
			}
		}
	}
	return nil
}
