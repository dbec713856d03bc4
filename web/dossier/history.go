package dossier

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/shell"
)

// told is what the events of all steps keep beside their columns; each step fills its own fields.
type told struct {
	Flags      []string                 `json:"flags"` // what the check pointed at in a reply
	Lead       casework.UnitCode        `json:"lead"`
	Unit       casework.UnitCode        `json:"unit"`
	Outcome    string                   `json:"outcome"`
	Co         []casework.UnitCode      `json:"co"`
	Due        time.Time                `json:"due"`
	OldDue     time.Time                `json:"old_due"`
	NewDue     time.Time                `json:"new_due"`
	Days       int                      `json:"days"`
	Advice     string                   `json:"advice"`
	Reason     string                   `json:"reason"`
	Doubts     []string                 `json:"doubts"`
	Ruling     string                   `json:"ruling"`
	Place      string                   `json:"place"`
	Late       bool                     `json:"late"`
	Appeal     casework.AppealKind      `json:"kind_of"`
	Figures    []string                 `json:"figures"`
	Code       string                   `json:"code"`
	Suggested  json.RawMessage          `json:"suggested"` // a unit in a return, a place in the list in a dispatch
	Number     string                   `json:"number"`
	Level      string                   `json:"level"`
	Means      string                   `json:"means"`
	Reached    *bool                    `json:"reached"`
	With       []casework.Cite          `json:"answered_with"`
	NotReached bool                     `json:"not_reached"`
	Solved     casework.Solved          `json:"solved"`
	Satisfied  casework.Satisfaction    `json:"satisfaction"`
	Clock      string                   `json:"clock"`
	Stage      string                   `json:"stage"`
	Fields     []casework.PersonalField `json:"fields"`
	Purpose    casework.Purpose         `json:"purpose"`
	Automatic  bool                     `json:"automatic"`
	ToResident bool                     `json:"to_resident"`
	Channel    casework.Channel         `json:"channel"`
	Category   string                   `json:"category"`
	Kind       casework.Kind            `json:"kind"`
	ReviewOn   string                   `json:"review_on"`
	City       string                   `json:"city"`
	What       casework.Abroad          `json:"what"`
	TheirUnit  string                   `json:"their_unit"`
}

// speaks names the steps with which something is said; the words stand beside the step of the same moment.
var speaks = map[casework.Step][]string{
	casework.StepAnswer: {"answer"}, casework.StepReply: {"reply"}, casework.StepContact: {"contact"}, casework.StepRecord: {"internal", "interim"},
	casework.StepCoReport: {"internal"}, casework.StepReportIn: {"internal"}, casework.StepHandBack: {"internal"}, casework.StepPause: {"interim"}, casework.StepAdd: {"note"}, casework.StepRate: {"rating"}, casework.StepRerate: {"rating"},
	casework.StepAbroad: {"interim", "internal"},
}

// History is what happened to the case, newest first. Uses of personal data are folded into one line each, deadlines missed stand where they were missed.
func (v View) History() []shell.Happening {
	var list []shell.Happening
	for _, e := range slices.Backward(v.F.Events) {
		var d told
		_ = json.Unmarshal(e.Data, &d) // an event with data of another form still shows its step
		words := v.saying(e, d)
		list = append(list, shell.Happening{Title: v.P.T("step." + string(e.Step)), At: e.At, Who: v.who(e), View: happened(words, v.spoken(e)), Tone: toneOf(e.Step)})
	}
	return list
}

// spoken are the messages that came with a step.
func (v View) spoken(e casework.Event) []string {
	var texts []string
	for _, m := range v.F.Messages {
		if m.At.Equal(e.At) && slices.Contains(speaks[e.Step], m.Purpose) {
			texts = append(texts, m.Body)
		}
	}
	return texts
}

func (v View) who(e casework.Event) string {
	if e.Actor != casework.ByStaff {
		return v.P.T("role." + string(e.Role))
	}
	return v.Unit(e.Unit) + " · " + v.P.T("role."+string(e.Role))
}

