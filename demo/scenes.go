package demo

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/routing"
)

//go:embed scenes.yaml
var scenesFile []byte

// scenes are the things that happen seldom: similar cases that wait together, long-lasting difficulties, a street that calls departments, appeals.
type scenes struct {
	Alike        story       `yaml:"alike"`
	AlikeEnds    []string    `yaml:"alike_ends"`
	Hang         []string    `yaml:"hang"`
	CoReport     string      `yaml:"co_report"`
	Whistle      string      `yaml:"whistle"`
	ReportIn     string      `yaml:"report_in"`
	Score        string      `yaml:"score"`
	Unreasonable string      `yaml:"unreasonable"`
	Granted      string      `yaml:"granted"`
	Street       story       `yaml:"street"`
	Made         madeFigures `yaml:"made"`
}

// stage sets the scenes up now, with the cases there are: one that finds no case to happen to is left out.
func (c *City) stage(ctx context.Context, p Plan, say phrases) error {
	var s scenes
	if err := yaml.Unmarshal(scenesFile, &s); err != nil {
		return fmt.Errorf("scenes.yaml: %w", err)
	}
	docket := c.docket(c.Now)
	for _, scene := range []func(context.Context, *casework.Docket, scenes) error{c.hangUp, c.handleTogether, c.appeal} {
		if err := scene(ctx, docket, s); err != nil {
			return err
		}
	}
	if err := c.callDepartments(ctx, p, s, say); err != nil {
		return err
	}
	if err := c.makeFigures(ctx, p, s, say); err != nil {
		return err
	}
	if err := c.fileAlike(ctx, p, s, say); err != nil {
		return err
	}
	if err := c.rateServices(ctx, p); err != nil {
		return err
	}
	return c.keepData(ctx)
}

// fileAlike files cases about one place within the last hour, none of them dispatched.
func (c *City) fileAlike(ctx context.Context, p Plan, s scenes, say phrases) error {
	rnd := rand.New(rand.NewPCG(p.Seed, 1<<40))
	var at routing.Place
	for i, end := range s.AlikeEnds {
		one := s.Alike
		one.Body += end
		l := c.newLife(rnd, []story{one}, say, p)
		if i == 0 {
			at = l.place
		}
		l.place, l.filed = at, l.today.Add(-time.Duration(55-9*i)*time.Minute)
		l.now = l.filed
		if _, err := l.docket.Open(ctx, l.filing()); err != nil {
			return fmt.Errorf("file alike: %w", err)
		}
	}
	return nil
}

// held lists cases in the given states whose lead has a level.
func (c *City) held(ctx context.Context, d *casework.Docket, level routing.Level, states ...casework.State) ([]casework.Case, error) {
	page, err := d.List(ctx, casework.System, casework.Query{States: states, Newest: true, Limit: 200})
	if err != nil {
		return nil, err
	}
	var list []casework.Case
	for _, one := range page.Cases {
		if u, ok := c.Rules.Unit(one.Lead); ok && (level == "" || u.Level == level) && one.Pending == "" {
			list = append(list, one)
		}
	}
	return list, nil
}

var inWork = []casework.State{casework.Signed, casework.Contacted, casework.InHand}

func (c *City) hangUp(ctx context.Context, d *casework.Docket, s scenes) error {
	list, err := c.held(ctx, d, routing.DistrictLevel, inWork...)
	if err != nil {
		return err
	}
	for i, plan := range s.Hang {
		if 2*i >= len(list) {
			return nil
		}
		one := list[2*i]
		on := c.Now().AddDate(0, 1+i, 0)
		if err := d.AskHang(ctx, c.worker(one.Lead), casework.Ref{ID: one.ID}, plan, on); err != nil {
			return fmt.Errorf("ask to hang up: %w", err)
		}
		if i+1 == len(s.Hang) {
			return nil // the last one waits for the hotline's decision
		}
		if err := d.DecideHang(ctx, c.crew.clerk, casework.Ref{ID: one.ID}, true, plan, on); err != nil {
			return fmt.Errorf("hang up: %w", err)
		}
	}
	return nil
}

