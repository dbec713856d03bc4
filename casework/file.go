package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// Event is one row of a case's history.
type Event struct {
	Seq     int64
	XID     uint64
	Case    CaseID
	At      time.Time
	Step    Step
	From    State
	To      State
	Actor   ActorKind
	StaffID int64
	Role    Role
	Unit    UnitCode
	Round   int
	Leg     int
	Data    json.RawMessage
}

// EventColumns are the columns ScanEvent reads, for followers that write their own query.
const EventColumns = `seq, xid::text::bigint, case_id, at, step, state_from, state_to, actor, coalesce(staff_id, 0), role, unit, round, leg, data`

// ScanEvent reads one row of EventColumns.
func ScanEvent(row pgx.CollectableRow) (Event, error) {
	var e Event
	err := row.Scan(&e.Seq, &e.XID, &e.Case, &e.At, &e.Step, &e.From, &e.To, &e.Actor, &e.StaffID, &e.Role, &e.Unit, &e.Round, &e.Leg, &e.Data)
	return e, err
}

// Message is one thing that was said in a case. Body is the masked copy of a resident's words.
type Message struct {
	ID      uuid.UUID
	At      time.Time
	Round   int
	Author  string // resident, unit, hotline
	Purpose string // note, answer, reply, interim, internal, rating, contact
	Unit    UnitCode
	Body    string
	Sealed  bool // the original can be revealed
}

// RatingView is what the resident said of one round, masked.
type RatingView struct {
	Round        int
	At           time.Time
	Channel      Channel
	Solved       Solved
	Satisfaction Satisfaction
	Tags         []string
	TagSet       string
	Body         string
	Changed      *time.Time // when something else was said than at first
	Before       []RatingBefore
	Suspect      []string   // why it is counted apart
	Cleared      *time.Time // when a supervisor let it count again
}

// Party is a unit's part in a case.
type Party struct {
	Unit UnitCode
	Role string // lead, co, sub (below the lead)
	Leg  int
	Due  *time.Time
	Left *time.Time
}

// Dossier is everything that hangs on one case (工作流转单), masked.
type Dossier struct {
	Case     Case
	Events   []Event
	Clocks   []Clock
	Messages []Message
	Files    []FileInfo // names are masked to their ending for units; see RevealFile
	Requests []Request
	Ratings  []RatingView
	Parties  []Party
}

// Dossier reads a case with all that hangs on it, in one transaction. A resident gets no internal notes, requests or uses here.
func (d *Docket) Dossier(ctx context.Context, by Actor, id CaseID) (Dossier, error) {
	var f Dossier
	var settle func()
	if err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { settle = f.ask(b, by, id) }); err != nil {
		return Dossier{}, fmt.Errorf("read dossier: %w", err)
	}
	settle()
	return f, nil
}

// ask queues what a dossier is read from; settle puts together what was read.
func (f *Dossier) ask(b *pgx.Batch, by Actor, id CaseID) (settle func()) {
	var before []RatingBefore
	resident := by.Kind == ByResident
	f.Case.ask(b, id)
	pg.Rows(b, &f.Events, ScanEvent, `select `+EventColumns+` from event where case_id = $1 and (not $2 or step <> 'use') order by at, seq`, id, resident)
	pg.Rows(b, &f.Clocks, scanClock, `select name, leg, coalesce(unit, ''), started_at, due_at, original_due_at, coalesce(working_days, 0), provisional, policy, calendar, statute, ordinary_due_at,
			met_at, breached_at, cancelled_at, coalesce(calendar_days, 0), coalesce(months, 0), rolls from clock where case_id = $1 order by leg, started_at, name`, id)
	pg.Rows(b, &f.Messages, scanMessage, `select id, at, round, author, purpose, unit, body, sealed is not null from message
			where case_id = $1 and (not $2 or purpose not in ('internal','contact')) order by at, id`, id, resident)
	pg.Rows(b, &f.Files, scanFile, `select a.id, a.message_id, a.at, a.type, a.size, a.by_unit, a.shows from attachment a left join message m on m.id = a.message_id
			where a.case_id = $1 and (not $2 or `+outward+`) order by a.at, a.id`, id, resident)
	pg.Rows(b, &f.Ratings, scanRating, `select round, at, channel, solved, satisfaction, tags, tag_set, body, changed_at, suspect, cleared_at from rating where case_id = $1 order by round`, id)
	pg.Rows(b, &before, pgx.RowToStructByPos[RatingBefore], `select round, version, at, solved, satisfaction, tags, tag_set, body from rating_before where case_id = $1 order by round, version`, id)
	pg.Rows(b, &f.Parties, scanParty, `select unit, role, leg, due_at, left_at from party where case_id = $1 order by leg, role desc, unit`, id)
	if !resident {
		pg.Rows(b, &f.Requests, scanRequest, `select id, kind, leg, unit, requested_at, reason_code, reason, basis, coalesce(suggested, ''), coalesce(days, 0), old_due_at, new_due_at,
			decide_by, decided_at, granted, decision from request where case_id = $1 order by requested_at`, id)
	}
	return func() {
		if resident {
			keepInside(f.Events)
		}
		for _, one := range before {
			for i := range f.Ratings {
				if f.Ratings[i].Round == one.Round {
					f.Ratings[i].Before = append(f.Ratings[i].Before, one)
				}
			}
		}
	}
}

