package dossier

import (
	"encoding/json"

	"github.com/a-h/templ"

	"huiyin/casework"
	"huiyin/intake/mailauth"
	"huiyin/locale"
	"huiyin/notify"
	"huiyin/web/shell"
)

// Sender says in words whether a mail was proven to come from the domain it names; stored is what mailauth found, nil where nobody asked.
func Sender(p shell.Page, stored []byte) templ.Component {
	tone, words := senderWords(p, stored)
	return shell.Tag(tone, words)
}

func senderWords(p shell.Page, stored []byte) (shell.Tone, string) {
	var a mailauth.Answer
	if stored == nil || json.Unmarshal(stored, &a) != nil {
		return shell.Calm, p.T("sender.unchecked")
	}
	args := locale.Args{"Domain": a.Domain}
	switch {
	case a.Verdict == mailauth.Proven && a.By == "dkim":
		return shell.Good, p.T("sender.proven_dkim", args)
	case a.Verdict == mailauth.Proven:
		return shell.Good, p.T("sender.proven_spf", args)
	case a.Verdict == mailauth.Forged:
		return shell.Bad, p.T("sender.forged", args)
	case a.Verdict == mailauth.Unchecked:
		return shell.Calm, p.T("sender.no_answer")
	case a.Domain == "":
		return shell.Warn, p.T("sender.no_domain")
	case a.DKIM == "fail":
		return shell.Warn, p.T("sender.broken", args)
	}
	return shell.Warn, p.T("sender.unproven", args)
}

// Post is how the mail of a case came and how its letters went.
type Post struct {
	Mails   []casework.Origin
	Letters []notify.Letter
}

// letterTone and letterWords tell how far a letter got.
func letterTone(l notify.Letter) shell.Tone {
	switch l.State {
	case notify.Sent:
		return shell.Good
	case notify.Bounced, notify.GaveUp:
		return shell.Bad
	case notify.Retrying, notify.Held:
		return shell.Warn
	}
	return shell.Calm
}

func (v View) letterWords(l notify.Letter) string {
	words := v.P.T("post.letter_" + string(l.State))
	if key := "post.held_" + l.Why; l.State == notify.Held && v.P.Lang.Has(key) {
		words = v.P.T(key)
	}
	if l.State == notify.Bounced && l.Why != "" {
		words += " (" + l.Why + ")"
	}
	if l.Failing {
		words += " " + v.P.T("post.failing")
	}
	return words
}

func (v View) letterTo(l notify.Letter) string {
	if l.Unit != "" {
		return v.Unit(l.Unit)
	}
	return v.P.T("post.to_resident")
}
