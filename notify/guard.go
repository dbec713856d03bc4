package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"huiyin/locale"
	"huiyin/notify/postmark"
)

// Alert is what a letter to the privacy officer tells: that something waits, and where to look. No person and no case is in it.
type Alert struct {
	Key  string    `json:"key"`  // locale key of the sentence, such as warning.rule_bulk
	N    int       `json:"n"`    // the number in it
	At   time.Time `json:"at"`   // when it happened
	Path string    `json:"path"` // of the page to look at
}

// alertArgs is the job of one letter to the privacy officer.
type alertArgs struct {
	ID uuid.UUID `json:"id"`
	To string    `json:"to"` // the office's address, from the settings
	Alert
}

// Kind names the job in River's table.
func (alertArgs) Kind() string { return "alert" }

type alertWorker struct {
	river.WorkerDefaults[alertArgs]
	post *Post
}

// Work sends one letter; a failed one is tried again as all letters are.
func (w *alertWorker) Work(ctx context.Context, job *river.Job[alertArgs]) error {
	m, err := w.post.composeAlert(job.Args)
	if err == nil {
		err = w.post.Transport.Send(ctx, m)
	}
	if err != nil {
		class := classOf(err)
		w.post.Log.Warn("alert not sent", "alert", job.Args.Key, "error", class)
		return errors.New(class)
	}
	w.post.Log.Info("alert sent", "alert", job.Args.Key)
	return nil
}

// Alert queues a letter to the privacy officer in the caller's transaction.
func (p *Post) Alert(ctx context.Context, tx pgx.Tx, to string, a Alert) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if _, err := p.jobs.InsertTx(ctx, tx, alertArgs{ID: id, To: to, Alert: a}, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts, Priority: 1}); err != nil {
		return fmt.Errorf("queue alert: %w", err)
	}
	return nil
}

func (p *Post) composeAlert(a alertArgs) (Mail, error) {
	lang, other := locale.ZH, locale.EN
	words := letter{Lang: lang, Title: lang.T("letter.subject_alert")}
	said := func(l locale.Lang) string {
		return l.T("letter.alert", locale.Args{"What": l.T(a.Key, locale.Args{"N": a.N}), "At": l.DateTime(a.At)})
	}
	words.Blocks = []block{
		{Text: said(lang), Links: []link{{lang.T("letter.alert_open"), p.BaseURL + a.Path}}},
		{Text: said(other), Small: true},
		{Text: lang.T("letter.unit_signature", locale.Args{"City": p.City.Name.In(lang), "Phone": p.City.Phone}), Small: true},
	}
	var h mail.Header
	h.SetDate(p.Now())
	h.SetAddressList("From", []*mail.Address{{Name: lang.T("letter.sender", locale.Args{"City": p.City.Name.In(lang), "Phone": p.City.Phone}), Address: p.mailbox()}})
	h.SetAddressList("To", []*mail.Address{{Address: a.To}})
	h.SetSubject(words.Title)
	h.SetMessageID(a.ID.String() + "@" + postmark.Domain(p.mailbox()))
	p.marks(&h, a.ID, false)
	h.Set("Content-Language", string(lang))
	data, err := p.writeOffice(h, words)
	return Mail{Letter: a.ID, To: a.To, Data: data}, err
}
