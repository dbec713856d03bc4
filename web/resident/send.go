package resident

import (
	"crypto/sha256"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/shell"
)

func (x *Pages) showHow(c *fiber.Ctx) error {
	d, ok, err := x.drafts.load(c.UserContext(), c.Cookies(draftCookie))
	switch {
	case err != nil:
		return err
	case d.filed():
		return shell.SeeOther(c, "/report/done")
	case !ok || d.Text == "":
		return shell.SeeOther(c, "/report/1")
	case !d.Placed:
		return shell.SeeOther(c, "/report/2")
	}
	return x.drawHow(c, fiber.StatusOK, nil, d)
}

func (x *Pages) drawHow(c *fiber.Ctx, status int, mistakes shell.Errors, d draft) error {
	page := x.page(c, "report.how", "report")
	page.Errors = mistakes
	page.Back = page.Href("/report/2")
	return shell.Render(c, status, howPage(page, reportView{Draft: d, City: x.City, Danger: d.Warned}))
}

// send files the case. The submission's key comes from the draft alone, so that pressing the button twice is one case with one code.
func (x *Pages) send(c *fiber.Ctx) error {
	ctx, lang := c.UserContext(), shell.Lang(c)
	token := c.Cookies(draftCookie)
	d, ok, err := x.drafts.load(ctx, token)
	given := d
	given.Name, given.Phone, given.Email = strings.TrimSpace(c.FormValue("name")), strings.TrimSpace(c.FormValue("phone")), strings.TrimSpace(c.FormValue("email"))
	given.Publish, given.Secret = c.FormValue("publish") == "yes", c.FormValue("secret") == "yes"
	again := func(status int, e shell.Errors) error { return x.drawHow(c, status, e, given) }
	switch {
	case err != nil:
		return x.away(c, err, again)
	case d.filed():
		return shell.SeeOther(c, "/report/done")
	case !ok || d.Text == "":
		return shell.SeeOther(c, "/report/1")
	}
	if err := x.drafts.save(ctx, token, given, nil); err != nil {
		return x.away(c, err, again)
	}
	s, err := x.submission(c, token, given, lang)
	if err == nil {
		var r casework.Receipt
		if r, err = x.Door.File(ctx, s); err == nil {
			return x.filed(c, token, given, r)
		}
	}
	if mistakes, ok := shell.Mistakes(lang, err); ok {
		return again(fiber.StatusUnprocessableEntity, mistakes)
	}
	return x.away(c, err, again)
}

// submission makes the common record of a draft.
func (x *Pages) submission(c *fiber.Ctx, token string, d draft, lang locale.Lang) (intake.Submission, error) {
	photos, err := x.drafts.photos(c.UserContext(), token, d)
	if err != nil {
		return intake.Submission{}, err
	}
	place, territory := x.placeOf(d)
	s, err := intake.Form{
		Nonce: token, Text: d.Text, Place: strings.TrimSpace(place + d.pointWords(lang)), Point: d.Point, Name: d.Name, Phone: d.Phone, Email: d.Email,
		Language: lang, Publish: d.Publish, Secret: d.Secret, Files: photos,
	}.Submission()
	s.Key, s.Territory = sha256.Sum256([]byte("web draft\n"+token)), territory
	if d.Same != "" {
		s.Tags = append(s.Tags, sameTag+d.Same)
	}
	return s, err
}

// placeOf is where it happened in the words that units work with: the chosen district stands before an address that does not name it.
// The territory is given only where the address leads elsewhere or nowhere; within the district the rules may find the street.
func (x *Pages) placeOf(d draft) (place, territory string) {
	t, ok := x.City.Territory(d.District)
	if d.SameStreet != "" && d.Place == "" {
		return "", d.SameStreet
	}
	if !ok {
		return d.Place, ""
	}
	place = d.Place
	if !strings.Contains(place, t.Name.ZH) {
		place = strings.TrimSpace(t.Name.ZH + " " + place)
	}
	found := routing.Propose(x.City, routing.Input{Text: d.Text, Address: place, Point: d.Point}).Territory.Code
	if x.City.District(found) == t.Code {
		return place, ""
	}
	return place, t.Code
}

// filed keeps only the receipt of the draft, and opens the case for this browser.
func (x *Pages) filed(c *fiber.Ctx, token string, d draft, r casework.Receipt) error {
	sent := draft{Receipt: receipt{Code: r.Code, Number: r.Number, FiledAt: r.FiledAt, Due: r.Due, Mailed: d.Email != "", Danger: d.Warned}}
	if err := x.drafts.save(c.UserContext(), token, sent, nil); err != nil {
		return err // the case stands; sending again finds it
	}
	if err := x.openCase(c, r.ID); err != nil {
		return err
	}
	return shell.SeeOther(c, "/report/done")
}

// done shows the code; reloading or coming back within a day shows it again.
func (x *Pages) done(c *fiber.Ctx) error {
	d, _, err := x.drafts.load(c.UserContext(), c.Cookies(draftCookie))
	if err != nil {
		return err
	}
	if !d.filed() {
		return shell.SeeOther(c, "/report")
	}
	page := x.page(c, "report.done", "report")
	return shell.Render(c, fiber.StatusOK, donePage(page, doneView{Receipt: d.Receipt, Address: x.BaseURL + page.Href("/t"), ChangeUntil: d.Receipt.FiledAt.Add(changeWindow)}))
}

// qr is the picture of the code's address, for this browser only.
func (x *Pages) qr(c *fiber.Ctx) error {
	d, _, err := x.drafts.load(c.UserContext(), c.Cookies(draftCookie))
	if err != nil {
		return err
	}
	if !d.filed() {
		return fiber.ErrNotFound
	}
	png, err := qrcode.Encode(x.BaseURL+shell.Lang(c).Path("/t/"+d.Receipt.Code), qrcode.Medium, 320)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}
