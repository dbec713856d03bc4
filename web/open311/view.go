package open311

import (
	"slices"
	"time"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/privacy"
)

// request is one request as GeoReport v2 shows it.
type request struct {
	ID          string  `xml:"service_request_id" json:"service_request_id"`
	Status      status  `xml:"status" json:"status"`
	StatusNotes text    `xml:"status_notes" json:"status_notes"`
	ServiceName text    `xml:"service_name" json:"service_name"`
	ServiceCode string  `xml:"service_code" json:"service_code"`
	Description text    `xml:"description" json:"description"`
	Agency      text    `xml:"agency_responsible" json:"agency_responsible"`
	Notice      text    `xml:"service_notice" json:"service_notice"`
	Requested   instant `xml:"requested_datetime" json:"requested_datetime"`
	Updated     instant `xml:"updated_datetime" json:"updated_datetime"`
	Expected    instant `xml:"expected_datetime" json:"expected_datetime"`
	Address     text    `xml:"address" json:"address"`
	AddressID   text    `xml:"address_id" json:"address_id"`
	Zipcode     text    `xml:"zipcode" json:"zipcode"`
	Lat         degrees `xml:"lat" json:"lat"`
	Long        degrees `xml:"long" json:"long"`
	MediaURL    text    `xml:"media_url" json:"media_url"`
}

// status is open as long as somebody owes an answer.
type status string

const (
	statusOpen   status = "open"
	statusClosed status = "closed"
)

// settled are the outcomes in which nobody owes an answer any more.
var settled = []privacy.Outcome{privacy.OutcomeAnswered, privacy.OutcomeClosed, privacy.OutcomeDeclined, privacy.OutcomeTerminated}

// pending are the other outcomes.
var pending = []privacy.Outcome{privacy.OutcomeWaiting, privacy.OutcomeHandling, privacy.OutcomeHungUp}

func statusOf(o privacy.Outcome) status {
	if slices.Contains(settled, o) {
		return statusClosed
	}
	return statusOpen
}

// statusAt is how a case stands in a state; answered is closed for a program, whatever the resident says of it afterwards.
func statusAt(s casework.State) status {
	switch s {
	case casework.Answered, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated:
		return statusClosed
	}
	if s.Open() {
		return statusOpen
	}
	return statusClosed
}

// public is what everybody sees: the card, and the middle of the street instead of the place.
func (x *Service) public(l locale.Lang, p privacy.PublicCase) request {
	k := p.Card()
	notes := l.T(privacy.OutcomeNames[k.Outcome])
	if k.Solved != "" {
		notes += l.T("open311.resident_says", locale.Args{"Word": l.T("solved." + string(k.Solved))})
	}
	r := request{ID: k.Number, Status: statusOf(k.Outcome), StatusNotes: text(notes), Agency: text(x.City.UnitName(k.Unit, l)), Expected: x.local(k.Due)}
	if len(k.Steps) > 0 {
		r.Requested, r.Updated = x.local(k.Steps[0].At), x.local(k.Steps[len(k.Steps)-1].At)
	}
	area := k.Street
	if area == "" {
		area = k.District
	}
	x.what(l, &r, k.Category, area)
	return r
}

// what fills in matter and area.
func (x *Service) what(l locale.Lang, r *request, category, area string) {
	if k, ok := x.City.Category(category); ok {
		r.ServiceCode, r.ServiceName = k.Code, text(k.Name.In(l))
	} else {
		r.ServiceCode, r.ServiceName = intake.Undecided, text(l.T("open311.unsorted"))
	}
	t, ok := x.City.Territory(area)
	if !ok {
		return
	}
	r.Address, r.AddressID = text(x.City.TerritoryName(area, l)), text(area)
	if t.Point != nil {
		lat, long := t.Point.Lat, t.Point.Lon
		r.Lat, r.Long = degrees{&lat}, degrees{&long}
	}
}

// own is what whoever brought the request sees beyond the card. The tracking code opens everything that the resident may read; the key of the program that
// carried the request opens how it stands, and words only where the resident agreed to publication.
func (x *Service) own(l locale.Lang, number string, f casework.Dossier, code bool) request {
	k := f.Case
	r := request{ID: number, Status: statusAt(k.State), StatusNotes: text(l.T("state." + string(k.State))), Agency: text(x.City.UnitName(k.Owner, l)),
		Requested: x.local(k.FiledAt), Updated: x.local(k.FiledAt), Expected: x.local(k.Due)}
	if k.Lead != "" {
		r.Agency = text(x.City.UnitName(k.Lead, l))
	}
	for _, u := range x.updates(l, number, f, code) {
		r.Updated = u.Updated
		if u.words {
			r.StatusNotes = u.Description
		}
	}
	area := x.City.Street(k.Territory)
	if area == "" {
		area = x.City.District(k.Territory)
	}
	x.what(l, &r, k.Category, area)
	switch {
	case code:
		r.Description = text(k.Body)
		if k.Place != "" {
			r.Address = text(k.Place)
		}
	case discreet(k):
		return request{ID: number, Status: r.Status, ServiceCode: intake.Undecided, ServiceName: text(l.T("open311.unsorted")), Requested: r.Requested, Expected: r.Expected}
	}
	return r
}

