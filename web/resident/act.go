package resident

import (
	"context"
	"crypto/sha256"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/web/shell"
)

// masked pairs a resident's further words with the copy that staff see, by the same rules as the first ones.
func (x *Pages) masked(ctx context.Context, id casework.CaseID, text, place string) (casework.Filing, error) {
	own, err := x.Docket.Reveal(ctx, casework.Resident(id), id, []casework.PersonalField{casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress}, ownUse)
	if err != nil {
		return casework.Filing{}, err
	}
	p := casework.Person{Name: own[casework.FieldName], Phone: own[casework.FieldPhone], Email: own[casework.FieldEmail], Address: own[casework.FieldAddress]}
	return x.Door.Prepare(intake.Submission{Channel: casework.Web, Text: text, Place: place, Person: p})
}

// add keeps what a resident adds: words, pictures, or both.
func (x *Pages) add(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	ctx, lang, id := c.UserContext(), shell.Lang(c), v.Case.ID
	v.add = addForm{Text: strings.TrimSpace(c.FormValue("text")), Key: shell.IdempotencyKey(c)}
	var d draft
	var mistakes shell.Errors
	photos, err := takePhotos(c, &d, &mistakes, lang)
	if err != nil {
		return err
	}
	if v.add.Text == "" && len(photos) == 0 && len(mistakes) == 0 {
		mistakes.Add("text", lang.T("track.add_missing"))
	}
	if len([]rune(v.add.Text)) > casework.MaxBody {
		mistakes.Add("text", lang.T("report.text_long", locale.Args{"Limit": casework.MaxBody}))
	}
	if len(mistakes) > 0 {
		return x.drawStatus(c, fiber.StatusUnprocessableEntity, mistakes, v)
	}
	files := attached(d, photos)
	f, err := x.masked(ctx, id, v.add.Text, "")
	if err == nil {
		described, prepErr := x.Door.Prepare(intake.Submission{Channel: casework.Web, Files: files})
		if prepErr != nil {
			return prepErr
		}
		a := casework.Addition{Channel: casework.Web, Text: f.Body, Files: described.Files}
		if v.add.Key != "" {
			a.Key = sha256.Sum256([]byte("web add\n" + id.String() + "\n" + v.add.Key))
		}
		err = x.Desk.Add(ctx, casework.Resident(id), casework.Ref{ID: id}, a)
	}
	if err != nil {
		return x.refused(c, err, v)
	}
	shell.Flash(c, shell.Good, "track.added")
	return shell.SeeOther(c, "/t")
}

func attached(d draft, data map[uuid.UUID][]byte) []casework.Attachment {
	var files []casework.Attachment
	for _, p := range d.Photos {
		files = append(files, casework.Attachment{Name: p.Name, Data: data[p.ID]})
	}
	return files
}

// refused shows the case again with why the step was not possible.
func (x *Pages) refused(c *fiber.Ctx, err error, v statusView) error {
	if fault.KindOf(err) == fault.TooMany {
		err = fault.Wrap(fault.Conflict, fault.KeyOf(err), err)
	}
	mistakes, ok := shell.Mistakes(shell.Lang(c), err)
	if !ok {
		return err
	}
	return x.drawStatus(c, shell.Status(err), mistakes, v)
}

func (x *Pages) showChange(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	if v.changeUntil(x.Now()).IsZero() {
		shell.Flash(c, shell.Warn, "track.change_over")
		return shell.SeeOther(c, "/t")
	}
	return x.drawChange(c, fiber.StatusOK, nil, v, v.Own[casework.FieldBody], v.Own[casework.FieldPlace])
}

func (x *Pages) drawChange(c *fiber.Ctx, status int, mistakes shell.Errors, v statusView, text, place string) error {
	page := x.page(c, "track.change", "track")
	page.Errors, page.Back = mistakes, page.Href("/t")
	return shell.Render(c, status, changePage(page, v, text, place))
}

func (x *Pages) change(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	ctx, lang, id := c.UserContext(), shell.Lang(c), v.Case.ID
	text, place := strings.TrimSpace(c.FormValue("text")), strings.TrimSpace(c.FormValue("place"))
	var mistakes shell.Errors
	if text == "" {
		mistakes.Add("text", lang.T("report.text_missing"))
	}
	if len([]rune(text)) > casework.MaxBody {
		mistakes.Add("text", lang.T("report.text_long", locale.Args{"Limit": casework.MaxBody}))
	}
	if len(mistakes) > 0 {
		return x.drawChange(c, fiber.StatusUnprocessableEntity, mistakes, v, text, place)
	}
	f, err := x.masked(ctx, id, text, place)
	if err == nil {
		err = x.Docket.Change(ctx, casework.Resident(id), casework.Ref{ID: id}, f.Title, f.Body, f.Place)
	}
	if err != nil {
		if mistakes, ok := shell.Mistakes(lang, err); ok {
			return x.drawChange(c, shell.Status(err), mistakes, v, text, place)
		}
		return err
	}
	shell.Flash(c, shell.Good, "track.changed")
	return shell.SeeOther(c, "/t")
}

func (x *Pages) showWithdraw(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	if !v.may(casework.StepWithdraw) {
		shell.Flash(c, shell.Warn, "track.withdraw_over")
		return shell.SeeOther(c, "/t")
	}
	page := x.page(c, "track.withdraw", "track")
	page.Back = page.Href("/t")
	return shell.Render(c, fiber.StatusOK, withdrawPage(page, v))
}

func (x *Pages) withdraw(c *fiber.Ctx) error {
	return x.step(c, "track.withdrawn", func(ctx context.Context, id casework.CaseID) error {
		return x.Docket.Withdraw(ctx, casework.Resident(id), casework.Ref{ID: id})
	})
}

func (x *Pages) urge(c *fiber.Ctx) error {
	return x.step(c, "track.urged", func(ctx context.Context, id casework.CaseID) error {
		return x.Docket.Urge(ctx, casework.Resident(id), casework.Ref{ID: id})
	})
}

// step takes one step on the open case and says so on the next page.
func (x *Pages) step(c *fiber.Ctx, good string, take func(context.Context, casework.CaseID) error) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	if err := take(c.UserContext(), v.Case.ID); err != nil {
		return x.refused(c, err, v)
	}
	shell.Flash(c, shell.Good, good)
	return shell.SeeOther(c, "/t")
}
