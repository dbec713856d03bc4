package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"huiyin/notify"
)

// mailChecks look at the ports where we receive, and at the way out for letters.
var mailChecks = []Check{
	{"web port", checkWebPort},
	{"mail port", checkMailPort},
	{"mail encryption", checkMailTLS},
	{"mail waiting", checkMailSpool},
	{"letters out", checkLettersOut},
	{"letters signed", checkLettersSigned},
}

// portState tries to take a port: free (nil), taken (errTaken), or not ours to take.
func portState(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l.Close()
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return errTaken
	}
	return err
}

var errTaken = errors.New("taken")

func checkWebPort(ctx context.Context, p *patient) Finding {
	addr := p.config.Addr
	switch err := portState(addr); {
	case err == nil:
		return fine("%s is free", addr)
	case !errors.Is(err, errTaken):
		return bad("%s cannot be used: %v", addr, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return bad("%s cannot be asked: %v", addr, err)
	}
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return bad("%s is taken by another program: stop it, or set HUIYIN_ADDR to another port", addr)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return bad("%s is taken by a program that does not answer /healthz as huiyin does (%s): stop it, or set HUIYIN_ADDR to another port", addr, answer.Status)
	}
	return fine("a huiyin serves at %s", addr)
}

func checkMailPort(_ context.Context, p *patient) Finding {
	addr := p.config.MailAddr
	switch err := portState(addr); {
	case err == nil:
		return fine("%s is free; mail is accepted for %s", addr, strings.Join(p.config.Mailbox, ", "))
	case !errors.Is(err, errTaken):
		return bad("%s cannot be used: %v", addr, err)
	}
	refused, err := offer(addr, p.config.Mailbox)
	switch {
	case err != nil:
		return bad("%s is taken by a program that does not take mail (%v): stop it, or set HUIYIN_MAIL_ADDR to another port", addr, err)
	case refused != "":
		return bad("the mail server at %s does not take mail for %s: stop it if it is another program, else see HUIYIN_MAILBOX", addr, refused)
	}
	return fine("mail for %s is taken at %s", strings.Join(p.config.Mailbox, ", "), addr)
}

// offer asks the mail server at addr whether it takes mail for the mailboxes, without sending any; refused is the first it does not.
func offer(addr string, mailboxes []string) (refused string, err error) {
	conn, err := net.DialTimeout("tcp", addr, 3*time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return "", err
	}
	client, err := smtp.NewClient(conn, "localhost")
	if err != nil {
		return "", err
	}
	if err := client.Mail(""); err != nil {
		return "", err
	}
	for _, box := range mailboxes {
		if client.Rcpt(box) != nil {
			return box, nil
		}
	}
	return "", client.Quit()
}

func checkLettersOut(_ context.Context, p *patient) Finding {
	host := p.config.Smarthost
	if host == "" {
		outbox := filepath.Join(p.config.Data, "outbox")
		if info, err := os.Stat(outbox); err == nil && !info.IsDir() {
			return bad("%s is not a directory: move it away", outbox)
		}
		return doubt("letters are written to %s and sent to nobody: set HUIYIN_SMARTHOST to send them", outbox)
	}
	relay, err := notify.ParseSmarthost(host)
	if err != nil {
		return bad("HUIYIN_SMARTHOST: %v", err)
	}
	host = relay.Addr
	if relay.Wrapped {
		return fine("letters go to %s over TLS", host)
	}
	banner, err := greeting(host)
	if err != nil || !strings.HasPrefix(banner, "220") {
		return bad("%s does not take letters: see that it runs and that HUIYIN_SMARTHOST is right (%v %s)", host, err, banner)
	}
	return fine("%s answers", host)
}

func checkMailTLS(_ context.Context, p *patient) Finding {
	if p.config.MailCert == "" {
		return doubt("mail comes in without encryption: set HUIYIN_MAIL_CERT and HUIYIN_MAIL_KEY, unless a relay of yours stands before it")
	}
	if _, err := p.config.mailDoor(); err != nil {
		return bad("%v", err)
	}
	pair, err := tls.LoadX509KeyPair(p.config.MailCert, p.config.MailKey)
	if err != nil {
		return bad("the certificate of the mail door cannot be read: %v", err)
	}
	left := pair.Leaf.NotAfter.Sub(p.now())
	switch {
	case left <= 0:
		return bad("the certificate of the mail door ended on %s: renew it", pair.Leaf.NotAfter.Format(time.DateOnly))
	case left < 14*24*time.Hour:
		return doubt("the certificate of the mail door ends on %s: renew it", pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	return fine("STARTTLS is offered, the certificate is good until %s", pair.Leaf.NotAfter.Format(time.DateOnly))
}

func checkMailSpool(ctx context.Context, p *patient) Finding {
	if p.db == nil {
		return doubt("the database is not there to ask")
	}
	var n, stuck int
	if err := p.db.QueryRow(ctx, `select count(*), count(*) filter (where tries > 0) from mail_spool`).Scan(&n, &stuck); err != nil {
		return bad("the mail that waits to become cases cannot be counted: %v", err)
	}
	switch {
	case stuck > 0:
		return bad("%d mails could not be made cases; they are stored and tried again: see the log of the worker", stuck)
	case n > 0:
		return doubt("%d mails of a rush wait to become cases: a running service files them within seconds", n)
	}
	return fine("no mail waits to become a case")
}

func checkLettersSigned(ctx context.Context, p *patient) Finding {
	if p.config.DKIMKey == "" {
		return doubt("letters carry no DKIM signature and may land among junk mail: set HUIYIN_DKIM_KEY, unless your relay signs")
	}
	s, err := p.config.signature()
	if err != nil {
		return bad("%v", err)
	}
	name := s.Selector + "._domainkey." + s.Domain
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if found, err := net.DefaultResolver.LookupTXT(ctx, name); err != nil || len(found) == 0 {
		return doubt("letters are signed, but the DNS does not show the public key at %s", name)
	}
	return fine("letters are signed for %s", s.Domain)
}

// greeting is the first line a server says.
func greeting(addr string) (string, error) {
	conn, err := net.DialTimeout("tcp", addr, 3*time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(3 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}
