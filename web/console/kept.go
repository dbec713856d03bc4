package console

import (
	"encoding/hex"
	"slices"
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
	P       shell.Page
	Kept    []casework.Kept
	Settled []casework.Kept // the last that somebody decided about
	Looked  *look
}

// look is one submission read for its operator, masked.
type look struct {
	Kept    casework.Kept
	Subject string
	Text    string
	Files   []string // name and size of each
	Number  string   // of the case to attach it to, as typed or as its token says
	Uses    int      // how often it was looked at
}

// most is how many kept submissions the page shows; preview how many characters of one.
const most, preview, lately = 200, 4000, 30

func (x *Pages) kept(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	return x.drawKept(c, by, nil, nil)
}

func (x *Pages) drawKept(c *fiber.Ctx, by casework.Actor, looked *look, mistakes shell.Errors) error {
	kept, err := x.Docket.KeptList(c.UserContext(), by, most)
	if err != nil {
		return err
	}
	settled, err := x.Docket.KeptSettled(c.UserContext(), by, lately)
	if err != nil {
		return err
	}
	v := keptView{P: shell.NewPage(c, shell.Lang(c).T("console.kept")), Kept: kept, Settled: settled, Looked: looked}
	v.P.Section = "kept"
	v.P.Errors = mistakes
	status := fiber.StatusOK
	if len(mistakes) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	return shell.Render(c, status, keptPage(v))
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
	return x.drawLook(c, by, key, nil)
}

func (x *Pages) drawLook(c *fiber.Ctx, by casework.Actor, key casework.Key, mistakes shell.Errors) error {
	kept, raw, err := x.Docket.KeptRaw(c.UserContext(), by, key)
	if err != nil {
		return err
	}
	uses, err := x.Docket.KeptUses(c.UserContext(), by, key)
	if err != nil {
		return err
	}
	m := mail.ParseWith(raw, mail.Known{})
	l := &look{Kept: kept, Number: kept.AboutNo, Uses: len(uses)}
	if typed := strings.TrimSpace(c.FormValue("number")); typed != "" {
		l.Number = typed
	}
	l.Subject, _ = privacy.Mask(m.Subject)
	l.Text = strings.TrimSpace(m.Text + "\n\n" + m.Quoted)
	if utf8.RuneCountInString(l.Text) > preview {
		l.Text = string([]rune(l.Text)[:preview]) + " …"
	}
	l.Text, _ = privacy.Mask(l.Text)
	for _, a := range m.Attachments {
		name, _ := privacy.Mask(a.Name)
		l.Files = append(l.Files, name+" · "+shell.Lang(c).Number(max(a.Size/1024, 1))+" KB")
	}
	return x.drawKept(c, by, l, mistakes)
}

// raw sends a kept submission as it came, as a file that no program opens as a page. The look is written down before.
func (x *Pages) raw(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	_, raw, err := x.Docket.KeptRaw(c.UserContext(), by, key)
	if err != nil {
		return err
	}
	shell.NoStore(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="submission.eml"`)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Send(raw)
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

// attach adds a kept submission to the case whose number was typed.
func (x *Pages) attach(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	var mistakes shell.Errors
	number := strings.TrimSpace(c.FormValue("number"))
	page, err := x.Docket.List(c.UserContext(), by, casework.Query{Number: number, Limit: 1})
	switch {
	case err != nil:
		return err
	case number == "" || len(page.Cases) != 1:
		mistakes.Add("number", lang.T("console.attach_number_missing"))
		return x.drawLook(c, by, key, mistakes)
	}
	id := page.Cases[0].ID
	if err := x.door.Attach(c.UserContext(), by, key, id); err != nil {
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		mistakes.Add("number", shell.Sentence(lang, err))
		return x.drawLook(c, by, key, mistakes)
	}
	shell.Flash(c, shell.Good, "console.done_attach")
	return shell.SeeOther(c, "/console/case/"+id.String())
}

// settle takes a submission off the list with a reason; it stays stored.
func (x *Pages) settle(c *fiber.Ctx) error {
	by, key, err := x.keptBy(c)
	if err != nil {
		return err
	}
	if !casework.Allowed(casework.StepClassify, casework.Registered, by) {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	why := casework.Settling(c.FormValue("why"))
	if !slices.Contains(casework.Droppings, why) {
		var mistakes shell.Errors
		mistakes.Add("why", shell.Lang(c).T("console.drop_why_missing"))
		return x.drawLook(c, by, key, mistakes)
	}
	if err := x.Docket.Settle(c.UserContext(), by, key, why, nil); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "console.done_settle")
	return shell.SeeOther(c, "/console/kept")
}

func hexOf(k casework.Kept) string { return hex.EncodeToString(k.Key[:]) }

// whyKept says in words why a submission waits for a person; reasons with a detail keep it.
func whyKept(p shell.Page, k casework.Kept) string {
	word, detail, _ := strings.Cut(k.Reason, ":")
	if key := "kept.why_" + strings.NewReplacer("-", "_").Replace(word); p.Lang.Has(key) {
		words := p.T(key)
		if detail != "" {
			words += " (" + detail + ")"
		}
		return words
	}
	return k.Reason
}
