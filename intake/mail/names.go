package mail

import (
	"fmt"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

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
		a.Name = c.p.described(n, extension(a, found))
	}
	if a.Name == "" {
		a.Name = fmt.Sprintf("part-%d%s", len(c.m.Attachments)+1, extension(a, found))
	}
	c.m.Attachments = append(c.m.Attachments, a)
}

// described makes a name of what a part says of itself beside its name: where it stands, its identifier, its description.
func (p *parser) described(n *node, ext string) string {
	location, _, _ := strings.Cut(p.text(n.header.get("Content-Location")), "?")
	id, _, _ := strings.Cut(strings.Trim(strings.TrimSpace(n.header.get("Content-Id")), "<>"), "@")
	for _, name := range []string{fileName(location), fileName(p.text(id))} {
		if end := path.Ext(name); len(end) > 1 && len(end) <= 5 && len(name) <= 100 && len(end) < len(name) {
			return name
		}
	}
	name := fileName(p.text(n.header.get("Content-Description")))
	switch {
	case name != "" && len(name) <= 100 && path.Ext(name) == "":
		return name + ext
	case name != "" && len(name) <= 100:
		return name
	case n.kind.name == "message/delivery-status":
		return "delivery-status.txt"
	}
	return ""
}

func extension(a Attachment, found *mimetype.MIME) string {
	switch a.Declared {
	case "message/rfc822", "message/global":
		return ".eml"
	case "text/calendar":
		return ".ics"
	case "application/pgp-encrypted":
		return ".txt"
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
