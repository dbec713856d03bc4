// Package open311 serves programs that speak Open311 GeoReport v2: what can be reported, filing, following, and word about a request both ways.
package open311

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/staff"
	"huiyin/web/shell"
)

// Settings are what a Service works with; every field is needed but PerMinute.
type Settings struct {
	DB        pg.DB
	Docket    *casework.Docket
	Door      *intake.Door
	City      *routing.City
	Staff     *staff.Register  // whose tokens are the api keys of programs
	Misses    *shell.Misses    // wrong tracking codes, counted together with the pages'
	BaseURL   string           // how the world reaches the service, without a slash at the end
	Now       func() time.Time // the service clock
	PerMinute int              // requests that one sender may file in a minute; 0 means 300
}

// Service answers programs. Use New. It is safe for concurrent use.
type Service struct{ Settings }

// New makes a service.
func New(s Settings) *Service {
	if s.PerMinute == 0 {
		s.PerMinute = 300
	}
	return &Service{s}
}

// prefix is where GeoReport v2 stands below the service's address.
const prefix = "/open311/v2"

// Routes are the addresses of GeoReport v2 and of its extension for updates. Answers are XML or JSON by the ending of the address.
func (x *Service) Routes() []shell.Route {
	minute := func(name string, n int) shell.Limit {
		return shell.Limit{Name: "open311_" + name, Max: n, Per: time.Minute}
	}
	get := func(path string, h fiber.Handler) shell.Route {
		return shell.Route{Path: path, Handler: h, Door: shell.API, Fail: fail}
	}
	read := func(path string, h fiber.Handler) shell.Route {
		r := get(path, h)
		r.Private, r.Limit = true, minute("read", 300)
		return r
	}
	post := func(path, name string, h fiber.Handler) shell.Route {
		return shell.Route{Method: fiber.MethodPost, Path: path, Handler: h, Door: shell.API, Private: true, Body: shell.BodyLimit, Limit: minute(name, x.PerMinute), Fail: fail}
	}
	return []shell.Route{
		get("/open311/discovery.:format", x.discover),
		get(prefix+"/discovery.:format", x.discover),
		get(prefix+"/services.:format", x.listServices),
		get(prefix+"/services/:code.:format", x.defineService),
		read(prefix+"/requests.:format", x.listRequests),
		read(prefix+"/requests/:number.:format", x.showRequest),
		read(prefix+"/tokens/:token.:format", x.showToken),
		read(prefix+"/servicerequestupdates.:format", x.listUpdates),
		post(prefix+"/requests.:format", "file", x.fileRequest),
		post(prefix+"/servicerequestupdates.:format", "update", x.addUpdate),
		{Method: fiber.MethodOptions, Path: prefix + "/*", Handler: allow, Door: shell.API, Fail: fail},
		get(prefix+"/*", nowhere),
		post(prefix+"/*", "file", nowhere),
	}
}
