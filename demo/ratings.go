package demo

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/rating"
	"huiyin/routing"
)

//go:embed ratings.yaml
var ratingsFile []byte

// opinions is what residents say of the city's services.
type opinions struct {
	Points  []ratedPoint                 `yaml:"points"`
	Matters map[casework.UnitCode]string `yaml:"matters"`
	Words   struct{ Good, Bad []string } `yaml:"words"`
	Names   []string                     `yaml:"names"` // of those who want to be contacted
	Reply   string                       `yaml:"reply"`
	Righted []righted                    `yaml:"righted"`
	Flood   struct {
		Point string `yaml:"point"`
		Days  int    `yaml:"days"`
		Count int    `yaml:"count"`
	} `yaml:"flood"`
	Cleared string `yaml:"cleared"`
}

// ratedPoint is a service point and how people like it.
type ratedPoint struct {
	Code    string            `yaml:"code"`
	Unit    casework.UnitCode `yaml:"unit"`
	Kind    rating.Kind       `yaml:"kind"`
	NameZH  string            `yaml:"name_zh"`
	NameEN  string            `yaml:"name_en"`
	PlaceZH string            `yaml:"place_zh"`
	PlaceEN string            `yaml:"place_en"`
	Weekly  int               `yaml:"weekly"`
	Poster  int               `yaml:"poster"`
	Mood    []int             `yaml:"mood"`
}

// righted is a bad rating under a name: days ago, what the unit did, and whether it appealed.
type righted struct {
	Point    string       `yaml:"point"`
	Level    rating.Level `yaml:"level"`
	Tags     []string     `yaml:"tags"`
	Text     string       `yaml:"text"`
	Name     string       `yaml:"name"`
	Phone    string       `yaml:"phone"`
	Days     int          `yaml:"days"`
	Reply    string       `yaml:"reply"`
	Appeal   string       `yaml:"appeal"`
	Decision string       `yaml:"decision"`
}

// counter is the book of ratings under a moved clock.
type counter struct {
	city *City
	*rating.Book
	docket *casework.Docket
	now    time.Time
	today  time.Time
	rnd    *rand.Rand
	said   opinions
	serial int
}

var keeper = casework.Actor{Kind: casework.ByStaff, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Admin, casework.Supervisor}}

// weeksRated is how far back residents were asked about services: the feature is young.
const weeksRated = 9

// rateServices makes the service points and weeks of ratings, some bad ones that were made good, and one flood of five stars.
func (c *City) rateServices(ctx context.Context, p Plan) error {
	o := &counter{city: c, today: c.Now(), rnd: rand.New(rand.NewPCG(p.Seed, 1<<41))}
	if err := yaml.Unmarshal(ratingsFile, &o.said); err != nil {
		return fmt.Errorf("ratings.yaml: %w", err)
	}
	now := func() time.Time { return o.now }
	o.docket = c.docket(now)
	desk := &routing.Desk{Docket: o.docket, City: c.Rules, Terms: c.Terms, Now: now}
	door := intake.New(intake.Settings{Docket: o.docket, City: c.Rules, Terms: c.Terms, Now: now, Log: slog.New(slog.DiscardHandler)})
	o.Book = &rating.Book{DB: c.Pool, Keys: c.Keys, Door: door, Desk: desk, Zone: c.Rules.TZ, Now: now}
	for _, at := range o.said.Points {
		o.now = o.today.AddDate(0, 0, -7*weeksRated)
		_, err := o.OpenPoint(ctx, keeper, rating.Point{Code: at.Code, Unit: at.Unit, Kind: at.Kind, NameZH: at.NameZH, NameEN: at.NameEN, PlaceZH: at.PlaceZH, PlaceEN: at.PlaceEN})
		if err != nil {
			return fmt.Errorf("service point %s: %w", at.Code, err)
		}
		for week := range weeksRated {
			if err := o.week(ctx, at, weeksRated-1-week); err != nil {
				return fmt.Errorf("ratings of %s: %w", at.Code, err)
			}
		}
	}
	for _, bad := range o.said.Righted {
		if err := o.right(ctx, bad); err != nil {
			return fmt.Errorf("bad rating of %s: %w", bad.Point, err)
		}
	}
	return o.flood(ctx)
}

// opening moves the clock to a working hour of a day so many days ago; false where that is not over yet.
func (o *counter) opening(days int) bool {
	t := o.today.In(o.Zone).AddDate(0, 0, -days)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, -1)
	}
	o.now = time.Date(t.Year(), t.Month(), t.Day(), 9, 0, 0, 0, o.Zone).Add(time.Duration(o.rnd.IntN(7*60)) * time.Minute)
	return o.now.Before(o.today)
}

// week are the items and the walk-bys of one week of one point.
func (o *counter) week(ctx context.Context, at ratedPoint, ago int) error {
	for range at.Weekly {
		if !o.opening(7*ago + o.rnd.IntN(7)) {
			continue
		}
		o.serial++
		i := rating.Item{Point: at.Code, Number: fmt.Sprintf("%s-%06d", o.now.Format("20060102"), o.serial), Matter: o.said.Matters[at.Unit]}
		_, token, err := o.Issue(ctx, keeperOf(at.Unit), i, "")
		if err != nil {
			return err
		}
		if o.rnd.Float64() > 0.72 {
			continue // nothing was said
		}
		o.now = o.now.Add(time.Duration(1+o.rnd.IntN(20)) * time.Minute)
		w := o.word(at, "link")
		if w.Level.Bad() && o.rnd.Float64() < 0.5 {
			w.Name, w.Phone = o.said.Names[o.rnd.IntN(len(o.said.Names))], fmt.Sprintf("1990000%04d", 9000+o.serial%1000)
		}
		g, err := o.Rate(ctx, token, w)
		if err != nil {
			return err
		}
		if g.Case != nil {
			if err := o.work(ctx, g, righted{Reply: o.said.Reply}); err != nil {
				return err
			}
		}
	}
	for range at.Poster {
		if !o.opening(7*ago + o.rnd.IntN(7)) {
			continue
		}
		if _, err := o.Walk(ctx, at.Code, o.word(at, "poster")); err != nil {
			return err
		}
	}
	return nil
}

