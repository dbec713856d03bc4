package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Sign takes a dispatched case into the unit (签收).
func (d *Docket) Sign(ctx context.Context, by Actor, ref Ref) error {
	return d.leadStep(ctx, by, ref, StepSign, sign)
}

func sign(ctx context.Context, w *work) (any, error) {
	w.c.State = Signed
	return nil, w.meet(ctx, ClockSign)
}

// leadStep is a step that, of the units, only the lead (or a unit above it) may take.
func (d *Docket) leadStep(ctx context.Context, by Actor, ref Ref, s Step, act func(context.Context, *work) (any, error)) error {
	return d.step(ctx, by, ref, s, func(ctx context.Context, w *work) (any, error) {
		if err := w.onlyLead(); err != nil {
			return nil, err
		}
		return act(ctx, w)
	})
}

func (w *work) onlyLead() error {
	if slices.Contains(unitRoles, w.role) && !slices.Contains(w.by.Units, w.c.lead()) {
		return fault.New(fault.Forbidden, "fault.not_lead")
	}
	return nil
}

// ContactResult is one attempt to reach the resident (首次联系): by what, and whether it succeeded.
type ContactResult struct {
	Means   string `json:"means"` // phone, visit, message, email
	Reached bool   `json:"reached"`
	Note    string `json:"-"` // for the unit's file, may hold what was said

	Files []Attachment `json:"-"` // evidence, such as a call log or a photo of the note at the door
}

// ContactMeans are the ways a unit reaches a resident.
var ContactMeans = []string{"phone", "visit", "message", "email"}

// Contact records an attempt to reach the resident, by the lead or by whom the lead handed the case; the contact clock is met only by one that succeeded.
func (d *Docket) Contact(ctx context.Context, by Actor, ref Ref, r ContactResult) error {
	return d.step(ctx, by, ref, StepContact, func(ctx context.Context, w *work) (any, error) {
		if err := w.onlyLeadOrHolder(ctx); err != nil {
			return nil, err
		}
		if err := need(slices.Contains(ContactMeans, r.Means), "fault.means_needed", "means"); err != nil {
			return nil, err
		}
		if !blank(r.Note) || len(r.Files) > 0 {
			if err := w.say(ctx, saying{author: "unit", purpose: "contact", body: r.Note, files: r.Files}); err != nil {
				return nil, err
			}
		}
		if !r.Reached {
			return r, nil
		}
		if w.c.State == Signed {
			w.c.State = Contacted
		}
		return r, w.meet(ctx, ClockContact)
	})
}

// Begin starts the handling (办理中).
func (d *Docket) Begin(ctx context.Context, by Actor, ref Ref) error {
	return d.leadStep(ctx, by, ref, StepBegin, func(_ context.Context, w *work) (any, error) {
		w.c.State = InHand
		return nil, nil
	})
}

// Record adds to the unit's file: an internal note, or the lead's interim word to the resident (阶段性答复).
func (d *Docket) Record(ctx context.Context, by Actor, ref Ref, text string, toResident bool, files []Attachment) error {
	return d.Note(ctx, by, ref, Note{Text: text, ToResident: toResident, Files: files})
}

// Note is an entry in the unit's file.
type Note struct {
	Text       string
	ToResident bool // the lead's interim word, which the resident reads
	Files      []Attachment
	Key        uuid.UUID // names one sending: sent twice, it is kept once; may be zero
}

// Note is Record with a key, for senders that cannot know whether their first try arrived. Errors: as Record, and fault.Conflict "fault.stale_case" or
// whatever the moved-on case says where the first try did arrive; Said tells the two apart.
func (d *Docket) Note(ctx context.Context, by Actor, ref Ref, n Note) error {
	text, files := n.Text, n.Files
	return d.step(ctx, by, ref, StepRecord, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(text), "fault.text_needed", "text"); err != nil {
			return nil, err
		}
		purpose := "internal"
		if n.ToResident {
			purpose = "interim" // one voice to the resident: the lead's
			if err := w.onlyLead(); err != nil {
				return nil, err
			}
		}
		return map[string]any{"to_resident": n.ToResident, "files": len(files)}, w.say(ctx, saying{id: n.Key, author: "unit", purpose: purpose, body: text, files: files})
	})
}

