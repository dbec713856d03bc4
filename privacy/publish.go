package privacy

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/seal"
)

// PublicCase is what the public may see of one case. Only Publish makes one, so that a page which takes a PublicCase cannot leak.
type PublicCase struct {
	card Card
}

// Card is the content of a public case: codes, times and the resident's verdict. It holds no words of anybody, no place below the
// street, and no number that staff or the resident know the case by.
type Card struct {
	Number       string                `json:"number"`   // made for the public, not the work-order number
	FiledOn      string                `json:"filed_on"` // yyyy-mm-dd in the city
	District     string                `json:"district"` // territory codes, empty where unknown
	Street       string                `json:"street"`
	Category     string                `json:"category"`
	Kind         casework.Kind         `json:"kind"`
	Unit         casework.UnitCode     `json:"unit"` // who handles or handled it; the hotline where nobody else did
	Outcome      Outcome               `json:"outcome"`
	Steps        []CardStep            `json:"steps"`
	Solved       casework.Solved       `json:"solved,omitempty"`       // the resident's last word
	Satisfaction casework.Satisfaction `json:"satisfaction,omitempty"` // 1 to 5
	Rounds       int                   `json:"rounds"`
	Kept         Promise               `json:"kept"`
	Due          time.Time             `json:"due,omitzero"` // the promise to the resident as it was first made, up to the full hour
}

// CardStep is one public step: the hour it happened in, and which unit took it.
type CardStep struct {
	At   time.Time         `json:"at"`
	Step casework.Step     `json:"step"`
	Unit casework.UnitCode `json:"unit,omitempty"` // empty for the resident's own steps
}

// Card is the content, for pages.
func (p PublicCase) Card() Card { return p.card }

// MarshalJSON writes the content.
func (p PublicCase) MarshalJSON() ([]byte, error) { return json.Marshal(p.card) }

// Promise tells whether the promise to the resident was kept.
type Promise string

// The ways of a promise.
const (
	PromiseKept    Promise = "kept"
	PromiseBroken  Promise = "broken"
	PromisePending Promise = "pending"
)

// Outcome is the class of state the public sees.
type Outcome string

// The classes of outcome.
const (
	OutcomeWaiting    Outcome = "waiting"
	OutcomeHandling   Outcome = "handling"
	OutcomeHungUp     Outcome = "hung_up"
	OutcomeAnswered   Outcome = "answered"
	OutcomeClosed     Outcome = "closed"
	OutcomeDeclined   Outcome = "declined"
	OutcomeTerminated Outcome = "terminated"
)

// OutcomeNames are the locale keys of the classes.
var OutcomeNames = map[Outcome]string{
	OutcomeWaiting: "figure.outcome_waiting", OutcomeHandling: "figure.outcome_handling", OutcomeHungUp: "figure.outcome_hung_up", OutcomeAnswered: "figure.outcome_answered",
	OutcomeClosed: "figure.outcome_closed", OutcomeDeclined: "figure.outcome_declined", OutcomeTerminated: "figure.outcome_terminated",
}

// Withheld says why a case has no public card; it is counted in public.
type Withheld string

// The reasons, in the order in which they are looked at (domain study 6.2).
const (
	Shown             Withheld = ""
	WithheldReport    Withheld = "report"
	WithheldSecret    Withheld = "secret"
	WithheldNoConsent Withheld = "no_consent"
	WithheldTooEarly  Withheld = "too_early"
	WithheldWithdrawn Withheld = "withdrawn"
	WithheldMerged    Withheld = "merged"
	WithheldEmergency Withheld = "emergency"
	WithheldChannel   Withheld = "channel" // in a legal procedure, or touching secrets or privacy
)

// WithheldNames are the locale keys of the reasons.
var WithheldNames = map[Withheld]string{
	WithheldReport: "figure.withheld_report", WithheldSecret: "figure.withheld_secret", WithheldNoConsent: "figure.withheld_no_consent", WithheldTooEarly: "figure.withheld_too_early",
	WithheldWithdrawn: "figure.withheld_withdrawn", WithheldMerged: "figure.withheld_merged", WithheldEmergency: "figure.withheld_emergency", WithheldChannel: "figure.withheld_channel",
}

// closedReasons are reasons of declining and returning that touch legal procedures, secrets or privacy.
var closedReasons = []string{"legal_procedure", "secret", "unlawful", "R6", "R9"}

// publicSteps are the steps the public sees. Notes, requests, uses and ratings' words are not among them.
var publicSteps = []casework.Step{casework.StepFile, casework.StepAccept, casework.StepDecline, casework.StepAnswer, casework.StepDispatch, casework.StepSign, casework.StepContact,
	casework.StepBegin, casework.StepGrantReturn, casework.StepGrantExtension, casework.StepPause, casework.StepResume, casework.StepHang, casework.StepUnhang, casework.StepReply,
	casework.StepReview, casework.StepRate, casework.StepRedo, casework.StepSupervise, casework.StepTerminate, casework.StepClose}

