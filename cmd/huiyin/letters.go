package main

import (
	"fmt"
	"path/filepath"

	"huiyin/intake/smtpdoor"
	"huiyin/notify"
)

// letters is the post office: through the relay that is configured, else into the outbox in the data directory.
func (p *parts) letters() (*notify.Post, error) {
	var transport notify.Transport = notify.Outbox{Dir: filepath.Join(p.Config.Data, "outbox")}
	if p.Config.Smarthost != "" {
		relay, err := notify.ParseSmarthost(p.Config.Smarthost)
		if err != nil {
			return nil, fmt.Errorf("HUIYIN_SMARTHOST: %w", err)
		}
		relay.Hello = domainOf(p.Config.Mailbox)
		transport = relay
	}
	signature, err := p.Config.signature()
	if err != nil {
		return nil, err
	}
	return notify.New(notify.Settings{Pool: p.Pool, Docket: p.Docket, City: p.City, Transport: transport, BaseURL: p.Config.BaseURL, Mailboxes: p.Config.Mailbox, Signature: signature, Now: p.Config.Now(), Log: p.Log})
}

// signature is the key that signs letters; nil where none is set.
func (c Config) signature() (*notify.Signature, error) {
	if c.DKIMKey == "" {
		return nil, nil
	}
	s, err := notify.ReadSignature(c.DKIMKey, c.DKIMSelector, domainOf(c.Mailbox))
	if err != nil {
		return nil, fmt.Errorf("the key that signs letters cannot be used: %w (see HUIYIN_DKIM_KEY)", err)
	}
	return s, nil
}

// mailDoor are the settings of the mail door.
func (c Config) mailDoor() (smtpdoor.Config, error) {
	door := smtpdoor.Config{Domain: domainOf(c.Mailbox), Mailboxes: c.Mailbox}
	if c.MailCert == "" {
		return door, nil
	}
	secure, err := smtpdoor.Certificate(c.MailCert, c.MailKey)
	if err != nil {
		return door, fmt.Errorf("STARTTLS cannot be offered: %w (see HUIYIN_MAIL_CERT and HUIYIN_MAIL_KEY)", err)
	}
	door.TLS = secure
	return door, nil
}
