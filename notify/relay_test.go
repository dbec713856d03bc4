package notify_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"huiyin/notify"
)

// relay is a mail server that refuses as it is told.
type relay struct {
	mu       sync.Mutex
	refusals []*smtp.SMTPError // for RCPT, one a try
	from, to []string
	bodies   [][]byte
}

func (r *relay) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{r: r}, nil }

type session struct{ r *relay }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.from = append(s.r.from, from)
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if len(s.r.refusals) > 0 {
		no := s.r.refusals[0]
		s.r.refusals = s.r.refusals[1:]
		return no
	}
	s.r.to = append(s.r.to, to)
	return nil
}

func (s *session) Data(in io.Reader) error {
	b, err := io.ReadAll(in)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.bodies = append(s.r.bodies, b)
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func listen(t *testing.T, r *relay) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(r)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func TestALetterThatTheRelayPutsOffIsTriedAgain(t *testing.T) {
	busy := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "<lin@example.org> busy"}
	r := &relay{refusals: []*smtp.SMTPError{busy, busy}}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	o.Open(t, "漏水")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where state = 'sent' and attempts = 3 and last_error = ''`); n != 1 {
		t.Errorf("not sent at the third try; log %s", o.log)
	}
	if len(r.bodies) != 1 || len(r.to) != 1 || r.to[0] != "lin@example.org" || strings.Join(r.from, "") != "" {
		t.Errorf("relay got %d letters from %v", len(r.bodies), r.from)
	}
	if strings.Contains(o.log.String(), "lin@") || o.count(t, `select count(*) from river_job where errors::text like '%lin@%'`) != 0 {
		t.Error("the relay's words, with the address, are kept")
	}
}

func TestALetterThatTheRelayRefusesForGoodIsNotTriedAgain(t *testing.T) {
	r := &relay{refusals: []*smtp.SMTPError{{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such <lin@example.org>"}}}
	o := open(t, notify.Smarthost{Addr: listen(t, r)})
	o.Open(t, "漏水")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where state = 'bounced' and why = 'smtp 550 at rcpt' and attempts = 1`); n != 1 {
		t.Error("not marked")
	}
}

func TestALetterThatCannotGoOutIsGivenUpAfterTenTries(t *testing.T) {
	o := open(t, notify.Smarthost{Addr: "127.0.0.1:1"})
	o.Open(t, "漏水")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where state = 'failed' and attempts = 10 and last_error = 'connection dial'`); n != 1 {
		t.Errorf("log %s", o.log)
	}
}
