package shell

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
)

// Look is how one reader wants pages drawn. It is kept in a cookie, so that it works without scripts and on the first byte of a page.
type Look struct {
	Elder    bool // larger type, larger targets, one column, and only what is needed
	Contrast bool // black, yellow and cyan
	Size     int  // steps above the usual size of type: 0 to MaxSize, 100 to 200 %
}

// MaxSize is the largest step of type; it is twice the usual size.
const MaxSize = 3

const lookCookie = "hy_look"

// lookOf reads what String wrote; whatever else a cookie holds is the usual look.
func lookOf(cookie string) Look {
	var l Look
	for word := range strings.SplitSeq(cookie, ".") {
		switch {
		case word == "elder":
			l.Elder = true
		case word == "contrast":
			l.Contrast = true
		case len(word) == 1 && word[0] >= '1' && word[0] <= '0'+MaxSize:
			l.Size = int(word[0] - '0')
		}
	}
	return l
}

// String is the look as its cookie holds it, empty for the usual one.
func (l Look) String() string {
	var words []string
	if l.Elder {
		words = append(words, "elder")
	}
	if l.Contrast {
		words = append(words, "contrast")
	}
	if l.Size > 0 {
		words = append(words, strconv.Itoa(l.Size))
	}
	return strings.Join(words, ".")
}

// change applies the fields of the form that a button sent: each names one thing and leaves the others.
func (l Look) change(field func(string) string) Look {
	switch field("mode") {
	case "elder":
		l.Elder = true
	case "standard":
		l.Elder = false
	}
	switch field("contrast") {
	case "high":
		l.Contrast = true
	case "usual":
		l.Contrast = false
	}
	if n, err := strconv.Atoi(field("size")); err == nil {
		l.Size = min(max(n, 0), MaxSize)
	}
	return l
}

// Attributes are what the style sheets ask for on the root element of a page that is drawn without a layout.
func (p Page) Attributes() templ.Attributes { return p.attributes() }

// attributes are what the style sheets ask for on the root element.
func (p Page) attributes() templ.Attributes {
	a := templ.Attributes{}
	if p.Look.Contrast {
		a["data-contrast"] = "high"
	}
	if p.Look.Elder {
		a["data-mode"] = "elder"
	}
	if p.Look.Size > 0 {
		a["data-size"] = strconv.Itoa(p.Look.Size)
	}
	return a
}

// ownSite refuses a form that a browser says another site sent.
func ownSite(c *fiber.Ctx) error {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return fault.New(fault.Forbidden, "fault.stale_form")
	}
	return nil
}
