package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/intake/element"
	"huiyin/knowledge"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// callHelp is what is known while the caller still speaks. Nothing of it is kept but the trace of the look-up by number.
type callHelp struct {
	P        shell.Page
	K        chords
	Began    bool // something was typed
	Proposal routing.Proposal
	Unit     string // proposal that stands chosen; empty where the rules are not sure and nobody chose
	Missing  []element.Kind
	Similar  []casework.Case
	Answers  []knowledge.Found // articles that answer what is said
	Names    dossier.Namer
	Caller   callerHelp
}

// callerHelp is what the hotline knows of a telephone number.
type callerHelp struct {
	P       shell.Page
	Known   bool // the number was looked up
	History casework.History
	Names   dossier.Namer
}

// blank is the help before anything was typed.
func (x *Pages) blank(c *fiber.Ctx, k chords) callHelp {
	p := shell.NewPage(c, "")
	names := dossier.Namer{City: x.City, Lang: p.Lang}
	return callHelp{P: p, K: k, Names: names, Caller: callerHelp{P: p, Names: names}}
}

// help gathers what the rules and the past say about a call as it stands.
func (x *Pages) help(c *fiber.Ctx, by casework.Actor, v call, k chords) (callHelp, error) {
	h := x.blank(c, k)
	h.Began = v.Text != "" || v.Place != ""
	h.Proposal = x.door.Proposal(routing.Input{Text: v.Text, Address: v.Place, At: shell.Now(c)})
	h.Unit = string(h.Proposal.Preselect)
	for _, one := range h.Proposal.Candidates {
		if string(one.Unit) == v.Unit {
			h.Unit = v.Unit // chosen by hand: it stays chosen while it is among the proposals
		}
	}
	h.Missing = x.missing(v, h.Proposal)
	var err error
	if h.Answers, err = x.Offer(c.UserContext(), v.Text); err != nil {
		return h, err
	}
	h.Similar, err = x.similar(c, by, v.Text+" "+v.Place, casework.CaseID{})
	return h, err
}

// missing are the elements still to be asked for: those that neither the words nor the fields tell.
func (x *Pages) missing(v call, p routing.Proposal) []element.Kind {
	heard := element.Extract([]element.Said{{Caller: true, Text: v.Text}}, nil)
	return slices.DeleteFunc(heard.Missing(strings.TrimSpace(v.Phone+v.Email) != ""), func(k element.Kind) bool {
		switch k {
		case element.Place:
			return strings.TrimSpace(v.Place) != "" || p.Territory.Code != ""
		case element.Matter:
			return p.Category.Code != ""
		case element.Ask:
			return p.Kind == casework.Consultation || p.Kind == casework.Praise
		}
		return false
	})
}

// caller looks a number up, where it can be one; that leaves a trace.
func (x *Pages) caller(c *fiber.Ctx, by casework.Actor, phone string) (callerHelp, error) {
	h := x.blank(c, nil).Caller
	if !intake.IsPhone(phone) {
		return h, nil
	}
	var err error
	h.Known = true
	h.History, err = x.Docket.Caller(c.UserContext(), by, phone)
	return h, err
}

// helpNow is the part of the page that is drawn anew while a call is typed. The caller is looked up by callerNow, once a number, since each look leaves a trace.
func (x *Pages) helpNow(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	k, err := x.keysFor(c, by)
	if err != nil {
		return err
	}
	h, err := x.help(c, by, callOf(c), k)
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, helpParts(h))
}

// callerNow looks up the number that was typed.
func (x *Pages) callerNow(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	h, err := x.caller(c, by, c.FormValue("phone"))
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, callerParts(h))
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
	found, err := x.finder.Engine.Find(c.UserContext(), search.Query{Text: string(words), States: openStates(), Limit: similarShown + 1, Sentence: true}, by.Sight())
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
