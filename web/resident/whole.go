package resident

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/shell"
)

// showOffline is the page for writing without a network. It carries no token and nothing of anybody's, so that a device may keep it.
func (x *Pages) showOffline(c *fiber.Ctx) error {
	page := shell.NewPage(c, shell.Lang(c).T("report.offline"))
	page.Section, page.Private = "report", true
	page.Back = page.Href("/")
	return shell.Render(c, fiber.StatusOK, offlinePage(page, reportView{City: x.City}))
}

// showAway is what a device shows in the place of a page that it cannot fetch.
func (x *Pages) showAway(c *fiber.Ctx) error {
	page := shell.NewPage(c, shell.Lang(c).T("offline.title"))
	page.Private = true
	return shell.Render(c, fiber.StatusOK, awayPage(page))
}

// freshForm is a form and nothing else: the token with which what waited on a device is sent.
func (x *Pages) freshForm(c *fiber.Ctx) error {
	page := x.page(c, "report.how", "report")
	return shell.Render(c, fiber.StatusOK, shell.Form(page, shell.FormSpec{Action: page.Href("/report/whole")}))
}

// wholeReceipt answers a matter that was sent in one go.
type wholeReceipt struct {
	Code   string `json:"code"`
	Number string `json:"number"`
	Due    string `json:"due"`
}

// sendWhole files what waited on a device for a network, all steps in one. The Idempotency-Key is the draft's handle where its form was begun at the
// service, and then what is not sent stands in the draft; else a random name. The same key again is answered by the same receipt.
func (x *Pages) sendWhole(c *fiber.Ctx) error {
	ctx, lang := c.UserContext(), shell.Lang(c)
	key := shell.IdempotencyKey(c)
	if len(key) < 32 {
		return fault.New(fault.Invalid, "fault.invalid").At("Idempotency-Key")
	}
	token := c.Cookies(draftCookie)
	d, ok, err := x.drafts.load(ctx, token)
	switch {
	case err != nil:
		return err
	case !ok || handle(token) != key:
		token, d = newDraftToken(), draft{}
	case d.filed():
		return c.JSON(wholeReceipt{Code: d.Receipt.Code, Number: d.Receipt.Number, Due: lang.Deadline(d.Receipt.Due)})
	}
	kept, err := x.drafts.photos(ctx, token, d)
	if err != nil {
		return err
	}
	mistakes := x.fillWhole(c, &d, lang)
	fresh, err := takePhotos(c, &d, &mistakes, lang)
	if err != nil {
		return err
	}
	if len(mistakes) > 0 {
		return refuse(c, mistakes)
	}
	files := append(kept, attached(draft{Photos: d.Photos[len(kept):]}, fresh)...)
	s, err := x.submission(key, d, files, lang)
	var r casework.Receipt
	if err == nil {
		err = x.worked(c, token)
	}
	if err == nil {
		r, err = x.Door.File(ctx, s)
	}
	if err != nil {
		if mistakes, ok := shell.Mistakes(lang, err); ok {
			return refuse(c, mistakes)
		}
		return err
	}
	if err := x.keepReceipt(c, token, d, r); err != nil {
		return err
	}
	x.setCookie(c, draftCookie, token, receiptLife)
	return c.JSON(wholeReceipt{Code: r.Code, Number: r.Number, Due: lang.Deadline(r.Due)})
}

// fillWhole puts the fields that were sent over those of the draft, by the rules of the three pages.
func (x *Pages) fillWhole(c *fiber.Ctx, d *draft, lang locale.Lang) shell.Errors {
	var mistakes shell.Errors
	sent := map[string]bool{}
	if form, err := c.MultipartForm(); err == nil {
		for name := range form.Value {
			sent[name] = true
		}
	}
	if sent["text"] {
		d.Text = strings.TrimSpace(strings.ReplaceAll(c.FormValue("text"), "\r\n", "\n"))
	}
	if sent["place"] || sent["unclear"] {
		d.place(c)
	}
	if sent["phone"] || sent["publish"] {
		d.answer(c)
	}
	x.knowDistrict(d)
	switch {
	case d.Text == "":
		mistakes.Add("text", lang.T("report.text_missing"))
	case utf8.RuneCountInString(d.Text) > casework.MaxBody:
		mistakes.Add("text", lang.T("report.text_long", locale.Args{"Limit": casework.MaxBody}))
	}
	switch {
	case utf8.RuneCountInString(d.Place) > maxPlace:
		mistakes.Add("place", lang.T("report.place_long", locale.Args{"Limit": maxPlace}))
	case d.Place == "" && !d.Unclear && d.Point == nil && d.SameStreet == "":
		mistakes.Add("place", lang.T("report.place_missing"))
	}
	d.Warned = routing.Propose(x.City, routing.Input{Text: d.Text, At: x.Now()}).Emergency.Number
	return mistakes
}