// CoReport is a co-handler's report to the lead.
func (d *Docket) CoReport(ctx context.Context, by Actor, ref Ref, text string, files []Attachment) error {
	return d.step(ctx, by, ref, StepCoReport, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(text), "fault.text_needed", "text"); err != nil {
			return nil, err
		}
		return map[string]any{"unit": by.Unit}, w.say(ctx, saying{author: "unit", purpose: "internal", body: text, files: files})
	})
}

// Reply is the unit's answer to the resident (答复): what was found, what was done, on what basis.
type Reply struct {
	Text  string
	Files []Attachment
	Key   uuid.UUID // names one sending: sent twice, it is kept once; may be zero
	Flags []string  // what the check of replies pointed at when it was sent, by name
	With  []Cite    // articles of the knowledge base that it stands on
}

// Reply answers the resident; the hotline owns the case from here: review, follow-up, rating.
func (d *Docket) Reply(ctx context.Context, by Actor, ref Ref, r Reply) error {
	if err := CheckFiles(r.Files); err != nil {
		return err
	}
	return d.leadStep(ctx, by, ref, StepReply, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(r.Text), "fault.answer_needed", "text"); err != nil {
			return nil, err
		}
		if w.c.Pending != nil {
			return nil, fault.New(fault.Conflict, "fault.request_pending")
		}
		w.c.State, w.c.Owner, w.c.RepliedAt = Replied, Hotline, &w.at
		if err := w.say(ctx, saying{id: r.Key, author: "unit", purpose: "reply", body: r.Text, files: r.Files}); err != nil {
			return nil, err
		}
		if err := w.d.issueRatingToken(ctx, w.tx, w.c.ID, w.c.Round, w.at); err != nil {
			return nil, err
		}
		if err := w.judge(ctx); err != nil {
			return nil, err
		}
		if _, err := w.tx.Exec(ctx, `update clock set cancelled_at = $3 where case_id = $1 and leg = $2 and name = 'contact' and met_at is null and cancelled_at is null`, w.c.ID, w.c.Leg, w.at); err != nil {
			return nil, err
		}
		if err := w.meet(ctx, ClockHandle); err != nil {
			return nil, err
		}
		if err := w.callBackBy(ctx); err != nil {
			return nil, err
		}
		data := map[string]any{"files": len(r.Files)}
		if len(r.Flags) > 0 {
			data["flags"] = r.Flags
		}
		if len(r.With) > 0 {
			data["answered_with"] = r.With
		}
		return data, w.meet(ctx, ClockTotal)
	})
}

// Pause stops the unit's handling clock while it waits for the resident; reason says what is awaited. The total clock runs on.
func (d *Docket) Pause(ctx context.Context, by Actor, ref Ref, reason string) error {
	return d.leadStep(ctx, by, ref, StepPause, func(ctx context.Context, w *work) (any, error) {
		if err := need(!blank(reason), "fault.reason_needed", "reason"); err != nil {
			return nil, err
		}
		var n int
		if err := w.tx.QueryRow(ctx, `select count(*) from pause where case_id = $1`, w.c.ID).Scan(&n); err != nil {
			return nil, err
		}
		if n >= maxPauses {
			return nil, fault.New(fault.Conflict, "fault.too_many_pauses").With("Limit", maxPauses)
		}
		w.c.State = Paused
		if err := w.say(ctx, saying{author: "unit", purpose: "interim", body: reason}); err != nil {
			return nil, err
		}
		_, err := w.tx.Exec(ctx, `insert into pause (case_id, leg, from_at, reason, by_staff) values ($1, $2, $3, $4, nullif($5, 0))`, w.c.ID, w.c.Leg, w.at, clean(reason, 1000), by.StaffID)
		return nil, err
	})
}

