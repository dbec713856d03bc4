package dossier

import (
	"context"
	"mime"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/web/shell"
)

// What a reader can ask to see. Each is read by casework's one door, which tells the resident.
const (
	ShowContact = "contact" // name, telephone number, e-mail, address
	ShowWords   = "words"   // title, text, place and additions as they were written
	ShowFiles   = "files"   // photos and other files; each is read, and noted, when the browser fetches it
	ShowRaw     = "raw"     // the submission as it came, to be saved
)

// Shown is personal data on one answer, never to be seen again without another use.
type Shown struct {
	What    string
	Purpose casework.Purpose
	Items   []shell.Item
	Added   []string // additions as they were written
}

// Shut tells that nothing can be opened by this reader: the resident restricted it, and only the privacy officer may look, to answer the resident's requests.
func (v View) Shut() bool { return v.F.Case.Restricted && !v.By.Has(casework.Privacy) }

// purposes are those that the reader can choose from.
func (v View) purposes() []casework.Purpose {
	if v.F.Case.Restricted {
		return []casework.Purpose{casework.ForRights}
	}
	return casework.Purposes
}

// UsualPurpose is the purpose that stands ready for a reader's role; it can be changed before anything is shown.
func (v View) UsualPurpose() casework.Purpose {
	switch {
	case v.By.Has(casework.Callback):
		return casework.ForFollowUp
	case v.By.Unit == casework.Hotline && (v.F.Case.State == casework.Registered || v.F.Case.State == casework.Accepted):
		return casework.ForTriage
	case v.By.Unit == casework.Hotline:
		return casework.ForSupervise
	case v.F.Case.State == casework.Signed:
		return casework.ForContact
	}
	return casework.ForHandling
}

// use is the use that the form names. Answering a resident's own request rests on the resident's rights, everything else on the duty to handle the case.
func use(c *fiber.Ctx) casework.Use {
	u := casework.Use{Purpose: casework.Purpose(c.FormValue("purpose")), Basis: casework.BasisDuty}
	if u.Purpose == casework.ForRights {
		u.Basis = casework.BasisRights
	}
	return u
}

// Reveal reads what was asked for, once, and hands it to draw. The raw submission is sent as a file instead.
func (o Office) Reveal(c *fiber.Ctx, draw func(by casework.Actor, id casework.CaseID, s *Shown) error) error {
	by, err := o.Actor(c)
	if err != nil {
		return err
	}
	id, err := CaseOf(c)
	if err != nil {
		return err
	}
	what, u := c.FormValue("what"), use(c)
	if what == ShowRaw {
		return o.sendRaw(c, by, id, u)
	}
	s := &Shown{What: what, Purpose: u.Purpose}
	lang := shell.Lang(c)
	switch what {
	case ShowContact:
		s.Items, err = o.read(c.UserContext(), by, id, u, shell.NewPage(c, lang.T("dossier.contact")), casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress)
	case ShowWords:
		s.Items, err = o.read(c.UserContext(), by, id, u, shell.NewPage(c, lang.T("dossier.words")), casework.FieldTitle, casework.FieldBody, casework.FieldPlace)
		if err == nil {
			s.Added, err = o.additions(c.UserContext(), by, id, u)
		}
	case ShowFiles:
		if !slices.Contains(casework.Purposes, u.Purpose) {
			err = fault.New(fault.Invalid, "fault.purpose_needed").At("purpose")
		}
	default:
		err = fault.New(fault.Invalid, "fault.invalid")
	}
	if err != nil {
		return err
	}
	return draw(by, id, s)
}

func (o Office) read(ctx context.Context, by casework.Actor, id casework.CaseID, u casework.Use, p shell.Page, fields ...casework.PersonalField) ([]shell.Item, error) {
	got, err := o.Docket.Reveal(ctx, by, id, fields, u)
	if err != nil {
		return nil, err
	}
	var items []shell.Item
	for _, f := range fields {
		if got[f] == "" {
			continue
		}
		item := shell.Item{Key: p.T("field." + string(f)), View: paragraphs(got[f])}
		if f == casework.FieldPhone {
			item.View = phoneLink(got[f])
		}
		items = append(items, item)
	}
	return items, nil
}

func (o Office) additions(ctx context.Context, by casework.Actor, id casework.CaseID, u casework.Use) ([]string, error) {
	f, err := o.Docket.Dossier(ctx, by, id)
	if err != nil || !slices.ContainsFunc(f.Messages, func(m casework.Message) bool { return m.Sealed }) {
		return nil, err
	}
	words, err := o.Docket.RevealMessages(ctx, by, id, u)
	if err != nil {
		return nil, err
	}
	var added []string
	for _, m := range f.Messages {
		if text, ok := words[m.ID]; ok {
			added = append(added, text)
		}
	}
	return added, nil
}

// sendRaw sends the submission as it came; a program must never open it as a page.
func (o Office) sendRaw(c *fiber.Ctx, by casework.Actor, id casework.CaseID, u casework.Use) error {
	raw, err := o.Docket.RevealRaw(c.UserContext(), by, id, u)
	if err != nil {
		return err
	}
	if raw == nil {
		return fault.New(fault.NotFound, "fault.no_such_submission")
	}
	return send(c, "application/octet-stream", "submission.eml", raw, false)
}

// SendFile sends one attached file; the reading is noted as a use with the purpose in the address.
func (o Office) SendFile(c *fiber.Ctx) error {
	by, err := o.Actor(c)
	if err != nil {
		return err
	}
	id, err := CaseOf(c)
	if err != nil {
		return err
	}
	file, err := uuid.Parse(c.Params("file"))
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.no_such_file", err)
	}
	info, data, err := o.Docket.RevealFile(c.UserContext(), by, id, file, casework.Use{Purpose: casework.Purpose(c.Query("purpose")), Basis: casework.BasisDuty})
	if err != nil {
		return err
	}
	return send(c, info.Type, info.Name, data, isPicture(info.Type))
}

func send(c *fiber.Ctx, kind, name string, data []byte, inline bool) error {
	shell.NoStore(c)
	way := "attachment"
	if inline {
		way = "inline"
	} else {
		kind = "application/octet-stream"
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType(way, map[string]string{"filename": strings.Map(plainName, name)}))
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	return c.Send(data)
}

func plainName(r rune) rune {
	if r < ' ' || r == '"' || r == '/' || r == '\\' {
		return '_'
	}
	return r
}

// isPicture reports whether browsers draw a file of this type and nothing in it can act.
func isPicture(kind string) bool {
	return slices.Contains([]string{"image/jpeg", "image/png", "image/gif", "image/webp"}, kind)
}
