package notify

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message/mail"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/privacy"
)

// render writes the message: text and HTML, in one thread with the mail that opened the case and the first letter about it (RFC 5322 section 3.6.4), and the marks by which machines know a letter of ours (RFC 3834 section 5).
func (p *Post) render(words letter, l row, c casework.Case, token, to, opened string) ([]byte, error) {
	var h mail.Header
	h.SetDate(p.Now())
	h.SetAddressList("From", []*mail.Address{{Name: words.Lang.T("letter.sender", locale.Args{"City": p.City.Name.In(words.Lang), "Phone": p.City.Phone}), Address: p.mailbox()}})
	h.SetAddressList("To", []*mail.Address{{Address: to}})
	h.SetAddressList("Reply-To", []*mail.Address{{Address: postmark.ReplyAddress(token, p.mailbox())}})
	h.SetSubject(words.Title)
	h.SetMessageID(postmark.MessageID(token, l.ID, p.mailbox()))
	var thread []string
	if opened != "" {
		thread = append(thread, opened)
	}
	if l.First != uuid.Nil && l.First != l.ID {
		thread = append(thread, postmark.MessageID(token, l.First, p.mailbox()))
	}
	if len(thread) > 0 {
		h.SetMsgIDList("In-Reply-To", thread[len(thread)-1:])
		h.SetMsgIDList("References", thread)
	}
	p.marks(&h, l.ID, l.Kind == Filed && c.Channel == casework.Email)
	stop := p.BaseURL + "/letters/" + postmark.StopToken(p.Docket.Keys, l.Case)
	h.Set("List-Unsubscribe", "<"+stop+">")
	h.Set("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	h.Set("Content-Language", string(words.Lang))
	return p.write(h, words)
}

// marks are the fields by which machines know a letter that a machine sent, and stay silent (RFC 3834 section 5, and the customs around it);
// by the last two we know our own letter again. reply tells that the letter answers a mail.
func (p *Post) marks(h *mail.Header, letter uuid.UUID, reply bool) {
	auto := "auto-generated"
	if reply {
		auto = "auto-replied"
	}
	h.Set("Auto-Submitted", auto)
	h.Set("Precedence", "bulk")
	h.Set("X-Auto-Response-Suppress", "All")
	h.Set("List-Id", "<"+postmark.Domain(p.mailbox())+">")
	h.Set("X-Loop", p.mailbox())
	h.Set(postmark.Header, letter.String())
}

// writeOffice is write for letters to offices: what never leaves in public is in none of them, whatever a unit's name or a topic's words may hold (see privacy.OfficeLetters). Such a letter is not sent; the log names
// the line of the list. Letters to residents hold what is their own, and answers as their units wrote them; they open no field but the address and the code.
func (p *Post) writeOffice(h mail.Header, words letter) ([]byte, error) {
	if err := privacy.OfficeLetters.Check([]byte(words.Title + "\n" + words.text())); err != nil {
		p.Log.Error("a letter to an office held what must not leave", "error", err)
		return nil, suppressed("exit")
	}
	return p.write(h, words)
}

// write puts header, text and HTML together.
func (p *Post) write(h mail.Header, words letter) ([]byte, error) {

	var b bytes.Buffer
	w, err := mail.CreateInlineWriter(&b, h)
	if err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	var page bytes.Buffer
	if err := htmlLetter.Execute(&page, words); err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	for _, part := range []struct{ kind, body string }{{"text/plain", words.text()}, {"text/html", page.String()}} {
		var ph mail.InlineHeader
		ph.SetContentType(part.kind, map[string]string{"charset": "utf-8"})
		pw, err := w.CreatePart(ph)
		if err != nil {
			return nil, fmt.Errorf("write letter: %w", err)
		}
		if _, err := io.WriteString(pw, strings.ReplaceAll(part.body, "\n", "\r\n")); err != nil {
			return nil, err
		}
		if err := pw.Close(); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return p.Signature.sign(b.Bytes())
}
