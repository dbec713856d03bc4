package privacy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/seal"
)

var publishZone = time.FixedZone("CST", 8*3600)

// openDossier is a case that may be shown: agreed, a complaint, accepted and dispatched.
func openDossier() casework.Dossier {
	at := time.Date(2026, 11, 2, 9, 30, 0, 0, publishZone)
	event := func(seq int64, step casework.Step, to casework.State, actor casework.ActorKind, unit casework.UnitCode, data string) casework.Event {
		return casework.Event{Seq: seq, At: at.Add(time.Duration(seq) * time.Minute), Step: step, To: to, Actor: actor, Unit: unit, Round: 1, Data: json.RawMessage(data)}
	}
	return casework.Dossier{
		Case: casework.Case{ID: uuid.MustParse("0192f0c0-0000-7000-8000-000000000001"), Number: "261102000001", State: casework.Dispatched, Kind: casework.Complaint, Category: "010102",
			Territory: "990101001002", Publish: true, FiledAt: at},
		Events: []casework.Event{
			event(1, casework.StepFile, casework.Registered, casework.ByResident, "", `{"kind":"complaint"}`),
			event(2, casework.StepAccept, casework.Accepted, casework.ByStaff, casework.Hotline, `{}`),
			event(3, casework.StepDispatch, casework.Dispatched, casework.ByStaff, casework.Hotline, `{"lead":"c-urban","advice":"注意安全"}`),
		},
	}
}

func TestPublishWithholds(t *testing.T) {
	keys := seal.NewForTest()
	last := func(step casework.Step, to casework.State, data string) func(*casework.Dossier) {
		return func(d *casework.Dossier) {
			d.Events = append(d.Events, casework.Event{Seq: 9, At: d.Case.FiledAt.Add(time.Hour), Step: step, To: to, Actor: casework.ByStaff, Unit: casework.Hotline, Round: 1, Data: json.RawMessage(data)})
		}
	}
	for _, c := range []struct {
		name   string
		change func(*casework.Dossier)
		want   Withheld
	}{
		{"an agreed complaint", func(*casework.Dossier) {}, Shown},
		{"without consent", func(d *casework.Dossier) { d.Case.Publish = false }, WithheldNoConsent},
		{"secret", func(d *casework.Dossier) { d.Case.Secret = true }, WithheldSecret},
		{"a report, even with consent", func(d *casework.Dossier) { d.Case.Kind = casework.Report }, WithheldReport},
		{"registered only", func(d *casework.Dossier) { d.Events = d.Events[:1] }, WithheldTooEarly},
		{"no history", func(d *casework.Dossier) { d.Events = nil }, WithheldTooEarly},
		{"withdrawn", last(casework.StepWithdraw, casework.Withdrawn, `{"after_sign":false}`), WithheldWithdrawn},
		{"merged", last(casework.StepMerge, casework.Merged, `{}`), WithheldMerged},
		{"an emergency", last(casework.StepRedirect, casework.Redirected, `{"number":"110"}`), WithheldEmergency},
		{"declined into a legal procedure", last(casework.StepDecline, casework.Declined, `{"reason":"legal_procedure"}`), WithheldChannel},
		{"declined as beyond duty", last(casework.StepDecline, casework.Declined, `{"reason":"beyond_duty"}`), Shown},
		{"returned as secret", last(casework.StepGrantReturn, casework.Accepted, `{"code":"R9","unit":"c-urban"}`), WithheldChannel},
		{"returned as another's duty", last(casework.StepGrantReturn, casework.Accepted, `{"code":"R1","unit":"c-urban"}`), Shown},
		{"archived after a withdrawal", func(d *casework.Dossier) {
			last(casework.StepWithdraw, casework.Withdrawn, `{}`)(d)
			last(casework.StepArchive, casework.Archived, `{}`)(d)
		}, WithheldWithdrawn},
		{"an event that cannot be read", last(casework.StepSign, casework.Signed, `[`), WithheldChannel},
	} {
		d := openDossier()
		c.change(&d)
		p, why := Publish(d, keys, publishZone)
		if why != c.want {
			t.Errorf("%s is %q, want %q", c.name, why, c.want)
		}
		if why != Shown && p.Card().Number != "" {
			t.Errorf("%s is withheld and has a card", c.name)
		}
		if why != Shown && WithheldNames[why] == "" {
			t.Errorf("the reason %q has no name", why)
		}
	}
}

