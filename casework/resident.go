package casework

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// changeWindow is how long a resident may change or take back what was sent (MIIT accessibility rule: legal effect can be undone for ten minutes).
const changeWindow = 10 * time.Minute

func (d *Docket) inTx(ctx context.Context, by Actor, fn func(pgx.Tx) error) error {
	return pg.InTx(ctx, d.DB, by.scope(), fn)
}

// Addition is what a resident adds to a case: words, files, or both.
type Addition struct {
	Key     Key // idempotency: the same addition twice is kept once; zero: not checked
	Channel Channel
	Text    Masked
	Files   []Attachment
	Raw     []byte // the message as it came, for mail
	// ResumeDue is the handling limit with the paused working days added, for a case that waited for this addition; zero moves nothing.
	ResumeDue time.Time

	again bool // the words of the case came again
}

type addedData struct {
	Channel Channel `json:"channel"`
	Files   int     `json:"files"`
	Again   bool    `json:"again,omitempty"`
}

// Add keeps what a resident adds; a case that waits for the resident goes on.
func (d *Docket) Add(ctx context.Context, by Actor, ref Ref, a Addition) error {
	if blank(a.Text.Original) && len(a.Files) == 0 {
		return fault.New(fault.Invalid, "fault.text_needed").At("text")
	}
	if err := a.Text.fits("text", MaxBody); err != nil {
		return err
	}
	err := d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if a.Key != (Key{}) {
			if err := w.keepRaw(ctx, a); err != nil {
				return err
			}
		}
		err := w.take(ctx, StepAdd, func(ctx context.Context, w *work) (any, error) {
			if err := w.roomFor(ctx, a.Files); err != nil {
				return nil, err
			}
			if err := w.patience(ctx); err != nil {
				return nil, err
			}
			return addedData{Channel: a.Channel, Files: len(a.Files), Again: a.again},
				w.say(ctx, saying{author: "resident", purpose: "note", body: a.Text.Clear, original: a.Text.Original, files: a.Files})
		})
		if err != nil || w.c.State != Paused {
			return err
		}
		return w.take(ctx, StepResume, func(ctx context.Context, w *work) (any, error) { return resume(ctx, w, a.ResumeDue) })
	})
	if pg.IsUniqueViolation(err, "submission_pkey") {
		return nil
	}
	return err
}

// roomFor holds the files of one case below 25 MB.
func (w *work) roomFor(ctx context.Context, files []Attachment) error {
	if len(files) == 0 {
		return nil
	}
	var sum int
	if err := w.tx.QueryRow(ctx, `select coalesce(sum(size), 0) from attachment where case_id = $1 and by_unit = ''`, w.c.ID).Scan(&sum); err != nil {
		return err
	}
	for _, f := range files {
		sum += len(f.Data)
	}
	if sum > MaxFiles {
		return fault.New(fault.TooLarge, "fault.files_too_large").At("files").With("Limit", "25 MB")
	}
	return nil
}

// maxNotes bounds how much one code can add to its case in a day: nobody has more to say, and a machine would fill the disk.
const maxNotes = 50

func (w *work) patience(ctx context.Context) error {
	var notes int
	if err := w.tx.QueryRow(ctx, `select count(*) from message where case_id = $1 and purpose = 'note' and at > $2`, w.c.ID, w.at.AddDate(0, 0, -1)).Scan(&notes); err != nil {
		return err
	}
	if w.by.Kind == ByResident && notes >= maxNotes {
		return fault.New(fault.Conflict, "fault.too_many_notes").With("Limit", maxNotes)
	}
	return nil
}

func (w *work) keepRaw(ctx context.Context, a Addition) error {
	var raw []byte
	if a.Raw != nil {
		key, err := w.d.dataKey(ctx, w.tx, w.c.ID)
		if err != nil {
			return err
		}
		raw = key.Seal("raw", w.c.ID.String(), a.Raw)
	}
	verdict := "reply"
	if a.again {
		verdict = "case"
	}
	_, err := w.tx.Exec(ctx, `insert into submission (key, case_id, channel, verdict, received_at, size, wrapped_key, raw)
		select $1, $2, $3, $7, $4, $5, p.wrapped_key, $6 from person p where p.case_id = $2`, a.Key[:], w.c.ID, a.Channel, w.at, len(a.Raw), raw, verdict)
	return err
}

