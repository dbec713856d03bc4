package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/notify/postmark"
)

// letterWorker sends one letter a job.
type letterWorker struct {
	river.WorkerDefaults[letterArgs]
	post *Post
}

// Work sends a letter. Sent twice is possible only when this process dies between the transport's yes and the row; the Message-ID is then the same.
func (w *letterWorker) Work(ctx context.Context, job *river.Job[letterArgs]) error {
	return w.post.send(ctx, job.Args.Letter, job.Attempt >= job.MaxAttempts)
}

// row is a queued letter.
type row struct {
	ID    uuid.UUID
	Case  casework.CaseID
	Event int64
	Round int
	Kind  Kind
	Unit  casework.UnitCode      // it goes to this unit; empty: to the resident
	Right *casework.RightRequest // the request about data that it is about; nil: none
	First uuid.UUID              // the first letter of the same case to the same receiver: the others belong to its thread
}

// send sends one letter, and writes down what became of it. The error it returns holds no personal data: River keeps and logs it.
func (p *Post) send(ctx context.Context, id uuid.UUID, last bool) error {
	l := row{ID: id}
	var first *uuid.UUID
	err := p.Pool.QueryRow(ctx, `select l.case_id, l.event_seq, l.round, l.kind, coalesce(l.unit, ''),
			(select f.id from letter f where f.case_id = l.case_id and f.unit is not distinct from l.unit and f.state in ('queued', 'sent') order by f.queued_at, f.id limit 1)
		from letter l where l.id = $1 and l.state in ('queued', 'failed')`, id).Scan(&l.Case, &l.Event, &l.Round, &l.Kind, &l.Unit, &first)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // sent, bounced or suppressed before
	}
	if err != nil {
		return fmt.Errorf("read letter: %w", err)
	}
	if first != nil {
		l.First = *first
	}
	var mail Mail
	if err = p.heldNow(ctx, l); err == nil {
		mail, err = p.compose(ctx, l)
	}
	var none suppressed
	if errors.As(err, &none) {
		return p.settle(ctx, l, "suppressed", string(none))
	}
	if err == nil {
		err = p.Transport.Send(ctx, mail)
	}
	var refused *Refused
	switch {
	case err == nil:
		p.Log.Info("letter sent", "letter", l.ID, "case", l.Case, "kind", l.Kind)
		_, err := p.Pool.Exec(ctx, `update letter set state = 'sent', sent_at = $2, attempts = attempts + 1, last_error = '' where id = $1`, l.ID, p.Now().UTC())
		return err
	case errors.As(err, &refused) && refused.Permanent():
		return p.refused(ctx, l, refused)
	}
	class := classOf(err)
	state := "queued"
	if last {
		state = "failed"
	}
	p.Log.Warn("letter not sent", "letter", l.ID, "case", l.Case, "kind", l.Kind, "error", class, "gave_up", last)
	if _, err := p.Pool.Exec(context.WithoutCancel(ctx), `update letter set state = $2, attempts = attempts + 1, last_error = $3 where id = $1`, l.ID, state, class); err != nil {
		return fmt.Errorf("note failed letter: %w", err)
	}
	return errors.New(class)
}

// settle ends a letter that will not be sent.
func (p *Post) settle(ctx context.Context, l row, state, why string) error {
	p.Log.Info("letter not sent", "letter", l.ID, "case", l.Case, "kind", l.Kind, "state", state, "why", why)
	_, err := p.Pool.Exec(ctx, `update letter set state = $2, why = $3, attempts = attempts + 1 where id = $1`, l.ID, state, why)
	return err
}

// refused ends a letter that the next server will never take, and marks its address where the refusal is about the address.
func (p *Post) refused(ctx context.Context, l row, no *Refused) error {
	if err := p.settle(ctx, l, "bounced", no.Error()); err != nil {
		return err
	}
	if no.At != "rcpt" {
		return nil
	}
	var recipient []byte
	if err := p.Pool.QueryRow(ctx, `select recipient from letter where id = $1`, l.ID).Scan(&recipient); err != nil {
		return fmt.Errorf("read letter: %w", err)
	}
	return postmark.Failed(ctx, p.Pool, recipient, no.Status, p.Now().UTC())
}

// suppressed says why a letter must not go out after all.
type suppressed string

func (s suppressed) Error() string { return string(s) }

// address reveals where a letter goes and the code that stands in it. The use is in the history before the letter is out.
func (p *Post) address(ctx context.Context, id casework.CaseID) (email, code, mailID string, err error) {
	use := casework.Use{Purpose: casework.ForLetter, Basis: casework.BasisDuty, Automatic: true, Receiver: "mail"}
	got, err := p.Docket.Reveal(ctx, casework.System, id, []casework.PersonalField{casework.FieldEmail, casework.FieldCode, casework.FieldMailID}, use)
	switch fault.KindOf(err) {
	case fault.Gone, fault.NotFound:
		if err != nil {
			return "", "", "", suppressed("erased")
		}
	}
	if err != nil {
		return "", "", "", err
	}
	email, code = got[casework.FieldEmail], got[casework.FieldCode]
	switch {
	case email == "" || code == "":
		return "", "", "", suppressed("no_address")
	case postmark.IsOurs(email, p.Mailboxes):
		return "", "", "", suppressed(heldOwnMailbox)
	case !plainAddress(email):
		return "", "", "", suppressed("bad_address")
	}
	return email, code, got[casework.FieldMailID], nil
}
