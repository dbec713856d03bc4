package mail

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// node is one part of a message; body is its raw content, still transfer-encoded, and shares memory with the message.
type node struct {
	header   header
	kind     mediaType // declared Content-Type
	place    mediaType // declared Content-Disposition
	body     []byte
	children []*node
	depth    int
}

// message reads a whole message into its tree.
func (p *parser) message(raw []byte) *node {
	p.hint = charsetHint(raw)
	h, body := p.header(raw, true)
	return p.node(h, body, 0, "text/plain")
}

// charsetHint is the first charset that the message declares anywhere.
func charsetHint(raw []byte) string {
	if len(raw) > 64<<10 {
		raw = raw[:64<<10]
	}
	low := bytes.ToLower(raw)
	i := bytes.Index(low, []byte("charset="))
	if i < 0 {
		return ""
	}
	s := strings.TrimLeft(string(low[i+len("charset="):min(len(low), i+60)]), "\"' ")
	if j := strings.IndexAny(s, "\"'; \r\n\t>"); j >= 0 {
		s = s[:j]
	}
	return s
}

// node reads one part, and its parts in turn, as deep and as many as the limits allow.
func (p *parser) node(h header, body []byte, depth int, fallback string) *node {
	p.parts++
	n := &node{header: h, body: body, depth: depth}
	n.kind = p.mediaType(h.get("Content-Type"))
	n.place = p.mediaType(h.get("Content-Disposition"))
	if n.kind.name == "" || n.kind.name == "text" || !strings.Contains(n.kind.name, "/") {
		if n.kind.name != "" {
			p.mend("content_type")
		}
		n.kind.name = fallback
		if n.kind.name == "text/plain" && looksHTML(body) && !n.file() {
			n.kind.name = "text/html"
		}
		if n.kind.params["boundary"] != "" {
			n.kind.name = "multipart/mixed"
		}
	}
	switch {
	case n.kind.main() == "multipart":
		p.multipart(n)
	case n.kind.name == "message/rfc822" || n.kind.name == "message/global":
		// read for its verdict only: the enclosed message stays an attachment
		if depth < maxDepth && p.parts < maxParts {
			inner := &parser{repaired: map[string]bool{}, parts: p.parts, hint: p.hint}
			ih, ib := inner.header(p.transfer(body, h.get("Content-Transfer-Encoding")), true)
			if ih != nil {
				n.children = []*node{{header: ih, body: ib, depth: depth + 1}}
				p.parts++
			}
		}
	}
	return n
}

// file tells whether the part declares itself a file.
func (n *node) file() bool {
	return n.place.name == "attachment" || n.place.params["filename"] != "" || n.kind.params["name"] != "" && n.place.name != "inline"
}

func (n *node) name() string {
	for _, s := range []string{n.place.params["filename"], n.kind.params["name"], n.place.params["name"], n.kind.params["filename"], n.kind.params["file"]} {
		if s != "" {
			return s
		}
	}
	return ""
}

// multipart cuts a multipart body at its boundary. A boundary that is missing or absent from the body is looked for in the body;
// without one the whole body is read as text, so that nothing is lost.
func (p *parser) multipart(n *node) {
	if n.depth >= maxDepth {
		p.mend("depth_limit")
		return
	}
	body := n.body
	if enc := strings.ToLower(n.header.get("Content-Transfer-Encoding")); enc == "base64" && looksBase64(body) {
		body = p.transfer(body, enc) // forbidden by RFC 2045 section 6.4, and seen
	}
	spans, closed := splitParts(body, n.kind.params["boundary"])
	if len(spans) == 0 {
		if b := findBoundary(body); b != "" {
			p.mend("boundary_missing")
			spans, closed = splitParts(body, b)
		}
	}
	if len(spans) == 0 {
		p.mend("boundary_missing")
		if len(bytes.TrimSpace(body)) == 0 {
			return
		}
		kind := "text/plain"
		if looksHTML(body) {
			kind = "text/html"
		}
		p.parts++
		n.children = []*node{{header: n.header, kind: mediaType{name: kind, params: map[string]string{"charset": n.kind.params["charset"]}}, body: body, depth: n.depth + 1}}
		return
	}
	if !closed {
		p.mend("boundary_unclosed")
	}
	fallback := "text/plain"
	if n.kind.name == "multipart/digest" {
		fallback = "message/rfc822"
	}
	for _, span := range spans {
		if p.parts >= maxParts {
			p.mend("parts_limit")
			return
		}
		h, b := p.header(span, false)
		n.children = append(n.children, p.node(h, b, n.depth+1, fallback))
	}
}

