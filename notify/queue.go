package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"huiyin/casework"
	"huiyin/notify/postmark"
)

// Kind is what a letter is about.
type Kind string

// The letters.
const (
	Filed      Kind = "filed"      // the case is here, this is its code
	Dispatched Kind = "dispatched" // this unit answers for it, until then
	Interim    Kind = "interim"    // a word in between (阶段性答复), or a question
	Replied    Kind = "replied"    // the unit's answer, with the rating
	Answered   Kind = "answered"   // the hotline's own answer, with the rating
	Declined   Kind = "declined"   // not accepted, and the channel that is right
	Redirected Kind = "redirected" // handed to an emergency line
	Terminated Kind = "terminated" // ended without a solution, and why
	Closed     Kind = "closed"     // the case is over
	Moved      Kind = "moved"      // a notice of public holidays moved the day until which the city promised an answer
)

// stale is how old an event may be and still cause a letter. Imports and demonstration cities bring old history: nobody gets letters about it.
const stale = 72 * time.Hour

// kindOf tells which letter an event causes, if any.
func kindOf(e casework.Event) (k Kind, ok bool) {
	switch e.Step {
	case casework.StepFile:
		return Filed, true
	case casework.StepDispatch:
		var sent struct {
			Afresh bool `json:"afresh"`
		}
		err := json.Unmarshal(e.Data, &sent)
		return Dispatched, err == nil && (e.Leg <= 1 || sent.Afresh)
	case casework.StepRecord:
		var said struct {
			ToResident bool `json:"to_resident"`
		}
		err := json.Unmarshal(e.Data, &said)
		return Interim, err == nil && said.ToResident
	case casework.StepPause:
		return Interim, true
	case casework.StepReply:
		return Replied, true
	case casework.StepAnswer:
		return Answered, true
	case casework.StepDecline:
		return Declined, true
	case casework.StepRedirect:
		return Redirected, true
	case casework.StepTerminate:
		return Terminated, true
	case casework.StepRate, casework.StepRerate:
		return Interim, byLetter(e)
	case casework.StepClose:
		return Closed, true
	case casework.StepRecount:
		var told struct {
			Clock string `json:"clock"`
		}
		err := json.Unmarshal(e.Data, &told)
		return Moved, err == nil && told.Clock == casework.ClockTotal
	case casework.StepRight:
		return rightLetter(e)
	}
	return joins(e)
}

// letterArgs is the job: the letter's number and nothing else, since jobs stand in clear in the database.
type letterArgs struct {
	Letter uuid.UUID `json:"letter"`
}

// Kind names the job in River's table.
func (letterArgs) Kind() string { return "letter" }

// due is one letter that an event calls for.
type due struct {
	event casework.Event
	kind  Kind
}

// receiver is what may be known of a resident without revealing anything.
type receiver struct {
	id       casework.CaseID
	channel  casework.Channel
	email    []byte // keyed hash, nil without an address
	noAnswer bool   // the message that opened the case must not be answered by a machine
}

// handle queues the letters that a batch of events calls for, in the transaction that moves the follower on.
func (p *Post) handle(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
	now := p.Now().UTC()
	var all []due
	var ids, erased []casework.CaseID
	for _, e := range events {
		if e.Step == casework.StepErase {
			erased = append(erased, e.Case)
		}
		if now.Sub(e.At) > stale {
			continue
		}
		for _, to := range toUnits(e) {
			if err := p.enterUnit(ctx, tx, e, to.kind, to.unit, now); err != nil {
				return fmt.Errorf("queue letter to unit: %w", err)
			}
		}
		if k, ok := kindOf(e); ok {
			all, ids = append(all, due{e, k}), append(ids, e.Case)
		}
	}
	if len(erased) > 0 {
		if err := forget(ctx, tx, erased); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	receivers, err := receiversOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	more, followers, err := relay(ctx, tx, all)
	if err != nil {
		return err
	}
	maps.Copy(receivers, followers)
	own := p.ownHashes()
	var jobs []river.InsertManyParams
	for _, d := range append(all, more...) {
		r, ok := receivers[d.event.Case]
		if !ok || r.email == nil || d.kind.automatic() && r.noAnswer || d.kind == Filed && r.channel == casework.File {
			continue
		}
		if known, err := untold(ctx, tx, d); err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		id, err := p.enter(ctx, tx, d, r, own, now)
		if err != nil {
			return fmt.Errorf("queue letter: %w", err)
		}
		if id != uuid.Nil {
			jobs = append(jobs, river.InsertManyParams{Args: letterArgs{id}, InsertOpts: &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts}})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	if _, err := p.jobs.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("queue letters: %w", err)
	}
	return nil
}

func receiversOf(ctx context.Context, tx pgx.Tx, ids []casework.CaseID) (map[casework.CaseID]receiver, error) {
	rows, err := tx.Query(ctx, `select c.id, c.channel, p.email_hash,
			exists (select 1 from submission s where s.case_id = c.id and s.verdict = 'case' and $2 = any (string_to_array(s.reason, ',')))
		from cases c join person p on p.case_id = c.id where c.id = any ($1)`, ids, postmark.Unanswerable)
	if err != nil {
		return nil, fmt.Errorf("find receivers: %w", err)
	}
	out := map[casework.CaseID]receiver{}
	var r receiver
	_, err = pgx.ForEachRow(rows, []any{&r.id, &r.channel, &r.email, &r.noAnswer}, func() error {
		out[r.id] = r
		r.email = nil
		return nil
	})
	return out, err
}

// enter writes the letter's row; uuid.Nil where it is not to be sent: it was queued before, or a brake holds it.
func (p *Post) enter(ctx context.Context, tx pgx.Tx, d due, r receiver, own map[string]bool, now time.Time) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, err
	}
	if err := postmark.Issue(ctx, tx, p.Docket.Keys, d.event.Case); err != nil {
		return id, err
	}
	why := ""
	if own[string(r.email)] {
		why = heldOwnMailbox
	} else if why, err = held(ctx, tx, d.event.Case, r.email, now); err != nil {
		return id, err
	}
	state := "queued"
	if why != "" {
		state = "suppressed"
	}
	tag, err := tx.Exec(ctx, `insert into letter (id, case_id, event_seq, round, kind, state, why, recipient, queued_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (event_seq, case_id, kind, coalesce(unit, '')) do nothing`,
		id, d.event.Case, d.event.Seq, d.event.Round, d.kind, state, why, r.email, now)
	if err != nil || tag.RowsAffected() == 0 || state != "queued" {
		return uuid.Nil, err
	}
	return id, nil
}

// ownHashes are the keyed hashes of our mailboxes: a letter there would come back as a submission.
func (p *Post) ownHashes() map[string]bool {
	own := map[string]bool{}
	for _, box := range p.Mailboxes {
		own[string(p.Docket.Keys.Hash("email", box))] = true
	}
	return own
}
