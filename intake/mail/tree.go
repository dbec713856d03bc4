package mail

import (
	"bytes"
	"strings"
)

// node is one part of a message; body is its raw content, still transfer-encoded, and shares memory with the message.
type node struct {
	header   header
	kind     mediaType // declared Content-Type
	place    mediaType // declared Content-Disposition
	body     []byte
	children []*node
	depth    int

	enveloped bool // S/MIME that hides its content
}

// message reads a whole message into its tree.
func (p *parser) message(raw []byte) *node {
	p.hint = charsetHint(raw)
	if bytes.HasPrefix(raw, tnefMark) { // a winmail.dat that somebody saved and sent as the letter itself
		return &node{kind: mediaType{name: "application/ms-tnef"}, body: raw}
	}
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
	switch n.kind.name {
	case "application/plain", "plain/text", "text/ascii", "text/us-ascii", "text/txt":
		n.kind.name = "text/plain"
		p.mend("content_type")
	case "plain/html", "application/html", "text/htm":
		n.kind.name = "text/html"
		p.mend("content_type")
	}
	switch {
	case n.kind.main() == "multipart":
		p.multipart(n)
	case n.kind.name == "application/pkcs7-mime" || n.kind.name == "application/x-pkcs7-mime" || strings.HasSuffix(strings.ToLower(n.name()), ".p7m"):
		p.cms(n)
	case n.kind.name == "message/partial":
		p.mend("partial")
		if n.kind.params["number"] == "1" && depth < maxDepth { // the first piece begins with the header of the whole
			ih, ib := p.header(body, true)
			n.children, n.kind.name = []*node{p.node(ih, ib, depth+1, "text/plain")}, "multipart/x-partial"
		}
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

// cms opens S/MIME that signs without hiding: what it wraps is read in its place.
func (p *parser) cms(n *node) {
	data := p.transfer(n.body, n.header.get("Content-Transfer-Encoding"))
	content := cmsContent(data)
	n.enveloped = n.kind.params["smime-type"] == "enveloped-data" || bytes.Contains(data[:min(len(data), 64)], envelopedData)
	if len(content) == 0 || n.depth >= maxDepth || p.parts >= maxParts {
		return
	}
	h, b := p.header(content, false)
	if len(h) > 0 && !describes(h) {
		h, b = nil, content
	}
	n.children, n.kind.name = []*node{p.node(h, b, n.depth+1, "text/plain")}, "multipart/signed"
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
		if len(h) > 0 && !describes(h) { // a letter that begins "Dear all:" where the empty line is missing
			p.mend("header_line")
			h, b = nil, span
		}
		n.children = append(n.children, p.node(h, b, n.depth+1, fallback))
	}
}

// describes tells whether fields are those of a part: one of them is well known or describes the content.
func describes(h header) bool {
	for _, f := range h {
		if knownFields[f.name] || strings.HasPrefix(f.name, "Content-") || strings.HasPrefix(f.name, "X-") {
			return true
		}
	}
	return false
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
		begin := at
		for begin > max(0, at-4) && (body[begin-1] == ' ' || body[begin-1] == '\t') {
			begin-- // somebody has indented the line
		}
		if begin > 0 && body[begin-1] != '\n' && body[begin-1] != '\r' {
			i = at + 1
			continue
		}
		line, rest := nextLine(body[at:])
		after := len(body) - len(rest)
		if rest == nil {
			after = len(body)
		}
		tail := bytes.TrimRight(line[len(mark):], " \t")
		last := bytes.Equal(tail, []byte("--")) || bytes.HasPrefix(tail, []byte("-- "))
		if len(tail) > 0 && !last && tail[0] != ' ' && tail[0] != '\t' { // words after the boundary do not undo it
			i = at + len(mark)
			continue
		}
		if start >= 0 {
			spans = append(spans, trimNewline(body[start:begin]))
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