// outward tells of a message m whether it faces the resident; what hangs on it does as well.
const outward = `coalesce(m.purpose, '') not in ('internal','contact')`

// keepInside takes the words that offices wrote for each other out of events before a resident gets them.
func keepInside(events []Event) {
	for i, e := range events {
		if !slices.Contains([]Step{StepDispatch, StepSupervise, StepRedo, StepAssign, StepWhistle, StepReply}, e.Step) {
			continue
		}
		var data map[string]json.RawMessage
		if json.Unmarshal(e.Data, &data) != nil {
			continue
		}
		delete(data, "advice")
		delete(data, "reason")
		delete(data, "staff")
		delete(data, "ruling")
		delete(data, "place")
		delete(data, "flags")
		events[i].Data, _ = json.Marshal(data) // raw members marshal as they were
	}
}

func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scanClock(row pgx.CollectableRow) (k Clock, err error) {
	err = row.Scan(&k.Name, &k.Leg, &k.Unit, &k.Started, &k.Due, &k.OriginalDue, &k.WorkingDays, &k.Provisional, &k.Policy, &k.Calendar, &k.Statute, &k.Ordinary, &k.Met, &k.Breached, &k.Cancelled, &k.CalendarDays, &k.Months, &k.Rolls)
	return k, err
}

func scanMessage(row pgx.CollectableRow) (m Message, err error) {
	err = row.Scan(&m.ID, &m.At, &m.Round, &m.Author, &m.Purpose, &m.Unit, &m.Body, &m.Sealed)
	return m, err
}

func scanFile(row pgx.CollectableRow) (f FileInfo, err error) {
	err = row.Scan(&f.ID, &f.Message, &f.At, &f.Type, &f.Size, &f.ByUnit, &f.Shows)
	return f, err
}

func scanRating(row pgx.CollectableRow) (r RatingView, err error) {
	err = row.Scan(&r.Round, &r.At, &r.Channel, &r.Solved, &r.Satisfaction, &r.Tags, &r.TagSet, &r.Body, &r.Changed, &r.Suspect, &r.Cleared)
	return r, err
}

func scanParty(row pgx.CollectableRow) (p Party, err error) {
	err = row.Scan(&p.Unit, &p.Role, &p.Leg, &p.Due, &p.Left)
	return p, err
}

func scanRequest(row pgx.CollectableRow) (r Request, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.Leg, &r.Unit, &r.RequestedAt, &r.ReasonCode, &r.Reason, &r.Basis, &r.Suggested, &r.Days, &r.OldDue, &r.NewDue, &r.DecideBy, &r.DecidedAt, &r.Granted, &r.Decision)
	return r, err
}

// UseView is one use of a resident's data as the resident sees it: when, which unit, in what role, what, and why.
type UseView struct {
	Seq     int64 // of the event; 0 where it stands in no case
	At      time.Time
	Unit    UnitCode
	Role    Role
	StaffID int64
	LogUse
}

// Uses reads every use of the personal data of one case, newest first.
func (d *Docket) Uses(ctx context.Context, by Actor, id CaseID) ([]UseView, error) {
	if _, err := d.Case(ctx, by, id); err != nil {
		return nil, err
	}
	var uses []UseView
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		var err error
		uses, err = collect(ctx, tx, func(row pgx.CollectableRow) (UseView, error) {
			var u UseView
			var data []byte
			if err := row.Scan(&u.Seq, &u.At, &u.Unit, &u.Role, &u.StaffID, &data); err != nil {
				return u, err
			}
			return u, json.Unmarshal(data, &u.LogUse)
		}, `select seq, at, unit, role, coalesce(staff_id, 0), data from event where case_id = $1 and step = 'use' order by at desc, seq desc`, id)
		return err
	})
	return uses, err
}
