package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"sync"
	"time"
)

// post delivers messages as another mail server does.
type post struct {
	addr, mailbox string
	conns         int
}

const attempts = 5 // as long as the answer is temporary

// send delivers all messages and notes what was answered to each: "250", or the code with the service's words.
func (p post) send(ctx context.Context, all []*message) {
	work := make(chan *message)
	var senders sync.WaitGroup
	for range max(p.conns, 1) {
		senders.Go(func() {
			var line *smtp.Client
			defer func() {
				if line != nil {
					_ = line.Quit()
				}
			}()
			for m := range work {
				line = p.deliver(ctx, line, m)
			}
		})
	}
	for _, m := range all {
		select {
		case work <- m:
		case <-ctx.Done():
		}
	}
	close(work)
	senders.Wait()
}

// deliver sends one message over the line, a new one where there is none, and returns the line if it can be used again.
func (p post) deliver(ctx context.Context, line *smtp.Client, m *message) *smtp.Client {
	for range attempts {
		err := p.try(&line, m)
		var said *textproto.Error
		switch {
		case err == nil:
			m.answer = "250"
			return line
		case errors.As(err, &said):
			m.answer = strconv.Itoa(said.Code) + " " + said.Msg
			if said.Code >= 500 {
				if line.Reset() != nil {
					_ = line.Close()
					return nil
				}
				return line
			}
		default:
			m.answer = "connection: " + err.Error()
		}
		if line != nil {
			_ = line.Close()
			line = nil
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
	return line
}

func (p post) try(line **smtp.Client, m *message) error {
	if *line == nil {
		c, err := net.DialTimeout("tcp", p.addr, 10*time.Second)
		if err != nil {
			return err
		}
		_ = c.SetDeadline(time.Now().Add(10 * time.Minute))
		client, err := smtp.NewClient(c, "localhost")
		if err != nil {
			_ = c.Close()
			return err
		}
		*line = client
	}
	client := *line
	if err := client.Mail(m.returnPath()); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := client.Rcpt(p.mailbox); err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(m.bytes); err != nil {
		return err
	}
	return w.Close()
}