func TestACardNeverHoldsWordsPlaceOrNumber(t *testing.T) {
	keys := seal.NewForTest()
	mark := rapid.StringMatching(`标记[0-9a-f]{8}`)
	rapid.Check(t, func(t *rapid.T) {
		m := mark.Draw(t, "mark")
		d := openDossier()
		d.Case.Title, d.Case.Body, d.Case.Place, d.Case.Number, d.Case.ExternalNo, d.Case.Plan, d.Case.Told = m, m, m, m, m, m, m
		d.Case.Tags = []string{m}
		d.Case.Proposal = json.RawMessage(`{"why":"` + m + `"}`)
		d.Messages = []casework.Message{{Body: m, Author: "resident"}}
		d.Ratings = []casework.RatingView{{Body: m}}
		d.Requests = []casework.Request{{Reason: m, Decision: m}}
		d.Files = []casework.FileInfo{{Name: m}}
		steps := []casework.Step{casework.StepSign, casework.StepContact, casework.StepRecord, casework.StepAskReturn, casework.StepPause, casework.StepReply, casework.StepRate, casework.StepRedo, casework.StepSupervise, casework.StepAdd}
		for i, s := range rapid.SliceOf(rapid.SampledFrom(steps)).Draw(t, "steps") {
			d.Events = append(d.Events, casework.Event{Seq: int64(10 + i), At: d.Case.FiledAt, Step: s, To: casework.InHand, Actor: casework.ByStaff, StaffID: 4711, Unit: "c-urban", Round: 1,
				Data: json.RawMessage(`{"reason":"` + m + `","note":"` + m + `","advice":"` + m + `","means":"phone","reached":true}`)})
		}
		p, why := Publish(d, keys, publishZone)
		if why != Shown {
			t.Fatalf("withheld: %s", why)
		}
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, leak := range []string{m, d.Case.ID.String(), "4711", "990101001002"} {
			if strings.Contains(string(body), leak) {
				t.Fatalf("the card holds %q: %s", leak, body)
			}
		}
	})
}

func TestThePromiseOnACard(t *testing.T) {
	keys := seal.NewForTest()
	add := func(d *casework.Dossier, step casework.Step, data string) {
		d.Events = append(d.Events, casework.Event{Seq: int64(10 + len(d.Events)), At: d.Case.FiledAt, Step: step, To: casework.Replied, Actor: casework.BySystem, Round: 1, Data: json.RawMessage(data)})
	}
	for _, c := range []struct {
		name  string
		steps func(*casework.Dossier)
		want  Promise
	}{
		{"no answer yet", func(*casework.Dossier) {}, PromisePending},
		{"answered in time", func(d *casework.Dossier) { add(d, casework.StepReply, `{}`) }, PromiseKept},
		{"past due", func(d *casework.Dossier) { add(d, casework.StepBreach, `{"clock":"total"}`) }, PromiseBroken},
		{"answered late", func(d *casework.Dossier) {
			add(d, casework.StepReply, `{}`)
			add(d, casework.StepBreach, `{"clock":"total"}`)
		}, PromiseBroken},
		{"only the unit's clock broke", func(d *casework.Dossier) {
			add(d, casework.StepBreach, `{"clock":"sign"}`)
			add(d, casework.StepReply, `{}`)
		}, PromiseKept},
	} {
		d := openDossier()
		c.steps(&d)
		if p, _ := Publish(d, keys, publishZone); p.Card().Kept != c.want {
			t.Errorf("%s: the promise is %s, want %s", c.name, p.Card().Kept, c.want)
		}
	}
}
