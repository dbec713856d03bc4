package shell

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
)

// Door says who comes in by a route, and with it the rules that hold there.
type Door int

// The doors.
const (
	Public Door = iota // residents and the public: mounted at /x and /en/x, language by address, form tokens checked
	Staff              // staff only: one address, language by preference, signed in, form tokens checked, never stored
	Files              // files and machine-readable pages: one address, no form tokens
	API                // programs with tokens of their own: one address, JSON errors, no form tokens
)

// Route is one line of the route list.
type Route struct {
	Method  string // "GET", "POST", …; empty means GET
	Path    string // as Fiber writes it: "/t/:code"
	Handler fiber.Handler
	Door    Door
	Roles   []string      // roles that may enter by the Staff door; none means every role
	Open    bool          // by the Staff door without signing in: the sign-in page itself
	Private bool          // the answer shows a person's data or a code: no-store, no-referrer
	Body    int           // largest body in bytes; 0 means 1 MiB
	Limit   Limit         // requests allowed a sender; zero means no limit
	MaxAge  time.Duration // how long caches may keep the answer; 0 means they ask again each time
	Always  bool          // answered whatever the load, before any queue: how the service is
	Kept    bool          // the handler is a Keeper's: only those wait in a queue for whom a page must be drawn
	Fail    Fail          // answers failures in the words of a protocol; nil means the page or JSON that all others have
	page    bool          // a GET answers at this address; Mount finds out
}

// Fail answers a failure of a route. Status, headers against storing, Retry-After and the log are the frame's. A failure that it gives back is answered
// as all others are.
type Fail func(c *fiber.Ctx, status int, err error) error

// Mount puts routes under an application made by New, in their order, with the rules that their fields name.
func Mount(app *fiber.App, routes []Route) {
	pages := map[string]bool{}
	for _, r := range routes {
		if r.Method == "" || r.Method == fiber.MethodGet {
			pages[r.Path] = true
		}
	}
	for _, r := range routes {
		if r.Method == "" {
			r.Method = fiber.MethodGet
		}
		r.page = pages[r.Path]
		if r.Body == 0 {
			r.Body = 1 << 20
		}
		if r.Door == Public {
			Both(app, r.Method, r.Path, r.enter, r.Handler)
			continue
		}
		add(app, r.Method, r.Path, r.enter, r.Handler)
	}
}

// Both mounts a public page at its address and at its English address.
func Both(app *fiber.App, method, path string, handlers ...fiber.Handler) {
	for _, lang := range locale.Langs() {
		add(app, method, lang.Path(path), handlers...)
	}
}

// add mounts a handler; whatever can be read can also be asked for by HEAD.
func add(app *fiber.App, method, path string, handlers ...fiber.Handler) {
	if method == fiber.MethodGet {
		app.Add(fiber.MethodHead, path, handlers...)
	}
	app.Add(method, path, handlers...)
}

// enter applies the route's rules before its handler.
func (r Route) enter(c *fiber.Ctx) error {
	req := of(c)
	req.route, req.door, req.page, req.hold, req.fail = r.Path, r.Door, r.page, r.Private, r.Fail
	if r.Door == Staff || r.Door == API || r.Door == Files {
		req.lang, req.path = preferred(c), c.Path()
	}
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && encoding != "identity" {
		return fault.New(fault.Invalid, "fault.compressed") // a small compressed body can unpack to any size
	}
	if len(c.Request().Body()) > r.Body {
		return fault.New(fault.TooLarge, "fault.too_large")
	}
	leave, err := r.admit(c, req)
	if err != nil {
		return err
	}
	defer leave()
	if r.Limit.Max > 0 {
		if err := Spend(c, r.Limit); err != nil {
			return err
		}
	}
	if r.Door == Public || r.Door == Staff || r.MaxAge > 0 {
		c.Vary(fiber.HeaderCookie) // the look of every page, and the language of those with one address
	}
	switch {
	case r.Private || r.Door == Staff:
		NoStore(c)
	case r.MaxAge > 0:
		c.Set(fiber.HeaderCacheControl, "public, max-age="+strconv.Itoa(int(r.MaxAge.Seconds())))
	default:
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	if r.Door == Staff && !r.Open {
		who, err := Who(c)
		if err != nil {
			return err
		}
		if who == nil {
			return fault.New(fault.Unauthorized, "fault.unauthorized")
		}
		if len(r.Roles) > 0 && !who.holdsAny(r.Roles) {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
	}
	if (r.Door == Public || r.Door == Staff) && !safe(r.Method) {
		if err := req.checkForm(c); err != nil {
			return err
		}
	}
	if err := c.Next(); err != nil || len(c.Response().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return err // a compressed page was looked through before
	}
	if r.Door != Files && r.Door != API || c.Response().IsBodyStream() {
		return nil // pages were looked through when they were drawn
	}
	if r.Door == API && len(c.Request().Header.Peek(fiber.HeaderAuthorization)) > 0 {
		return nil // by a token or a code: an answer to whoever has the right to it
	}
	return req.leave(c.Response().Body())
}

// leave lets a public answer out, unless it holds what must not leave. Answers to one person with the right to them, and to staff, are not public.
func (r *request) leave(answer []byte) error {
	if r.Exit == nil || r.hold || r.noKeep || r.door == Staff {
		return nil
	}
	return r.Exit(r.door, r.path, answer)
}

func safe(method string) bool {
	return method == fiber.MethodGet || method == fiber.MethodHead || method == fiber.MethodOptions
}
