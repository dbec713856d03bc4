package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Smarthost hands letters to a mail relay, with TLS where the relay offers it.
type Smarthost struct {
	Addr     string        // host:port
	User     string        // to sign on with; empty: nobody signs on
	Password string        //
	Wrapped  bool          // TLS from the first byte (smtps) instead of STARTTLS
	Hello    string        // how we name ourselves; empty: localhost
	Timeout  time.Duration // for one letter; zero: 1 min
	TLS      *tls.Config   // nil: the relay's certificate must be valid for its host
}

// ErrSmarthost says that a relay's address cannot be read.
var ErrSmarthost = errors.New("it must be host:port, smtp://user:password@host:587 or smtps://user:password@host:465")

// ParseSmarthost reads the address of a relay: host:port, or a URL with the sign-on and the kind of TLS.
func ParseSmarthost(text string) (Smarthost, error) {
	var s Smarthost
	if !strings.Contains(text, "://") {
		s.Addr = text
		return s, s.check()
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return s, ErrSmarthost
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "smtps":
		port = "465"
	default:
		port = "587"
	}
	s.Addr, s.Wrapped, s.User = net.JoinHostPort(u.Hostname(), port), u.Scheme == "smtps", u.User.Username()
	s.Password, _ = u.User.Password()
	return s, s.check()
}

func (s Smarthost) check() error {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil || host == "" {
		return ErrSmarthost
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return ErrSmarthost
	}
	return nil
}

// Send delivers one letter in one connection.
func (s Smarthost) Send(ctx context.Context, m Mail) error {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Mail(m.From); err != nil {
		return answered("mail", err)
	}
	if err := c.Rcpt(m.To); err != nil {
		return answered("rcpt", err)
	}
	w, err := c.Data()
	if err != nil {
		return answered("data", err)
	}
	if _, err := w.Write(m.Data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return answered("data", err)
	}
	_ = c.Quit() // the letter is delivered, whatever the relay says to the farewell
	return nil
}

// open connects, secures the connection and signs on. A password never goes over an open line: without TLS nobody signs on to a relay
// that is not this machine.
func (s Smarthost) open(ctx context.Context) (c *smtp.Client, err error) {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, err
	}
	conf := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		conf = s.TLS.Clone()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = conn.Close()
		}
	}()
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return nil, err
		}
	}
	if s.Wrapped {
		conn = tls.Client(conn, conf)
	}
	if c, err = smtp.NewClient(conn, host); err != nil {
		return nil, answered("greeting", err)
	}
	hello := s.Hello
	if hello == "" {
		hello = "localhost"
	}
	if err := c.Hello(hello); err != nil {
		return nil, answered("hello", err)
	}
	if ok, _ := c.Extension("STARTTLS"); ok && !s.Wrapped {
		if err := c.StartTLS(conf); err != nil {
			return nil, answered("starttls", err)
		}
	}
	if s.User != "" {
		if err := c.Auth(smtp.PlainAuth("", s.User, s.Password, host)); err != nil {
			return nil, answered("auth", err)
		}
	}
	return c, nil
}

// enhanced is the status code that begins the text of an answer (RFC 2034).
var enhanced = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}`)

// answered turns a server's refusal into its code; other errors stay.
func answered(at string, err error) error {
	var said *textproto.Error
	if errors.As(err, &said) {
		return &Refused{Code: said.Code, Status: enhanced.FindString(said.Msg), At: at}
	}
	return err
}
