package shell

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
)

// Page is what the layout needs to know of every page. Handlers get it from NewPage and fill in what differs.
type Page struct {
	Lang    locale.Lang
	Title   string // the page's heading, in the reader's language; never a name or a code
	Summary string // one sentence for search engines, empty on private pages
	Script  string // a script of this page beside the common one, by its source name; empty for none
	Path    string // address without language prefix
	Section string // the entry of the navigation that is current
	Here    string // address that the choice of a look comes back to
	Look    Look   // how the reader wants pages drawn
	Switch  string // address of this page in the other language, empty where the page has one address only
	User    *Identity
	Nav     []NavItem
	City    City
	Notice  *Notice
	Errors  Errors    // mistakes in the form shown; they put "错误：" before the title
	Back    string    // address of the step before, empty for none
	Wide    bool      // the staff layout without its column: for panes and tables
	Private bool      // kept out of search engines
	Card    string    // address of the picture by which others show the page, without the service's own; empty for none
	Status  int       // HTTP status, 200 where it is 0
	Now     time.Time // the service's clock when the page was made
	base    string    // of the service as the world reaches it
	staff   bool      // drawn by StaffLayout
	token   func() (string, error)
}

// NewPage begins a page with what the request tells: language, address, who is signed in, the waiting notice.
func NewPage(c *fiber.Ctx, title string) Page {
	return newPage(c, of(c), title)
}

func newPage(c *fiber.Ctx, r *request, title string) Page {
	here := LocalPath(r.path, "/") // without its language an address can begin like that of another host
	p := Page{Lang: r.lang, Title: title, Path: here, City: r.City, Now: r.Now(), User: r.who, base: r.BaseURL}
	p.Private = r.noKeep
	p.staff = r.door == Staff
	p.Look = lookOf(c.Cookies(lookCookie))
	p.Here = r.here(c)
	p.token = func() (string, error) { return r.formToken(c) }
	p.Notice = r.takeFlash(c)
	if r.door == Public {
		p.Switch = r.lang.Other().Path(here)
	}
	if r.who != nil {
		for _, item := range r.Config.Nav {
			if item.allows(*r.who) {
				p.Nav = append(p.Nav, item)
			}
		}
	}
	return p
}

// here is the address of the page with its query; after a form that failed, of the nearest page that can be asked for.
func (r *request) here(c *fiber.Ctx) string {
	if safe(c.Method()) {
		return LocalPath(c.OriginalURL(), c.Path()) // a request may name another host in its first line
	}
	if r.page {
		return c.Path()
	}
	return c.Path()[:max(strings.LastIndexByte(c.Path(), '/'), 1)]
}

func (n NavItem) allows(who Identity) bool { return len(n.Roles) == 0 || who.holdsAny(n.Roles) }

// T is the text of a key in the page's language.
func (p Page) T(key string, args ...locale.Args) string { return p.Lang.T(key, args...) }

// Href is the address of a public page in the page's language.
func (p Page) Href(path string) string { return p.Lang.Path(path) }

// heading is what the browser's tab says: the mistake mark, the page, the service.
// shared reports whether others may show the page by its picture.
func (p Page) shared() bool { return p.Card != "" && p.base != "" && !p.Private && p.Status < 400 }

// brand names the service and its city, for those who see the page elsewhere.
func (p Page) brand() string {
	return p.T("share.brand", locale.Args{"City": p.City.Name(p.Lang)})
}

func (p Page) heading() string {
	s := p.Title
	if len(p.Errors) > 0 {
		s = p.T("shell.error_prefix") + s
	}
	if s == "" || p.Path == "/" {
		return p.T("shell.service") + " · " + p.City.Name(p.Lang) + " " + Phone
	}
	return s + " – " + p.T("shell.service") + " · " + p.City.Name(p.Lang) + " " + Phone
}

// Render writes a page: into memory first, so that a failure half way becomes an error page and never half a page.
func Render(c *fiber.Ctx, status int, view templ.Component) error {
	var b bytes.Buffer
	b.Grow(32 << 10)
	if err := view.Render(c.UserContext(), &b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, string(of(c).lang))
	return send(c.Status(status), b.Bytes())
}

// SeeOther answers a form with the page to show next (303), in the reader's language on public pages.
func SeeOther(c *fiber.Ctx, path string) error {
	r := of(c)
	if r.door == Public {
		path = r.lang.Path(path)
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}

func maxAge(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
