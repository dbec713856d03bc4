package intake

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/mail"
	"huiyin/intake/mailauth"
	"huiyin/intake/smtpdoor"
	"huiyin/locale"
	"huiyin/notify/postmark"
)

// Mail makes one e-mail durable; it is what the SMTP door delivers to. It returns nil only when the message stands in the database:
// as a new case, as an addition to its case, or, where no person wrote it, in the list of kept submissions. Nothing is ever dropped:
// what cannot be read becomes a case with the raw message, for a person. The same bytes again change nothing.
//
// In a rush it stands in the spool first (see spool), and is a case some seconds later.
func (d *Door) Mail(ctx context.Context, env smtpdoor.Envelope, raw []byte) error {
	if d.spool.rush(len(raw)) {
		return d.put(ctx, env, raw)
	}
	return d.mail(ctx, env, raw)
}

func (d *Door) mail(ctx context.Context, env smtpdoor.Envelope, raw []byte) error {
	key := sha256.Sum256(raw)
	m := d.read(env, raw)
	if err := d.take(ctx, key, m, raw); err != nil {
		return err
	}
	if m.Verdict == mail.Case || m.Verdict == mail.Reply || m.Verdict == mail.Quarantine {
		d.askSender(env, key, m, raw)
	}
	return nil
}

// take makes a message durable in the way its verdict asks for.
func (d *Door) take(ctx context.Context, key casework.Key, m mail.Message, raw []byte) error {
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
	return d.fileMail(ctx, key, m, raw, "")
}

// askSender finds out, after the message is durable, whether its sender is proven, and writes that beside it for the operators.
func (d *Door) askSender(env smtpdoor.Envelope, key casework.Key, m mail.Message, raw []byte) {
	q := mailauth.Question{Raw: raw, Author: m.From.Address, Peer: env.Peer, Helo: env.Helo, ReturnPath: env.From, Relayed: env.Trusted}
	d.senders.Later(q, func(ctx context.Context, found mailauth.Answer) {
		words, err := json.Marshal(found)
		if err == nil {
			err = d.docket.NoteSender(ctx, key, words)
		}
		if err != nil {
			d.log.Warn("what is known of a mail's sender was not written down", "error", err)
		}
	})
}

// read parses a message. Whatever the parser meets, the message has a verdict afterwards: a panic in it costs no mail.
func (d *Door) read(env smtpdoor.Envelope, raw []byte) (m mail.Message) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("mail parser failed, the message becomes a case for a person", "bytes", len(raw), "type", fmt.Sprintf("%T", p))
			m = mail.Message{Verdict: mail.Quarantine, Reason: "parser_failed"}
		}
	}()
	m = parseMail(raw, mail.Known{NullReturnPath: env.From == "", Recipients: env.To, Mailboxes: d.mailboxes, OwnDomains: []string{postmark.Domain(d.mailbox())}})
	if (m.Verdict == mail.Case || m.Verdict == mail.Reply) && postmark.OfAHotline(m.MessageID) {
		m.Verdict, m.Reason = mail.Loop, "hotline_letter"
	}
	return m
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
	return d.keepFor(ctx, casework.Kept{Key: key, Verdict: string(m.Verdict), Reason: m.Reason}, raw)
}

// keepFor keeps a message for a person to decide about.
func (d *Door) keepFor(ctx context.Context, k casework.Kept, raw []byte) error {
	k.Channel = casework.Email
	err := d.docket.Keep(ctx, k, raw)
	if err == nil {
		d.log.Info("mail kept, no case", "verdict", k.Verdict, "reason", k.Reason, "bytes", len(raw))
	}
	return err
}

// fileMail opens a case for a message. Where the case as read is refused, the raw message alone becomes one. tag marks the case, empty for none.
func (d *Door) fileMail(ctx context.Context, key casework.Key, m mail.Message, raw []byte, tag string) error {
	s := d.fromMail(key, m, raw)
	if tag != "" {
		s.Tags = append(s.Tags, tag)
	}
	_, err := d.File(ctx, s)
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
	if plainID(m.MessageID) {
		s.MailID = m.MessageID
	}
	if s.Unreadable && strings.TrimSpace(s.Title) == "" {
		s.Title = locale.ZH.T("intake.unreadable_mail")
	}
	return s
}

// plainID reports whether a Message-ID can stand in a letter of ours as it is (RFC 5322 section 3.6.4: visible ASCII, no brackets).
func plainID(id string) bool {
	return id != "" && len(id) <= 250 && strings.Contains(id, "@") && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' })
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
