package mail

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed data/signs.txt
var signRules string

var (
	wholeSigns = readRules(signRules, `^\s*`, `\s*$`)
	wordSigns  = readRules(signRules, ``, ``)
	headSigns  = readRules(signRules, `^\s*`, ``)
)

// LetterHeader is the field that marks the letters we write; a message that carries it at its top is our own.
const LetterHeader = "X-Huiyin-Letter"

// automatic reads the marks of automatic mail.
func automatic(h header, known Known) Automatic {
	a := Automatic{NullReturnPath: known.NullReturnPath}
	if v := strings.ToLower(firstToken(h.get("Auto-Submitted"))); v != "no" {
		a.AutoSubmitted = v
	}
	a.Precedence = strings.ToLower(firstToken(h.get("Precedence")))
	if h.has("Return-Path") && strings.Trim(h.get("Return-Path"), "<> \t") == "" {
		a.NullReturnPath = true
	}
	suppress := strings.ToLower(h.get("X-Auto-Response-Suppress"))
	for _, word := range []string{"all", "oof", "autoreply"} {
		a.Suppress = a.Suppress || strings.Contains(suppress, word)
	}
	a.Suppress = a.Suppress || a.AutoSubmitted != "" || slices.Contains([]string{"bulk", "junk", "list", "auto_reply"}, a.Precedence)
	return a
}

func firstToken(s string) string {
	if i := strings.IndexAny(s, "; \t("); i >= 0 {
		s = s[:i]
	}
	return s
}

// judge decides what kind of thing the message is. The order matters: our own letter is a loop before anything else, and a bounce
// is a bounce even when it came through a list.
func judge(m *Message, p *parser, root *node, known Known) (Verdict, string) {
	h := root.header
	if h.has(LetterHeader) {
		return Loop, "own_letter"
	}
	if reason := bounced(m, p, root); reason != "" {
		return Bounce, reason
	}
	if _, domain, ok := cutLast(m.MessageID, "@"); ok && slices.ContainsFunc(known.OwnDomains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		return Loop, "own_message_id"
	}
	for _, box := range slices.Concat(h.all("X-Loop"), h.all("X-Loops")) {
		if slices.ContainsFunc(known.Mailboxes, func(b string) bool { return strings.EqualFold(b, bare(box)) }) {
			return Loop, "x_loop"
		}
	}
	if reason := answeredByMachine(m, p, root); reason != "" {
		return AutoReply, reason
	}
	if reason := throughList(h); reason != "" {
		return List, reason
	}
	if reason := unreadable(m, p, root); reason != "" {
		return Quarantine, reason
	}
	switch {
	case len(m.Tokens) > 0:
		return Reply, "token"
	case strings.TrimSpace(h.get("In-Reply-To")) != "":
		return Reply, "in_reply_to"
	case strings.TrimSpace(h.get("References")) != "":
		return Reply, "references"
	}
	switch {
	case encrypted(root, m.Text):
		return Case, "encrypted"
	case p.repaired["partial"]:
		return Case, "partial"
	}
	return Case, "new"
}

// systemSender tells whether only a mail system writes under this sender; shared tells of addresses people use too.
func systemSender(a Address) (system, shared bool) {
	local, _, _ := cutLast(a.Address, "@")
	return wholeSigns.match("system", local) || wholeSigns.match("sysname", a.Name), wholeSigns.match("robot", local)
}

// bounced recognises delivery reports and complaint reports, by structure first and by their words last. "" means no bounce.
func bounced(m *Message, p *parser, root *node) string {
	h := root.header
	switch strings.ToLower(root.kind.params["report-type"]) {
	case "delivery-status", "delivery-status-notification":
		return "dsn"
	case "feedback-report":
		return "feedback_report"
	case "disposition-notification":
		return ""
	}
	if strings.HasSuffix(p.class, ".ndr") || strings.HasSuffix(p.class, "non-delivery report") {
		return "dsn"
	}
	reason := ""
	eachOwn(root, func(n *node) {
		switch n.kind.name {
		case "message/delivery-status", "message/global-delivery-status":
			reason = "dsn"
		case "message/feedback-report":
			reason = "feedback_report"
		}
	})
	if reason != "" {
		return reason
	}
	if h.has("X-Failed-Recipients") {
		return "failed_recipients"
	}
	if h.has("X-Ms-Embedded-Report") {
		return "dsn"
	}
	system, shared := systemSender(m.From)
	if (h.has("X-Autoreply") || m.Auto.AutoSubmitted == "auto-replied" && !system) && headSigns.match("away", m.Subject) {
		return ""
	}
	subject := wordSigns.match("bounce", m.Subject)
	body := (system || shared || subject) && wordSigns.match("failed", m.Text[:min(len(m.Text), 6000)])
	switch {
	case system && (subject || body):
		return "mail_system"
	case system && headSigns.match("away", m.Subject):
		return ""
	case system && (m.Auto.NullReturnPath || m.Auto.AutoSubmitted != ""):
		return "mail_system"
	case shared && subject && (body || m.Auto.NullReturnPath || m.Auto.AutoSubmitted != ""):
		return "mail_system"
	case headSigns.match("bounce", m.Subject) && strings.HasPrefix(strings.ToLower(m.From.Address), "postmaster@"):
		return "mail_system"
	case m.Auto.NullReturnPath && body && (subject || shared):
		return "null_return_path"
	case m.Auto.AutoSubmitted != "" && subject && body:
		return "auto_submitted"
	case subject && body && len(m.InReplyTo) == 0 && returnsLetter(root):
		return "returned_message"
	}
	return ""
}

