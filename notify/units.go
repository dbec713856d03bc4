package notify

import (
	"context"
	"encoding/json"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify/postmark"
)

// Letters to units: what, by when, and where to look. No word of the resident goes by mail to a department.
const (
	UnitCase    Kind = "unit_case"     // an order came in
	UnitDue     Kind = "unit_due"      // a reminder before its limit
	UnitOverdue Kind = "unit_overdue"  // its limit is over
	UnitRaised  Kind = "unit_raised"   // it is over for longer: the order is raised
	LeaderTold  Kind = "leader_raised" // the same, to the unit's leader
	UnitMoved   Kind = "unit_moved"    // a notice of public holidays moved its limit
)

var unitKeys = map[Kind]struct{ subject, text string }{
	UnitCase:    {"letter.subject_unit_case", "letter.unit_case"},
	UnitDue:     {"letter.subject_unit_due", "letter.unit_due"},
	UnitOverdue: {"letter.subject_unit_overdue", "letter.unit_overdue"},
	UnitRaised:  {"letter.subject_unit_raised", "letter.unit_raised"},
	LeaderTold:  {"letter.subject_leader_raised", "letter.leader_raised"},
	UnitMoved:   {"letter.subject_unit_moved", "letter.unit_moved"},
}

// toUnit is a letter to a unit that an event calls for.
type toUnit struct {
	kind Kind
	unit casework.UnitCode
}

// toUnits tells which letters to units an event calls for. That a limit is over is told once, by its breach and not again by the first urging.
func toUnits(e casework.Event) (all []toUnit) {
	var d struct {
		Lead  casework.UnitCode   `json:"lead"`
		Co    []casework.UnitCode `json:"co"`
		Clock string              `json:"clock"`
		Level int                 `json:"level"`
		Unit  casework.UnitCode   `json:"unit"`
	}
	switch e.Step {
	case casework.StepDispatch, casework.StepCoHandle, casework.StepWhistle, casework.StepBreach, casework.StepRemind, casework.StepEscalate, casework.StepRecount:
	default:
		return nil
	}
	if json.Unmarshal(e.Data, &d) != nil {
		return nil
	}
	switch {
	case e.Step == casework.StepDispatch && d.Lead != "":
		for _, unit := range append([]casework.UnitCode{d.Lead}, d.Co...) {
			all = append(all, toUnit{UnitCase, unit})
		}
	case e.Step == casework.StepCoHandle || e.Step == casework.StepWhistle: // those who were asked to join
		for _, unit := range d.Co {
			all = append(all, toUnit{UnitCase, unit})
		}
	case e.Step == casework.StepDispatch || d.Unit == "":
	case e.Step == casework.StepBreach && d.Clock == casework.ClockHandle:
		all = []toUnit{{UnitOverdue, d.Unit}}
	case e.Step == casework.StepRecount:
		if d.Clock == casework.ClockHandle {
			for _, unit := range append([]casework.UnitCode{d.Unit}, d.Co...) {
				all = append(all, toUnit{UnitMoved, unit})
			}
		}
	case e.Step == casework.StepRemind:
		all = []toUnit{{UnitDue, d.Unit}}
	case e.Step == casework.StepEscalate && d.Level > casework.Urged:
		all = []toUnit{{UnitRaised, d.Unit}, {LeaderTold, d.Unit}}
	}
	return all
}

// unitAddress is where letters of a kind to a unit go; ok is false where the city's files name no address, or our own mailbox.
func (p *Post) unitAddress(k Kind, code casework.UnitCode) (address string, ok bool) {
	u, known := p.City.Unit(code)
	address = u.Email
	if k == LeaderTold {
		address = u.LeaderEmail
	}
	return address, known && plainAddress(address) && !postmark.IsOurs(address, p.Mailboxes)
}

// enterUnit writes the row of a letter to a unit and queues its sending; nothing where the unit has no address, or has the letter already.
func (p *Post) enterUnit(ctx context.Context, tx pgx.Tx, e casework.Event, k Kind, unit casework.UnitCode, now time.Time) error {
	address, ok := p.unitAddress(k, unit)
	if !ok {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `insert into letter (id, case_id, event_seq, round, kind, state, recipient, queued_at, unit)
		select $1, $2, $3, $4, $5, 'queued', $6, $7, $8 where not exists (select 1 from mail_failing where recipient = $6)
		on conflict (event_seq, case_id, kind, coalesce(unit, '')) do nothing`, id, e.Case, e.Seq, e.Round, k, p.Docket.Keys.Hash("email", address), now, unit)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = p.jobs.InsertTx(ctx, tx, letterArgs{id}, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts})
	return err
}

// composeUnit writes a letter to a unit. It opens nothing that is sealed.
func (p *Post) composeUnit(ctx context.Context, l row) (Mail, error) {
	to, ok := p.unitAddress(l.Kind, l.Unit)
	if !ok {
		return Mail{}, suppressed("no_address")
	}
	d, err := p.Docket.Dossier(ctx, casework.System, l.Case)
	if err != nil {
		return Mail{}, err
	}
	due, done := time.Time{}, false
	for _, k := range d.Clocks {
		if k.Name == casework.ClockHandle && k.Cancelled == nil && (k.Unit == l.Unit || due.IsZero()) {
			due, done = k.Due, k.Met != nil
		}
	}
	if due.IsZero() {
		return Mail{}, suppressed("no_limit")
	}
	if done || l.Kind == UnitDue && (d.Case.Lead != l.Unit || p.Now().After(due)) {
		return Mail{}, suppressed("done")
	}
	words := p.unitWords(d, l, due)
	var h mail.Header
	h.SetDate(p.Now())
	h.SetAddressList("From", []*mail.Address{{Name: words.Lang.T("letter.sender", locale.Args{"City": p.City.Name.In(words.Lang), "Phone": p.City.Phone}), Address: p.mailbox()}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetSubject(words.Title)
	h.SetMessageID(l.ID.String() + "@" + postmark.Domain(p.mailbox())) // without the case's token: who answers is not the resident
	p.marks(&h, l.ID, false)
	h.Set("Content-Language", string(words.Lang))
	data, err := p.writeOffice(h, words)
	return Mail{Letter: l.ID, To: to, Data: data}, err
}

// stageOf is what was said of a limit by the event that a letter is about.
func stageOf(d casework.Dossier, seq int64) string {
	var said struct {
		Stage string `json:"stage"`
	}
	for _, e := range d.Events {
		if e.Seq == seq && json.Unmarshal(e.Data, &said) != nil {
			return ""
		}
	}
	return said.Stage
}

func (p *Post) unitWords(d casework.Dossier, l row, due time.Time) letter {
	c, stage := d.Case, stageOf(d, l.Event)
	lang, other := locale.ZH, locale.EN
	keys := unitKeys[l.Kind]
	args := func(lang locale.Lang) locale.Args {
		return locale.Args{"Number": c.Number, "Unit": p.City.UnitName(l.Unit, lang), "Kind": lang.T("kind." + string(c.Kind)), "Category": p.City.CategoryPath(c.Category, lang),
			"Due": lang.Deadline(due), "City": p.City.Name.In(lang), "Phone": p.City.Phone, "Stage": lang.Stage(stage)}
	}
	return letter{Lang: lang, Title: lang.T(keys.subject, args(lang)), Blocks: []block{
		{Text: lang.T(keys.text, args(lang)), Links: []link{{lang.T("letter.unit_open"), p.BaseURL + "/inbox/" + c.ID.String()}}},
		{Text: other.T(keys.text, args(other)), Small: true},
		{Text: lang.T("letter.unit_signature", args(lang)), Small: true},
	}}
}
