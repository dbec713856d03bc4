// Package mail reads the bytes of one e-mail into what a person wrote, what it hung on, and whether a person wrote it at all.
//
// Parsing is pure and total: every input gives a Message, and what could not be read is said in its verdict. All work is bounded
// by the limits below and linear in the size of the input, so that a hostile message costs no more than an honest one.
//
// The MIME walk is our own and works on slices of the raw bytes. General parsers convert text before we can see the bytes, lose the
// body when the declared boundary is absent, and recurse without bound; all three happen in mail that people send to a hotline.
package mail

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// Limits of what Parse reads. Beyond a limit the rest stays readable in the raw message, and Repaired names the limit.
const (
	MaxBytes      = 64 << 20 // a larger message is quarantined unread
	maxDepth      = 16       // multiparts within multiparts
	maxParts      = 1000     // parts in all
	maxHeader     = 256 << 10
	maxFields     = 2000
	maxText       = 2 << 20 // bytes of readable text
	maxValue      = 64 << 10
	maxAddresses  = 500
	maxReferences = 200
	maxLevel      = 2 // messages within messages that are read for their words
)

// Verdict says what kind of thing a message is. Only Case and Reply come from a person.
type Verdict string

// The verdicts, the words of the `huiyin parse mail` contract.
const (
	Case       Verdict = "case"       // a person writes to the hotline
	Reply      Verdict = "reply"      // a person answers an earlier letter
	Bounce     Verdict = "bounce"     // a letter could not be delivered, or was complained about
	AutoReply  Verdict = "auto_reply" // a machine wrote it: vacation notice, receipt, monitoring
	List       Verdict = "list"       // sent to many through a list
	Loop       Verdict = "loop"       // our own letter came back
	Quarantine Verdict = "quarantine" // unreadable: a person must look at the raw message
)

// Address is one mailbox. Both fields are UTF-8; either may be empty.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Attachment is one file that came with a message.
type Attachment struct {
	Name      string // file name without any directory; never empty
	Type      string // media type found in the content, not the declared one
	Declared  string // media type as declared, lower case
	Size      int    // bytes after transfer decoding
	Inline    bool   // shown within the text
	ContentID string // without angle brackets
	Data      []byte // may share memory with the raw message: do not change
}

// Automatic holds the marks by which machines know machines (RFC 3834 and the customs around it).
type Automatic struct {
	AutoSubmitted  string // value of Auto-Submitted, lower case, empty if absent or "no"
	Precedence     string // lower case
	Suppress       bool   // the sender asked for no automatic answer (X-Auto-Response-Suppress and the like)
	NullReturnPath bool   // MAIL FROM:<> or Return-Path: <>
}

// Message is what was read from the bytes of one e-mail.
type Message struct {
	Verdict     Verdict
	Reason      string // why this verdict: a stable word with at most one detail, such as "auto_submitted:auto-replied"
	From        Address
	ReplyTo     []Address
	To          []Address // To and Cc, in order
	Subject     string
	Date        time.Time // zero when not stated
	Text        string    // the new text only, lines end in \n
	Quoted      string    // history and signature that stood around Text
	HTMLToText  bool      // Text was made from HTML
	Attachments []Attachment
	MessageID   string   // without angle brackets
	InReplyTo   []string // without angle brackets
	References  []string // without angle brackets
	Tokens      []string // what stood after + in addresses of our mailboxes; unverified
	Auto        Automatic
	Failure     *Failure // set for a bounce
	Repaired    []string // what was damaged and read all the same, sorted, each once: the words of repairs
}

// Known is what the receiver knows beside the bytes. The zero value is fine.
type Known struct {
	NullReturnPath bool     // the envelope sender was empty
	Recipients     []string // envelope recipients
	Mailboxes      []string // our own mailboxes, such as 12345@example.org
	OwnDomains     []string // right-hand sides of Message-IDs that we generate
}