// Publish decides what the public may see of a case, from its fields and events; nothing else of the dossier is read. Where it
// withholds the case, the reason is not Shown and the PublicCase is empty.
func Publish(f casework.Dossier, keys *seal.Keyring, zone *time.Location) (PublicCase, Withheld) {
	c := f.Case
	facts := readFacts(f.Events)
	if why := withhold(c, facts); why != Shown {
		return PublicCase{}, why
	}
	card := Card{
		Number: PublicNumber(keys, c.ID), FiledOn: c.FiledAt.In(zone).Format(time.DateOnly), Category: c.Category, Kind: c.Kind,
		Unit: facts.unit, Outcome: outcome(facts.state), Solved: facts.solved, Satisfaction: facts.satisfaction, Rounds: facts.rounds, Kept: facts.kept,
	}
	card.District, card.Street = toStreet(c.Territory)
	card.Due = fullHour(facts.due).In(zone)
	for _, s := range facts.steps {
		s.At = s.At.In(zone).Truncate(time.Hour)
		card.Steps = append(card.Steps, s)
	}
	return PublicCase{card: card}, Shown
}

// PublicNumber is the number of a case on public pages. Without the service's key nobody can tell which work order it stands for.
func PublicNumber(keys *seal.Keyring, id casework.CaseID) string {
	const length = 12 // 60 bits
	return keys.Token("card", id.String())[:length]
}

// facts is what the events of a case tell the public.
type facts struct {
	state        casework.State // what the case came to; archiving changes nothing of it
	unit         casework.UnitCode
	solved       casework.Solved
	satisfaction casework.Satisfaction
	rounds       int
	kept         Promise
	due          time.Time // as promised at filing; zero where the history does not tell
	closed       bool      // a legal channel, secret or privacy matter
	steps        []CardStep
}

func readFacts(events []casework.Event) facts {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b casework.Event) int { return int(a.Seq - b.Seq) })
	k := facts{unit: casework.Hotline, rounds: 1, kept: PromisePending}
	for _, e := range events {
		var d struct {
			Lead         casework.UnitCode     `json:"lead"`
			Reason       string                `json:"reason"`
			Code         string                `json:"code"`
			Reached      bool                  `json:"reached"`
			Solved       casework.Solved       `json:"solved"`
			Satisfaction casework.Satisfaction `json:"satisfaction"`
			Clock        string                `json:"clock"`
			Due          string                `json:"due"`
		}
		if json.Unmarshal(e.Data, &d) != nil {
			k.closed = true // what cannot be read is not published
		}
		switch e.Step {
		case casework.StepUse:
			continue
		case casework.StepFile:
			if due, err := time.Parse(time.RFC3339, d.Due); err == nil {
				k.due = due
			}
		case casework.StepBreach:
			if d.Clock == casework.ClockTotal {
				k.kept = PromiseBroken
			}
			continue
		case casework.StepDispatch:
			k.unit = d.Lead
		case casework.StepGrantReturn:
			k.unit = casework.Hotline
		case casework.StepRecall: // a slip of the hand, taken back within seconds: no unit had the case
			k.unit = casework.Hotline
			if last := len(k.steps) - 1; last >= 0 && k.steps[last].Step == casework.StepDispatch {
				k.steps = k.steps[:last]
			}
		case casework.StepAnswer, casework.StepReply:
			if k.kept == PromisePending {
				k.kept = PromiseKept
			}
		case casework.StepRate, casework.StepRerate:
			k.solved, k.satisfaction = d.Solved, d.Satisfaction
		}
		k.closed = k.closed || (e.Step == casework.StepDecline || e.Step == casework.StepGrantReturn) && (slices.Contains(closedReasons, d.Reason) || slices.Contains(closedReasons, d.Code))
		if e.To != casework.Archived {
			k.state = e.To
		}
		k.rounds = max(k.rounds, e.Round)
		if slices.Contains(publicSteps, e.Step) && (e.Step != casework.StepContact || d.Reached) {
			k.steps = append(k.steps, CardStep{At: e.At, Step: e.Step, Unit: stepUnit(e, d.Lead)})
		}
	}
	return k
}

// fullHour rounds a time up to the hour: to the minute it would tell when the case was filed.
func fullHour(t time.Time) time.Time {
	if h := t.Truncate(time.Hour); h.Before(t) {
		return h.Add(time.Hour)
	}
	return t
}

func stepUnit(e casework.Event, lead casework.UnitCode) casework.UnitCode {
	switch {
	case e.Step == casework.StepDispatch:
		return lead
	case e.Actor == casework.ByResident:
		return ""
	}
	return e.Unit
}

func withhold(c casework.Case, k facts) Withheld {
	switch {
	case c.Kind == casework.Report:
		return WithheldReport
	case c.Secret:
		return WithheldSecret
	case !c.Publish:
		return WithheldNoConsent
	case k.state == casework.Registered || k.state == "":
		return WithheldTooEarly
	case k.state == casework.Withdrawn:
		return WithheldWithdrawn
	case k.state == casework.Merged:
		return WithheldMerged
	case k.state == casework.Redirected:
		return WithheldEmergency
	case k.closed:
		return WithheldChannel
	}
	return Shown
}

func outcome(s casework.State) Outcome {
	switch s {
	case casework.Accepted:
		return OutcomeWaiting
	case casework.HungUp:
		return OutcomeHungUp
	case casework.Declined:
		return OutcomeDeclined
	case casework.Terminated:
		return OutcomeTerminated
	case casework.Closed:
		return OutcomeClosed
	case casework.Answered, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated:
		return OutcomeAnswered
	}
	return OutcomeHandling
}

// toStreet cuts a territory code to district (6 digits, GB/T 2260) and street (9 digits, GB/T 10114); anything finer, or of another form, is dropped.
func toStreet(territory string) (district, street string) {
	if len(territory) < 6 || strings.Trim(territory, "0123456789") != "" || strings.HasSuffix(territory[:6], "00") {
		return "", ""
	}
	if len(territory) >= 9 {
		street = territory[:9]
	}
	return territory[:6], street
}
