package notify

import (
	"context"
	"encoding/json"
	"fmt"
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
	UnitCase    Kind = "unit_case"    // an order came in
	UnitDue     Kind = "unit_due"     // its limit ends within a day
	UnitOverdue Kind = "unit_overdue" // its limit is over
)

// soon is how long before the end of its limit a unit is reminded.
const soon = 24 * time.Hour

var unitKeys = map[Kind]struct{ subject, text string }{
	UnitCase:    {"letter.subject_unit_case", "letter.unit_case"},
	UnitDue:     {"letter.subject_unit_due", "letter.unit_due"},
	UnitOverdue: {"letter.subject_unit_overdue", "letter.unit_overdue"},
}

// toUnits tells which units an event calls for a letter to.
func toUnits(e casework.Event) (k Kind, units []casework.UnitCode) {
	switch e.Step {
	case casework.StepDispatch:
		var sent struct {
			Lead casework.UnitCode   `json:"lead"`
			Co   []casework.UnitCode `json:"co"`
		}
		if json.Unmarshal(e.Data, &sent) == nil && sent.Lead != "" {
			return UnitCase, append([]casework.UnitCode{sent.Lead}, sent.Co...)
		}
	case casework.StepBreach:
		var late struct {
			Clock string            `json:"clock"`
			Unit  casework.UnitCode `json:"unit"`
		}
		if json.Unmarshal(e.Data, &late) == nil && late.Clock == casework.ClockHandle && late.Unit != "" {
			return UnitOverdue, []casework.UnitCode{late.Unit}
		}
	}
	return "", nil
}

// unitAddress is where letters to a unit go; ok is false where the city's files name none, or our own mailbox.
func (p *Post) unitAddress(code casework.UnitCode) (address string, ok bool) {
	u, known := p.City.Unit(code)
	return u.Email, known && plainAddress(u.Email) && !postmark.IsOurs(u.Email, p.Mailboxes)
}

// enterUnit writes the row of a letter to a unit and queues its sending; nothing where the unit has no address, or has the letter already.
func (p *Post) enterUnit(ctx context.Context, tx pgx.Tx, e casework.Event, k Kind, unit casework.UnitCode, now time.Time) error {
	address, ok := p.unitAddress(unit)
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

// RemindUnits queues a letter for each order whose limit ends within a day, once for each limit, and tells how many orders it looked at.
// It is safe to run twice, late, or on two machines at once.
func (p *Post) RemindUnits(ctx context.Context) (int, error) {
	now := p.Now().UTC()
	tx, err := p.Pool.Begin(ctx)
	if err != nil {
		return 0, fmt.Errorf("remind units: %w", err)
	}
	defer tx.Rollback(ctx)
	rows, err := tx.Query(ctx, `select k.case_id, k.unit, e.seq, e.round from clock k
		join lateral (select seq, round from event where case_id = k.case_id and step = 'dispatch' and leg = k.leg order by seq desc limit 1) e on true
		where k.name = 'handle' and k.due_at > $1 and k.due_at <= $2 and k.unit is not null and k.met_at is null and k.breached_at is null and k.cancelled_at is null
			and not exists (select 1 from letter l where l.event_seq = e.seq and l.kind = 'unit_due' and l.unit = k.unit)
		order by k.due_at limit 500`, now, now.Add(soon))
	if err != nil {
		return 0, fmt.Errorf("find limits that end: %w", err)
	}
	type ending struct {
		e    casework.Event
		unit casework.UnitCode
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x ending, err error) {
		return x, row.Scan(&x.e.Case, &x.unit, &x.e.Seq, &x.e.Round)
	})
	if err != nil {
		return 0, fmt.Errorf("find limits that end: %w", err)
	}
	n := 0
	for _, x := range all {
		if _, ok := p.unitAddress(x.unit); !ok {
			continue
		}
		if err := p.enterUnit(ctx, tx, x.e, UnitDue, x.unit, now); err != nil {
			return 0, fmt.Errorf("remind unit: %w", err)
		}
		n++
	}
	return n, tx.Commit(ctx)
}

// composeUnit writes a letter to a unit. It opens nothing that is sealed.
func (p *Post) composeUnit(ctx context.Context, l row) (Mail, error) {
	to, ok := p.unitAddress(l.Unit)
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
	if done || l.Kind == UnitDue && d.Case.Lead != l.Unit {
		return Mail{}, suppressed("done")
	}
	words := p.unitWords(d.Case, l, due)
	var h mail.Header
	h.SetDate(p.Now())
	h.SetAddressList("From", []*mail.Address{{Name: words.Lang.T("letter.sender", locale.Args{"City": p.City.Name.In(words.Lang), "Phone": p.City.Phone}), Address: p.mailbox()}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetSubject(words.Title)
	h.SetMessageID(l.ID.String() + "@" + postmark.Domain(p.mailbox())) // without the case's token: who answers is not the resident
	p.marks(&h, l.ID, false)
	h.Set("Content-Language", string(words.Lang))
	data, err := p.write(h, words)
	return Mail{Letter: l.ID, To: to, Data: data}, err
}

func (p *Post) unitWords(c casework.Case, l row, due time.Time) letter {
	lang, other := locale.ZH, locale.EN
	keys := unitKeys[l.Kind]
	args := func(lang locale.Lang) locale.Args {
		return locale.Args{"Number": c.Number, "Unit": p.City.UnitName(l.Unit, lang), "Kind": lang.T("kind." + string(c.Kind)), "Category": p.City.CategoryPath(c.Category, lang),
			"Due": lang.Deadline(due), "City": p.City.Name.In(lang), "Phone": p.City.Phone}
	}
	return letter{Lang: lang, Title: lang.T(keys.subject, args(lang)), Blocks: []block{
		{Text: lang.T(keys.text, args(lang)), Links: []link{{lang.T("letter.unit_open"), p.BaseURL + "/inbox/" + c.ID.String()}}},
		{Text: other.T(keys.text, args(other)), Small: true},
		{Text: lang.T("letter.unit_signature", args(lang)), Small: true},
	}}
}
