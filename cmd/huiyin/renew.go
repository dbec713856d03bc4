package main

import (
	"context"
	"path/filepath"
	"time"

	"huiyin/web"
	"huiyin/web/admin"
	"huiyin/web/signin"
)

// rulesPoll is how often a process asks whether the rulebook has a new edition.
const rulesPoll = 2 * time.Second

// watchRules takes up every new edition of the rulebook, every decision on trained models and every count of what operators kept: the parts that decide are put together again beside the old ones and swapped in one step.
// Rules that cannot be used leave the old ones at work and are tried again.
func (s *service) watchRules(ctx context.Context, renewals []func()) {
	tick := time.NewTicker(rulesPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		p := s.present.Load()
		edition, err := p.Book.Edition(ctx)
		decided, undecided := p.Models.InForce(ctx)
		tally, uncounted := p.Models.LastTally(ctx)
		if err != nil || undecided != nil || uncounted != nil || edition == p.Rules.Edition && decided.ID == p.Decided.ID && tally == p.Tally {
			continue // a database that is away is told by those who need it
		}
		next, err := p.renewed(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.Log.Error("the new rules cannot be used, the old ones stay", "edition", edition, "error", err)
			}
			continue
		}
		s.present.Store(next)
		for _, renew := range renewals {
			renew()
		}
		s.Log.Info("new rules are in use", "edition", next.Rules.Edition, "model", next.Decided.Model, "alone", next.Decided.Alone)
	}
}

// workers runs letters, followers and timers, and starts them anew with every new edition of the rulebook.
func (s *service) workers(ctx context.Context, again <-chan struct{}) error {
	for {
		one, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- s.present.Load().work(one) }()
		var err error
		select {
		case err = <-ended:
			cancel()
			return err
		case <-again:
			cancel()
			err = <-ended
		}
		if err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// webConfig is what the pages work with now.
func (s *service) webConfig() web.Config {
	p := s.present.Load()
	return web.Config{Pool: p.Pool, Reader: s.reader, Docket: p.Docket, Desk: p.Desk, Door: p.Door, City: p.City, Terms: p.Terms, Book: p.Book, Rules: p.Rules, Model: p.Decided.Model, Checks: s.findings, Staff: p.Staff, Keys: p.Keys, Search: p.search(),
		Live: s.live, Leaving: s.leaving.Load, Gate: s.gate, Reading: s.reading, Counter: s.counter, SSO: singleSignOn(p), BaseURL: p.Config.BaseURL, Work: p.Config.Work, Mailbox: p.Config.Mailbox[0], Standby: filepath.Join(p.Config.Data, "standby"), Now: p.Config.Now(), Log: p.Log}
}

// singleSignOn is the way in through the city's identity provider; nil where there is none.
func singleSignOn(p *parts) *signin.SingleSignOn {
	c := p.Config
	if c.OIDCIssuer == "" {
		return nil
	}
	return &signin.SingleSignOn{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, Secret: c.OIDCClientSecret, Claim: c.OIDCClaim, BaseURL: c.BaseURL, Now: p.Config.Now(), Log: p.Log}
}

// findings are doctor's findings about the machine, the database and the way out for letters, for the administrators' page.
func (s *service) findings(ctx context.Context) []admin.Finding {
	p := &patient{config: s.Config, configErr: s.env.configErr, environ: s.env.Environ(), db: s.Pool, now: time.Now}
	var list []admin.Finding
	for _, c := range checks() {
		if c.Name == "web port" || c.Name == "mail port" {
			continue // this page is served: the ports are ours
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		f := c.Run(ctx, p)
		cancel()
		list = append(list, admin.Finding{Check: c.Name, Grade: f.Grade.String(), Text: f.Text})
	}
	return list
}
