package shell

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
)

// house is a small application with one page behind each door.
type house struct {
	t       *testing.T
	app     *fiber.App
	log     bytes.Buffer
	cookies map[string]string
	who     *Identity
	now     time.Time
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, cookies: map[string]string{}, now: time.Date(2026, 11, 27, 9, 0, 0, 0, locale.Zone)}
	h.app = New(Config{
		City:   City{ZH: "临澜市", EN: "Linlan"},
		Secret: bytes.Repeat([]byte("s"), 32),
		Log:    slog.New(slog.NewTextHandler(&h.log, nil)),
		Now:    func() time.Time { return h.now },
		Who:    func(*fiber.Ctx) (*Identity, error) { return h.who, nil },
		Nav: []NavItem{
			{Section: "a", Key: "shell.nav_report", Path: "/console", Roles: []string{"operator"}},
			{Section: "b", Key: "shell.nav_track", Path: "/inbox", Roles: []string{"handler"}},
		},
	})
	Mount(h.app, Routes())
	Mount(h.app, []Route{
		{Path: "/page", Handler: h.page, MaxAge: time.Minute},
		{Path: "/form", Handler: h.form},
		{Method: fiber.MethodPost, Path: "/form", Handler: h.post, Body: 2000},
		{Path: "/t/:code", Handler: h.page, Private: true, Limit: Limit{Name: "code", Max: 3, Per: time.Minute}},
		{Path: "/fail/:kind", Handler: h.fail},
		{Path: "/half", Handler: func(c *fiber.Ctx) error { return Render(c, 200, halfPage()) }},
		{Path: "/panic", Handler: func(*fiber.Ctx) error { panic("broken") }},
		{Path: "/console", Handler: h.page, Door: Staff, Roles: []string{"operator"}},
		{Path: "/login", Handler: h.page, Door: Staff, Open: true},
		{Method: fiber.MethodPost, Path: "/console", Handler: h.post, Door: Staff},
		{Method: fiber.MethodPost, Path: "/api/v1/cases", Handler: h.post, Door: API},
		{Path: "/api/v1/fail/:kind", Handler: h.fail, Door: API},
		{Path: "/slow", Handler: func(c *fiber.Ctx) error {
			if _, ok := c.UserContext().Deadline(); !ok {
				t.Error("a handler runs without a deadline")
			}
			return context.DeadlineExceeded
		}},
	})
	return h
}

func (h *house) page(c *fiber.Ctx) error {
	return Render(c, fiber.StatusOK, wrapped(NewPage(c, "A page")))
}

func (h *house) form(c *fiber.Ctx) error {
	p := NewPage(c, "A form")
	return Render(c, fiber.StatusOK, Form(p, FormSpec{Action: p.Href("/form"), Once: true}))
}

func (h *house) post(c *fiber.Ctx) error {
	Flash(c, Good, "due.met")
	return SeeOther(c, "/page")
}

func (h *house) fail(c *fiber.Ctx) error {
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if k.String() == c.Params("kind") {
			return fault.Wrap(k, "fault."+k.String(), errors.New("the secret cause")).At("field")
		}
	}
	return errors.New("nobody classified the secret cause")
}

func wrapped(p Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if p.User != nil {
			return StaffLayout(p).Render(ctx, w)
		}
		return Layout(p).Render(ctx, w)
	})
}

func halfPage() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<p>first half"); err != nil {
			return err
		}
		return errors.New("no second half")
	})
}

// do sends a request with the cookies kept so far.
func (h *house) do(method, path string, form url.Values, headers ...string) (*http.Response, string) {
	h.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range h.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := h.app.Test(req, -1)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		h.cookies[c.Name] = c.Value
		if c.Value == "" {
			delete(h.cookies, c.Name)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			h.t.Errorf("the cookie %s is not HttpOnly and SameSite=Lax", c.Name)
		}
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res, string(text)
}

