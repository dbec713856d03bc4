// Package demo makes the demonstration city: its files, and months of cases lived through casework's own steps under a moved clock.
package demo

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
)

// Password opens every account of the demonstration city. It is printed at start, and refused by nothing else.
const Password = "linlan-echo-2026"

// Plan says how large a city to make. The same seed gives the same stories, places and fates; secrets differ.
type Plan struct {
	Cases  int
	Months int
	Seed   uint64
	Scenes bool // also what happens seldom, set up once: a ledger, appeals, a street that calls departments, similar cases that wait together
}

// City holds what making a city needs.
type City struct {
	Pool  *pgxpool.Pool
	Keys  *seal.Keyring
	Rules *routing.City
	Terms *sla.Terms
	Staff *staff.Register
	Now   func() time.Time
	crew  crew
}

// Person is one sign-in of the demonstration city.
type Person struct {
	Login string
	Name  string
	Unit  casework.UnitCode
	Roles []casework.Role
}

//go:embed people.yaml
var peopleFile []byte

//go:embed stories.yaml
var storiesFile []byte

// People lists the sign-ins that the city is filled with, one or more for each role.
func People() ([]Person, error) {
	var people []Person
	if err := yaml.Unmarshal(peopleFile, &people); err != nil {
		return nil, fmt.Errorf("people.yaml: %w", err)
	}
	return people, nil
}

// story is what a resident writes and a unit answers.
type story struct {
	Kind     casework.Kind `yaml:"kind"`
	Category string        `yaml:"category"`
	Weight   int           `yaml:"weight"`
	Title    string        `yaml:"title"`
	Body     string        `yaml:"body"`
	Reply    string        `yaml:"reply"`
}

//go:embed phrases.yaml
var phrasesFile []byte

// phrases are the small words that the stories share.
type phrases struct {
	Surnames  string `yaml:"surnames"`
	Sir       string `yaml:"sir"`
	Madam     string `yaml:"madam"`
	Phone     string `yaml:"phone"`
	Declined  string `yaml:"declined"`
	NotOurs   string `yaml:"not_ours"`
	Basis     string `yaml:"basis"`
	Contacted string `yaml:"contacted"`
	MoreTime  string `yaml:"more_time"`
	Agreed    string `yaml:"agreed"`
	Still     string `yaml:"still"`
}

func stories() ([]story, error) {
	var all []story
	if err := yaml.Unmarshal(storiesFile, &all); err != nil {
		return nil, fmt.Errorf("stories.yaml: %w", err)
	}
	return all, nil
}

// Empty reports whether the database holds no case yet.
func Empty(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	var any bool
	err := pool.QueryRow(ctx, `select exists (select 1 from event)`).Scan(&any)
	return !any, err
}

// Fill makes the city's units, sign-ins and cases. It refuses a database that holds cases.
func (c *City) Fill(ctx context.Context, p Plan, progress func(done, of int)) error {
	empty, err := Empty(ctx, c.Pool)
	if err != nil {
		return err
	}
	if !empty {
		return fault.Wrap(fault.Conflict, "fault.conflict", fmt.Errorf("the database holds cases already: the demonstration city needs an empty one"))
	}
	if err := c.Prepare(ctx); err != nil {
		return err
	}
	all, err := stories()
	if err != nil {
		return err
	}
	var say phrases
	if err := yaml.Unmarshal(phrasesFile, &say); err != nil {
		return fmt.Errorf("phrases.yaml: %w", err)
	}
	var g errgroup.Group
	var done atomic.Int64
	var mu sync.Mutex
	const workers = 8
	for w := range workers {
		g.Go(func() error {
			for i := w; i < p.Cases; i += workers {
				l := c.newLife(rand.New(rand.NewPCG(p.Seed, uint64(i))), all, say, p)
				if err := l.live(ctx); err != nil {
					return fmt.Errorf("case %d: %w", i, err)
				}
				if n := int(done.Add(1)); progress != nil && n%50 == 0 {
					mu.Lock()
					progress(n, p.Cases)
					mu.Unlock()
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if p.Scenes {
		if err := c.stage(ctx, p, say); err != nil {
			return err
		}
		if err := c.announce(ctx); err != nil {
			return err
		}
	}
	docket := c.docket(c.Now)
	for {
		n, err := docket.SweepBreaches(ctx, 500)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Prepare makes the units, the sign-ins and the articles, where they are missing.
func (c *City) Prepare(ctx context.Context) error {
	if err := staff.SyncUnits(ctx, c.Pool, Units(c.Rules)); err != nil {
		return err
	}
	people, err := People()
	if err != nil {
		return err
	}
	for _, p := range people {
		_, err := c.Staff.Add(ctx, 0, staff.NewAccount{Login: p.Login, Name: p.Name, Unit: p.Unit, Roles: p.Roles, Password: Password})
		if err != nil && fault.KeyOf(err) != "fault.login_taken" {
			return fmt.Errorf("sign-in %s: %w", p.Login, err)
		}
	}
	if err := c.muster(ctx); err != nil {
		return err
	}
	return c.Answer(ctx)
}

// Units are the city's units as the staff register keeps them.
func Units(city *routing.City) []staff.Unit {
	var units []staff.Unit
	for i, u := range city.Units() {
		units = append(units, staff.Unit{Code: u.Code, NameZh: u.Name.ZH, NameEn: u.Name.EN, Level: string(u.Level), Parent: u.Parent, Territory: u.Territory, Nature: u.Nature, Active: true, Position: i})
	}
	return units
}

func (c *City) docket(now func() time.Time) *casework.Docket {
	return &casework.Docket{DB: c.Pool, Keys: c.Keys, Now: now, Zone: c.Rules.TZ}
}