// callDepartments lets a street that was given a matter with many owners call two departments to the place; one has come.
func (c *City) callDepartments(ctx context.Context, p Plan, s scenes, say phrases) error {
	const street, first, second casework.UnitCode = "s-linjiang-xiangyang", "d-linjiang-chengguan", "d-linjiang-zhujian"
	at, known := c.Rules.Unit(street)
	if !known {
		return nil // another city's rules
	}
	l := c.newLife(rand.New(rand.NewPCG(p.Seed, 1<<41)), []story{s.Street}, say, p)
	for _, place := range c.Rules.Places() {
		if place.Street == at.Territory {
			l.place = place
			break
		}
	}
	l.filed = l.today.Add(-90 * time.Minute)
	l.now = l.filed
	r, err := l.docket.Open(ctx, l.filing())
	if err != nil {
		return fmt.Errorf("file with a street: %w", err)
	}
	ref := casework.Ref{ID: r.ID}
	steps := []func() error{
		func() error { return l.desk.Dispatch(ctx, c.crew.clerk, ref, casework.Order{Lead: street}) },
		func() error { return l.docket.Sign(ctx, c.worker(street), ref) },
		func() error {
			return l.docket.Whistle(ctx, c.worker(street), ref, casework.Whistle{Place: l.place.Name.ZH + " · " + s.Whistle, ReportBy: l.now.Add(2 * time.Hour), Calls: []casework.WhistleCall{{Unit: first}, {Unit: second}}})
		},
		func() error { return l.docket.ReportIn(ctx, c.worker(second), ref, s.ReportIn, nil) },
	}
	for _, step := range steps {
		l.now = l.now.Add(15 * time.Minute)
		if err := step(); err != nil {
			return fmt.Errorf("call departments: %w", err)
		}
	}
	return nil
}

func (c *City) handleTogether(ctx context.Context, d *casework.Docket, s scenes) error {
	list, err := c.held(ctx, d, routing.DistrictLevel, inWork...)
	if err != nil {
		return err
	}
	for i, one := range list[:min(2, len(list))] {
		ref, beside := casework.Ref{ID: one.ID}, casework.UnitCode("c-zhujian")
		if err := d.CoHandle(ctx, c.crew.clerk, ref, []casework.UnitCode{beside}, time.Time{}); err != nil {
			return fmt.Errorf("handle together: %w", err)
		}
		if i == 0 {
			if err := d.CoReport(ctx, c.worker(beside), ref, s.CoReport, nil); err != nil {
				return fmt.Errorf("report to the lead: %w", err)
			}
		}
	}
	return nil
}

func (c *City) appeal(ctx context.Context, d *casework.Docket, s scenes) error {
	list, err := c.held(ctx, d, "", casework.Rated, casework.FollowedUp, casework.Reviewed, casework.Replied)
	if err != nil {
		return err
	}
	appeals := []casework.Appeal{{Kind: casework.ScoreAppeal, Figures: []string{"solved", "satisfied"}, Reason: s.Score}, {Kind: casework.Unreasoned, Reason: s.Unreasonable}, {Kind: casework.ScoreAppeal, Figures: []string{"satisfied"}, Reason: s.Score}}
	for i, a := range appeals[:min(len(appeals), len(list))] {
		one := list[i]
		ref := casework.Ref{ID: one.ID}
		if err := d.Appeal(ctx, c.worker(one.Lead), ref, a); err != nil {
			return fmt.Errorf("appeal: %w", err)
		}
		if i != 2 {
			continue // the first two wait for a decision
		}
		made, err := d.Appeals(ctx, c.crew.clerk, one.ID)
		if err != nil {
			return err
		}
		if err := d.DecideAppeal(ctx, c.crew.clerk, ref, made[0].ID, true, s.Granted); err != nil {
			return fmt.Errorf("decide the appeal: %w", err)
		}
	}
	return nil
}