// discreet tells of a case that nobody but the resident may hear of: a report of wrongdoing, or one in secrecy.
func discreet(k casework.Case) bool { return k.Secret || k.Kind == casework.Report }

func (x *Service) local(t time.Time) instant {
	if t.IsZero() {
		return instant{}
	}
	return instant(t.In(x.City.TZ).Truncate(time.Second))
}

// update is one word about a request, in the extension that FixMyStreet made.
type update struct {
	ID          string  `xml:"update_id" json:"update_id"`
	Request     string  `xml:"service_request_id" json:"service_request_id"`
	Status      status  `xml:"status" json:"status"`
	Code        string  `xml:"external_status_code" json:"external_status_code"` // our state, finer than the status
	Updated     instant `xml:"updated_datetime" json:"updated_datetime"`
	Description text    `xml:"description" json:"description"`
	MediaURL    text    `xml:"media_url" json:"media_url"`

	at    time.Time
	words bool // the description is what an office wrote
}

// told are the steps of offices that a resident hears of. What the resident did is not told back: the program that brought it would take it for ours.
var told = map[casework.Step]bool{
	casework.StepAccept: true, casework.StepDecline: true, casework.StepRedirect: true, casework.StepAnswer: true, casework.StepDispatch: true, casework.StepRecall: true, casework.StepSign: true,
	casework.StepContact: true, casework.StepBegin: true, casework.StepRecord: true, casework.StepGrantReturn: true, casework.StepGrantExtension: true, casework.StepPause: true, casework.StepResume: true,
	casework.StepHang: true, casework.StepUnhang: true, casework.StepReply: true, casework.StepReview: true, casework.StepFollowUp: true, casework.StepRedo: true, casework.StepSupervise: true,
	casework.StepMerge: true, casework.StepUnmerge: true, casework.StepTerminate: true, casework.StepClose: true,
}

// updates are the words about a case, in their order. Those that offices wrote are there for the tracking code; for a program's key only, masked, where the resident agreed to publication.
// Of a case that nobody may hear of a program hears nothing here, and only open or closed when it asks for the request.
func (x *Service) updates(l locale.Lang, number string, f casework.Dossier, code bool) []update {
	var all []update
	if discreet(f.Case) && !code {
		return nil
	}
	for _, e := range f.Events {
		if !told[e.Step] || e.Actor == casework.ByResident || e.Step == casework.StepRecord && !spoken(f, e) {
			continue
		}
		u := update{ID: x.updateID(number, e.Seq), Request: number, Status: statusAt(e.To), Code: string(e.To), Updated: x.local(e.At), at: e.At,
			Description: text(l.T("step."+string(e.Step)) + x.by(l, e.Unit))}
		if words, ok := saidAt(f, e); ok && (code || f.Case.Publish) {
			if !code {
				words, _ = privacy.Mask(words)
			}
			u.Description, u.words = text(words), true
		}
		all = append(all, u)
	}
	return all
}

func (x *Service) by(l locale.Lang, unit casework.UnitCode) string {
	if unit == "" {
		return ""
	}
	return l.T("open311.by", locale.Args{"Unit": x.City.UnitName(unit, l)})
}

// said are the steps by which an office writes to the resident.
var said = map[casework.Step]string{casework.StepAnswer: "answer", casework.StepReply: "reply", casework.StepRecord: "interim"}

// saidAt is what an office wrote to the resident by a step.
func saidAt(f casework.Dossier, e casework.Event) (string, bool) {
	for _, m := range f.Messages {
		if m.Author != "resident" && m.Purpose == said[e.Step] && m.At.Equal(e.At) {
			return m.Body, true
		}
	}
	return "", false
}

func spoken(f casework.Dossier, e casework.Event) bool {
	_, ok := saidAt(f, e)
	return ok
}

// course is what everybody sees of the course of a case: the public steps of offices, to the hour.
func (x *Service) course(l locale.Lang, p privacy.PublicCase) []update {
	k := p.Card()
	var all []update
	state := statusOpen
	for i, s := range k.Steps {
		switch s.Step {
		case casework.StepReply, casework.StepAnswer, casework.StepDecline, casework.StepTerminate, casework.StepClose:
			state = statusClosed
		case casework.StepRedo:
			state = statusOpen
		}
		if !told[s.Step] || s.Unit == "" {
			continue
		}
		all = append(all, update{ID: x.updateID(k.Number, int64(-1-i)), Request: k.Number, Status: state, Code: string(s.Step), Updated: x.local(s.At),
			Description: text(l.T("step."+string(s.Step)) + x.by(l, s.Unit)), at: s.At})
	}
	return all
}