func (h *house) token() string {
	h.t.Helper()
	_, body := h.do("GET", "/form", nil)
	m := regexp.MustCompile(`name="_token" value="([^"]{20,})"`).FindStringSubmatch(body)
	if m == nil {
		h.t.Fatalf("the form has no token: %s", body)
	}
	return m[1]
}

func TestPagesAnswerInTheLanguageOfTheirAddress(t *testing.T) {
	h := newHouse(t)
	for path, want := range map[string][]string{
		"/page":    {`lang="zh-CN"`, "回音", "临澜市", `href="/en/page"`, "tel:12345"},
		"/en/page": {`lang="en"`, "Huiyin", "Linlan", `href="/page"`, `href="/en/board"`},
	} {
		res, body := h.do("GET", path, nil)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not contain %s", path, w)
			}
		}
	}
	// Without its language prefix an address must not become that of another host: neither the switch nor any other link of the page.
	for _, path := range []string{"/en//evil.example/page", "//evil.example/page", "/en/\\evil.example", "/en///evil.example"} {
		res, body := h.do("GET", path, nil)
		if m := regexp.MustCompile(`(?:href|action|content)="(?:https?:)?(?://|/\\|\\)[^"]*"`).FindString(body); res.StatusCode != 404 || m != "" {
			t.Errorf("%s: %d, and it leads to %s", path, res.StatusCode, m)
		}
	}
	if res, _ := h.do("HEAD", "/en/page", nil); res.StatusCode != 200 {
		t.Errorf("HEAD answers %d", res.StatusCode)
	}
}

func TestEveryAnswerCarriesTheProtectiveHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/page", "/nowhere", "/fail/internal", "/panic", "/console", "/assets/none.js", "/api/v1/fail/invalid"} {
		res, _ := h.do("GET", path, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy":    policy,
			"X-Content-Type-Options":     "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if res.Header.Get("X-Request-Id") == "" || res.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: no request number or referrer policy", path)
		}
	}
}

func TestWhatMayBeStored(t *testing.T) {
	h := newHouse(t)
	h.who = &Identity{Name: "n", Role: "operator", Session: "s"}
	for path, want := range map[string]string{
		"/page":      "public, max-age=60",
		"/form":      "no-store",
		"/t/secret":  "no-store",
		"/console":   "no-store",
		"/nowhere":   "no-store",
		"/fail/gone": "no-store",
	} {
		res, body := h.do("GET", path, nil)
		if got := res.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control is %q, want %q", path, got, want)
		}
		if path == "/t/secret" && (res.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(body, "noindex")) {
			t.Error("a private page must not be found or referred to")
		}
	}
}

func TestEveryFailureHasAPageAndAJSONAnswer(t *testing.T) {
	for kind, status := range statuses {
		h := newHouse(t)
		res, body := h.do("GET", "/en/fail/"+kind.String(), nil)
		if res.StatusCode != status {
			t.Errorf("%s: status %d, want %d", kind, res.StatusCode, status)
		}
		for _, want := range []string{`lang="en"`, "tel:12345", "<h1", res.Header.Get("X-Request-Id")} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %s", kind, want)
			}
		}
		res, text := h.do("GET", "/api/v1/fail/"+kind.String(), nil, "Accept-Language", "en")
		var p problem
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%s: %v in %s", kind, err, text)
		}
		if res.StatusCode != status || p.Error.Kind != kind.String() || p.Error.Field != "field" || p.Error.Message != locale.EN.T("fault."+kind.String()) {
			t.Errorf("%s: %d %+v", kind, res.StatusCode, p)
		}
		if strings.Contains(body+text, "secret cause") {
			t.Errorf("%s: the cause is for the log only", kind)
		}
		if wait := res.Header.Get("Retry-After"); (wait != "") != (kind == fault.Unavailable || kind == fault.TooMany) {
			t.Errorf("%s: Retry-After is %q", kind, wait)
		}
	}
}

