package mail

import (
	"bytes"
	"net/textproto"
	"strings"
)

// field is one header field: its canonical name and its unfolded raw value, 8-bit bytes as they came.
type field struct{ name, value string }

// header is a header block in its order.
type header []field

// get is the first value of a field, empty if there is none. The name is in canonical form.
func (h header) get(name string) string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// has tells whether the field stands in the header at all.
func (h header) has(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	for _, f := range h {
		if f.name == name {
			return true
		}
	}
	return false
}

// all gives every value of a field.
func (h header) all(name string) []string {
	name = textproto.CanonicalMIMEHeaderKey(name)
	var out []string
	for _, f := range h {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}

// nextLine cuts one line off b; CRLF, LF and a lone CR all end a line.
func nextLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	seg := b
	if i >= 0 {
		seg = b[:i]
	}
	if j := bytes.IndexByte(seg, '\r'); j >= 0 && j < len(seg)-1 {
		if i >= 0 && len(bytes.TrimRight(seg[j:], "\r")) == 0 {
			return seg[:j], b[i+1:]
		}
		return seg[:j], b[j+1:]
	}
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), nil
	}
	return bytes.TrimRight(seg, "\r"), b[i+1:]
}

// fieldName gives the name of a header line, "" if the line is none.
func fieldName(line []byte) string {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 100 {
		return ""
	}
	name := bytes.TrimRight(line[:i], " \t")
	if len(name) == 0 {
		return ""
	}
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return ""
		}
	}
	return textproto.CanonicalMIMEHeaderKey(string(name))
}

// known header names: without one of them a block of text with colons is text, not a header.
var knownFields = map[string]bool{
	"From": true, "To": true, "Cc": true, "Subject": true, "Date": true, "Received": true, "Return-Path": true, "Message-Id": true,
	"Mime-Version": true, "Content-Type": true, "Content-Transfer-Encoding": true, "Content-Disposition": true, "Delivered-To": true,
	"Reply-To": true, "Sender": true, "X-Mailer": true, "In-Reply-To": true, "References": true, "Content-Id": true,
	"Content-Description": true, "Envelope-To": true, "Dkim-Signature": true, "Arc-Seal": true, "Authentication-Results": true,
	"Resent-From": true, "List-Id": true, "Auto-Submitted": true, "User-Agent": true, "Bcc": true, "Apparently-To": true, "Errors-To": true,
	"X-Envelope-From": true, "X-Original-To": true, "Received-Spf": true, "Delivery-Date": true, "X-Spam-Status": true, "Precedence": true,
}

// header cuts the header block off raw. A part may start at once with the blank line; a whole message may have no header at all.
func (p *parser) header(raw []byte, whole bool) (header, []byte) {
	start := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if whole {
		for {
			line, rest := nextLine(start)
			if len(start) == 0 || len(bytes.TrimSpace(line)) > 0 {
				break
			}
			start = rest
		}
	}
	if line, rest := nextLine(start); whole && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
		start = rest // mbox separator
	}
	var h header
	b, spent, knownSeen := start, 0, false
	for len(b) > 0 {
		line, rest := nextLine(b)
		spent += len(b) - len(rest)
		if spent > maxHeader || len(h) >= maxFields {
			p.mend("header_limit")
			break
		}
		if len(line) == 0 {
			b = rest
			if more := torn(h, b); whole && more != nil {
				p.mend("header_line")
				b = more
				continue
			}
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(bytes.TrimSpace(line)) == 0 && fieldName(firstLine(rest)) == "" && !startsWithBlank(rest) {
				p.mend("header_line")
				b = rest
				break
			}
			if n := len(h); n > 0 {
				if len(h[n-1].value) < maxValue {
					h[n-1].value += " " + strings.TrimSpace(string(line))
				}
				b = rest
				continue
			}
		}
		if name := fieldName(line); name != "" {
			_, value, _ := strings.Cut(string(line), ":")
			h = append(h, field{name, strings.TrimSpace(value)})
			knownSeen = knownSeen || knownFields[name]
			b = rest
			continue
		}
		// Neither field nor continuation: junk within a header is passed over, anything else begins the body.
		if moreHeader(rest) {
			p.mend("header_line")
			b = rest
			continue
		}
		if len(h) > 0 {
			p.mend("header_line")
		}
		break
	}
	if whole && !knownSeen {
		p.mend("no_header")
		return nil, raw
	}
	return h, b
}

// torn gives the rest of a header in which an empty line stands by mistake, nil if the header is whole. Its first half lacks what every
// header has, and its second half says what only a header says before its own empty line; the letter would be its own source otherwise.
func torn(h header, b []byte) []byte {
	if len(h) == 0 || h.has("Content-Type") || h.has("Mime-Version") {
		return nil
	}
	for len(b) > 0 && len(firstLine(b)) == 0 {
		_, b = nextLine(b)
	}
	folded := len(b) > 0 && (b[0] == ' ' || b[0] == '\t') && bytes.HasPrefix(bytes.TrimSpace(b), []byte("=?")) || strings.HasSuffix(h[len(h)-1].value, ",")
	if !folded && h.has("From") && h.has("Date") && (h.has("Subject") || h.has("To")) {
		return nil
	}
	known, machine := 0, false
	for n, rest := 0, b; n < 60 && len(rest) > 0; n++ {
		line, after := nextLine(rest)
		rest = after
		name := fieldName(line)
		switch {
		case len(line) == 0:
			if known >= 3 && machine {
				return b
			}
			continue
		case line[0] == ' ' || line[0] == '\t':
			continue
		case name == "":
			return nil
		}
		if knownFields[name] {
			known++
		}
		machine = machine || name == "Content-Type" || name == "Mime-Version" || name == "Received" || name == "Message-Id" || name == "X-Mailer"
	}
	return nil
}

// moreHeader looks whether a well-known field follows before the next empty line and within sixty lines.
func moreHeader(b []byte) bool {
	for n := 0; n < 60 && len(b) > 0; n++ {
		line, rest := nextLine(b)
		if len(bytes.TrimSpace(line)) == 0 {
			return false
		}
		if knownFields[fieldName(line)] {
			return true
		}
		b = rest
	}
	return false
}

func firstLine(b []byte) []byte {
	line, _ := nextLine(b)
	return line
}

func startsWithBlank(b []byte) bool { return len(b) > 0 && (b[0] == ' ' || b[0] == '\t') }
