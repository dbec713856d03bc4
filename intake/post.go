package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/intake/smtpdoor"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/pg"
)

// Mail makes one e-mail durable; it is what the SMTP door delivers to. It returns nil only when the message stands in the database:
// as a new case, as an addition to its case, or, where no person wrote it, in the list of kept submissions. Nothing is ever dropped:
// what cannot be read becomes a case with the raw message, for a person. The same bytes again change nothing.
func (d *Door) Mail(ctx context.Context, env smtpdoor.Envelope, raw []byte) error {
	key := sha256.Sum256(raw)
	m := d.read(env, raw)
	switch m.Verdict {
	case mail.Bounce:
		if err := d.bounced(ctx, m); err != nil {
			return err
		}
		return d.keep(ctx, key, m, raw)
	case mail.AutoReply, mail.List, mail.Loop:
		return d.keep(ctx, key, m, raw)
	case mail.Reply:
		if done, err := d.answerTo(ctx, key, m, raw); done || err != nil {
			return err
		}
	}
	return d.fileMail(ctx, key, m, raw)
}

// read parses a message. Whatever the parser meets, the message has a verdict afterwards: a panic in it costs no mail.
func (d *Door) read(env smtpdoor.Envelope, raw []byte) (m mail.Message) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("mail parser failed, the message becomes a case for a person", "bytes", len(raw), "type", fmt.Sprintf("%T", p))
			m = mail.Message{Verdict: mail.Quarantine, Reason: "parser_failed"}
		}
	}()
	return parseMail(raw, mail.Known{NullReturnPath: env.From == "", Recipients: env.To, Mailboxes: d.mailboxes, OwnDomains: []string{postmark.Domain(d.mailbox())}})
}

// parseMail is a variable so that a test can let it fail.
var parseMail = mail.ParseWith

func (d *Door) mailbox() string {
	if len(d.mailboxes) == 0 {
		return "12345@localhost"
	}
	return d.mailboxes[0]
}

func (d *Door) keep(ctx context.Context, key casework.Key, m mail.Message, raw []byte) error {
	err := d.docket.Keep(ctx, casework.Kept{Key: key, Channel: casework.Email, Verdict: string(m.Verdict), Reason: m.Reason}, raw)
	if err == nil {
		d.log.Info("mail kept, no case", "verdict", m.Verdict, "bytes", len(raw))
	}
	return err
}

// fileMail opens a case for a message. Where the case as read is refused, the raw message alone becomes one.
func (d *Door) fileMail(ctx context.Context, key casework.Key, m mail.Message, raw []byte) error {
	_, err := d.File(ctx, d.fromMail(key, m, raw))
	if err == nil || fault.KindOf(err) == fault.Unavailable {
		return err
	}
	if fault.KindOf(err) != fault.NotFound {
		d.log.Warn("mail refused as read, the raw message becomes a case", "bytes", len(raw), "kind", fault.KindOf(err).String(), "key", fault.KeyOf(err))
		_, err = d.File(ctx, d.fromMail(key, mail.Message{Verdict: mail.Quarantine, Reason: "refused_as_read"}, raw))
	}
	switch {
	case err == nil:
		return nil
	case fault.KindOf(err) == fault.NotFound:
		d.log.Info("mail stands in the list of kept submissions since an earlier delivery", "bytes", len(raw))
		return nil
	}
	return fault.Wrap(fault.Unavailable, "fault.unavailable", err) // never the sender's fault: he must keep it
}

