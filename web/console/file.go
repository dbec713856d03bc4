package console

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/web/shell"
)

// call is what an operator takes down while listening.
type call struct {
	Key, Channel, Kind, Text, Place, Name, Phone, Email, Secret, Publish string
}

// taken is the receipt as it is read aloud to the caller.
type taken struct {
	P    shell.Page
	R    casework.Receipt
	Due  string
	Read string // the code letter by letter
}

func (x *Pages) showFile(c *fiber.Ctx) error {
	page := shell.NewPage(c, shell.Lang(c).T("console.file"))
	page.Section = "file"
	return shell.Render(c, fiber.StatusOK, filePage(page, call{Channel: string(casework.Phone), Publish: "yes", Secret: "no"}))
}

// saveFile files the call or visit. The answer shows the tracking code once; the same form again shows the same code.
func (x *Pages) saveFile(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := call{Key: shell.IdempotencyKey(c), Channel: c.FormValue("channel"), Kind: c.FormValue("kind"), Text: c.FormValue("text"), Place: c.FormValue("place"),
		Name: c.FormValue("name"), Phone: c.FormValue("phone"), Email: c.FormValue("email"), Secret: c.FormValue("secret"), Publish: c.FormValue("publish")}
	r, err := x.fileCall(c, by, v)
	page := shell.NewPage(c, shell.Lang(c).T("console.file"))
	page.Section = "file"
	if err != nil {
		if mistakes, ok := shell.Mistakes(page.Lang, err); ok {
			page.Errors = mistakes
			return shell.Render(c, shell.Status(err), filePage(page, v))
		}
		return err
	}
	page.Title = page.T("console.filed")
	return shell.Render(c, fiber.StatusOK, filedPage(taken{P: page, R: r, Due: page.Lang.Deadline(r.Due), Read: spaced(r.Code)}))
}

func (x *Pages) fileCall(c *fiber.Ctx, by casework.Actor, v call) (casework.Receipt, error) {
	if v.Channel != string(casework.Phone) && v.Channel != string(casework.Window) {
		return casework.Receipt{}, fault.New(fault.Invalid, "fault.invalid").At("channel")
	}
	s, err := intake.Form{Nonce: v.Key, Channel: casework.Channel(v.Channel), By: by, Kind: casework.Kind(v.Kind), Text: v.Text, Place: v.Place,
		Name: v.Name, Phone: v.Phone, Email: v.Email, Publish: v.Publish == "yes", Secret: v.Secret == "yes"}.Submission()
	if err != nil {
		return casework.Receipt{}, err
	}
	return x.door.File(c.UserContext(), s)
}

// spaced sets the characters of a code apart, for reading aloud.
func spaced(code string) string {
	out := make([]rune, 0, 2*len(code))
	for i, r := range code {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(out, r)
	}
	return string(out)
}
