package mail

import (
	"bytes"
	"regexp"
	"strings"
)

// Failure is what a bounce says about the letter that bounced.
type Failure struct {
	Recipients []string `json:"recipients"` // addresses that failed, without duplicates
	Action     string   `json:"action"`     // failed, delayed, delivered, relayed, expanded, complaint; empty when not stated
	Status     string   `json:"status"`     // RFC 3463 code such as 5.1.1; empty when not stated
	MessageID  string   `json:"message_id"` // Message-ID of the letter that bounced, without angle brackets
	Letter     string   `json:"letter"`     // value of its X-Huiyin-Letter field
}

// Permanent tells whether the address should be marked: a failure, not a delay or a confirmation.
func (f *Failure) Permanent() bool {
	return f.Action == "failed" || f.Action == "complaint" || f.Action == "" && !strings.HasPrefix(f.Status, "4") && !strings.HasPrefix(f.Status, "2")
}

var (
	statusCode   = regexp.MustCompile(`\b([245]\.\d{1,3}\.\d{1,3})\b`)
	wildID       = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]{3,500})>`)
	wildLetter   = regexp.MustCompile(`(?im)^[>\s]*x-huiyin-letter:\s*(\S{1,200})`)
	wildAddress  = regexp.MustCompile(`<([^<>\s@]{1,100}@[^<>\s@]{1,200})>`)
	maxWildBytes = 64 << 10
)

// failureOf gathers what the delivery report, the returned headers and, for reports without structure, the words say.
func failureOf(p *parser, root *node, m *Message) *Failure {
	f := &Failure{}
	add := func(addr string) {
		if _, a, ok := strings.Cut(addr, ";"); ok {
			addr = a
		}
		addr = bare(addr)
		if addr == "" || len(f.Recipients) >= 100 || !strings.Contains(addr, "@") {
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
	text := m.Text[:min(len(m.Text), maxWildBytes)]
	if f.MessageID == "" {
		if id := wildID.FindStringSubmatch(text); id != nil {
			f.MessageID = id[1]
		}
	}
	if f.Letter == "" {
		if id := wildLetter.FindStringSubmatch(text); id != nil {
			f.Letter = id[1]
		}
	}
	if f.Status == "" {
		if s := statusCode.FindStringSubmatch(text); s != nil {
			f.Status = s[1]
		}
	}
	if len(f.Recipients) == 0 {
		if a := wildAddress.FindStringSubmatch(text); a != nil {
			add(a[1])
		}
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
		if s := statusCode.FindStringSubmatch(h.get("Status")); s != nil && (f.Status == "" || strings.HasPrefix(s[1], "5")) {
			f.Status = s[1]
		}
		if v := h.get("Original-Recipient"); v != "" {
			add(v)
		} else {
			add(h.get("Final-Recipient"))
		}
		if id := h.get("X-Original-Message-ID"); id != "" && f.MessageID == "" {
			f.MessageID = first(messageIDs(id))
		}
	}
}

// original reads the returned header of the letter.
func (f *Failure) original(h header) {
	if f.MessageID == "" {
		f.MessageID = first(messageIDs(h.get("Message-ID")))
	}
	if f.Letter == "" {
		f.Letter = oneLine(h.get(LetterHeader))
	}
}
