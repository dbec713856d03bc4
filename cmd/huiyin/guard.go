package main

import (
	"context"
	"errors"
	"net/mail"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/datause/warning"
	"huiyin/notify"
	"huiyin/rights"
)

// guardTick is how often warnings are looked for that no letter was written about: the letter is out well within a minute.
const guardTick = 5 * time.Second

// guardSweep writes to the privacy officer of each warning, and of each request about data before and after its limit; there is none where no address is set.
func (p *parts) guardSweep(post *notify.Post) []sweep {
	if p.Config.PrivacyMail == "" {
		return nil
	}
	tell := func(ctx context.Context, tx pgx.Tx, w warning.Warning) error {
		return post.Alert(ctx, tx, p.Config.PrivacyMail, notify.Alert{Key: "warning.rule_" + string(w.Rule), N: w.Measure, At: w.At, Path: "/admin/warnings"})
	}
	remind := func(ctx context.Context, tx pgx.Tx, r rights.Reminder) error {
		return post.Tell(ctx, tx, notify.RightNotice(r.ID, r.Number, r.Kind, r.Due, r.Late, p.Config.PrivacyMail))
	}
	return []sweep{{"right_letters", time.Minute, func(ctx context.Context) (int, error) { return rights.Remind(ctx, p.Pool, p.Config.Now()(), remind) }},
		{"warning_letters", guardTick, func(ctx context.Context) (int, error) { return warning.Tell(ctx, p.Pool, p.Config.Now()(), 50, tell) }}}
}

// office takes requests about residents' own data.
func (p *parts) office() *rights.Office { return &rights.Office{Docket: p.Docket, Terms: p.Terms} }

// certifier makes certificates of what was destroyed.
func (p *parts) certifier() *rights.Certifier { return &rights.Certifier{DB: p.Pool, Log: p.log()} }

// privacyMail reads one plain mail address.
func privacyMail(to *string, v string) error {
	if v == "" {
		*to = ""
		return nil
	}
	a, err := mail.ParseAddress(v)
	if err != nil || a.Name != "" || a.Address != v {
		return errors.New("write one address, such as privacy@12345.example.gov.cn")
	}
	*to = v
	return nil
}
