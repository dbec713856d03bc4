package shell

import (
	"context"
	"errors"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
)

var statuses = map[fault.Kind]int{
	fault.Internal:     fiber.StatusInternalServerError,
	fault.Invalid:      fiber.StatusUnprocessableEntity,
	fault.Unauthorized: fiber.StatusUnauthorized,
	fault.Forbidden:    fiber.StatusForbidden,
	fault.NotFound:     fiber.StatusNotFound,
	fault.Conflict:     fiber.StatusConflict,
	fault.Gone:         fiber.StatusGone,
	fault.TooLarge:     fiber.StatusRequestEntityTooLarge,
	fault.TooMany:      fiber.StatusTooManyRequests,
	fault.Unavailable:  fiber.StatusServiceUnavailable,
}

// Status is the HTTP status of an error.
func Status(err error) int {
	var fe *fiber.Error
	if errors.As(err, &fe) && fe.Code >= 400 && fe.Code < 500 {
		return fe.Code
	}
	return statuses[kindOf(err)]
}

// Sentence is the text of an error for a person, in a language; the kind's own sentence where its key has none.
func Sentence(lang locale.Lang, err error) string {
	kind := kindOf(err)
	key, args := "fault."+kind.String(), locale.Args(nil)
	var f *fault.Error
	var fe *fiber.Error
	switch {
	case errors.As(err, &f):
		if lang.Has(f.Key) || locale.ZH.Has(f.Key) {
			key, args = f.Key, f.Args
		}
	case errors.As(err, &fe) && fe.Code == fiber.StatusMethodNotAllowed:
		key = "fault.method"
	}
	return lang.T(key, args)
}

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// problem is how a failure reads to a program.
type problem struct {
	Error struct {
		Kind    string `json:"kind"`
		Key     string `json:"key"`
		Message string `json:"message"`
		Field   string `json:"field,omitempty"`
		Request string `json:"request"`
	} `json:"error"`
}

// wantsJSON tells whether a program asks: an API's address, or a client that prefers JSON to a page.
func wantsJSON(c *fiber.Ctx, r *request) bool {
	if r.door == API || strings.HasPrefix(r.path, "/api/") || strings.HasSuffix(r.path, ".json") {
		return true
	}
	return c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON
}

// handleError answers every failure: status by kind, the sentence in the reader's language, what to do, and the phone number.
func (s *shell) handleError(c *fiber.Ctx, err error) error {
	r := s.requestOf(c)
	status, kind := Status(err), kindOf(err)
	c.Response().ResetBody()
	c.Set(fiber.HeaderCacheControl, "no-store")
	if kind == fault.Unavailable || kind == fault.TooMany {
		if len(c.Response().Header.Peek(fiber.HeaderRetryAfter)) == 0 {
			c.Set(fiber.HeaderRetryAfter, "30")
		}
	}
	if errors.Is(err, errBusy) && r.door == Public && !wantsJSON(c, r) {
		return s.queue(c, r)
	}
	if r.fail != nil {
		if answered := r.fail(c.Status(status), status, err); !errors.Is(answered, err) {
			return answered
		}
	}
	if wantsJSON(c, r) {
		lang := r.lang
		if r.door == API && c.Get(fiber.HeaderAcceptLanguage) != "" {
			lang = locale.Parse(c.Get(fiber.HeaderAcceptLanguage))
		}
		var p problem
		p.Error.Kind, p.Error.Key, p.Error.Message, p.Error.Request = kind.String(), fault.KeyOf(err), Sentence(lang, err), r.id
		var f *fault.Error
		if errors.As(err, &f) {
			p.Error.Field = f.Field
		} else {
			p.Error.Key = "fault." + kind.String()
		}
		return c.Status(status).JSON(p)
	}
	if kind == fault.Unauthorized && r.door == Staff && c.Method() == fiber.MethodGet {
		return c.Redirect(s.SignIn+"?next="+url.QueryEscape(c.Path()), fiber.StatusSeeOther)
	}
	if kind == fault.Unauthorized && r.door == Staff {
		return c.Redirect(s.SignIn+"?kept=1&next="+url.QueryEscape(formPage(c, r)), fiber.StatusSeeOther)
	}
	title, sentence := r.lang.T("error.title_"+kind.String()), Sentence(r.lang, err)
	if kind == fault.Invalid && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) {
		title = r.lang.T("error.title_address")
		if unsaid(err) {
			sentence = r.lang.T("fault.address")
		}
	}
	page := newPage(c, r, title)
	page.Status = status
	view := ErrorPage(page, failureView{Sentence: sentence, Request: r.id, Kind: kind})
	if rendered := Render(c, status, view); rendered != nil {
		s.Log.Error("the error page failed", "request", r.id, "cause", rendered.Error())
		return c.Status(status).SendString(strconv.Itoa(status) + " " + Sentence(r.lang, err))
	}
	return nil
}

// unsaid tells whether an error has no sentence of its own beside its kind's. Somebody who followed an address has sent no form: nothing of his can be corrected
// and sent again, so the page speaks of the address.
func unsaid(err error) bool {
	var f *fault.Error
	return !errors.As(err, &f) || f.Key == "fault."+f.Kind.String()
}

// formPage is the page that a form came from, as far as its address tells: the same address where a page answers there, else the one above it.
func formPage(c *fiber.Ctx, r *request) string {
	if r.page {
		return c.Path()
	}
	return path.Dir(c.Path())
}

// failureView is what the error page says.
type failureView struct {
	Sentence string
	Request  string
	Kind     fault.Kind
}
