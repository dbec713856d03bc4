package console

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/transcript"
	"huiyin/locale"
	"huiyin/rating/words"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// inCallBacks is how many cases to call about the page shows at most.
const inCallBacks = 100

// callbackView is one call-back under way: the questions come one after the other, each answered by one key.
type callbackView struct {
	K       chords
	P       shell.Page
	List    []casework.CallBack
	Open    *dossier.View // nil where nobody is to be called
	Tries   []string
	Most    int             // calls in all to somebody who is not reached
	Solved  casework.Solved // answer to the second question, once given
	Reached bool            // answer to the first
	Redo    string          // case just found unsolved, which can be sent back
	Heard   *words.Heard    // what the resident says in the agent's present call, proposed for confirmation; nil where nothing plain was said
}

func callbackAddress(id casework.CaseID, more string) string {
	return "/console/callbacks?case=" + id.String() + more
}

func (x *Pages) callbacks(c *fiber.Ctx) error { return x.drawCallbacks(c, c.Query("case"), nil) }

// drawCallbacks draws the list with a case open: the one named, else the first.
func (x *Pages) drawCallbacks(c *fiber.Ctx, open string, shown *dossier.Shown) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	v := callbackView{P: shell.NewPage(c, shell.Lang(c).T("call.callbacks")), Most: x.Docket.CallTries().Most, Reached: c.Query("reached") == "yes"}
	v.P.Section, v.P.Wide = "callbacks", true
	if v.K, err = x.keysFor(c, by); err != nil {
		return err
	}
	if s := casework.Solved(c.Query("solved")); v.Reached && slices.Contains(solvedChoices, s) {
		v.Solved = s
	}
	if id, err := parseID(c.Query("redo")); err == nil {
		v.Redo = "/console/case/" + id.String()
	}
	if v.List, err = x.Docket.CallBacks(c.UserContext(), by, inCallBacks); err != nil {
		return err
	}
	at := slices.IndexFunc(v.List, func(one casework.CallBack) bool { return one.ID.String() == open })
	if at < 0 {
		at, v.Reached, v.Solved, shown = 0, false, "", nil // it was called about meanwhile: the next one opens
	}
	if len(v.List) > 0 {
		one := v.List[at]
		d, err := x.Office.Open(c, by, one.ID, "/console/case/"+one.ID.String())
		if err != nil {
			return err
		}
		d.Shown, v.Open = shown, &d
		for _, t := range one.Tries {
			v.Tries = append(v.Tries, v.P.Lang.DateTime(t))
		}
		if v.Heard, err = x.heard(c, by); err != nil {
			return err
		}
	}
	return shell.Render(c, fiber.StatusOK, callbacksPage(v))
}

// heard reads what the resident said in the call that the agent has now. It fills in nothing: the agent hears it too, and answers by key.
func (x *Pages) heard(c *fiber.Ctx, by casework.Actor) (*words.Heard, error) {
	call, ok, err := x.room.Present(c.UserContext(), by)
	if err != nil || !ok {
		return nil, err
	}
	said, err := x.room.Listen(c.UserContext(), by, call.ID)
	if err != nil {
		return nil, err
	}
	var turns []string
	for _, t := range said.Turns {
		if t.Final && t.Role == transcript.Caller {
			turns = append(turns, t.Text)
		}
	}
	if h, ok := words.Hear(turns); ok {
		return &h, nil
	}
	return nil, nil
}

// heardText is what was heard, in the words of the answers.
func (v callbackView) heardText() string {
	var parts []string
	if v.Heard.Solved != words.NotSaid {
		parts = append(parts, v.P.T("solved."+string(v.Heard.Solved)))
	}
	if v.Heard.Level != 0 {
		parts = append(parts, v.P.T("satisfaction."+strconv.Itoa(v.Heard.Level)))
	}
	return strings.Join(parts, v.P.T("dossier.comma"))
}

var solvedChoices = []casework.Solved{casework.SolvedYes, casework.SolvedPartly, casework.SolvedNo}

// dial shows the number to be called; the resident sees that somebody looked, and why.
func (x *Pages) dial(c *fiber.Ctx) error {
	return x.Reveal(c, func(_ casework.Actor, id casework.CaseID, s *dossier.Shown) error {
		return x.drawCallbacks(c, id.String(), s)
	})
}

// answered keeps what a call learned, and opens the next.
func (x *Pages) answered(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.stale_form")
	}
	f := casework.FollowUpResult{Reached: c.FormValue("reached") == "yes"}
	done := "call.not_reached_kept"
	if f.Reached {
		level, err := strconv.Atoi(c.FormValue("satisfaction"))
		if f.Solved = casework.Solved(c.FormValue("solved")); !slices.Contains(solvedChoices, f.Solved) {
			return fault.New(fault.Invalid, "fault.solved_needed").At("solved")
		}
		if err != nil || level < 1 || level > 5 {
			return fault.New(fault.Invalid, "fault.satisfaction_needed").At("satisfaction")
		}
		f.Satisfaction, done = casework.Satisfaction(level), "console.done_follow"
	}
	if err := x.Docket.FollowUp(c.UserContext(), by, casework.Ref{ID: id, Version: version}, f); err != nil {
		if key := fault.KeyOf(err); key == "fault.stale_case" || key == "fault.step_not_now" || key == "fault.called_too_soon" {
			shell.Flash(c, shell.Warn, "call.moved_on")
			return shell.SeeOther(c, "/console/callbacks")
		}
		return err
	}
	if !f.Reached && x.lastTry(c, by, id) {
		done = "call.not_reached_closed"
	}
	shell.Flash(c, shell.Good, done)
	if f.Solved == casework.SolvedNo {
		return shell.SeeOther(c, "/console/callbacks?redo="+id.String())
	}
	return shell.SeeOther(c, "/console/callbacks")
}

// lastTry tells whether the call just kept was the last one.
func (x *Pages) lastTry(c *fiber.Ctx, by casework.Actor, id casework.CaseID) bool {
	f, err := x.Docket.Dossier(c.UserContext(), by, id)
	if err != nil {
		return false // the call is kept all the same
	}
	for _, e := range slices.Backward(f.Events) {
		var kept casework.FollowUpResult
		if e.Step == casework.StepFollowUp && json.Unmarshal(e.Data, &kept) == nil {
			return kept.Last
		}
	}
	return false
}

// triesText says which call this is.
func (v callbackView) triesText() string {
	if len(v.Tries) == 0 {
		return v.P.T("call.first_try")
	}
	var text strings.Builder
	text.WriteString(v.P.T("call.tries", locale.Args{"N": len(v.Tries) + 1, "Most": v.Most}))
	for _, t := range v.Tries {
		text.WriteString(" " + t)
	}
	return text.String()
}
