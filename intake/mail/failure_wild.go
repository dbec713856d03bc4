package mail

import (
	"regexp"
	"slices"
	"strings"
)

// What reports without structure say, each mail system in its own words.
var (
	// statusCode is an RFC 3463 code that is not a piece of an address or a version number.
	statusCode = regexp.MustCompile(`(?:^|[^\d.])([245]\.[0-7]\.\d{1,3})(?:[^\d.]|\.\D|\.?$)`)
	// replyCode is the answer of an SMTP server (RFC 5321 section 4.2).
	replyCode = regexp.MustCompile(`(?m)(?:^|[\s:("'>\[])([45])[0-5]\d[ \-]#?\S`)
	// fieldLine is a line of a delivery report that somebody put into the text.
	fieldLine = regexp.MustCompile(`(?im)^[>\s]*(action|status|final-recipient|original-recipient|diagnostic-code):[ \t]*(\S.{0,300})$`)
	wildID    = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]{3,500})>`)
	wildTo    = regexp.MustCompile(`(?im)^[>\s]*to:\s*(\S.{0,300})$`)
	letterID  = regexp.MustCompile(`(?im)^[>\s]*x-huiyin-letter:\s*(\S{1,200})`)
	mailbox   = `([A-Za-z0-9._%+\-=!#$&'*/?^{|}~]{1,64}@[A-Za-z0-9.\-]{1,190})`
	// ownLine begins with the address that failed, which is how most systems list it.
	ownLine    = regexp.MustCompile(`(?m)^[ \t>]*<?` + mailbox + `>?(?:[\s:\[(]|$)`)
	bracketed  = regexp.MustCompile(`<` + mailbox + `>`)
	anyMailbox = regexp.MustCompile(mailbox)
)

const maxWildBytes = 64 << 10

// wild fills in what the structure of a report has left open from its words. ours are the addresses the report was sent to and from,
// which are never the ones that failed.
func (f *Failure) wild(m *Message, add func(string)) {
	text := m.Text[:min(len(m.Text), maxWildBytes)]
	report, copied := splitCopy(text)
	for _, l := range fieldLine.FindAllStringSubmatch(report, 20) {
		switch value := oneLine(l[2]); strings.ToLower(l[1]) {
		case "action":
			f.Action = keep(f.Action, strings.ToLower(firstToken(value)))
		case "status":
			f.Status = keep(f.Status, code(value))
		case "diagnostic-code":
			f.Diagnostic = keep(f.Diagnostic, diagnostic(value))
		default:
			add(value)
		}
	}
	if f.Action == "" {
		f.Action = "failed"
		if wordSigns.match("delayed", m.Subject+"\n"+report[:min(len(report), 6000)]) {
			f.Action = "delayed"
		}
	}
	f.Status = keep(f.Status, wildStatus(report))
	if id := wildID.FindStringSubmatch(text); id != nil {
		f.MessageID = keep(f.MessageID, id[1])
	}
	if id := letterID.FindStringSubmatch(text); id != nil {
		f.Letter = keep(f.Letter, id[1])
	}
	if len(f.Recipients) == 0 {
		for _, a := range wildRecipients(m, report, copied) {
			add(a)
		}
	}
}

// splitCopy parts what a report says from the copy of the letter below it.
func splitCopy(text string) (report, copied string) {
	at := 0
	for line := range strings.Lines(text) {
		if len(line) <= maxMark && wholeSigns.match("copy", strings.TrimRight(line, "\r\n")) {
			return text[:at], text[at:]
		}
		at += len(line)
	}
	return text, ""
}

// wildRecipients finds the addresses that failed: those that stand at the beginning of a line, else the first in angle brackets, else
// the first of all, else the one that the returned letter went to.
func wildRecipients(m *Message, report, copied string) []string {
	strange := func(found [][]string) []string {
		var out []string
		for _, f := range found {
			a := strings.TrimRight(f[1], ".-")
			known := func(k Address) bool { return strings.EqualFold(k.Address, a) }
			if !slices.ContainsFunc(m.To, known) && !known(m.From) && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
		return out
	}
	if lines := strange(ownLine.FindAllStringSubmatch(report, 100)); len(lines) > 0 {
		return lines
	}
	for _, how := range []*regexp.Regexp{bracketed, anyMailbox} {
		if found := strange(how.FindAllStringSubmatch(report, 20)); len(found) > 0 {
			return found[:1]
		}
	}
	if to := wildTo.FindStringSubmatch(copied); to != nil {
		return strange(anyMailbox.FindAllStringSubmatch(to[1], 1))
	}
	return nil
}

// wildStatus is the code that the words state, or the nearest one to what they say.
func wildStatus(report string) string {
	if s := code(report); s != "" {
		return s
	}
	for _, status := range []string{"5.2.2", "5.1.1", "5.7.1"} {
		if wordSigns.match(status, report[:min(len(report), 6000)]) {
			return status
		}
	}
	if c := replyCode.FindStringSubmatch(report); c != nil {
		return c[1] + ".0.0"
	}
	return ""
}

// code is the first RFC 3463 code in s that tells of a failure, or else the first of all; "" if there is none.
func code(s string) string {
	first := ""
	for _, c := range statusCode.FindAllStringSubmatch(s, 20) {
		if c[1][0] != '2' {
			return c[1]
		}
		first = keep(first, c[1])
	}
	return first
}

// diagnostic is the words of a Diagnostic-Code without its type, at most 300 bytes.
func diagnostic(s string) string {
	if kind, words, ok := strings.Cut(s, ";"); ok && !strings.Contains(kind, " ") {
		s = words
	}
	s = oneLine(s)
	return strings.ToValidUTF8(s[:min(len(s), 300)], "")
}

// keep is what was known first.
func keep(known, now string) string {
	if known != "" {
		return known
	}
	return now
}