// maxPauses bounds how often one case may wait for its resident (domain study 3.2).
const maxPauses = 2

// Resume ends a pause; newDue is the handling limit with the paused working days added, as routing computed it.
func (d *Docket) Resume(ctx context.Context, by Actor, ref Ref, newDue time.Time) error {
	return d.leadStep(ctx, by, ref, StepResume, func(ctx context.Context, w *work) (any, error) { return resume(ctx, w, newDue) })
}

func resume(ctx context.Context, w *work, newDue time.Time) (any, error) {
	w.c.State = InHand
	if err := w.judge(ctx); err != nil {
		return nil, err
	}
	var from time.Time
	err := w.tx.QueryRow(ctx, `update pause set until_at = $2 where case_id = $1 and until_at is null returning from_at`, w.c.ID, w.at).Scan(&from)
	if err != nil {
		return nil, fmt.Errorf("end pause: %w", err)
	}
	if newDue.IsZero() {
		return map[string]any{"from": from}, nil
	}
	_, err = w.tx.Exec(ctx, `update clock set due_at = greatest(due_at, $3) where case_id = $1 and leg = $2 and name = 'handle' and met_at is null and cancelled_at is null and breached_at is null`, w.c.ID, w.c.Leg, newDue)
	return map[string]any{"from": from, "due": newDue}, err
}

// PausedSince tells when the running pause of a case began; zero where it is not paused.
func (d *Docket) PausedSince(ctx context.Context, by Actor, id CaseID) (time.Time, error) {
	var from time.Time
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select p.from_at from pause p join cases c on c.id = p.case_id where p.case_id = $1 and p.until_at is null`, id).Scan(&from)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return from, err
}

type saying struct {
	id              uuid.UUID // of one sending; zero: a new one
	author, purpose string
	body            string // what staff may read: a unit's own words, or the masked copy of a resident's
	original        string // a resident's own words, sealed
	files           []Attachment
}

// say keeps what was said, with its files, in the transaction of the step.
func (w *work) say(ctx context.Context, s saying) error {
	if err := CheckFiles(s.files); err != nil {
		return err
	}
	id := s.id
	if id == uuid.Nil {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return err
		}
	}
	var sealed []byte
	if s.original != "" || len(s.files) > 0 {
		key, err := w.d.dataKey(ctx, w.tx, w.c.ID)
		if err != nil {
			return err
		}
		if s.original != "" {
			sealed = key.Seal("message", w.c.ID.String(), []byte(s.original))
		}
		if err := w.insertMessage(ctx, id, s, sealed); err != nil {
			return err
		}
		return storeFiles(ctx, w.tx, key, w.c.ID, &id, w.at, w.by.Unit, s.files)
	}
	return w.insertMessage(ctx, id, s, nil)
}

func (w *work) insertMessage(ctx context.Context, id uuid.UUID, s saying, sealed []byte) error {
	_, err := w.tx.Exec(ctx, `insert into message (id, case_id, at, round, author, purpose, unit, staff_id, body, sealed) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0), $9, $10)`,
		id, w.c.ID, w.at, w.c.Round, s.author, s.purpose, w.by.Unit, w.by.StaffID, clean(s.body, MaxBody), sealed)
	if pg.IsUniqueViolation(err, "message_pkey") {
		return fault.Wrap(fault.Conflict, "fault.sent_before", err)
	}
	if err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	return nil
}

// Said reports whether the actor's words with this key stand in the case: a sending whose answer got lost has arrived.
func (d *Docket) Said(ctx context.Context, by Actor, id CaseID, key uuid.UUID) (bool, error) {
	if key == uuid.Nil {
		return false, nil
	}
	var there bool
	err := d.inTx(ctx, by, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select exists (select 1 from message where id = $1 and case_id = $2 and staff_id = $3)`, key, id, by.StaffID).Scan(&there)
	})
	if err != nil {
		return false, fmt.Errorf("look for message: %w", err)
	}
	return there, nil
}
