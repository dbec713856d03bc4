package shell

import (
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/web/assets"
)

const langCookie = "hy_lang"

// preferred is the language that the browser's user chose for pages with one address; Chinese where nothing was chosen.
func preferred(c *fiber.Ctx) locale.Lang { return locale.Parse(c.Cookies(langCookie)) }

// Routes are the frame's own routes: preferences and asset files.
func Routes() []Route {
	return []Route{
		{Method: fiber.MethodPost, Path: "/prefs", Handler: savePrefs, Door: Files},
		{Path: "/assets/:file", Handler: asset, Door: Files},
		{Path: "/favicon.ico", Handler: favicon, Door: Files},
		{Path: "/robots.txt", Handler: robots, Door: Files, MaxAge: time.Hour},
	}
}

// savePrefs keeps the language of the staff pages and the look of all pages in cookies for a year, and goes back to the page it was
// called from. Its form carries no token, so that pages in public caches can have it: it changes nothing but how pages look to its sender.
func savePrefs(c *fiber.Ctx) error {
	if err := ownSite(c); err != nil {
		return err
	}
	if lang := c.FormValue("lang"); lang != "" {
		keep(c, langCookie, string(locale.Parse(lang)))
	}
	field := func(name string) string { return c.FormValue(name) }
	if before := lookOf(c.Cookies(lookCookie)); before.change(field) != before {
		keep(c, lookCookie, before.change(field).String())
	}
	NoStore(c)
	return c.Redirect(LocalPath(c.FormValue("back"), "/"), fiber.StatusSeeOther)
}

// keep remembers a preference for a year.
func keep(c *fiber.Ctx, name, value string) {
	r := of(c)
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", Expires: r.Now().AddDate(1, 0, 0), HTTPOnly: true, Secure: r.Secure, SameSite: fiber.CookieSameSiteLaxMode})
}

// LocalPath is the given address where it leads to a page of ours, else the fallback: for "next" and "back" fields.
func LocalPath(given, fallback string) string {
	path, _, _ := strings.Cut(given, "?")
	if !strings.HasPrefix(given, "/") || strings.Contains(path, "//") || strings.ContainsFunc(given, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return fallback
	}
	return given
}

// asset serves one built file; its name holds its hash, so browsers may keep it for ever.
func asset(c *fiber.Ctx) error {
	file, ok := assets.Find(c.Params("file"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age="+maxAge(365*24*time.Hour)+", immutable")
	return sendAsset(c, file)
}

func favicon(c *fiber.Ctx) error {
	file, ok := assets.Find(assets.Name("icon.svg"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age="+maxAge(24*time.Hour))
	return sendAsset(c, file)
}

// robots keeps search engines out of residents' own pages and the staff's.
func robots(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	var body strings.Builder
	body.WriteString("User-agent: *\n")
	for _, path := range []string{"/t$", "/t/", "/rate/", "/report"} {
		body.WriteString("Disallow: " + path + "\nDisallow: /en" + path + "\n")
	}
	return c.SendString(body.String() + "Disallow: /console\nDisallow: /inbox\nDisallow: /admin\nDisallow: /login\n")
}

func sendAsset(c *fiber.Ctx, file assets.File) error {
	c.Set(fiber.HeaderContentType, file.Type)
	c.Vary(fiber.HeaderAcceptEncoding)
	body, encoding := file.Body, ""
	if given := c.Get(fiber.HeaderAcceptEncoding); given != "" {
		switch {
		case file.Brotli != nil && c.AcceptsEncodings("br") == "br":
			body, encoding = file.Brotli, "br"
		case file.Gzip != nil && c.AcceptsEncodings("gzip") == "gzip":
			body, encoding = file.Gzip, "gzip"
		}
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(body)
}