// Change replaces what was reported, within ten minutes of filing.
func (d *Docket) Change(ctx context.Context, by Actor, ref Ref, title, body, place Masked) error {
	return d.step(ctx, by, ref, StepChange, func(ctx context.Context, w *work) (any, error) {
		if w.at.Sub(w.c.FiledAt) > changeWindow {
			return nil, fault.New(fault.Conflict, "fault.change_too_late")
		}
		if err := need(!blank(body.Original), "fault.text_needed", "body"); err != nil {
			return nil, err
		}
		if err := cmp.Or(title.fits("title", maxOriginalTitle), body.fits("body", MaxBody), place.fits("place", maxPlace)); err != nil {
			return nil, err
		}
		key, err := w.d.dataKey(ctx, w.tx, w.c.ID)
		if err != nil {
			return nil, err
		}
		id := w.c.ID.String()
		w.c.Title, w.c.Body, w.c.Place = clean(title.Clear, maxTitle), clean(body.Clear, MaxBody), clean(place.Clear, maxPlace)
		_, err = w.tx.Exec(ctx, `update person set title = $2, body = $3, place = $4, words_hash = null where case_id = $1`, w.c.ID, // what was sent first is no longer what it says
			key.Seal("title", id, []byte(title.Original)), key.Seal("body", id, []byte(body.Original)), key.Seal("place", id, []byte(place.Original)))
		return nil, err
	})
}

// Withdraw takes a case back at the resident's wish (撤回), at any time before the reply. Others whose cases were merged into it did not
// withdraw: theirs are with the hotline again.
func (d *Docket) Withdraw(ctx context.Context, by Actor, ref Ref) error {
	return d.several(ctx, by, ref, func(ctx context.Context, w *work) error {
		if err := w.take(ctx, StepWithdraw, withdraw); err != nil {
			return err
		}
		return w.release(ctx)
	})
}

// release takes back the merges into the case.
func (w *work) release(ctx context.Context) error {
	// From here on the transaction works on cases of other residents; the scope ends with it.
	if _, err := w.tx.Exec(ctx, `select set_config('huiyin.scope', 'system', true)`); err != nil {
		return err
	}
	rows, err := w.tx.Query(ctx, `select id from cases where merged_into = $1 and state = 'merged' order by id`, w.c.ID)
	if err != nil {
		return fmt.Errorf("find merged cases: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[CaseID])
	if err != nil {
		return fmt.Errorf("find merged cases: %w", err)
	}
	for _, id := range ids {
		other, err := w.d.lock(ctx, w.tx, System, Ref{ID: id}, StepUnmerge)
		if err != nil {
			return err
		}
		if other.c.State != Merged {
			continue
		}
		if err := other.take(ctx, StepUnmerge, unmerge); err != nil {
			return err
		}
	}
	return nil
}

func withdraw(ctx context.Context, w *work) (any, error) {
	signed := w.c.State != Registered && w.c.State != Accepted && w.c.State != Dispatched
	if err := w.cancelLeg(ctx); err != nil {
		return nil, err
	}
	if err := w.leave(ctx); err != nil {
		return nil, err
	}
	if _, err := w.tx.Exec(ctx, `update request set decided_at = $2, granted = false where case_id = $1 and decided_at is null`, w.c.ID, w.at); err != nil {
		return nil, err
	}
	if _, err := w.tx.Exec(ctx, `update pause set until_at = $2 where case_id = $1 and until_at is null`, w.c.ID, w.at); err != nil {
		return nil, err
	}
	w.c.State, w.c.ClosedAt, w.c.Owner, w.c.Pending = Withdrawn, &w.at, Hotline, nil
	return map[string]any{"after_sign": signed}, w.meet(ctx, ClockTotal)
}

// Urge asks for haste (催办): residents once the total clock is overdue, supervisors at any time.
func (d *Docket) Urge(ctx context.Context, by Actor, ref Ref) error {
	return d.step(ctx, by, ref, StepUrge, func(ctx context.Context, w *work) (any, error) {
		if by.Kind != ByResident {
			return nil, nil
		}
		var late, again bool
		err := w.tx.QueryRow(ctx, `select k.due_at < $2, exists (select 1 from event where case_id = $1 and step = 'urge' and actor = 'resident' and at > $2 - interval '1 day')
			from clock k where k.case_id = $1 and k.name = 'total'`, w.c.ID, w.at).Scan(&late, &again)
		if err != nil {
			return nil, err
		}
		if !late {
			return nil, fault.New(fault.Conflict, "fault.not_overdue")
		}
		if again {
			return nil, fault.New(fault.TooMany, "fault.urged_today")
		}
		return nil, nil
	})
}
