package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// mailChecks look at the ports where we receive, and at the way out for letters.
var mailChecks = []Check{
	{"web port", checkWebPort},
	{"mail port", checkMailPort},
	{"letters out", checkLettersOut},
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
	banner, err := greeting(host)
	if err != nil || !strings.HasPrefix(banner, "220") {
		return bad("%s does not take letters: see that it runs and that HUIYIN_SMARTHOST is right (%v %s)", host, err, banner)
	}
	return fine("%s answers", host)
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