func toneOf(s casework.Step) shell.Tone {
	switch s {
	case casework.StepBreach, casework.StepEscalate:
		return shell.Bad
	case casework.StepUrge, casework.StepSupervise, casework.StepRedo, casework.StepAskReturn, casework.StepAskExtension, casework.StepAskTermination, casework.StepAskHang,
		casework.StepWhistle, casework.StepAppeal:
		return shell.Warn
	case casework.StepReply, casework.StepAnswer, casework.StepReview, casework.StepClose:
		return shell.Good
	case casework.StepRate, casework.StepRerate, casework.StepAdd, casework.StepFile:
		return shell.Note
	}
	return shell.Calm
}

// pointedAt tells what the check pointed at when a reply went out, for those who review it.
func (v View) pointedAt(flags []string) string {
	if len(flags) == 0 {
		return ""
	}
	names := make([]string, 0, len(flags))
	for _, f := range flags {
		names = append(names, v.P.T("replycheck.short_"+f))
	}
	return v.P.T("replycheck.said", locale.Args{"Flags": strings.Join(names, v.P.T("dossier.comma"))})
}

// saying puts the data of an event into a sentence, empty where the step says it all.
func (v View) saying(e casework.Event, d told) string {
	p := v.P
	switch e.Step {
	case casework.StepFile:
		return p.T("dossier.said_file", locale.Args{"Channel": p.T("channel." + string(d.Channel)), "Due": p.Lang.Deadline(d.Due)})
	case casework.StepClassify:
		return v.joined(v.kind(d.Kind), v.City.CategoryPath(d.Category, p.Lang))
	case casework.StepDecline:
		return p.T("decline." + d.Reason)
	case casework.StepRedirect:
		return p.T("emergency." + d.Number)
	case casework.StepDispatch:
		s := p.T("dossier.said_dispatch", locale.Args{"Unit": v.Unit(d.Lead), "Due": p.Lang.Deadline(d.Due)})
		if len(d.Co) > 0 {
			s += " " + p.T("dossier.said_co", locale.Args{"Units": v.units(d.Co)})
		}
		if d.Ruling != "" {
			s += " " + p.T("unitwork.said_ruling", locale.Args{"Text": d.Ruling})
		}
		if d.Advice != "" {
			s += " " + p.T("dossier.said_advice", locale.Args{"Text": d.Advice})
		}
		return s
	case casework.StepReply:
		return v.joined(v.pointedAt(d.Flags), v.citedIn(d.With))
	case casework.StepAnswer:
		return v.citedIn(d.With)
	case casework.StepRecall:
		return v.Unit(d.Lead)
	case casework.StepSplit, casework.StepUnsplit:
		return d.Number
	case casework.StepAssign:
		s := p.T("dossier.said_assign", locale.Args{"Unit": v.Unit(d.Unit), "Due": p.Lang.Deadline(d.Due)})
		if d.Advice != "" {
			s += " " + p.T("dossier.said_told", locale.Args{"Text": d.Advice})
		}
		return s
	case casework.StepHandBack:
		return p.T("dossier.said_hand_" + d.Outcome)
	case casework.StepTakeBack:
		return v.Unit(d.Unit)
	case casework.StepCoHandle:
		return v.units(d.Co)
	case casework.StepWhistle:
		return v.joined(v.units(d.Co), d.Place, p.Lang.Deadline(d.Due))
	case casework.StepReportIn:
		if d.Late {
			return v.joined(v.Unit(d.Unit), p.T("unitwork.reported_late"))
		}
		return v.Unit(d.Unit)
	case casework.StepAppeal, casework.StepGrantAppeal, casework.StepRefuseAppeal:
		return v.joined(p.T("unitwork.appeal_"+string(d.Appeal)), v.figures(d.Figures))
	case casework.StepContact:
		return v.joined(p.T("means."+d.Means), v.reached(d.Reached))
	case casework.StepRecord:
		if d.ToResident {
			return p.T("message.interim")
		}
		return p.T("message.internal")
	case casework.StepAskReturn, casework.StepGrantReturn, casework.StepRefuseReturn:
		return v.joined(p.T("reason."+lower(d.Code)), v.suggested(d))
	case casework.StepAskExtension, casework.StepGrantExtension:
		return p.T("dossier.said_extension", locale.Args{"Old": p.Lang.Deadline(d.OldDue), "New": p.Lang.Deadline(d.NewDue)})
	case casework.StepSupervise:
		return v.joined(p.T("supervised."+d.Level), d.Reason)
	case casework.StepRedo:
		return d.Reason
	case casework.StepFollowUp:
		return v.joined(v.reached(d.Reached), v.solved(d))
	case casework.StepClose:
		if d.NotReached {
			return p.T("dossier.not_reached")
		}
	case casework.StepRate, casework.StepRerate:
		return v.solved(d)
	case casework.StepDoubt:
		if len(d.Doubts) == 0 {
			return v.joined(p.T("dossier.doubt_cleared"), d.Reason)
		}
		return v.joined(p.T("rating.doubtful"), v.doubts(d.Doubts))
	case casework.StepHang:
		return p.T("dossier.said_review_on", locale.Args{"Date": d.ReviewOn})
	case casework.StepHandOver:
		var fields []string
		for _, f := range d.Fields {
			fields = append(fields, p.T("field."+string(f)))
		}
		return v.joined(d.City, d.Reason, strings.Join(fields, p.T("dossier.comma")))
	case casework.StepAbroad:
		due := ""
		if !d.Due.IsZero() && d.What == casework.AbroadRegistered {
			due = p.Lang.Deadline(d.Due)
		}
		return v.joined(d.City, p.T("abroad."+string(d.What)), d.TheirUnit, d.Number, due)
	case casework.StepBreach:
		return p.T("dossier.said_breach", locale.Args{"Clock": p.T("clock." + d.Clock), "Due": p.Lang.Deadline(d.Due)})
	case casework.StepRecount:
		return v.joined(p.T("clock."+d.Clock), p.T("dossier.said_extension", locale.Args{"Old": p.Lang.Deadline(d.OldDue), "New": p.Lang.Deadline(d.NewDue)}))
	case casework.StepRemind, casework.StepEscalate:
		return v.joined(p.Lang.Stage(d.Stage), p.T("dossier.said_stage", locale.Args{"Clock": p.T("clock." + d.Clock), "Due": p.Lang.Deadline(d.Due)}))
	case casework.StepUse:
		var fields []string
		for _, f := range d.Fields {
			fields = append(fields, p.T("field."+string(f)))
		}
		return v.joined(p.T("purpose."+string(d.Purpose)), strings.Join(fields, p.T("dossier.comma")))
	}
	return ""
}

