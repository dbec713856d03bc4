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
	if x.Work > 0 {
		page.Script = "work.ts"
	}
	return shell.Render(c, status, howPage(page, x.view(c, d)))
}

// send files the case. The submission's key comes from the draft alone, so that pressing the button twice is one case with one code.
func (x *Pages) send(c *fiber.Ctx) error {
	ctx, lang := c.UserContext(), shell.Lang(c)
	token := c.Cookies(draftCookie)
	d, ok, err := x.drafts.load(ctx, token)
	given := d
	given.answer(c)
	again := func(status int, e shell.Errors) error { return x.drawHow(c, status, e, given) }
	switch {
	case err != nil:
		return x.away(c, err, again)
	case d.filed():
		return shell.SeeOther(c, "/report/done")
	case !ok || d.Text == "":
		return shell.SeeOther(c, "/report/1")
	}
	photos, err := x.drafts.photos(ctx, token, given)
	if err == nil {
		err = x.worked(c, token)
	}
	if err == nil {
		var s intake.Submission
		if s, err = x.submission(handle(token), given, photos, lang); err == nil {
			var r casework.Receipt
			if r, err = x.Door.File(ctx, s); err == nil {
				return x.filed(c, token, given, r)
			}
		}
	}
	// Only now: a second press that kept its answers before it filed would for a moment put them where the first has left its receipt.
	if kept := x.drafts.save(ctx, token, given, nil); kept != nil {
		return x.away(c, kept, again)
	}
	if mistakes, ok := shell.Mistakes(lang, err); ok {
		return again(fiber.StatusUnprocessableEntity, mistakes)
	}
	return x.away(c, err, again)
}

// answer reads the third page: how to reach the resident, and who may know.
func (d *draft) answer(c *fiber.Ctx) {
	field := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	d.Name, d.Phone, d.Email = field("name"), field("phone"), field("email")
	d.Publish, d.Wrong = field("publish") == "yes", field("secret") == "report"
	d.Secret = d.Wrong || field("secret") == "yes"
	d.Proxy = opening(field("proxy"), maxProxy)
}

const maxProxy = 100 // runes

// submission makes the common record of a draft. Its key is of the draft's handle alone.
func (x *Pages) submission(key string, d draft, photos []casework.Attachment, lang locale.Lang) (intake.Submission, error) {
	place, territory := x.placeOf(d)
	f := intake.Form{
		Nonce: key, Text: d.Text, Place: strings.TrimSpace(place + d.pointWords(lang)), Point: d.Point, Name: d.Name, Phone: d.Phone, Email: d.Email,
		Language: lang, Publish: d.Publish && !d.Secret, Secret: d.Secret, Files: photos,
	}
	if d.Wrong {
		f.Kind = casework.Report
	}
	if d.Proxy != "" {
		f.Text += "\n\n" + lang.T("report.proxy_line", locale.Args{"Who": d.Proxy})
	}
	s, err := f.Submission()
	s.Key, s.Territory = sha256.Sum256([]byte("web draft\n"+key)), territory
	if d.Proxy != "" {
		s.Tags = append(s.Tags, proxyTag)
	}
	if d.Same != "" {
		s.Tags = append(s.Tags, sameTag+d.Same)
	}
	return s, err
}

// proxyTag marks a matter that somebody brings for another person; the rules give it the same name where the words say so.
const proxyTag = "proxy"

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

// filed leaves only the receipt of the draft, and shows it.
func (x *Pages) filed(c *fiber.Ctx, token string, d draft, r casework.Receipt) error {
	if err := x.keepReceipt(c, token, d, r); err != nil {
		return err
	}
	return shell.SeeOther(c, "/report/done")
}

// keepReceipt puts the receipt in the draft's place, and opens the case for this browser.
func (x *Pages) keepReceipt(c *fiber.Ctx, token string, d draft, r casework.Receipt) error {
	sent := draft{Receipt: receipt{Code: r.Code, Number: r.Number, FiledAt: r.FiledAt, Due: r.Due, Mailed: d.Email != "", Danger: d.Warned}}
	if err := x.drafts.save(c.UserContext(), token, sent, nil); err != nil {
		return err // the case stands; sending again finds it
	}
	return x.openCase(c, r.ID)
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
