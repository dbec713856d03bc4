package console

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/privacy"
	"huiyin/web/shell"
)

// keptView is the list of submissions that became no case by themselves (隔离): a person decides about each.
type keptView struct {
	P      shell.Page
	Kept   []casework.Kept
	Looked *look
}

// look is one submission read for its operator, masked.
type look struct {
	Kept    casework.Kept
	Subject string
	Text    string
}

// most is how many kept submissions the page shows; preview how many characters of one.
const most, preview = 200, 4000

func (x *Pages) kept(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	return x.drawKept(c, by, nil)
}

func (x *Pages) drawKept(c *fiber.Ctx, by casework.Actor, looked *look) error {
	kept, err := x.Docket.KeptList(c.UserContext(), by, most)
	if err != nil {
		return err
	}
	v := keptView{P: shell.NewPage(c, shell.Lang(c).T("console.kept")), Kept: kept, Looked: looked}
	v.P.Section = "kept"
	return shell.Render(c, fiber.StatusOK, keptPage(v))
}

func keyOfKept(c *fiber.Ctx) (k casework.Key, err error) {
	raw, err := hex.DecodeString(c.FormValue("key"))
	if err != nil || len(raw) != len(k) {
		return k, fault.New(fault.NotFound, "fault.no_such_submission")
	}
	copy(k[:], raw)
	return k, nil
}

// look shows one kept submission, read by the mail parser and masked.
func (x *Pages) look(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	kept, raw, err := x.Docket.KeptRaw(c.UserContext(), by, key)
	if err != nil {
		return err
	}
	m := mail.ParseWith(raw, mail.Known{})
	subject, _ := privacy.Mask(m.Subject)
	text := strings.TrimSpace(m.Text + "\n\n" + m.Quoted)
	if utf8.RuneCountInString(text) > preview {
		text = string([]rune(text)[:preview]) + " …"
	}
	text, _ = privacy.Mask(text)
	return x.drawKept(c, by, &look{Kept: kept, Subject: subject, Text: text})
}

func (x *Pages) keptBy(c *fiber.Ctx) (casework.Actor, casework.Key, error) {
	by, err := x.Actor(c)
	if err != nil {
		return by, casework.Key{}, err
	}
	key, err := keyOfKept(c)
	return by, key, err
}

// refile makes a case of a kept submission and opens it.
func (x *Pages) refile(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	r, err := x.door.Refile(c.UserContext(), by, key)
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "console.done_refile")
	return shell.SeeOther(c, "/console?case="+r.ID.String())
}

// settle takes a submission off the list; it stays stored.
func (x *Pages) settle(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	if !casework.Allowed(casework.StepClassify, casework.Registered, by) {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if err := x.Docket.Settle(c.UserContext(), by, key); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "console.done_settle")
	return shell.SeeOther(c, "/console/kept")
}

func hexOf(k casework.Kept) string { return hex.EncodeToString(k.Key[:]) }