// suggested is the unit that a returning unit holds responsible.
func (v View) suggested(d told) string {
	var unit casework.UnitCode
	if json.Unmarshal(d.Suggested, &unit) != nil || unit == "" {
		return ""
	}
	return v.P.T("unitwork.said_suggested", locale.Args{"Unit": v.Unit(unit)})
}

func (v View) kind(k casework.Kind) string {
	if k == "" {
		return ""
	}
	return v.P.T("kind." + string(k))
}

func (v View) reached(yes *bool) string {
	switch {
	case yes == nil:
		return ""
	case *yes:
		return v.P.T("dossier.reached")
	}
	return v.P.T("dossier.not_reached")
}

func (v View) solved(d told) string {
	var parts []string
	if d.Solved != "" {
		parts = append(parts, v.P.T("solved."+string(d.Solved)))
	}
	if d.Satisfied >= 1 && d.Satisfied <= 5 {
		parts = append(parts, v.P.T("satisfaction."+string(rune('0'+d.Satisfied))))
	}
	return v.joined(parts...)
}

func (v View) units(codes []casework.UnitCode) string {
	var names []string
	for _, u := range codes {
		names = append(names, v.Unit(u))
	}
	return strings.Join(names, v.P.T("dossier.comma"))
}

func (v View) joined(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, " · ")
}
