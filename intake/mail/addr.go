package mail

import (
	"net/mail"
	"slices"
	"strings"
	"time"
)

// sender is the author: From, else Sender, Reply-To, Return-Path, in that order.
func (p *parser) sender(h header) Address {
	from := p.addresses(h.get("From"))
	var name string
	for _, a := range from {
		if a.Address != "" {
			return a
		}
		if name == "" {
			name = a.Name
		}
	}
	for _, field := range []string{"Reply-To", "Sender", "Resent-From", "Return-Path", "X-Envelope-From", "Envelope-From"} {
		for _, a := range p.addresses(h.get(field)) {
			if strings.Contains(a.Address, "@") {
				p.mend("no_from")
				if a.Name == "" {
					a.Name = name
				}
				return a
			}
		}
	}
	if len(from) > 0 {
		return from[0]
	}
	return Address{}
}

// addresses reads an address list as people's programs write it. What is no address keeps its words as the name.
func (p *parser) addresses(raw string) []Address {
	var out []Address
	for _, item := range splitAddresses(p.clean(raw)) {
		a := p.address(item)
		if a != (Address{}) {
			out = append(out, a)
		}
		if len(out) >= maxAddresses {
			break
		}
	}
	return out
}

// splitAddresses cuts at commas and semicolons outside of quotation marks, angle brackets and comments; groups lose their frame.
func splitAddresses(s string) []string {
	var out []string
	var quoted, angle bool
	depth, from := 0, 0
	if strings.Count(s, `"`)%2 == 1 {
		s = strings.Replace(s, `"`, " ", 1)
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0 && strings.Contains(s[i:], ")"):
		case c == '<':
			angle = strings.Contains(s[i:], ">")
		case c == '>':
			angle = false
		case angle:
		case c == ',' || c == ';':
			out = append(out, s[from:i])
			from = i + 1
		case c == ':' && !strings.ContainsAny(s[from:i], "@<") && strings.Contains(s[i:], ";"):
			from = i + 1 // group name
		}
		if len(out) > maxAddresses {
			return out
		}
	}
	out = append(out, s[from:])
	// "Company, LTD <a@b>": a piece without an address belongs to the next one.
	var joined []string
	for i := 0; i < len(out); i++ {
		item := out[i]
		for !strings.ContainsAny(item, "@<") && i+1 < len(out) && strings.Contains(out[i+1], "<") && strings.TrimSpace(item) != "" && !strings.Contains(item, "=?") {
			i++
			item += "," + out[i]
		}
		joined = append(joined, item)
	}
	return joined
}

func (p *parser) address(item string) Address {
	item = strings.TrimSpace(item)
	if item == "" {
		return Address{}
	}
	if open := strings.LastIndexByte(item, '<'); open >= 0 {
		addr, after, _ := strings.Cut(item[open+1:], ">")
		name := p.displayName(item[:open])
		if name == "" {
			name = p.displayName(after)
		}
		addr = bare(p.words(addr))
		if addr == "" && strings.Contains(name, "@") {
			return Address{Address: name}
		}
		return Address{Name: name, Address: addr}
	}
	if open := strings.IndexByte(item, '('); open >= 0 && strings.Contains(item[:open], "@") {
		comment, _, _ := strings.Cut(item[open+1:], ")")
		return Address{Name: p.displayName(comment), Address: bare(item[:open])}
	}
	decoded := oneLine(p.words(item))
	if i := strings.IndexByte(decoded, '('); i > 0 && strings.Contains(decoded[i:], "@") {
		inner, _, _ := strings.Cut(decoded[i+1:], ")")
		return Address{Name: strings.TrimSpace(decoded[:i]), Address: bare(inner)}
	}
	if strings.Contains(decoded, "@") {
		for word := range strings.FieldsSeq(decoded) {
			if strings.Contains(word, "@") && strings.ContainsAny(decoded, " ") {
				return Address{Name: strings.TrimSpace(strings.Trim(strings.Replace(decoded, word, "", 1), `" `)), Address: bare(word)}
			}
		}
		return Address{Address: bare(decoded)}
	}
	if word, _, ok := strings.Cut(decoded, " ("); ok && !strings.Contains(word, " ") && ascii(word) {
		return Address{Name: strings.TrimSuffix(decoded[len(word)+2:], ")"), Address: bare(word)} // a local user with a comment
	}
	if strings.ContainsAny(decoded, " ") || decoded == "" || !ascii(decoded) {
		return Address{Name: unquote(decoded)}
	}
	return Address{Address: bare(decoded)} // a local user such as "root"
}

