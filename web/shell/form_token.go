package shell

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/fault"
)

// Names of the hidden fields and cookies of forms.
const (
	TokenField  = "_token" // proves that the form came from our own page
	KeyField    = "_key"   // idempotency key: the same form sent twice is one submission
	tokenCookie = "hy_form"
)

// nonceLen is the length of what makes the token of each answer another one: a compressed page must not tell by its length how well
// somebody guesses a text that stays the same.
const nonceLen = 16

// formToken is the token for the forms of this answer. It is the keyed hash of a random cookie, the staff session and a number used
// once, so another site can neither read nor compute it. The first call sets the cookie and keeps the page out of shared caches.
func (r *request) formToken(c *fiber.Ctx) (string, error) {
	seed := c.Cookies(tokenCookie)
	if len(seed) != 32 {
		var b [16]byte
		rand.Read(b[:])
		seed = hex.EncodeToString(b[:])
		c.Request().Header.SetCookie(tokenCookie, seed) // a second form of the same page must see the same seed
		c.Cookie(&fiber.Cookie{Name: tokenCookie, Value: seed, Path: "/", HTTPOnly: true, Secure: r.Secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true})
	}
	session, err := r.session(c)
	if err != nil {
		return "", err
	}
	NoStore(c)
	if r.nonce == "" {
		r.nonce = newID()
	}
	return r.nonce + r.mac("form", seed, session, r.nonce), nil
}

// checkForm refuses a form that did not come from a page of ours.
func (r *request) checkForm(c *fiber.Ctx) error {
	if err := ownSite(c); err != nil {
		return err
	}
	session, err := r.session(c)
	if err != nil {
		return err
	}
	seed := c.Cookies(tokenCookie)
	given := c.FormValue(TokenField)
	if given == "" {
		given = c.Get("X-Form-Token")
	}
	if len(seed) != 32 || len(given) < nonceLen || !hmac.Equal([]byte(given[nonceLen:]), []byte(r.mac("form", seed, session, given[:nonceLen]))) {
		return fault.New(fault.Forbidden, "fault.stale_form")
	}
	return nil
}

func (r *request) session(c *fiber.Ctx) (string, error) {
	who, err := Who(c)
	if err != nil || who == nil {
		return "", err
	}
	return who.Session, nil
}

// IdempotencyKey is the key that a form or an API client sent with its submission, empty if it is none of ours in form.
func IdempotencyKey(c *fiber.Ctx) string {
	key := c.FormValue(KeyField)
	if key == "" {
		key = c.Get("Idempotency-Key")
	}
	if len(key) < 8 || len(key) > 128 {
		return ""
	}
	return key
}

func newKey() string { return uuid.NewString() }
