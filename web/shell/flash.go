package shell

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Tone is the meaning of a notice; its icon and word carry it, never its colour alone.
type Tone string

// The tones.
const (
	Good Tone = "good" // done
	Note Tone = "note" // worth knowing
	Warn Tone = "warn" // needs attention
	Bad  Tone = "bad"  // wrong or late
	Calm Tone = "calm" // no meaning beyond the words
)

// Notice is one sentence above a page.
type Notice struct {
	Tone Tone
	Text string
}

const flashCookie = "hy_flash"

// Flash shows a sentence once, on the next page that this browser opens. The key names a text without values: nothing personal
// can travel in it, and a forged cookie can at most show another of our own sentences.
func Flash(c *fiber.Ctx, tone Tone, key string) {
	r := of(c)
	c.Cookie(&fiber.Cookie{Name: flashCookie, Value: string(tone) + ":" + key, Path: "/", MaxAge: 60, HTTPOnly: true, Secure: r.Secure, SameSite: fiber.CookieSameSiteLaxMode})
}

// takeFlash reads the waiting sentence and removes it.
func (r *request) takeFlash(c *fiber.Ctx) *Notice {
	tone, key, ok := strings.Cut(c.Cookies(flashCookie), ":")
	if !ok {
		return nil
	}
	c.Cookie(&fiber.Cookie{Name: flashCookie, Path: "/", Expires: time.Unix(1, 0), HTTPOnly: true, Secure: r.Secure, SameSite: fiber.CookieSameSiteLaxMode})
	NoStore(c)
	switch Tone(tone) {
	case Good, Note, Warn, Bad:
		if r.lang.Has(key) {
			return &Notice{Tone: Tone(tone), Text: r.lang.T(key)}
		}
	}
	return nil
}
