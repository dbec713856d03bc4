package mail

import (
	"bytes"
	"regexp"
	"strings"
)

// collect walks the tree and gathers the readable text and the files.
func (p *parser) collect(m *Message, root *node) {
	c := &collector{p: p, m: m}
	c.walk(root)
	if strings.TrimSpace(m.Text) == "" {
		c.add(c.tnef, c.tnefHTML)
	}
	if strings.TrimSpace(m.Text) == "" {
		c.add(c.events, false)
	}
	if m.Subject == "" {
		m.Subject = oneLine(p.subject)
	}
	if strings.TrimSpace(m.Text) == "" && root.kind.params["boundary"] != "" {
		if m.Text = p.outside(root.body); m.Text == "" && len(m.Attachments) == 0 && hollow(root) {
			m.Text = p.between(root.body)
		}
	}
	m.Text = readable(m.Text)
	if len(m.Text) > maxText {
		p.mend("text_limit")
		m.Text = strings.ToValidUTF8(m.Text[:maxText], "")
	}
	if c.html && strings.TrimSpace(m.Text) != "" {
		m.HTMLToText = true
	}
}

// preambles are what mailers write before the first part, for programs that know no parts.
var preambles = regexp.MustCompile(`(?i)multi-?part|mime|e-?mail (reader|client|software)|mail reader|character set|display properly`)

// outside is what a person wrote before the first part of a letter whose parts say nothing.
func (p *parser) outside(body []byte) string {
	var words []string
	for len(body) > 0 && !bytes.HasPrefix(bytes.TrimLeft(body, " \t"), []byte("--")) && len(words) < maxLines {
		var line []byte
		line, body = nextLine(body)
		if !preambles.Match(line) {
			words = append(words, string(line))
		}
	}
	text := strings.TrimSpace(strings.Join(words, "\n"))
	if text != "" {
		p.mend("raw_text")
		text = p.decode([]byte(text), "")
	}
	return text
}

// hollow tells that no part of a letter holds anything.
func hollow(n *node) bool {
	if len(n.children) == 0 {
		return len(bytes.TrimSpace(n.body)) == 0
	}
	for _, c := range n.children {
		if !hollow(c) {
			return false
		}
	}
	return true
}

// between is what stands between the boundaries of a letter whose boundaries contradict each other: all lines but theirs.
func (p *parser) between(body []byte) string {
	var words []string
	for len(body) > 0 && len(words) < maxLines {
		var line []byte
		line, body = nextLine(body)
		if !bytes.HasPrefix(bytes.TrimSpace(line), []byte("--")) && !strings.HasPrefix(fieldName(line), "Content-") && !preambles.Match(line) {
			words = append(words, string(line))
		}
	}
	text := strings.TrimSpace(strings.Join(words, "\n"))
	if text != "" {
		p.mend("raw_text")
		text = p.decode([]byte(text), "")
	}
	return text
}

// readable is text with \n line ends, no controls, no trailing blanks, and at most two empty lines in a row.
func readable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0':
			return ' '
		case unsafeRune(r):
			return -1
		}
		return r
	}, s)
	var out strings.Builder
	out.Grow(len(s))
	empty := 0
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\n")
		if line == "" {
			empty++
			continue
		}
		if out.Len() > 0 {
			out.WriteString(strings.Repeat("\n", min(empty, 2)+1))
		}
		empty = 0
		out.WriteString(line)
	}
	return out.String()
}

type collector struct {
	p        *parser
	m        *Message
	html     bool
	tnef     string // the words of a winmail.dat, for a letter that has no others
	tnefHTML bool
	events   string // the words of an invitation, likewise
}

func (c *collector) walk(n *node) {
	switch {
	case n.kind.name == "multipart/alternative":
		c.alternative(n)
	case n.kind.main() == "multipart":
		if len(n.children) == 0 && len(bytes.TrimSpace(n.body)) > 0 && n.depth >= maxDepth {
			c.attach(n, n.body)
		}
		for _, child := range n.children {
			c.walk(child)
		}
	case readableType(n.kind.name) && !n.file():
		text, html := c.text(n)
		c.add(text, html)
	case readableType(n.kind.name) && n.place.name != "attachment" && strings.TrimSpace(c.m.Text) == "":
		// named as a file, but nothing else says what the letter says
		text, html := c.text(n)
		c.add(text, html)
		c.attach(n, c.p.transfer(n.body, n.header.get("Content-Transfer-Encoding")))
	default:
		c.attach(n, c.p.transfer(n.body, n.header.get("Content-Transfer-Encoding")))
	}
}

// readableType: text that a person reads in the letter itself.
func readableType(name string) bool {
	switch name {
	case "text/plain", "text/html", "text/enriched", "text/richtext", "text/x-markdown", "text/markdown", "text/x-amp-html", "application/xhtml+xml":
		return true
	}
	return false
}