// Somebody who followed a wrong address has sent nothing that he could correct and send again.
func TestAWrongAddressIsToldAsOne(t *testing.T) {
	h := newHouse(t)
	_, body := h.do("GET", "/fail/"+fault.Invalid.String(), nil)
	for _, want := range []string{locale.ZH.T("error.title_address"), locale.ZH.T("fault.address")} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of a wrong address lacks %q", want)
		}
	}
	if strings.Contains(body, locale.ZH.T("fault.invalid")) {
		t.Error("the page of a wrong address asks to send a form again")
	}
}

func TestFailuresThatNobodyClassified(t *testing.T) {
	h := newHouse(t)
	for path, want := range map[string]int{"/fail/other": 500, "/panic": 500, "/half": 500, "/nowhere": 404, "/slow": 503, "/assets/../x": 404} {
		res, body := h.do("GET", path, nil)
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
		if strings.Contains(body, "secret cause") || strings.Contains(body, "broken") || strings.Contains(body, "first half") {
			t.Errorf("%s shows what only the log may hold", path)
		}
	}
	if res, body := h.do("DELETE", "/page", nil); res.StatusCode != 405 || !strings.Contains(body, locale.ZH.T("fault.method")) {
		t.Errorf("DELETE: %d", res.StatusCode)
	}
	if _, body := h.do("GET", "/nowhere", nil, "Accept", "application/json"); !strings.HasPrefix(body, `{"error"`) {
		t.Errorf("a program got %s", body)
	}
}

func TestTheLogHoldsTheTemplateAndNeverTheCode(t *testing.T) {
	h := newHouse(t)
	h.do("GET", "/en/t/K7MN3XWP?x=K7MN3XWP", nil)
	h.do("GET", "/K7MN3XWP", nil)
	h.do("GET", "/t/K7MN3XWP", nil, "Referer", "http://x/K7MN3XWP")
	if text := h.log.String(); strings.Contains(text, "K7MN3XWP") || !strings.Contains(text, "route=/t/:code") || !strings.Contains(text, "route=unmatched") {
		t.Errorf("the log reads: %s", text)
	}
}