func keeperOf(unit casework.UnitCode) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Handler}}
}

func (o *counter) word(at ratedPoint, channel string) rating.Word {
	n := 0
	for _, w := range at.Mood {
		n += w
	}
	n = o.rnd.IntN(n)
	level := rating.Level(5)
	for i, w := range at.Mood {
		if n -= w; n < 0 {
			level = rating.Level(5 - i)
			break
		}
	}
	w := rating.Word{Level: level, Channel: channel, Opened: o.now.Add(-20 * time.Second)}
	offered := rating.Tags().For(at.Kind.Group(), level)
	if len(offered) > 0 && (level.Bad() || o.rnd.Float64() < 0.7) {
		w.Tags = []string{offered[o.rnd.IntN(len(offered))].Code}
	}
	switch {
	case level.Bad() && o.rnd.Float64() < 0.4:
		w.Text = o.said.Words.Bad[o.rnd.IntN(len(o.said.Words.Bad))]
	case level > 3 && o.rnd.Float64() < 0.1:
		w.Text = o.said.Words.Good[o.rnd.IntN(len(o.said.Words.Good))]
	}
	return w
}

// right lets a bad rating under a name be given and, where its unit did something, be made good.
func (o *counter) right(ctx context.Context, bad righted) error {
	if !o.opening(bad.Days) {
		o.now = o.today.Add(-time.Hour)
	}
	g, err := o.Walk(ctx, bad.Point, rating.Word{Level: bad.Level, Tags: bad.Tags, Text: bad.Text, Name: bad.Name, Phone: bad.Phone, Channel: "poster"})
	if err != nil || bad.Reply == "" || g.Case == nil {
		return err
	}
	return o.work(ctx, g, bad)
}

// work is what the unit and the hotline do with the case of a bad rating, as far as there was time.
func (o *counter) work(ctx context.Context, g rating.Given, bad righted) error {
	ref, by := casework.Ref{ID: *g.Case}, o.city.worker(g.Unit)
	steps := []struct {
		after time.Duration
		take  func() error
	}{
		{time.Hour, func() error { return o.docket.Sign(ctx, by, ref) }},
		{time.Duration(1+o.rnd.IntN(8)) * time.Hour, func() error {
			return o.docket.Contact(ctx, by, ref, casework.ContactResult{Means: "phone", Reached: true})
		}},
		{time.Hour, func() error { return o.docket.Begin(ctx, by, ref) }},
		{time.Duration(20+o.rnd.IntN(60)) * time.Hour, func() error { return o.docket.Reply(ctx, by, ref, casework.Reply{Text: bad.Reply}) }},
		{20 * time.Hour, func() error { return o.docket.Review(ctx, o.city.crew.clerk, ref) }},
		{2 * time.Hour, func() error {
			contacted := true
			return o.docket.FollowUp(ctx, o.city.crew.caller, ref, casework.FollowUpResult{Reached: true, Contacted: &contacted, Solved: casework.SolvedYes, Satisfaction: 4})
		}},
	}
	if bad.Appeal != "" {
		steps = append(steps, struct {
			after time.Duration
			take  func() error
		}{time.Hour, func() error { return o.appeal(ctx, ref, by, bad) }})
	}
	for _, s := range steps {
		if o.now = o.now.Add(s.after); !o.now.Before(o.today) {
			return nil
		}
		if err := s.take(); err != nil {
			return err
		}
	}
	return nil
}

// appeal is the unit's, decided by somebody of the hotline two days later.
func (o *counter) appeal(ctx context.Context, ref casework.Ref, by casework.Actor, bad righted) error {
	if err := o.docket.Appeal(ctx, by, ref, casework.Appeal{Kind: casework.Unreasoned, Reason: bad.Appeal}); err != nil {
		return err
	}
	made, err := o.docket.Appeals(ctx, o.city.crew.clerk, ref.ID)
	if err != nil {
		return err
	}
	if o.now = o.now.Add(44 * time.Hour); !o.now.Before(o.today) {
		return nil
	}
	return o.docket.DecideAppeal(ctx, o.city.crew.clerk, ref, made[0].ID, false, bad.Decision)
}

// flood is a row of five stars just before a point closes; a supervisor has cleared one of them.
func (o *counter) flood(ctx context.Context) error {
	f := o.said.Flood
	o.opening(f.Days)
	o.now = time.Date(o.now.Year(), o.now.Month(), o.now.Day(), 16, 41, 0, 0, o.Zone)
	for i := range f.Count {
		o.now = o.now.Add(90 * time.Second)
		g, err := o.Walk(ctx, f.Point, rating.Word{Level: 5, Channel: "poster", Opened: o.now.Add(-9 * time.Second)})
		if err != nil {
			return fmt.Errorf("flood: %w", err)
		}
		if i == f.Count-1 {
			o.now = o.now.Add(18 * time.Hour)
			return o.Clear(ctx, keeper, g.ID, o.said.Cleared)
		}
	}
	return nil
}
