// Package shell is the frame of every page: layout, components, languages, errors, and the rules for requests.
package shell

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"huiyin/locale"
)

// Phone is the number of the hotline; it is the same in every Chinese city.
const Phone = "12345"

// BodyLimit is the largest request body in bytes that the server reads: 25 MB of files of one case and the fields around them.
const BodyLimit = 26 << 20

// City names the place that the pages speak for.
type City struct {
	ZH, EN  string // the city's name in both languages
	Mailbox string // the hotline's e-mail address, empty if it takes no mail
}

// Name is the city's name in a language.
func (c City) Name(lang locale.Lang) string { return lang.Pick(c.ZH, c.EN) }

// Identity is the member of staff who is signed in, as far as pages show it.
type Identity struct {
	Name    string   // as colleagues know them
	Role    string   // a role of casework, such as "operator": the one shown beside the name
	Roles   []string // every role the person holds; Role alone where it is empty
	Unit    string   // the unit's name in the reader's language
	Session string   // identifies the session; binds form tokens to it
}

// holdsAny reports whether the person holds one of the roles.
func (i Identity) holdsAny(roles []string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return r == i.Role || slices.Contains(i.Roles, r) })
}

// NavItem is a link in the bar of the staff pages, shown to the roles it names; to everyone signed in where it names none.
type NavItem struct {
	Section string // equals Page.Section on the pages it leads to
	Key     string // message key of its words
	Path    string
	Roles   []string
}

// Config is what the frame needs to know.
type Config struct {
	City    City
	BaseURL string                                         // as the world reaches the service, without a slash at the end; for what others show of a page
	Secret  []byte                                         // at least 32 bytes; signs form tokens and hashes addresses
	Secure  bool                                           // the service is reached by https: cookies are Secure, HSTS is sent
	Proxies []netip.Prefix                                 // reverse proxies whose X-Forwarded-For is believed
	Timeout time.Duration                                  // how long a handler may work; 0 means 10 s
	Log     *slog.Logger                                   // nil means slog.Default()
	Now     func() time.Time                               // nil means time.Now
	Who     func(c *fiber.Ctx) (*Identity, error)          // finds who is signed in, nil if nobody; nil means nobody ever
	Exit    func(d Door, path string, answer []byte) error // looks through every public answer and refuses what must not leave by that door and address; nil: nobody looks
	Nav     []NavItem                                      // bar of the staff pages
	SignIn  string                                         // where staff who are not signed in are sent; empty means "/login"
	Gate    *Gate                                          // before the doors of residents and programs; nil means none
	Reading *Gate                                          // the same for what only reads, so that pages which are kept never wait for forms; nil means Gate
	Counter Counter                                        // counts uses for rate limits; nil means within this process
}

type shell struct {
	Config
}

const (
	shellKey   = "huiyin.shell"
	requestKey = "huiyin.request"
)

// New makes the Fiber application with the frame's rules; the caller mounts its routes with Mount.
func New(cfg Config) *fiber.App {
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.SignIn == "" {
		cfg.SignIn = "/login"
	}
	if len(cfg.Secret) < 32 {
		panic("shell: Config.Secret needs 32 bytes")
	}
	if cfg.Counter == nil {
		cfg.Counter = NewMemory(cfg.Now)
	}
	s := &shell{Config: cfg}
	app := fiber.New(fiber.Config{
		AppName:               "huiyin",
		Immutable:             true, // without it a kept c.Params value changes under its keeper
		BodyLimit:             BodyLimit,
		ReadTimeout:           60 * time.Second,
		IdleTimeout:           120 * time.Second,
		ErrorHandler:          s.handleError,
		DisableStartupMessage: true,
	})
	app.Use(s.begin, s.logged, recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: s.panicked}))
	return app
}

// request is what the frame keeps beside one request.
type request struct {
	*shell
	id     string
	lang   locale.Lang
	path   string // the page's address without language prefix
	route  string // template of the route that answered, for the log
	door   Door
	page   bool // a GET answers at the route's address
	hold   bool // the route is Private
	fail   Fail // how the route answers failures; nil: as all do
	nonce  string
	who    *Identity
	asked  bool // who was looked up
	noKeep bool // the answer must not be stored anywhere
}

// begin gives the request its number, language, deadline and protective headers.
func (s *shell) begin(c *fiber.Ctx) error {
	s.requestOf(c)
	if err := oneLength(c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.Timeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// requestOf finds the request's record, or makes it where a failure came before begin.
func (s *shell) requestOf(c *fiber.Ctx) *request {
	if r, ok := c.Locals(requestKey).(*request); ok {
		return r
	}
	lang, path := locale.FromPath(c.Path())
	r := &request{shell: s, id: newID(), lang: lang, path: path}
	c.Locals(requestKey, r)
	s.protect(c, r)
	return r
}

// of finds the request's record inside a handler below New.
func of(c *fiber.Ctx) *request {
	r, ok := c.Locals(requestKey).(*request)
	if !ok {
		panic("shell: the handler does not run below shell.New")
	}
	return r
}

// Lang is the language of the answer: by address on public pages, by preference on staff pages.
func Lang(c *fiber.Ctx) locale.Lang { return of(c).lang }

// RequestID names the request in the log and on error pages.
func RequestID(c *fiber.Ctx) string { return of(c).id }

// Now is the time by the service's clock.
func Now(c *fiber.Ctx) time.Time { return of(c).Now() }

// Who is the member of staff who is signed in, nil if nobody. An error means the question could not be answered.
func Who(c *fiber.Ctx) (*Identity, error) {
	r := of(c)
	if r.asked || r.Config.Who == nil {
		return r.who, nil
	}
	who, err := r.Config.Who(c)
	if err != nil {
		return nil, err
	}
	r.who, r.asked = who, true
	return who, nil
}

// mac signs text for a purpose under the service's secret.
func (s *shell) mac(purpose string, parts ...string) string {
	h := hmac.New(sha256.New, s.Secret)
	h.Write([]byte(purpose))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:24])
}

// address is where the request came from, for counting: of IPv6 the first 64 bits, which are what a subscriber is given. Below them every request could come from
// an address of its own.
func (s *shell) address(c *fiber.Ctx) string {
	const subscriber = 64
	given := s.nearest(c)
	a, err := netip.ParseAddr(given)
	if err != nil {
		return given
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(subscriber)
	if err != nil {
		return given
	}
	return p.Addr().String()
}

// nearest is the sender that stands next to us and is not one of our own proxies.
func (s *shell) nearest(c *fiber.Ctx) string {
	remote, _, err := net.SplitHostPort(c.Context().RemoteAddr().String())
	if err != nil {
		return c.Context().RemoteAddr().String()
	}
	if !s.proxy(remote) {
		return remote
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		remote = hop
		if !s.proxy(hop) {
			break
		}
	}
	return remote
}

func (s *shell) proxy(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range s.Proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