func TestAFormNeedsItsToken(t *testing.T) {
	h := newHouse(t)
	token := h.token()
	if again := h.token(); again == token {
		t.Error("two answers have the same token: the length of compressed answers could tell it")
	} else if res, _ := h.do("POST", "/en/form", url.Values{TokenField: {again}}); res.StatusCode != 303 {
		t.Errorf("the form of a second tab got %d", res.StatusCode)
	}
	res, _ := h.do("POST", "/en/form", url.Values{TokenField: {token}})
	if res.StatusCode != 303 || res.Header.Get("Location") != "/en/page" {
		t.Fatalf("a good form got %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	_, body := h.do("GET", "/en/page", nil)
	if !strings.Contains(body, locale.EN.T("due.met")) {
		t.Error("the notice is not on the next page")
	}
	if _, body := h.do("GET", "/en/page", nil); strings.Contains(body, locale.EN.T("due.met")) {
		t.Error("the notice is shown twice")
	}
	for name, c := range map[string]struct {
		form    url.Values
		headers []string
		who     *Identity
	}{
		"no token":      {form: url.Values{}},
		"wrong token":   {form: url.Values{TokenField: {token + "x"}}},
		"other site":    {form: url.Values{TokenField: {token}}, headers: []string{"Sec-Fetch-Site", "cross-site"}},
		"other session": {form: url.Values{TokenField: {token}}, who: &Identity{Session: "other"}},
	} {
		h.who = c.who
		if res, _ := h.do("POST", "/form", c.form, c.headers...); res.StatusCode != 403 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	h.who = nil
	h.cookies = map[string]string{}
	if res, _ := h.do("POST", "/form", url.Values{TokenField: {token}}); res.StatusCode != 403 {
		t.Errorf("another browser posted with a stolen token: %d", res.StatusCode)
	}
	if res, _ := h.do("POST", "/api/v1/cases", url.Values{}); res.StatusCode != 303 {
		t.Errorf("a program needs no form token, got %d", res.StatusCode)
	}
}

func TestARouteTakesNoLargerOrPackedBody(t *testing.T) {
	h := newHouse(t)
	token := h.token()
	big := url.Values{TokenField: {token}, "text": {strings.Repeat("a", 3000)}}
	if res, _ := h.do("POST", "/form", big); res.StatusCode != 413 {
		t.Errorf("a body above the limit got %d", res.StatusCode)
	}
	if res, _ := h.do("POST", "/form", url.Values{TokenField: {token}}, "Content-Encoding", "gzip"); res.StatusCode != 422 {
		t.Errorf("a packed body got %d", res.StatusCode)
	}
}

func TestALimitRefusesAndRefills(t *testing.T) {
	h := newHouse(t)
	for i := range 3 {
		if res, _ := h.do("GET", "/t/x", nil); res.StatusCode != 200 {
			t.Fatalf("use %d: %d", i+1, res.StatusCode)
		}
	}
	res, _ := h.do("GET", "/en/t/y", nil)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") != "21" {
		t.Errorf("the fourth use got %d, Retry-After %s", res.StatusCode, res.Header.Get("Retry-After"))
	}
	h.now = h.now.Add(21 * time.Second)
	if res, _ := h.do("GET", "/t/x", nil); res.StatusCode != 200 {
		t.Errorf("after the wait: %d", res.StatusCode)
	}
}

func TestStaffPagesAreForStaff(t *testing.T) {
	h := newHouse(t)
	res, _ := h.do("GET", "/console", nil)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/login?next=%2Fconsole" {
		t.Errorf("nobody: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if res, _ := h.do("GET", "/login", nil); res.StatusCode != 200 {
		t.Errorf("the sign-in page: %d", res.StatusCode)
	}
	h.who = &Identity{Name: "n", Role: "handler", Session: "s"}
	if res, _ := h.do("GET", "/console", nil); res.StatusCode != 403 {
		t.Errorf("another role: %d", res.StatusCode)
	}
	h.who.Role = "operator"
	_, body := h.do("GET", "/console", nil)
	if !strings.Contains(body, locale.ZH.T("role.operator")) || !strings.Contains(body, `href="/console"`) || strings.Contains(body, `href="/inbox"`) {
		t.Error("the bar must show the role and what it opens, and nothing else")
	}
	if res, _ := h.do("GET", "/en/console", nil); res.StatusCode != 404 {
		t.Errorf("staff pages have one address, /en/console answers %d", res.StatusCode)
	}
	m := regexp.MustCompile(`name="_token" value="([^"]+)"`).FindStringSubmatch(body)
	res, _ = h.do("POST", "/prefs", url.Values{TokenField: {m[1]}, "lang": {"en"}, "back": {"/console"}})
	if res.StatusCode != 303 || res.Header.Get("Location") != "/console" {
		t.Errorf("prefs: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if _, body := h.do("GET", "/console", nil); !strings.Contains(body, `lang="en"`) {
		t.Error("the chosen language is not kept")
	}
}

func TestOnlyOwnAddressesAreFollowed(t *testing.T) {
	for given, want := range map[string]string{
		"/inbox": "/inbox", "/inbox?x=1": "/inbox?x=1", "": "/", "//evil.example": "/", "https://evil.example": "/",
		"/\\evil.example": "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/", "/\t/evil": "/",
		"/..//evil.example": "/", "/.//evil.example": "/", "/\x00//evil": "/", "/\x00evil": "/", "/a?b=//c": "/a?b=//c", "/en//evil.example": "/",
	} {
		if got := LocalPath(given, "/"); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", given, got, want)
		}
	}
}
