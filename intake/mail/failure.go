package mail

import (
	"bytes"
	"strings"
)

// Failure is what a bounce says about the letter that bounced. Whoever sent the report wrote it: only a token in MessageID proves that it
// saw the letter.
type Failure struct {
	Recipients []string `json:"recipients"` // addresses that failed, without duplicates
	Action     string   `json:"action"`     // failed, delayed, delivered, relayed, expanded, complaint; empty when not stated
	Status     string   `json:"status"`     // RFC 3463 code such as 5.1.1; empty when not stated
	MessageID  string   `json:"message_id"` // Message-ID of the letter that bounced, without angle brackets
	Letter     string   `json:"letter"`     // value of its X-Huiyin-Letter field
	Diagnostic string   `json:"diagnostic"` // what the other server answered, one line; empty when not stated

	returnedTo string // whom the returned letter was for, where it was one
}

// Permanent tells whether the address should be marked: a failure, not a delay or a confirmation.
func (f *Failure) Permanent() bool {
	return f.Action == "failed" || f.Action == "complaint" || f.Action == "" && !strings.HasPrefix(f.Status, "4") && !strings.HasPrefix(f.Status, "2")
}

// failureOf gathers what the delivery report, the returned headers and, for reports without structure, the words say.
func failureOf(p *parser, root *node, m *Message) *Failure {
	f := &Failure{Recipients: []string{}}
	add := func(addr string) {
		if _, a, ok := strings.Cut(addr, ";"); ok {
			addr = a
		}
		addr = bare(addr)
		if addr == "" || len(f.Recipients) >= 100 || !strings.Contains(addr, "@") || strings.ContainsAny(addr, " \t|\"") {
			return
		}
		for _, r := range f.Recipients {
			if strings.EqualFold(r, addr) {
				return
			}
		}
		f.Recipients = append(f.Recipients, addr)
	}
	eachOwn(root, func(n *node) {
		data := func() []byte { return p.transfer(n.body, n.header.get("Content-Transfer-Encoding")) }
		switch n.kind.name {
		case "message/delivery-status", "message/global-delivery-status":
			f.report(p, data(), add)
		case "message/feedback-report":
			h, _ := p.header(data(), false)
			f.Action = "complaint"
			add(h.get("Original-Rcpt-To"))
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers":
			h, _ := (&parser{repaired: map[string]bool{}}).header(data(), true)
			f.original(h)
		}
	})
	for _, v := range root.header.all("X-Failed-Recipients") {
		for a := range strings.SplitSeq(v, ",") {
			add(a)
		}
	}
	if len(f.Recipients) == 0 && f.Action != "complaint" {
		f.within(p, root, add)
	}
	if f.Action != "complaint" {
		f.wild(m, add)
	}
	if len(f.Recipients) == 0 && f.returnedTo != "" {
		add(f.returnedTo)
	}
	if f.MessageID == "" && len(m.InReplyTo) > 0 {
		f.MessageID = m.InReplyTo[0]
	}
	return f
}

// report reads the blocks of a message/delivery-status (RFC 3464 section 2).
func (f *Failure) report(p *parser, data []byte, add func(string)) {
	for n := 0; len(bytes.TrimSpace(data)) > 0 && n < 100; n++ {
		for len(data) > 0 && len(bytes.TrimSpace(firstLine(data))) == 0 {
			_, data = nextLine(data)
		}
		h, rest := p.header(data, false)
		if len(rest) == len(data) {
			_, rest = nextLine(data)
		}
		data = rest
		if a := strings.ToLower(firstToken(h.get("Action"))); a != "" && (f.Action == "" || a == "failed") {
			f.Action = a
		}
		if s := code(h.get("Status")); s != "" && (f.Status == "" || s[0] == '5') {
			f.Status = s
		}
		f.Diagnostic = keep(f.Diagnostic, diagnostic(p.text(h.get("Diagnostic-Code"))))
		if v := h.get("Original-Recipient"); v != "" {
			add(v)
		} else {
			add(h.get("Final-Recipient"))
		}
		f.MessageID = keep(f.MessageID, first(messageIDs(h.get("X-Original-Message-ID"))))
	}
}

// original reads the returned header of the letter.
func (f *Failure) original(h header) {
	f.MessageID = keep(f.MessageID, first(messageIDs(h.get("Message-ID"))))
	f.Letter = keep(f.Letter, oneLine(h.get(LetterHeader)))
	if to := (&parser{repaired: map[string]bool{}}).addresses(h.get("To")); len(to) == 1 {
		f.returnedTo = keep(f.returnedTo, to[0].Address)
	}
}

// within reads the report that a virus scanner or another server has wrapped into one of its own.
func (f *Failure) within(p *parser, root *node, add func(string)) {
	if p.level >= maxLevel {
		return
	}
	eachOwn(root, func(n *node) {
		if n.kind.name != "message/rfc822" || len(f.Recipients) > 0 {
			return
		}
		data := p.transfer(n.body, n.header.get("Content-Transfer-Encoding"))
		inner, m := p.enclosed(data)
		if m.Verdict != Bounce || m.Failure == nil {
			return
		}
		p.parts = inner.parts
		for _, a := range m.Failure.Recipients {
			add(a)
		}
		f.Action, f.Status = keep(f.Action, m.Failure.Action), keep(f.Status, m.Failure.Status)
		f.MessageID, f.Letter, f.Diagnostic = m.Failure.MessageID, m.Failure.Letter, keep(f.Diagnostic, m.Failure.Diagnostic)
	})
}
