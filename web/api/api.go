// Package api serves programs: filing, following and rating a case by HTTP, the published figures, and what operators watch.
package api

import (
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/intake/calls"
	"huiyin/knowledge"
	"huiyin/pg"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/staff"
	"huiyin/web/shell"
)

// Settings are what a Service works with.
type Settings struct {
	DB        pg.DB
	Docket    *casework.Docket
	Door      *intake.Door
	Desk      *routing.Desk
	City      *routing.City
	BaseURL   string               // how the world reaches the pages, without a slash at the end
	Staff     *staff.Register      // whose tokens the programs of call centres carry
	Calls     *calls.Room          // calls under way
	Services  *rating.Book         // ratings of services
	Figures   fiber.Handler        // answers GET /api/v1/figures: the board's own
	Now       func() time.Time     // the service clock
	Misses    *shell.Misses        // wrong codes, counted together with the pages'; nil means its own count
	PerMinute int                  // cases that one sender may file in a minute; 0 means 300
	Leaving   func() bool          // whether the process was told to stop; nil: never
	MaxLag    time.Duration        // how far followers may be behind before the service counts as not ready; 0 means two minutes
	Metrics   *prometheus.Registry // where the figures for operators are kept; nil means one of its own
	Pools     []PoolStat           // connection pools to watch
	Answers   *knowledge.Base      // articles; nil: there are none
}

// PoolStat tells how many connections of a pool are at work and how many there are at most.
type PoolStat struct {
	Name string
	Stat func() (busy, most int32)
}

// Service answers programs. Use New. It is safe for concurrent use.
type Service struct {
	Settings
	filed   *prometheus.CounterVec
	rated   *prometheus.CounterVec
	watched atomic.Pointer[watch]
}

// New makes a service.
func New(s Settings) *Service {
	if s.Misses == nil {
		s.Misses = shell.NewMisses(shell.NewMemory(s.Now))
	}
	if s.PerMinute == 0 {
		s.PerMinute = 300
	}
	if s.MaxLag == 0 {
		s.MaxLag = 2 * time.Minute
	}
	if s.Metrics == nil {
		s.Metrics = prometheus.NewRegistry()
	}
	x := &Service{Settings: s}
	x.register()
	return x
}

// Routes are the addresses for programs and operators.
func (x *Service) Routes() []shell.Route {
	perMinute := func(name string, n int) shell.Limit { return shell.Limit{Name: name, Max: n, Per: time.Minute} }
	return []shell.Route{
		{Method: fiber.MethodPost, Path: "/api/v1/cases", Handler: x.fileCase, Door: shell.API, Private: true, Body: maxBody, Limit: perMinute("api_cases", x.PerMinute)},
		{Path: "/api/v1/cases/:number", Handler: x.showCase, Door: shell.API, Private: true, Limit: perMinute("api_case", 120)},
		{Method: fiber.MethodPost, Path: "/api/v1/ratings", Handler: x.rate, Door: shell.API, Private: true, Limit: perMinute("api_ratings", 60)},
		{Method: fiber.MethodPost, Path: "/api/v1/ratings/tokens", Handler: x.issueToken, Door: shell.API, Private: true, Limit: perMinute("api_rating_tokens", x.PerMinute)},
		{Method: fiber.MethodPost, Path: "/api/v1/transcripts", Handler: x.fileCall, Door: shell.API, Private: true, Body: maxCall, Limit: perMinute("api_calls", x.PerMinute)},
		{Method: fiber.MethodPost, Path: "/api/v1/calls/:id/events", Handler: x.tellCall, Door: shell.API, Private: true, Body: 1 << 16, Limit: perMinute("api_call_events", 20*x.PerMinute)},
		{Method: fiber.MethodPost, Path: "/api/v1/calls/:id/turns", Handler: x.hearCall, Door: shell.API, Private: true, Limit: perMinute("api_call_turns", 100*x.PerMinute)},
		{Path: "/api/v1/articles", Handler: x.findArticles, Door: shell.API, Limit: perMinute("api_articles", 120)},
		{Path: "/api/v1/articles/:code", Handler: x.showArticle, Door: shell.API, MaxAge: time.Minute},
		{Path: "/api/v1/figures", Handler: x.Figures, Door: shell.API, MaxAge: 10 * time.Second},
		{Path: "/api/openapi.json", Handler: openAPI, Door: shell.Files, MaxAge: time.Minute},
		{Path: "/api", Handler: x.showDocs, MaxAge: time.Minute},
		{Path: "/healthz", Handler: alive, Door: shell.API, Always: true},
		{Path: "/readyz", Handler: x.ready, Door: shell.API, Always: true},
		{Path: pathMetrics, Handler: x.metrics, Door: shell.API, Always: true},
	}
}
