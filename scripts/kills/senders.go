package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/textproto"
	"strconv"
	"sync/atomic"
	"time"
)

// addresses counts the loopback addresses given out: every resident comes from one of his own, as the service limits how much one may send.
var addresses atomic.Uint32

func newAddress() *net.TCPAddr {
	n := addresses.Add(1)
	return &net.TCPAddr{IP: net.IPv4(127, byte(1+n>>16), byte(n>>8), byte(n))}
}

// newClient is an HTTP client of an address of its own, which follows no redirects.
func newClient(jar http.CookieJar) *http.Client {
	dialer := net.Dialer{LocalAddr: newAddress(), Timeout: 5 * time.Second}
	return &http.Client{
		Timeout: 15 * time.Second, Jar: jar, Transport: &http.Transport{DialContext: dialer.DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// program files by the API, the same Idempotency-Key again after a failure: cases, or the transcripts of calls under an operator's token.
type program struct {
	service *service
	calls   bool
	client  *http.Client
	sent    int
}

func newProgram(s *service) *program { return &program{service: s} }

func newCallCentre(s *service) *program { return &program{service: s, calls: true} }

func (p *program) door() string {
	if p.calls {
		return "call"
	}
	return "api"
}

// request is the path and the body that carry a marker.
func (p *program) request(marker string) (path string, body []byte, err error) {
	if p.calls {
		body, err = json.Marshal(struct {
			CallID     string `json:"call_id"`
			Transcript string `json:"transcript"`
		}{marker, "Agent: Hello, what can we do for you?\nCaller: The street light is out. Marker " + marker + "\n"})
		return "/api/v1/transcripts", body, err
	}
	body, err = json.Marshal(struct {
		Text  string `json:"text"`
		Place string `json:"place"`
	}{"The street light is out. Marker " + marker, "Xiangyang Road"})
	return "/api/v1/cases", body, err
}

func (p *program) file(ctx context.Context, marker string) (string, error) {
	if p.sent%200 == 0 {
		p.client = newClient(nil)
	}
	p.sent++
	path, body, err := p.request(marker)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.service.pages+path, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", marker)
	if p.calls {
		req.Header.Set("Authorization", "Bearer "+p.service.token)
	}
	answer, err := p.client.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 10_000))
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
		return "", refusal{strconv.Itoa(answer.StatusCode)}
	}
	var receipt struct{ Number string }
	if err := json.Unmarshal(said, &receipt); err != nil || receipt.Number == "" {
		return "", refusal{"a receipt without a number"}
	}
	return receipt.Number, nil
}

// writer writes e-mails to the hotline, the same bytes again after a failure. It is told no number: 250 is the acknowledgement.
type writer struct{ service *service }

func newWriter(s *service) writer { return writer{s} }

func (writer) door() string { return "mail" }

func (w writer) file(_ context.Context, marker string) (string, error) {
	err := w.deliver(marker)
	var said *textproto.Error
	if errors.As(err, &said) {
		return "", refusal{strconv.Itoa(said.Code)}
	}
	return "", err
}

func (w writer) deliver(marker string) error {
	c, err := net.DialTimeout("tcp", w.service.mail, 5*time.Second)
	if err != nil {
		return err
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	client, err := smtp.NewClient(c, "localhost")
	if err != nil {
		_ = c.Close()
		return err
	}
	defer client.Close()
	if err := client.Mail("resident@example.org"); err != nil {
		return err
	}
	if err := client.Rcpt("12345@localhost"); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(data, "From: resident@example.org\r\nTo: 12345@localhost\r\nSubject: street light\r\nMessage-ID: <%s@example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0800\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe street light is out. Marker %s\r\n", marker, marker)
	return data.Close()
}
