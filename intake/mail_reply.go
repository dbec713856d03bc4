package intake

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/notify/postmark"
)

// How many mails one case takes in a day, and how many new cases answers to a finished one may open: beyond, a machine writes, or
// somebody whom a person must call.
const (
	mostReplies  = 20
	mostReopened = 2
)

// answerTo adds a reply to the case whose token it carries. done is false where no valid token is there: then a person gets it as a new case.
//
// The token alone opens the case; an address never does. But a token comes along when a resident forwards a letter: words from an address
// that no letter went to wait for a person, who adds them to the case or does not.
func (d *Door) answerTo(ctx context.Context, key casework.Key, m mail.Message, raw []byte) (done bool, err error) {
	id, ok, err := d.caseOf(ctx, append(d.readTokens(m.InReplyTo, m.References), m.Tokens...))
	if err != nil || !ok {
		return false, err
	}
	stand, err := postmark.Stand(ctx, d.docket.DB, d.docket.Keys, id, m.From.Address, d.now())
	if err != nil {
		return false, err
	}
	wait := func(why string) (bool, error) {
		return true, d.keepFor(ctx, casework.Kept{Key: key, Verdict: string(mail.Reply), Reason: why, About: &id}, raw)
	}
	switch {
	case !stand.Known:
		return wait("outsider")
	case stand.Replies >= mostReplies:
		return wait("too_many_replies")
	}
	if rated, err := d.rateBy(ctx, id, key, m, raw); rated || err != nil {
		return rated, err
	}
	added, err := d.add(ctx, casework.Resident(id), id, key, m, raw)
	switch {
	case added || err != nil:
		return added, err
	case stand.Reopened >= mostReopened:
		return wait("too_many_reopened")
	}
	return true, d.fileMail(ctx, key, m, raw, postmark.SameTag+id.String())
}

// add puts a message's words and files on a case. done is false where the case takes nothing more.
func (d *Door) add(ctx context.Context, by casework.Actor, id casework.CaseID, key casework.Key, m mail.Message, raw []byte) (done bool, err error) {
	text := strings.TrimSpace(m.Text)
	if text == "" {
		text = m.Quoted // the answer stands between the quoted lines
	}
	if strings.TrimSpace(text) == "" && len(m.Attachments) == 0 {
		text = m.Subject
	}
	files, err := describeFitting(m)
	if err != nil {
		return false, err
	}
	p := casework.Person{Name: m.From.Name, Email: m.From.Address}
	a := casework.Addition{Key: key, Channel: casework.Email, Text: d.masked(cut(lines(text), casework.MaxBody), p), Files: files, Raw: raw}
	err = d.desk.Add(ctx, by, casework.Ref{ID: id}, a)
	if fault.KindOf(err) == fault.TooLarge { // the case has no room for the files; they stay in the raw message
		a.Files = nil
		if a.Text.Original == "" {
			a.Text = d.masked(line(m.Subject, maxTitle)+" …", p)
		}
		err = d.desk.Add(ctx, by, casework.Ref{ID: id}, a)
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.Gone, fault.NotFound, fault.TooLarge:
		d.log.Info("the case takes no more words", "case", id, "why", fault.KeyOf(err))
		return false, nil
	}
	if err == nil {
		d.log.Info("reply added to its case", "case", id, "files", len(a.Files))
	}
	return err == nil, err
}

func describeFitting(m mail.Message) ([]casework.Attachment, error) {
	files, _ := fitting(attachments(m))
	return describe(files)
}

func (d *Door) readTokens(ids ...[]string) []string {
	var tokens []string
	for _, list := range ids {
		for _, id := range list {
			if token, _, ok := postmark.Read(id, d.mailbox()); ok {
				tokens = append(tokens, token)
			}
		}
	}
	return tokens
}

const maxTokens = 20 // of one message that are looked up

func (d *Door) caseOf(ctx context.Context, tokens []string) (casework.CaseID, bool, error) {
	return postmark.CaseOf(ctx, d.docket.DB, d.docket.Keys, tokens[:min(len(tokens), maxTokens)])
}

// bounced marks our letter that a delivery report is about, where the report proves by a token that it saw the letter.
func (d *Door) bounced(ctx context.Context, m mail.Message) error {
	if m.Failure == nil || !m.Failure.Permanent() {
		return nil // delayed or delivered: whoever reports will try again
	}
	tokens := m.Tokens
	var letter uuid.UUID
	if token, id, ok := postmark.Read(m.Failure.MessageID, d.mailbox()); ok {
		tokens, letter = append([]string{token}, tokens...), id
	} else if id, err := uuid.Parse(m.Failure.Letter); err == nil {
		letter = id
	}
	id, ok, err := d.caseOf(ctx, tokens)
	if err != nil || !ok {
		return err
	}
	why := m.Failure.Status
	if why == "" {
		why = m.Reason
	}
	b := postmark.Bounce{Case: id, Letter: letter, Why: why, Status: m.Failure.Status, Complaint: m.Failure.Action == "complaint", At: d.now().UTC()}
	if err := postmark.Bounced(ctx, d.docket.DB, b); err != nil {
		return err
	}
	d.log.Info("letter bounced", "case", id, "status", m.Failure.Status)
	return nil
}