// alternative takes the plain form, or the HTML form when the plain one is missing or only a stub, and the files of all forms.
func (c *collector) alternative(n *node) {
	var plain, html, other collector
	plain = collector{p: c.p, m: &Message{}}
	html = collector{p: c.p, m: &Message{}}
	other = collector{p: c.p, m: &Message{}}
	for _, child := range n.children {
		switch {
		case child.kind.name == "text/plain" && !child.file():
			plain.walk(child)
		case child.kind.name == "text/html" && !child.file() || child.kind.main() == "multipart":
			html.walk(child)
		case child.kind.name == "text/x-amp-html":
		default:
			other.walk(child)
		}
	}
	p, h := strings.TrimSpace(plain.m.Text), strings.TrimSpace(html.m.Text)
	switch {
	case p == "" || letters(h) > 2*letters(p)+40:
		c.add(h, html.html)
	default:
		c.add(p, plain.html)
	}
	if strings.TrimSpace(c.m.Text) == "" {
		c.add(other.m.Text, other.html)
	}
	for _, sub := range []*collector{&plain, &html, &other} {
		c.m.Attachments = append(c.m.Attachments, sub.m.Attachments...)
		if c.tnef == "" {
			c.tnef, c.tnefHTML = sub.tnef, sub.tnefHTML
		}
		c.events = keep(c.events, sub.events)
	}
}

// letters counts what is neither blank nor part of a link.
func letters(s string) int {
	n := 0
	for word := range strings.FieldsSeq(s) {
		if !strings.Contains(word, "://") {
			n += len([]rune(word))
		}
	}
	return n
}

func (c *collector) add(text string, html bool) {
	if strings.TrimSpace(text) == "" {
		return
	}
	if c.m.Text != "" {
		c.m.Text += "\n\n"
	}
	if len(c.m.Text) < 2*maxText {
		c.m.Text += text
	}
	c.html = c.html || html
}

// text decodes a text part for reading.
func (c *collector) text(n *node) (text string, html bool) {
	raw := c.p.transfer(n.body, n.header.get("Content-Transfer-Encoding"))
	charset := n.kind.params["charset"]
	html = n.kind.name == "text/html" || n.kind.name == "application/xhtml+xml"
	if html && canonical(charset) == "" {
		charset = charsetHint(raw[:min(len(raw), 2048)])
	}
	if n.kind.name == "text/plain" {
		files, rest := uuFiles(raw)
		for _, f := range files {
			c.file(f, n)
		}
		raw = rest
	}
	if looksBinary(raw) {
		c.attach(n, raw)
		return "", false
	}
	if len(raw) > 4*maxText { // more than is kept in any charset
		c.p.mend("text_limit")
		raw = raw[:4*maxText]
	}
	text = c.p.decode(raw, charset)
	switch {
	case html && !tags.MatchString(text[:min(len(text), maxValue)]):
		if strings.Contains(strings.TrimSpace(text), "\n") {
			c.p.mend("content_type") // words that are called HTML: their line ends count
		}
		return text, false
	case html:
		text = HTMLText(text)
	case n.kind.name == "text/enriched" || n.kind.name == "text/richtext":
		text = HTMLText(strings.ReplaceAll(text, "<<", "&lt;"))
	case n.kind.params["format"] == "flowed":
		text = unflow(text, strings.EqualFold(n.kind.params["delsp"], "yes"))
	}
	return text, html
}

// tags: something in a text is HTML.
var tags = regexp.MustCompile(`(?i)<(/?[a-z][a-z0-9]{0,15}[\s/>]|!--|!doctype)|&(nbsp|amp|lt|gt|quot|#\d+);`)

// looksBinary: NUL bytes in the beginning, and not UTF-16.
func looksBinary(b []byte) bool {
	if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return false
	}
	head := b[:min(len(b), 4096)]
	return len(head) > 0 && bytes.Count(head, []byte{0})*20 > len(head) && bytes.Count(head, []byte{0})*5 < 2*len(head)
}

// unflow joins the soft line breaks of RFC 3676.
func unflow(s string, delsp bool) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasSuffix(line, " ") && line != "-- " && !strings.HasPrefix(line, ">") {
			if delsp {
				line = line[:len(line)-1]
			}
			out.WriteString(line)
			continue
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.String()
}

func (c *collector) attach(n *node, data []byte) {
	if len(bytes.TrimSpace(data)) == 0 && n.name() == "" {
		return
	}
	if n.kind.name == "text/calendar" {
		c.events = keep(c.events, c.p.calendarText(data, n.kind.params["charset"]))
	}
	if bytes.HasPrefix(data, tnefMark) && c.unpack(n, data) {
		return
	}
	c.file(Attachment{Name: n.name(), Declared: n.kind.name, Data: data, Size: len(data)}, n)
}

// unpack takes a winmail.dat apart: its files beside the others, its words where the letter has none. What gives neither stays a file.
func (c *collector) unpack(n *node, data []byte) bool {
	t := c.p.readTNEF(data, 0)
	if c.p.class == "" {
		c.p.class = strings.ToLower(t.class)
	}
	if c.p.subject == "" {
		c.p.subject = t.subject
	}
	if len(t.files) == 0 && strings.TrimSpace(t.text) == "" {
		return false
	}
	if !t.whole {
		c.p.mend("tnef")
	}
	for _, f := range t.files {
		if len(c.m.Attachments) < maxParts {
			c.file(f, &node{depth: n.depth, header: header{}, place: mediaType{}})
		}
	}
	if c.tnef == "" {
		c.tnef, c.tnefHTML = t.text, t.html
	}
	return true
}