// MayAnswer tells whether an automatic letter may answer this message (RFC 3834 section 2).
func (m *Message) MayAnswer() bool {
	return (m.Verdict == Case || m.Verdict == Reply) && m.From.Address != "" && !m.Auto.Suppress && !m.Auto.NullReturnPath
}

// Parse reads one message. It never fails: what cannot be read has the verdict Quarantine and a reason.
func Parse(raw []byte) Message { return ParseWith(raw, Known{}) }

// ParseWith is Parse with what the receiver knows beside the bytes.
func ParseWith(raw []byte, known Known) Message {
	if len(raw) > MaxBytes {
		return Message{Verdict: Quarantine, Reason: "too_large"}
	}
	return (&parser{repaired: map[string]bool{}}).read(raw, known)
}

// enclosed reads a message within a message; what it costs counts for both.
func (p *parser) enclosed(raw []byte) (*parser, Message) {
	inner := &parser{repaired: map[string]bool{}, parts: p.parts, level: p.level + 1}
	return inner, inner.read(raw, Known{})
}

func (p *parser) read(raw []byte, known Known) Message {
	root := p.message(raw)
	m := Message{}
	p.fields(&m, root.header, known)
	if len(bytes.TrimSpace(raw)) == 0 {
		m.Verdict, m.Reason = Quarantine, "empty"
		return m
	}
	p.collect(&m, root)
	m.Verdict, m.Reason = judge(&m, p, root, known)
	if m.Verdict == Bounce {
		m.Failure = failureOf(p, root, &m)
	}
	whole := m.Text
	m.Text, m.Quoted = SplitQuoted(whole)
	if m.Text == "" && m.Verdict != Reply {
		m.Text, m.Quoted = whole, "" // a case whose only words are a quotation is still a case
	}
	if m.Text == "" && m.Quoted == "" && (m.Verdict == Case || m.Verdict == Reply) {
		p.forwarded(&m, root)
	}
	for r := range p.repaired {
		m.Repaired = append(m.Repaired, r)
	}
	slices.Sort(m.Repaired)
	return m
}

// fields fills in what the header says.
func (p *parser) fields(m *Message, h header, known Known) {
	m.Subject = p.text(h.get("Subject"))
	m.From = p.sender(h)
	m.ReplyTo = p.addresses(h.get("Reply-To"))
	m.To = p.addresses(strings.Join(slices.Concat(h.all("To"), h.all("Cc")), ", "))
	m.Date = p.date(h)
	m.MessageID = first(messageIDs(h.get("Message-ID")))
	m.InReplyTo = messageIDs(strings.Join(h.all("In-Reply-To"), " "))
	m.References = messageIDs(strings.Join(h.all("References"), " "))
	m.Tokens = tokens(m.To, h, known)
	m.Auto = automatic(h, known)
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// forwarded takes the words of the messages that are enclosed in one without words of its own: forwarding them is all its sender did.
func (p *parser) forwarded(m *Message, root *node) {
	if p.level >= maxLevel {
		return
	}
	var words []string
	eachOwn(root, func(n *node) {
		if n.kind.name != "message/rfc822" && n.kind.name != "message/global" || len(words) >= 5 {
			return
		}
		inner, e := p.enclosed(p.transfer(n.body, n.header.get("Content-Transfer-Encoding")))
		p.parts = inner.parts
		if text := strings.TrimSpace(e.Subject + "\n\n" + e.Text); e.Verdict != Quarantine && text != "" {
			words = append(words, text)
		}
	})
	m.Text = strings.Join(words, "\n\n----------\n\n")
	if len(m.Text) > maxText {
		p.mend("text_limit")
		m.Text = strings.ToValidUTF8(m.Text[:maxText], "")
	}
}

// parser holds what one call of Parse has spent and repaired.
type parser struct {
	repaired map[string]bool
	parts    int
	level    int    // messages around this one
	hint     string // charset of the first text part, for undeclared bytes in headers
	class    string // class and subject of a winmail.dat
	subject  string
}

func (p *parser) mend(what string) { p.repaired[what] = true }
