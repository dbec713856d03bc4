package console

import (
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// call is what an operator takes down while listening.
type call struct {
	Key, Channel, Kind, Text, Place, Name, Phone, Email, Secret, Publish string
}

func callOf(c *fiber.Ctx) call {
	return call{Key: shell.IdempotencyKey(c), Channel: c.FormValue("channel"), Kind: c.FormValue("kind"), Text: c.FormValue("text"), Place: c.FormValue("place"),
		Name: c.FormValue("name"), Phone: c.FormValue("phone"), Email: c.FormValue("email"), Secret: c.FormValue("secret"), Publish: c.FormValue("publish")}
}

// callView is the page on which a call is typed in, with what the service knows of it so far.
type callView struct {
	P    shell.Page
	Call call
	Help *callHelp // nil before anything was checked
	Undo *undo
}

// callHelp is what is known while the caller still speaks: nothing of it is kept but the trace of the look-up by number.
type callHelp struct {
	Proposal routing.Proposal
	Known    bool // the caller's number was looked up
	History  casework.History
	Similar  []casework.Case
	Names    dossier.Namer
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
	v.Undo = x.lastDispatch(c, by, fromCall)
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
	if c.FormValue("do") == "check" {
		if v.Help, err = x.help(c, by, v.Call); err != nil {
			return err
		}
		return shell.Render(c, fiber.StatusOK, callPage(v))
	}
	r, err := x.fileCall(c, by, v.Call)
	if err != nil {
		if mistakes, ok := shell.Mistakes(v.P.Lang, err); ok {
			v.P.Errors = mistakes
			return shell.Render(c, shell.Status(err), callPage(v))
		}
		return err
	}
	return x.drawTaken(c, by, r, v.Call)
}

// drawTaken draws the receipt with the dispatch beside it.
func (x *Pages) drawTaken(c *fiber.Ctx, by casework.Actor, r casework.Receipt, typed call) error {
	d, err := x.Office.Open(c, by, r.ID, "/console/case/"+r.ID.String())
	if err != nil {
		return err
	}
	d.P.Section, d.P.Title, d.Query = "file", d.P.T("console.filed"), fromCall
	v := taken{P: d.P, R: r, Due: d.P.Lang.Deadline(r.Due), Read: spaced(r.Code), Case: d, Pane: x.pane(d), Names: dossier.Namer{City: x.City, Lang: d.P.Lang}}
	if d.F.Case.State == casework.Registered {
		if v.Similar, err = x.similar(c, by, d.F.Case.Body, r.ID); err != nil {
			return err
		}
	}
	return shell.Render(c, fiber.StatusOK, filedPage(v))
}

// help gathers what the rules and the past say about a call. Only a number that can be one is looked up, and that leaves a trace.
func (x *Pages) help(c *fiber.Ctx, by casework.Actor, v call) (*callHelp, error) {
	h := &callHelp{Proposal: routing.Propose(x.City, routing.Input{Text: v.Text, Address: v.Place, At: shell.Now(c)}), Names: dossier.Namer{City: x.City, Lang: shell.Lang(c)}}
	var err error
	if intake.IsPhone(v.Phone) {
		h.Known = true
		if h.History, err = x.Docket.Caller(c.UserContext(), by, v.Phone); err != nil {
			return nil, err
		}
	}
	h.Similar, err = x.similar(c, by, v.Text+" "+v.Place, casework.CaseID{})
	return h, err
}

// Similar cases are searched by the first words of a call; a handful is all that anybody reads while listening.
const (
	wordsForSimilar = 60
	similarShown    = 5
)

// similar finds open cases that may be about the same matter, other than the one given.
func (x *Pages) similar(c *fiber.Ctx, by casework.Actor, text string, but casework.CaseID) ([]casework.Case, error) {
	words := []rune(text)
	words = words[:min(len(words), wordsForSimilar)]
	if len(words) < 4 {
		return nil, nil
	}
	found, err := x.finder.Engine.Find(c.UserContext(), search.Query{Text: string(words), States: openStates(), Limit: similarShown + 1}, by.Sight())
	if err != nil {
		return nil, err
	}
	ids := make([]casework.CaseID, 0, len(found.Hits))
	for _, h := range found.Hits {
		if h.Case != but {
			ids = append(ids, h.Case)
		}
	}
	seen, err := x.Docket.Seen(c.UserContext(), by, ids[:min(len(ids), similarShown)])
	if err != nil {
		return nil, err
	}
	var list []casework.Case
	for _, id := range ids {
		for _, s := range seen {
			if s.ID == id {
				list = append(list, s.Case)
			}
		}
	}
	return list, nil
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
