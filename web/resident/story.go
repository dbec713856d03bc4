package resident

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/shell"
)

// told is what the story needs of an event's data, whatever the step.
type told struct {
	Lead         casework.UnitCode     `json:"lead"`
	Unit         casework.UnitCode     `json:"unit"`
	Co           []casework.UnitCode   `json:"co"`
	Due          time.Time             `json:"due"`
	NewDue       time.Time             `json:"new_due"`
	Reached      bool                  `json:"reached"`
	With         []casework.Cite       `json:"answered_with"`
	NotReached   bool                  `json:"not_reached"` // closed after calls in vain
	Means        string                `json:"means"`
	ToResident   bool                  `json:"to_resident"`
	Reason       string                `json:"reason"`
	Doubts       []string              `json:"doubts"`
	Number       string                `json:"number"`
	ReviewOn     string                `json:"review_on"`
	Clock        string                `json:"clock"`
	Stage        string                `json:"stage"`
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
	City         string                `json:"city"`
	What         casework.Abroad       `json:"what"`
	TheirUnit    string                `json:"their_unit"`
	Do           string                `json:"do"`
	Right        casework.RightKind    `json:"right"`
}

// decode reads an event's data; what a later version wrote otherwise is left out of the story, never guessed.
func decode(e casework.Event) told {
	var d told
	_ = json.Unmarshal(e.Data, &d) // of a step with other data only some fields are read
	return d
}

// teller tells a case's history in words for its resident: steps that face the resident, no notes between offices.
type teller struct {
	p     shell.Page
	pages *Pages
	v     statusView
}

// story is the history, newest first; a promise still open stands on top.
func (t teller) story() []shell.Happening {
	var list []shell.Happening
	c := t.v.Case
	if due, ok := t.v.again(); ok {
		list = append(list, shell.Happening{Title: t.p.T("story.promise_again"), At: due.At, Who: t.v.Unit, Tone: due.Tone(t.p.Now), Future: true})
	} else if c.Met == nil && c.State.Open() {
		title := t.p.T("story.promise")
		if t.p.Now.After(c.Due) {
			title = t.p.T("story.promise_late")
		}
		list = append(list, shell.Happening{Title: title, At: c.Due, Who: t.v.Unit, Tone: t.v.due().Tone(t.p.Now), Future: true})
	}
	for i := len(t.v.Events) - 1; i >= 0; i-- {
		if h, ok := t.tell(t.v.Events[i]); ok {
			list = append(list, h)
		}
	}
	if t.v.Master != nil {
		m := *t.v.Master
		list = append(list, teller{p: t.p, pages: t.pages, v: statusView{Dossier: m, Unit: t.pages.unitName(t.p.Lang, m.Case.Lead)}}.story()...)
		slices.SortStableFunc(list, func(a, b shell.Happening) int {
			switch {
			case a.Future == b.Future:
				return b.At.Compare(a.At)
			case a.Future:
				return -1
			}
			return 1
		})
	}
	return list
}

// purposes names the message that belongs to a step.
var purposes = map[casework.Step]string{
	casework.StepAnswer: "answer", casework.StepReply: "reply", casework.StepRecord: "interim", casework.StepPause: "interim",
	casework.StepAdd: "note", casework.StepRate: "rating", casework.StepRerate: "rating", casework.StepAbroad: "interim",
}

// inside are the steps that say nothing to the resident, or that the page of uses tells.
var inside = map[casework.Step]bool{
	casework.StepClassify: true, casework.StepCoReport: true, casework.StepArchive: true, casework.StepUse: true, casework.StepRemind: true,
}

// hops are the steps by which a case went around inside its lead unit: told to whoever asks for them, by unit and never by person.
var hops = map[casework.Step]bool{casework.StepAssign: true, casework.StepHandBack: true, casework.StepTakeBack: true}

// hopped reports whether there are such steps to tell.
func (v statusView) hopped() bool {
	return slices.ContainsFunc(v.Events, func(e casework.Event) bool { return hops[e.Step] })
}

// tones of steps that stand out.
var tones = map[casework.Step]shell.Tone{
	casework.StepReply: shell.Good, casework.StepAnswer: shell.Good, casework.StepClose: shell.Good, casework.StepBreach: shell.Bad,
	casework.StepEscalate: shell.Warn, casework.StepRedo: shell.Warn, casework.StepSupervise: shell.Warn, casework.StepPause: shell.Warn, casework.StepDispatch: shell.Note,
	casework.StepHandOver: shell.Note,
}

