package resident

import (
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

const (
	caseCookie = "hy_case"
	caseLife   = 6 * time.Hour // how long a browser keeps a case open after its code was entered
)

// openCase lets this browser see a case for some hours. The cookie is sealed: it tells neither the code nor the case.
func (x *Pages) openCase(c *fiber.Ctx, id casework.CaseID) error {
	key, wrapped, err := x.Keys.NewDataKey()
	if err != nil {
		return err
	}
	plain := binary.BigEndian.AppendUint64(id[:], uint64(x.Now().Add(caseLife).Unix()))
	value := append(binary.BigEndian.AppendUint16(nil, uint16(len(wrapped))), wrapped...)
	value = append(value, key.Seal(caseCookie, "", plain)...)
	x.setCookie(c, caseCookie, base64.RawURLEncoding.EncodeToString(value), caseLife)
	return nil
}

// opened is the case that this browser may see; ok is false where none is open.
func (x *Pages) opened(c *fiber.Ctx) (id casework.CaseID, ok bool) {
	value, err := base64.RawURLEncoding.DecodeString(c.Cookies(caseCookie))
	if err != nil || len(value) < 2 {
		return id, false
	}
	n := int(binary.BigEndian.Uint16(value))
	if len(value) < 2+n {
		return id, false
	}
	key, err := x.Keys.Unwrap(value[2 : 2+n])
	if err != nil {
		return id, false
	}
	plain, err := key.Open(caseCookie, "", value[2+n:])
	if err != nil || len(plain) != len(id)+8 || x.Now().Unix() >= int64(binary.BigEndian.Uint64(plain[len(id):])) {
		return id, false
	}
	return uuid.UUID(plain[:len(id)]), true
}

// enterCode opens a case by the code that was typed.
func (x *Pages) enterCode(c *fiber.Ctx) error {
	return x.tryCode(c, c.FormValue("code"), "/t")
}

// openByLink opens a case by the code in the address, and takes it out of the address bar at once.
func (x *Pages) openByLink(c *fiber.Ctx) error { return x.tryCode(c, linkCode(c), "/t") }

func (x *Pages) openAccessByLink(c *fiber.Ctx) error { return x.tryCode(c, linkCode(c), "/t/access") }

func (x *Pages) openProofByLink(c *fiber.Ctx) error { return x.tryCode(c, linkCode(c), "/t/proof") }

func linkCode(c *fiber.Ctx) string {
	code, err := url.PathUnescape(c.Params("code"))
	if err != nil {
		return ""
	}
	return code
}

func (x *Pages) tryCode(c *fiber.Ctx, typed, next string) error {
	id, err := x.codeCase(c, typed)
	if err == nil {
		if err := x.openCase(c, id); err != nil {
			return err
		}
		return shell.SeeOther(c, next)
	}
	key := ""
	switch fault.KindOf(err) {
	case fault.TooMany:
		key = "track.wait"
	case fault.Invalid:
		key = "track.code_form"
	case fault.NotFound:
		key = "track.code_unknown"
	default:
		return err
	}
	lang := shell.Lang(c)
	wait := x.Misses.Wait(c.UserContext(), shell.Sender(c))
	return x.drawCode(c, shell.Status(err), shell.Errors{{Field: "code", Text: lang.T(key, locale.Args{"Span": lang.Span(wait + time.Minute)})}}, typed)
}

// codeCase finds the case of a code. Who tried wrong ones must wait. Errors: fault.Invalid where it cannot be a code, fault.NotFound, fault.TooMany.
func (x *Pages) codeCase(c *fiber.Ctx, typed string) (casework.CaseID, error) {
	var none casework.CaseID
	sender := shell.Sender(c)
	if wait := x.Misses.Wait(c.UserContext(), sender); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return none, fault.New(fault.TooMany, "fault.too_many")
	}
	if _, ok := casework.NormalCode(typed); !ok {
		return none, fault.New(fault.Invalid, "fault.no_such_code").At("code")
	}
	id, err := x.Docket.ByCode(c.UserContext(), typed)
	if fault.KindOf(err) == fault.NotFound {
		x.Misses.Add(c.UserContext(), sender)
	}
	return id, err
}

func (x *Pages) drawCode(c *fiber.Ctx, status int, mistakes shell.Errors, typed string) error {
	page := x.page(c, "track.enter", "track")
	page.Path, page.Switch = "/t", page.Lang.Other().Path("/t") // never the address asked for: it may hold a code
	page.Errors, page.Status = mistakes, status
	page.Back = page.Href("/")
	return shell.Render(c, status, codePage(page, typed, c.Query("cleared") != ""))
}

// leave closes the case in this browser.
func (x *Pages) leave(c *fiber.Ctx) error {
	x.setCookie(c, caseCookie, "", 0)
	shell.Flash(c, shell.Good, "track.left")
	return shell.SeeOther(c, "/t")
}