// fromMail makes the common record of a message. What does not fit the limits is left out of the record: the raw message has it.
func (d *Door) fromMail(key casework.Key, m mail.Message, raw []byte) Submission {
	s := Submission{Channel: casework.Email, Key: key, Title: m.Subject, Text: mailText(m), Raw: raw, Reason: m.Reason, Unreadable: m.Verdict == mail.Quarantine}
	s.Person = casework.Person{Name: m.From.Name, Email: m.From.Address}
	if strings.EqualFold(s.Person.Name, s.Person.Email) {
		s.Person.Name = ""
	}
	if postmark.IsOurs(s.Person.Email, d.mailboxes) {
		s.Person.Email = "" // a letter to ourselves would go in circles
	}
	var dropped int
	s.Files, dropped = fitting(attachments(m))
	if dropped > 0 {
		s.Reason = fmt.Sprintf("%s,files_left_in_raw:%d", s.Reason, dropped)
	}
	if !m.MayAnswer() {
		s.Reason += "," + postmark.Unanswerable
	}
	if s.Unreadable && strings.TrimSpace(s.Title) == "" {
		s.Title = locale.ZH.T("intake.unreadable_mail")
	}
	return s
}

func attachments(m mail.Message) []casework.Attachment {
	var files []casework.Attachment
	for _, a := range m.Attachments {
		files = append(files, casework.Attachment{Name: a.Name, Data: a.Data})
	}
	return files
}

// shortText is how many runes of its own an answer needs to be understood without what it quotes.
const shortText = 20

// mailText is what a person wrote; what it quotes follows where the message would not be understood without it.
func mailText(m mail.Message) string {
	text := strings.TrimSpace(m.Text)
	if m.Quoted != "" && (m.Verdict == mail.Case || len([]rune(text)) < shortText) {
		text += "\n\n" + m.Quoted
	}
	return cut(lines(text), casework.MaxBody)
}

// answerTo adds a reply to the case whose token it carries. done is false where no valid token is there, or the case takes nothing more:
// then a person gets it as a new case.
func (d *Door) answerTo(ctx context.Context, key casework.Key, m mail.Message, raw []byte) (done bool, err error) {
	id, ok, err := d.caseOf(ctx, append(d.readTokens(m.InReplyTo, m.References), m.Tokens...))
	if err != nil || !ok {
		return false, err
	}
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
	a := casework.Addition{Key: key, Channel: casework.Email, Text: masked(cut(lines(text), casework.MaxBody), p), Files: files, Raw: raw}
	err = d.desk.Add(ctx, casework.Resident(id), casework.Ref{ID: id}, a)
	if fault.KindOf(err) == fault.TooLarge { // the case has no room for the files; they stay in the raw message
		a.Files = nil
		if a.Text.Original == "" {
			a.Text = masked(line(m.Subject, maxTitle)+" …", p)
		}
		err = d.desk.Add(ctx, casework.Resident(id), casework.Ref{ID: id}, a)
	}
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Invalid, fault.Gone, fault.NotFound, fault.TooLarge:
		d.log.Info("reply opens a new case", "case", id, "why", fault.KeyOf(err))
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
		return nil
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
	if err := postmark.Bounced(ctx, d.docket.DB, id, letter, why); err != nil {
		return pg.Classify(err)
	}
	d.log.Info("letter bounced", "case", id, "status", m.Failure.Status)
	return nil
}

// Refile turns a kept submission into a case at an operator's word, and settles it. Twice gives the same case. Hotline staff only.
func (d *Door) Refile(ctx context.Context, by casework.Actor, key casework.Key) (casework.Receipt, error) {
	if !casework.Allowed(casework.StepClassify, casework.Registered, by) {
		return casework.Receipt{}, fault.New(fault.Forbidden, "fault.not_your_step")
	}
	kept, raw, err := d.docket.KeptRaw(ctx, by, key)
	if err != nil {
		return casework.Receipt{}, err
	}
	m := d.read(smtpdoor.Envelope{}, raw)
	s := d.fromMail(sha256.Sum256(append([]byte("refile\n"), key[:]...)), m, raw)
	s.Channel, s.Reason = kept.Channel, "refiled:"+kept.Verdict+","+postmark.Unanswerable
	r, err := d.File(ctx, s)
	if err != nil {
		return r, err
	}
	return r, d.docket.Settle(ctx, by, key)
}