// splitParts gives the bodies between boundary lines; closed tells whether the last boundary stood there.
func splitParts(body []byte, boundary string) (spans [][]byte, closed bool) {
	boundary = strings.TrimRight(boundary, " \t")
	if boundary == "" {
		return nil, false
	}
	mark := []byte("--" + boundary)
	start := -1
	for i := 0; i <= len(body)-len(mark); {
		j := bytes.Index(body[i:], mark)
		if j < 0 {
			break
		}
		at := i + j
		if at > 0 && body[at-1] != '\n' && body[at-1] != '\r' {
			i = at + 1
			continue
		}
		line, rest := nextLine(body[at:])
		after := len(body) - len(rest)
		if rest == nil {
			after = len(body)
		}
		tail := bytes.TrimRight(line[len(mark):], " \t")
		last := bytes.Equal(tail, []byte("--"))
		if len(tail) > 0 && !last {
			i = at + len(mark)
			continue
		}
		if start >= 0 {
			spans = append(spans, trimNewline(body[start:at]))
		}
		start = after
		closed = last
		if last {
			start = -1
		}
		if len(spans) > maxParts {
			return spans, closed
		}
		i = max(after, at+len(mark))
	}
	if start >= 0 && start < len(body) {
		spans = append(spans, body[start:])
	}
	return spans, closed
}

func trimNewline(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// findBoundary looks for a line of two dashes and a word that is followed by a Content- header.
func findBoundary(body []byte) string {
	b := body
	for n := 0; len(b) > 0 && n < 5000; n++ {
		line, rest := nextLine(b)
		b = rest
		word := bytes.TrimRight(line, " \t")
		if len(word) < 5 || len(word) > 200 || !bytes.HasPrefix(word, []byte("--")) || bytes.ContainsAny(word, " \t") {
			continue
		}
		if next := fieldName(firstLine(rest)); strings.HasPrefix(next, "Content-") {
			return string(word[2:])
		}
	}
	return ""
}

func looksHTML(b []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(b[:min(len(b), 2048)]))
	for _, tag := range []string{"<div", "<p>", "<p ", "<table", "<span", "<meta ", "<font"} {
		if bytes.HasPrefix(head, []byte(tag)) {
			return true
		}
	}
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) || bytes.Contains(head, []byte("<html")) && bytes.Contains(head, []byte("<head")) || bytes.Contains(head, []byte("<body"))
}

// collect walks the tree and gathers the readable text and the files.
func (p *parser) collect(m *Message, root *node) {
	c := &collector{p: p, m: m}
	c.walk(root)
	if strings.TrimSpace(m.Text) == "" && len(m.Attachments) == 0 && len(bytes.TrimSpace(root.body)) > 0 && root.kind.main() == "multipart" {
		// parts without any words: show the raw text
		p.mend("raw_text")
		m.Text = p.decode(root.body, "")
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
	p    *parser
	m    *Message
	html bool
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
	for _, sub := range []*Message{plain.m, html.m, other.m} {
		c.m.Attachments = append(c.m.Attachments, sub.Attachments...)
	}
}

// letters counts what is neither blank nor part of a link.
func letters(s string) int {
	n := 0
	for _, word := range strings.Fields(s) {
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
	text = c.p.decode(raw, charset)
	switch {
	case html:
		text = HTMLText(text)
	case n.kind.name == "text/enriched" || n.kind.name == "text/richtext":
		text = HTMLText(strings.ReplaceAll(text, "<<", "&lt;"))
	case n.kind.params["format"] == "flowed":
		text = unflow(text, strings.EqualFold(n.kind.params["delsp"], "yes"))
	}
	return text, html
}

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
	c.file(Attachment{Name: n.name(), Declared: n.kind.name, Data: data, Size: len(data)}, n)
}

// file names and types an attachment: the type by its content, the name without directories.
func (c *collector) file(a Attachment, n *node) {
	found := mimetype.Detect(a.Data)
	a.Type, _, _ = strings.Cut(found.String(), ";")
	if strings.HasPrefix(a.Declared, "message/") || a.Declared == "text/calendar" || a.Declared == "text/rfc822-headers" || strings.HasPrefix(a.Declared, "application/p") && a.Type == "application/octet-stream" {
		a.Type = a.Declared // structure that content alone cannot tell
	}
	a.Inline = n.place.name == "inline" || n.place.name == "" && n.header.has("Content-Id")
	a.ContentID = strings.Trim(strings.TrimSpace(n.header.get("Content-Id")), "<>")
	a.Name = fileName(a.Name)
	if a.Name == "" && len(n.children) == 1 {
		a.Name = fileName(c.p.text(n.children[0].header.get("Subject")))
		if a.Name != "" {
			a.Name += ".eml"
		}
	}
	if a.Name == "" {
		a.Name = fmt.Sprintf("part-%d%s", len(c.m.Attachments)+1, extension(a, found))
	}
	c.m.Attachments = append(c.m.Attachments, a)
}

func extension(a Attachment, found *mimetype.MIME) string {
	switch a.Declared {
	case "message/rfc822", "message/global":
		return ".eml"
	case "text/calendar":
		return ".ics"
	case "message/delivery-status", "text/rfc822-headers", "message/feedback-report":
		return ".txt"
	case "application/ms-tnef":
		return ".dat"
	}
	return found.Extension()
}

// fileName is a name safe to show and to store: no directory, no controls, at most 200 bytes.
func fileName(s string) string {
	s = strings.ReplaceAll(oneLine(s), `\`, "/")
	if s == "" {
		return ""
	}
	s = path.Base(s)
	if s == "." || s == ".." || s == "/" {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
	if len(s) > 200 {
		ext := path.Ext(s)
		if len(ext) > 20 {
			ext = ""
		}
		s = strings.ToValidUTF8(s[:200-len(ext)], "") + ext
	}
	return s
}
