package smtpdoor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/emersion/go-smtp"

	"huiyin/fault"
)

// Answers of the door. Their texts go to the sender's mail system; people read them inside bounces, so they are plain.
var (
	noSuchMailbox = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	tooLarge      = &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: "Message exceeds the size limit"}
	slowDown      = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "Too many messages, please retry later"}
	tryLater      = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Cannot store the message now, please retry later"}
	noRoom        = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "Too many large messages at once, please retry later"}
	shuttingDown  = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Closing for a moment, please retry later"}
	refused       = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Message refused"}
	forbidden     = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Not permitted"}
	longLine      = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "A line of the message is too long"}
	broken        = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "Message transfer was interrupted"}
)

// answer maps a failure of Deliver to what the sender hears. What is not surely the sender's fault is temporary.
func answer(err error) *smtp.SMTPError {
	switch fault.KindOf(err) {
	case fault.TooLarge:
		return tooLarge
	case fault.TooMany:
		return slowDown
	case fault.Invalid:
		return refused
	case fault.Forbidden, fault.Unauthorized:
		return forbidden
	}
	return tryLater
}

// mailboxes are the recipients accepted, in lower case.
type mailboxes map[string]bool

func newMailboxes(list []string) mailboxes {
	m := mailboxes{}
	for _, box := range list {
		if box = strings.ToLower(strings.TrimSpace(box)); box != "" {
			m[box] = true
		}
	}
	return m
}

// accept tells whether addr is one of the mailboxes, with or without a +token.
func (m mailboxes) accept(addr string) bool {
	addr = strings.ToLower(strings.TrimSpace(addr))
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return false
	}
	local, _, _ := strings.Cut(strings.Trim(addr[:at], `"`), "+")
	return m[addr] || m[local+addr[at:]]
}

// session is one connection's conversation.
type session struct {
	door *Door
	conn *smtp.Conn
	peer netip.Addr
	from string
	to   []string
	size int64
}

func (d *Door) newSession(c *smtp.Conn) (smtp.Session, error) {
	if d.closing.Load() {
		return nil, shuttingDown
	}
	return &session{door: d, conn: c, peer: peerOf(c.Conn().RemoteAddr())}, nil
}

func (s *session) Reset() { s.from, s.to, s.size = "", nil, 0 }

func (s *session) Logout() error { return nil }

// Mail begins a transaction.
func (s *session) Mail(from string, opts *smtp.MailOptions) error {
	s.Reset()
	if s.door.closing.Load() {
		return shuttingDown
	}
	if !s.door.peers.message(s.peer) {
		s.door.log.Info("mail peer over its message limit", "peer", network(s.peer))
		return slowDown
	}
	s.from = from
	if opts != nil {
		s.size = opts.Size
	}
	return nil
}

// Rcpt accepts a recipient that is one of our mailboxes.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !s.door.boxes.accept(to) {
		return noSuchMailbox
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the message and answers after it is durable.
func (s *session) Data(r io.Reader) error {
	d := s.door
	if !d.enter() {
		return shuttingDown
	}
	defer d.busy.Done()
	id := fmt.Sprintf("m%06d", d.serial.Add(1))
	started := d.cfg.Now()
	raw, held, err := s.read(r)
	defer func() { d.memory.Release(held) }()
	if err != nil {
		d.log.Info("mail not taken", "id", id, "bytes", len(raw), "peer", network(s.peer), "err", cause(err))
		return err
	}
	_, secure := s.conn.TLSConnectionState()
	env := Envelope{Peer: s.peer, Helo: s.conn.Hostname(), From: s.from, To: s.to, TLS: secure, Trusted: d.peers.trusted(s.peer)}
	ctx, cancel := context.WithTimeout(d.base, d.cfg.DeliverTimeout)
	defer cancel()
	if err := d.deliver(ctx, env, raw); err != nil {
		out := answer(err)
		d.log.Warn("mail not stored", "id", id, "bytes", len(raw), "peer", network(s.peer), "kind", fault.KindOf(err).String(), "answer", out.Code)
		return out
	}
	d.log.Info("mail stored", "id", id, "bytes", len(raw), "peer", network(s.peer), "recipients", len(env.To), "ms", d.cfg.Now().Sub(started).Milliseconds())
	return nil
}

// step is by how much a message's share of the memory grows.
const step = 256 << 10

// read takes the whole message, reserving memory as it grows; held is what must be released.
func (s *session) read(r io.Reader) (raw []byte, held int64, err error) {
	d := s.door
	hint := min(max(s.size, 0), d.cfg.MaxBytes)
	grow := func(to int64) bool {
		if to <= held {
			return true
		}
		if !d.memory.TryAcquire(to - held) {
			return false
		}
		held = to
		return true
	}
	first := max(hint+512, 16<<10)
	if !grow(first) {
		return nil, held, noRoom
	}
	raw = make([]byte, 0, first)
	for {
		if len(raw) == cap(raw) {
			next := int64(cap(raw)) + max(int64(cap(raw)), step)
			next = min(next, max(d.cfg.MaxBytes+512, int64(cap(raw))+512))
			if !grow(next) {
				return raw, held, noRoom
			}
			raw = append(make([]byte, 0, next), raw...)
		}
		n, err := r.Read(raw[len(raw):cap(raw)])
		raw = raw[:len(raw)+n]
		if int64(len(raw)) > d.cfg.MaxBytes {
			return raw, held, tooLarge
		}
		var known *smtp.SMTPError
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return raw, held, nil
		case errors.Is(err, smtp.ErrTooLongLine):
			return raw, held, longLine
		case errors.As(err, &known):
			return raw, held, known
		default:
			return raw, held, broken
		}
	}
}
