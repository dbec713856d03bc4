package main

import (
	"path/filepath"

	"huiyin/notify"
)

// letters is the post office: through the relay that is configured, else into the outbox in the data directory.
func (p *parts) letters() (*notify.Post, error) {
	var transport notify.Transport = notify.Outbox{Dir: filepath.Join(p.Config.Data, "outbox")}
	if p.Config.Smarthost != "" {

		transport = notify.Smarthost{Addr: p.Config.Smarthost, Hello: domainOf(p.Config.Mailbox)}
	}
	return notify.New(notify.Settings{Pool: p.Pool, Docket: p.Docket, City: p.City, Transport: transport, BaseURL: p.Config.BaseURL, Mailboxes: p.Config.Mailbox, Now: p.Config.Now(), Log: p.Log})
}