func ascii(s string) bool { return !hasHigh([]byte(s)) }

// displayName is the name before an address, without marks, comments' brackets and encoding.
func (p *parser) displayName(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`) {
		s = unquote(s)
	} else if strings.Contains(s, `"`) {
		s = strings.ReplaceAll(s, `"`, "")
	}
	s = oneLine(p.words(s))
	if len(s) > 1 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'' || s[0] == '(' && s[len(s)-1] == ')') {
		s = s[1 : len(s)-1]
	}
	return strings.TrimSpace(s)
}

// bare is an address without anything around it.
func bare(s string) string {
	s = strings.Trim(oneLine(s), "<>' \t;,")
	if !strings.HasPrefix(s, `"`) || !strings.Contains(s, `"@`) { // a quoted local part keeps its marks
		s = strings.Trim(s, "<>'\" \t;,")
	}
	return strings.TrimPrefix(strings.TrimPrefix(s, "mailto:"), "MAILTO:")
}

// messageIDs lists identifiers of a Message-ID, In-Reply-To or References value, without angle brackets.
func messageIDs(s string) []string {
	var out []string
	if !strings.Contains(s, "<") {
		words := strings.Fields(s)
		for _, w := range words {
			if len(words) == 1 && len(w) < 1000 || strings.Contains(w, "@") && !strings.ContainsAny(w, "\"()") {
				out = append(out, oneLine(w))
			}
		}
		return clip(out)
	}
	for {
		_, after, ok := strings.Cut(s, "<")
		if !ok {
			return clip(out)
		}
		id, rest, closed := strings.Cut(after, ">")
		if id = oneLine(strings.Join(strings.Fields(id), "")); id != "" && len(id) < 1000 {
			out = append(out, id)
		}
		if !closed {
			return clip(out)
		}
		s = rest
	}
}

// clip keeps the newest references: the last ones.
func clip(ids []string) []string {
	if len(ids) > maxReferences {
		return ids[len(ids)-maxReferences:]
	}
	return ids
}

// date reads Date, or the time of the newest Received line when Date is missing or unreadable.
func (p *parser) date(h header) time.Time {
	if t, ok := parseDate(h.get("Date")); ok {
		return t
	}
	for _, r := range h.all("Received") {
		if i := strings.LastIndexByte(r, ';'); i >= 0 {
			if t, ok := parseDate(r[i+1:]); ok {
				p.mend("date")
				return t
			}
		}
	}
	return time.Time{}
}

var dateLayouts = []string{
	"Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04 -0700",
	"Mon Jan 2 15:04:05 2006", "Mon Jan 2 15:04:05 -0700 2006", "Mon, 2 Jan 06 15:04:05 -0700", time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	"Mon, 2 January 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "Monday, 2 January 2006 15:04:05 -0700", "Mon, 2 Jan 2006 3:04:05 PM -0700",
}

func parseDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > 200 {
		return time.Time{}, false
	}
	t, err := mail.ParseDate(s)
	if err != nil {
		plain, _, _ := strings.Cut(s, " (")
		plain = strings.Replace(plain, "GMT+", "+", 1)
		for _, layout := range dateLayouts {
			if t, err = time.Parse(layout, plain); err == nil {
				break
			}
		}
	}
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t, true
}

// tokens collects what stands after + in addresses of our own mailboxes: the key that ties a reply to its letter.
func tokens(to []Address, h header, known Known) []string {
	var out []string
	seen := slices.Clone(known.Recipients)
	for _, a := range to {
		seen = append(seen, a.Address)
	}
	for _, f := range []string{"Delivered-To", "X-Original-To", "Envelope-To"} {
		seen = append(seen, h.all(f)...)
	}
	for _, addr := range seen {
		local, domain, ok := cutLast(bare(addr), "@")
		base, token, plus := strings.Cut(local, "+")
		if !ok || !plus || token == "" || len(token) > 200 {
			continue
		}
		for _, box := range known.Mailboxes {
			if strings.EqualFold(box, base+"@"+domain) && !slices.Contains(out, token) {
				out = append(out, token)
			}
		}
	}
	return out
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