// returnsLetter tells whether a message encloses a letter of ours.
func returnsLetter(root *node) bool {
	found := false
	eachOwn(root, func(n *node) {
		for _, c := range n.children {
			found = found || n.kind.name == "message/rfc822" && c.header.has(LetterHeader)
		}
	})
	return found
}

// eachOwn visits the parts of the message itself, never those of an enclosed message.
func eachOwn(n *node, visit func(*node)) {
	visit(n)
	if n.kind.name == "message/rfc822" || n.kind.name == "message/global" {
		return
	}
	for _, c := range n.children {
		eachOwn(c, visit)
	}
}

// answeredByMachine recognises vacation notices, receipts and other mail that no person wrote (RFC 3834). "" means a person may have.
func answeredByMachine(m *Message, p *parser, root *node) string {
	h := root.header
	if m.Auto.AutoSubmitted != "" {
		return "auto_submitted:" + m.Auto.AutoSubmitted
	}
	if root.kind.params["report-type"] == "disposition-notification" || strings.HasSuffix(p.class, "read receipt") || strings.HasSuffix(p.class, ".ipnrn") || strings.HasSuffix(p.class, ".ipnnrn") {
		return "read_receipt"
	}
	for _, f := range []string{"X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponse", "X-Autoresponder", "X-Mail-Autoreply", "X-Auto-Reply-From", "X-Fc-Machinegenerated", "X-Cron-Env", "X-Apple-Action", "X-Vacation"} {
		if v := strings.ToLower(strings.TrimSpace(h.get(f))); h.has(f) && v != "no" && v != "false" {
			return "header:" + strings.ToLower(f)
		}
	}
	switch {
	case m.Auto.Precedence == "auto_reply" || m.Auto.Precedence == "auto-reply":
		return "precedence:" + m.Auto.Precedence
	case headSigns.match("away", m.Subject):
		return "subject"
	case strings.Contains(strings.ToLower(h.get("Delivered-To")), "autoresponder"):
		return "header:delivered-to"
	}
	if m.Auto.NullReturnPath && headSigns.match("awaytext", m.Text) {
		return "null_return_path"
	}
	return ""
}

// throughList recognises mail to many (RFC 2369, RFC 2919 and the customs before them).
func throughList(h header) string {
	for _, f := range []string{"List-Id", "List-Unsubscribe", "List-Post", "List-Help", "List-Subscribe", "List-Archive", "List-Owner", "Mailing-List", "X-Mailing-List", "X-Beenthere", "X-Mailman-Version", "X-Listname", "Feedback-Id"} {
		if h.has(f) {
			return "header:" + strings.ToLower(f)
		}
	}
	switch p := strings.ToLower(firstToken(h.get("Precedence"))); {
	case p == "list", p == "junk", p == "bulk" && distributed(h):
		return "precedence:" + p
	}
	return ""
}

// distributed tells whether a list has passed a message on, or a robot sent it. "Precedence: bulk" alone does not say so: help desks and
// offices put it on what their people write, and such a letter is read like any other, only never answered automatically.
func distributed(h header) bool {
	for _, f := range []string{"Sender", "Return-Path", "Errors-To", "X-Sender"} {
		local, _, _ := cutLast(bare(h.get(f)), "@")
		if wholeSigns.match("listed", local) {
			return true
		}
	}
	for _, r := range h.all("Received") {
		if wordSigns.match("listing", r) {
			return true
		}
	}
	local, _, _ := cutLast(bare(h.get("From")), "@")
	local = local[strings.LastIndexAny(local, "< ")+1:]
	return wholeSigns.match("robot", local) || wholeSigns.match("mass", local)
}

// unreadable tells why a person must look at the raw message, "" when it can be read.
func unreadable(m *Message, p *parser, root *node) string {
	words := strings.TrimSpace(m.Text) != "" || len(m.Attachments) > 0
	switch {
	case !words && m.Subject == "":
		return "no_content"
	case root.header == nil && root.kind.name != "application/ms-tnef" && (controls(root.body) || !readableShare(m.Text)):
		return "binary"
	case p.repaired["depth_limit"] && strings.TrimSpace(m.Text) == "":
		return "too_deep"
	}
	return ""
}

// controls: a NUL, or more than one control character in fifty bytes, which no text has.
func controls(b []byte) bool {
	n := 0
	for _, c := range b {
		if c == 0 {
			return true
		}
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1B {
			n++
		}
	}
	return n*50 > len(b)
}

// readableShare: at most one in ten characters is damage.
func readableShare(s string) bool {
	total, bad := 0, 0
	for _, r := range s {
		total++
		if r == '\uFFFD' || r < ' ' && r != '\n' && r != '\t' {
			bad++
		}
	}
	return total > 0 && bad*10 <= total
}
