package console

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// call is what an operator takes down while listening.
type call struct {
	Key, Channel, Kind, Text, Place, Name, Phone, Email, Secret, Publish string
	Urgent                                                               string // yes where the operator hears that it cannot wait
	Unit                                                                 string // proposal that the operator picked while listening; it stands ready on the receipt
}

func callOf(c *fiber.Ctx) call {
	return call{Key: shell.IdempotencyKey(c), Channel: c.FormValue("channel"), Kind: c.FormValue("kind"), Text: c.FormValue("text"), Place: c.FormValue("place"),
		Name: c.FormValue("name"), Phone: c.FormValue("phone"), Email: c.FormValue("email"), Secret: c.FormValue("secret"), Publish: c.FormValue("publish"),
		Urgent: c.FormValue("urgent"), Unit: c.FormValue("unit")}
}

// callView is the page on which a call is typed in, with what the service knows of it so far.
type callView struct {
	P    shell.Page
	Call call
	Help callHelp
	Undo *undo
	K    chords
	Live spoken // the call that the operator has
}

// taken is the receipt as it is read aloud to the caller, with the new case ready to be dispatched.
type taken struct {
	P       shell.Page
	R       casework.Receipt
	Due     string
	Read    string // the code letter by letter
	Case    dossier.View
	Pane    paneView
	Similar []casework.Case
	Names   dossier.Namer
	Gaps    gapNote
}

// fromCall is added to the addresses of forms on the receipt: they lead back to the next call.
const fromCall = "?from=call"

func (x *Pages) showCall(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := callView{P: shell.NewPage(c, shell.Lang(c).T("console.file")), Call: call{Channel: string(casework.Phone), Publish: "no", Secret: "no"}}
	v.P.Section = "file"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if v.Undo = x.lastDispatch(c, by, fromCall); v.Undo != nil {
		v.Undo.K = v.K
	}
	v.Help = x.blank(c, v.K)
	asked, _ := uuid.Parse(c.Query("call")) // else the one that the operator has
	if v.Live, err = x.spokenNow(c, by, asked, 0); err != nil {
		return err
	}
	v.Call = v.Live.into(v.Call)
	return shell.Render(c, fiber.StatusOK, callPage(v))
}

// saveCall checks what was typed so far, or files the call or visit. The answer to a filing shows the tracking code once; the same form again shows the same code.
func (x *Pages) saveCall(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := callView{P: shell.NewPage(c, shell.Lang(c).T("console.file")), Call: callOf(c)}
	v.P.Section = "file"
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	said, _ := uuid.Parse(c.FormValue("call"))
	if v.Live, err = x.spokenNow(c, by, said, 0); err != nil {
		return err
	}
	if c.FormValue("do") == "check" {
		if v.Help, err = x.help(c, by, v.Call, v.K); err != nil {
			return err
		}
		if v.Help.Caller, err = x.caller(c, by, v.Call.Phone); err != nil {
			return err
		}
		return shell.Render(c, fiber.StatusOK, callPage(v))
	}
	r, err := x.fileCall(c, by, v.Call)
	if err != nil {
		if mistakes, ok := shell.Mistakes(v.P.Lang, err); ok {
			v.P.Errors, v.Help = mistakes, x.blank(c, v.K)
			return shell.Render(c, shell.Status(err), callPage(v))
		}
		return err
	}
	return x.drawTaken(c, by, r, v)
}

// drawTaken draws the receipt with the dispatch beside it.
func (x *Pages) drawTaken(c *fiber.Ctx, by casework.Actor, r casework.Receipt, from callView) error {
	d, err := x.Office.Open(c, by, r.ID, "/console/case/"+r.ID.String())
	if err != nil {
		return err
	}
	d.P.Section, d.P.Title, d.Query = "file", d.P.T("console.filed"), fromCall
	v := taken{P: d.P, R: r, Due: d.P.Lang.Deadline(r.Due), Read: spaced(r.Code), Case: d, Pane: x.pane(d, from.K), Names: dossier.Namer{City: x.City, Lang: d.P.Lang}}
	if v.Gaps, err = x.heardOf(c, by, r.ID, from.Call); err != nil {
		return err
	}
	if unit := casework.UnitCode(from.Call.Unit); placeIn(d.F.Case, unit) > 0 {
		v.Pane.Chosen = string(unit) // picked while listening
	}
	if d.F.Case.State == casework.Registered {
		if v.Similar, err = x.similar(c, by, d.F.Case.Body, r.ID); err != nil {
			return err
		}
	}
	return shell.Render(c, fiber.StatusOK, filedPage(v))
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
	if v.Urgent == "yes" {
		s.Urgency = casework.Urgent
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
