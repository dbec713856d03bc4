// Package web serves the pages and HTTP APIs; it is the only package that knows Fiber.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/valyala/fasthttp"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/staff"
	"huiyin/web/admin"
	"huiyin/web/live"
	"huiyin/web/shell"
	"huiyin/web/signin"
	"huiyin/web/standby"
)

// Config is what the pages work with; every field is needed but SSO.
type Config struct {
	Pool    *pgxpool.Pool
	Reader  *pg.Reader // of public figures and cards, which may be some seconds old; nil: Pool
	Docket  *casework.Docket
	Desk    *routing.Desk
	Door    *intake.Door
	City    *routing.City
	Terms   *sla.Terms
	Book    *rulebook.Book
	Rules   *rulebook.Rules                           // by which City and Terms were made
	Model   int64                                     // number of the trained model that helps to propose units; 0: the rules alone
	Checks  func(ctx context.Context) []admin.Finding // how the machine and the database are, for the administrators
	Staff   *staff.Register
	Keys    *seal.Keyring
	Search  search.Service
	Live    *live.Hub            // tells open pages what happens; the server closes it when it shuts down
	Leaving func() bool          // whether the process was told to stop: readyz says no, and each answer closes its connection; nil: never
	Gate    *shell.Gate          // before residents and programs; nil: none
	Reading *shell.Gate          // the same for what only reads; nil: Gate
	Counter shell.Counter        // counts uses for rate limits and brakes; nil: within this process
	Work    int                  // bits of work that the web form asks of a browser; 0: none
	SSO     *signin.SingleSignOn // nil: staff come in by password only
	BaseURL string               // as the world reaches the service, without a slash at the end
	Mailbox string               // the hotline's e-mail address
	Standby string               // directory of the copies of public pages that are shown while the database is away; empty keeps none
	Now     func() time.Time
	Log     *slog.Logger
}

// Server answers HTTP.
type Server struct {
	leaving func() bool                             // whether the process was told to stop
	spare   *standby.Copies                         // nil where none are kept
	app     *fiber.App                              // listens
	live    *live.Hub                               // holds streams open
	pages   atomic.Pointer[fasthttp.RequestHandler] // answers; swapped when the rules change
}

// New makes a server of every page. The route list is routes.go.
func New(cfg Config) *Server {
	if cfg.Leaving == nil {
		cfg.Leaving = func() bool { return false }
	}
	s := &Server{app: build(cfg), live: cfg.Live, leaving: cfg.Leaving}
	first := s.app.Handler()
	s.pages.Store(&first)
	s.app.Server().Handler = s.answer
	if cfg.Standby != "" {
		s.spare = copies(cfg)
		s.app.Server().Handler = s.spare.Wrap(s.answer)
	}
	return s
}

// answer answers with the pages of the rules in force.
func (s *Server) answer(c *fasthttp.RequestCtx) {
	(*s.pages.Load())(c)
	if s.leaving() {
		c.SetConnectionClose()
	}
}

// Run keeps copies of the public pages for the time when the database is away, until ctx ends.
func (s *Server) Run(ctx context.Context) {
	if s.spare != nil {
		s.spare.Run(ctx, s.answer)
	}
}

// Renew answers every request from now on with pages made of cfg; those under way end with the ones they began with. It is safe while the server runs.
func (s *Server) Renew(cfg Config) {
	next := build(cfg).Handler()
	s.pages.Store(&next)
}

// Routes lists every address that a server of cfg answers, in the order in which they are tried.
func Routes(cfg Config) []shell.Route {
	all, _ := routes(cfg.counting(), entrance(cfg))
	return all
}

// counting has a counter and a reader in any case.
func (cfg Config) counting() Config {
	if cfg.Reader == nil {
		cfg.Reader = pg.NewReader(cfg.Pool, nil, cfg.Log)
	}
	if cfg.Counter == nil {
		cfg.Counter = shell.NewMemory(cfg.Now)
	}
	return cfg
}

// entrance are the pages by which staff come in.
func entrance(cfg Config) *signin.Pages {
	return &signin.Pages{Register: cfg.Staff, City: cfg.City, Secure: strings.HasPrefix(cfg.BaseURL, "https://"), SSO: cfg.SSO}
}

func build(cfg Config) *fiber.App {
	cfg = cfg.counting()
	in := entrance(cfg)
	app := shell.New(shell.Config{
		City:    shell.City{ZH: cfg.City.Name.ZH, EN: cfg.City.Name.EN, Mailbox: cfg.Mailbox},
		BaseURL: strings.TrimRight(cfg.BaseURL, "/"),
		Secret:  cfg.Keys.Hash("shell", "form tokens"),
		Secure:  in.Secure,
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Log:     cfg.Log,
		Now:     cfg.Now,
		Who:     in.Who,
		Nav:     navigation,
		Exit:    leave,
		Counter: cfg.Counter,
		Gate:    cfg.Gate,
		Reading: cfg.Reading,
	})
	all, keeper := routes(cfg, in)
	shell.Mount(app, all)
	keeper.Bind(app.Handler())
	return app
}

// Serve answers on the listener until Shutdown.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(l) }

// Shutdown takes no new requests and waits for those under way, at most as long as given.
func (s *Server) Shutdown(grace time.Duration) error {
	s.live.Close()
	err := s.app.ShutdownWithTimeout(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // what is left is cut off: the caller is leaving
	}
	return err
}
