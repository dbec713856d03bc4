package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-message/mail"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify/postmark"
)

// Notice is a letter to offices that is about no single case. No word of a resident is in it.
type Notice struct {
	Key   string   // what it is about; no address gets two letters of one key
	To    []string // addresses; those that are none, or are our own mailbox, are passed over
	Title string
	Text  string
	Other string // the same in the other language
	Open  string // words of the link
	Link  string // path on our pages, with a slash at its beginning
}

// Addresses are where letters to a unit and to its leader go; none where the city's files name none.
func (p *Post) Addresses(code casework.UnitCode) []string {
	var all []string
	for _, k := range []Kind{UnitCase, LeaderTold} {
		if address, ok := p.unitAddress(k, code); ok && (len(all) == 0 || all[0] != address) {
			all = append(all, address)
		}
	}
	return all
}

// officeArgs is the job: the letter's number.
type officeArgs struct {
	Letter uuid.UUID `json:"letter"`
}

// Kind names the job in River's table.
func (officeArgs) Kind() string { return "office_letter" }

// Tell queues a notice in the caller's transaction.
func (p *Post) Tell(ctx context.Context, tx pgx.Tx, n Notice) error {
	for _, to := range n.To {
		to = strings.TrimSpace(to)
		if !plainAddress(to) || postmark.IsOurs(to, p.Mailboxes) {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `insert into office_letter (id, key, address, title, body, other, open_words, link, queued_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (key, address) do nothing`, id, n.Key, to, n.Title, n.Text, n.Other, n.Open, p.BaseURL+n.Link, p.Now().UTC())
		if err != nil {
			return fmt.Errorf("queue notice: %w", err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		if _, err := p.jobs.InsertTx(ctx, tx, officeArgs{id}, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts}); err != nil {
			return fmt.Errorf("queue notice: %w", err)
		}
	}
	return nil
}

// officeWorker sends one notice to one address a job.
type officeWorker struct {
	river.WorkerDefaults[officeArgs]
	post *Post
}

// Work sends a notice; see letterWorker.
func (w *officeWorker) Work(ctx context.Context, job *river.Job[officeArgs]) error {
	p, id := w.post, job.Args.Letter
	var to string
	var n Notice
	err := p.Pool.QueryRow(ctx, `select address, title, body, other, open_words, link from office_letter where id = $1 and state in ('queued','failed')`, id).Scan(&to, &n.Title, &n.Text, &n.Other, &n.Open, &n.Link)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read notice: %w", err)
	}
	data, err := p.renderNotice(id, to, n)
	if err == nil {
		err = p.Transport.Send(ctx, Mail{Letter: id, To: to, Data: data})
	}
	var refused *Refused
	var never suppressed
	var state, class string
	switch {
	case errors.As(err, &never):
		_, err = p.Pool.Exec(ctx, `update office_letter set state = 'failed', last_error = $2 where id = $1`, id, string(never))
		return err
	case err == nil:
		_, err = p.Pool.Exec(ctx, `update office_letter set state = 'sent', sent_at = $2, last_error = '' where id = $1`, id, p.Now().UTC())
		return err
	case errors.As(err, &refused) && refused.Permanent():
		state, class = "bounced", refused.Error()
	default:
		class = classOf(err)
		state = "queued"
		if job.Attempt >= job.MaxAttempts {
			state = "failed"
		}
	}
	p.Log.Warn("notice not sent", "letter", id, "state", state, "error", class)
	if _, err := p.Pool.Exec(context.WithoutCancel(ctx), `update office_letter set state = $2, last_error = $3 where id = $1`, id, state, class); err != nil {
		return fmt.Errorf("note failed notice: %w", err)
	}
	if state == "bounced" {
		return nil
	}
	return errors.New(class)
}

func (p *Post) renderNotice(id uuid.UUID, to string, n Notice) ([]byte, error) {
	lang := locale.ZH
	args := locale.Args{"City": p.City.Name.In(lang), "Phone": p.City.Phone}
	var h mail.Header
	h.SetDate(p.Now())
	h.SetAddressList("From", []*mail.Address{{Name: lang.T("letter.sender", args), Address: p.mailbox()}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetSubject(n.Title)
	h.SetMessageID(id.String() + "@" + postmark.Domain(p.mailbox()))
	p.marks(&h, id, false)
	h.Set("Content-Language", string(lang))
	return p.writeOffice(h, letter{Lang: lang, Title: n.Title, Blocks: []block{
		{Text: n.Text, Links: []link{{n.Open, n.Link}}},
		{Text: n.Other, Small: true},
		{Text: lang.T("letter.unit_signature", args), Small: true},
	}})
}