func (t teller) tell(e casework.Event) (shell.Happening, bool) {
	d := decode(e)
	if e.Step == casework.StepRecount && d.Clock != casework.ClockTotal {
		return shell.Happening{}, false // between offices
	}
	if e.Step == casework.StepRight && d.Do != "asked" && d.Do != "granted" && d.Do != "refused" {
		return shell.Happening{}, false // between offices, or told on the request's own page
	}
	if inside[e.Step] || hops[e.Step] && !t.v.hops || e.Step == casework.StepRecord && !d.ToResident {
		return shell.Happening{}, false
	}
	h := shell.Happening{At: e.At, Tone: tones[e.Step], Who: t.who(e)}
	args := locale.Args{
		"Unit": t.unit(d), "Number": d.Number, "Due": moment(t.p.Lang, d.Due), "NewDue": moment(t.p.Lang, d.NewDue),
		"Solved": "", "Satisfaction": "", "Clock": "", "Stage": "", "City": d.City, "Right": "",
	}
	key := string(e.Step)
	switch e.Step {
	case casework.StepRight:
		key += "_" + d.Do
		args["Right"] = t.p.T("rights.kind_" + string(d.Right))
	case casework.StepErase:
		if d.Reason == "right" {
			key += "_right"
		}
	case casework.StepContact, casework.StepFollowUp:
		if !d.Reached {
			key += "_missed"
		}
	case casework.StepClose:
		if d.NotReached {
			key += "_unreached"
		}
	case casework.StepAssign, casework.StepHandBack, casework.StepTakeBack:
		if d.Unit == t.v.Case.Lead {
			key += "_own" // to a person of the lead itself
		}
	case casework.StepRedo:
		if e.Actor == casework.ByResident {
			key += "_own"
		}
	case casework.StepUrge:
		if e.Actor != casework.ByResident {
			key += "_hotline"
		}
	case casework.StepBreach:
		h.Who = "" // the clock passed; nobody did it
		args["Clock"] = t.p.T("clock." + d.Clock)
		if d.Clock == casework.ClockTotal {
			key += "_total"
		}
	case casework.StepRecount:
		h.Who = ""
	case casework.StepEscalate:
		h.Who = ""
		args["Stage"] = t.p.Lang.Stage(d.Stage)
	case casework.StepDoubt:
		h.Who = ""
		if len(d.Doubts) == 0 {
			key += "_cleared"
		}
	case casework.StepRate, casework.StepRerate:
		args["Solved"], args["Satisfaction"] = solvedText(t.p, d.Solved), t.p.T(levelKey(d.Satisfaction))
	case casework.StepFile:
		if e.Actor == casework.ByStaff {
			key += "_phone"
		}
	case casework.StepAbroad:
		key += "_" + string(d.What)
		if d.What == casework.AbroadDispatched {
			args["Unit"] = d.TheirUnit
		}
		if d.What != casework.AbroadLate && d.What != casework.AbroadBack {
			h.Who = t.p.T("story.abroad_who", locale.Args{"City": d.City})
		}
	}
	h.Title = t.p.T("story."+key, args)
	h.Text = t.text(e, d)
	if e.Step == casework.StepRate && len(d.Doubts) > 0 {
		h.Text = strings.TrimSpace(h.Text + "\n" + t.p.T("story.doubt"))
	}
	if m, ok := t.message(e); ok && !t.above(m) {
		if files := t.v.filesOf(m.ID); len(files) > 0 {
			h.View = fileList(t.p, files)
		}
	}
	return h, true
}

// unit is whom a step is about: the unit it names, else the lead.
func (t teller) unit(d told) string {
	switch {
	case d.Unit != "":
		return t.pages.unitName(t.p.Lang, d.Unit)
	case d.Lead != "":
		return t.pages.unitName(t.p.Lang, d.Lead)
	case len(d.Co) > 0:
		return t.names(d.Co)
	}
	return t.v.Unit
}

func (t teller) names(units []casework.UnitCode) string {
	var names []string
	for _, u := range units {
		names = append(names, t.pages.unitName(t.p.Lang, u))
	}
	return strings.Join(names, t.p.T("story.and"))
}

// who took a step: the resident, a unit, the hotline; never a person.
func (t teller) who(e casework.Event) string {
	if e.Actor == casework.ByResident {
		return t.p.T("story.you")
	}
	return t.pages.unitName(t.p.Lang, e.Unit)
}

// cited names the articles of the knowledge base that an answer stands on.
func (t teller) cited(d told) string {
	var titles []string
	for _, c := range d.With {
		titles = append(titles, t.p.Lang.Pick(c.ZH, c.EN))
	}
	if len(titles) == 0 {
		return ""
	}
	return "\n\n" + t.p.T("answers.cited", locale.Args{"Titles": strings.Join(titles, t.p.T("story.and"))})
}

func (t teller) text(e casework.Event, d told) string {
	if m, ok := t.message(e); ok {
		if t.above(m) {
			return t.p.T("story.above")
		}
		if own, ok := t.v.Said[m.ID]; ok {
			return own
		}
		return m.Body + t.cited(d)
	}
	switch e.Step {
	case casework.StepDispatch:
		text := t.p.T("story.dispatch_text")
		if len(d.Co) > 0 {
			text = t.p.T("story.dispatch_co", locale.Args{"Units": t.names(d.Co)}) + text
		}
		return text
	case casework.StepDecline, casework.StepTerminate:
		return t.v.Case.Told
	case casework.StepHang:
		day, err := time.ParseInLocation(time.DateOnly, d.ReviewOn, locale.Zone)
		if err != nil {
			return t.v.Case.Plan
		}
		return t.v.Case.Plan + "\n" + t.p.T("story.hang_review", locale.Args{"Date": t.p.Lang.Date(day)})
	case casework.StepGrantExtension:
		return t.p.T("story.extension_total")
	case casework.StepHandOver:
		return t.p.T("story.hand_over_text")
	case casework.StepAbroad:
		if d.What == casework.AbroadRegistered && !d.Due.IsZero() {
			return t.p.T("story.abroad_promise", locale.Args{"Due": moment(t.p.Lang, d.Due)})
		}
	case casework.StepSplit:
		for _, s := range t.v.Siblings {
			if s.Number == d.Number && s.Code != "" {
				return t.p.T("story.split_text", locale.Args{"Code": s.Code})
			}
		}
	}
	return ""
}

// message is what was said in a step: the docket writes both at the same moment.
func (t teller) message(e casework.Event) (casework.Message, bool) {
	purpose, speaks := purposes[e.Step]
	if !speaks {
		return casework.Message{}, false
	}
	for _, m := range t.v.Messages {
		if m.Purpose == purpose && m.At.Equal(e.At) {
			return m, true
		}
	}
	return casework.Message{}, false
}

// above tells whether a message is the answer that the page shows on top.
func (t teller) above(m casework.Message) bool {
	answer, ok := t.v.answer()
	return ok && answer.ID == m.ID
}

func moment(lang locale.Lang, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return lang.Deadline(at)
}
