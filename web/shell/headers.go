package shell

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"html"

	"github.com/gofiber/fiber/v2"
)

// policy is the content security policy of every page: only our own files, no inline script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func newID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

// protect sets the headers that every answer carries.
func (s *shell) protect(c *fiber.Ctx, r *request) {
	c.Set("X-Request-Id", r.id)
	Protect(c.Set, s.Secure)
}

// Protect sets the headers that keep an answer from being misused; secure tells that the service is reached by https.
func Protect(set func(name, value string), secure bool) {
	set(fiber.HeaderContentSecurityPolicy, policy)
	set(fiber.HeaderXContentTypeOptions, "nosniff")
	set(fiber.HeaderXFrameOptions, "DENY")
	set(fiber.HeaderReferrerPolicy, "same-origin")
	set("Cross-Origin-Opener-Policy", "same-origin")
	set("Cross-Origin-Resource-Policy", "same-origin")
	set(fiber.HeaderPermissionsPolicy, "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()")
	if secure {
		set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}

// Announce puts a sentence above the content of a page that was drawn before.
func Announce(page []byte, sentence string) []byte {
	const content = `<main id="main"`
	banner := `<div class="govuk-width-container"><div class="hy-before" role="region" aria-label="` + Phone + `"><div class="hy-notice hy-notice--warn" role="alert"><p>` + html.EscapeString(sentence) + `</p></div></div></div>`
	return bytes.Replace(page, []byte(content), []byte(banner+content), 1)
}

// NoStore keeps the answer out of every cache and its address out of the Referer: for pages with personal data, codes or form tokens.
func NoStore(c *fiber.Ctx) {
	of(c).noKeep = true
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
}
