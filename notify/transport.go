package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"huiyin/fault"
)

// Mail is a composed letter with its envelope.
type Mail struct {
	Letter uuid.UUID
	From   string // return path: where a bounce goes
	To     string
	Data   []byte
}

// Transport carries letters away. Send returns nil only when somebody else has taken the responsibility for the letter.
type Transport interface {
	Send(ctx context.Context, m Mail) error
}

// Refused is the answer of a mail server that does not take a letter. It holds the codes only: the words of servers quote addresses.
type Refused struct {
	Code   int
	Status string // enhanced status code (RFC 3463), empty where the server gave none
	At     string // the command that was refused
}

// Error is the code and the command.
func (r *Refused) Error() string { return fmt.Sprintf("smtp %d at %s", r.Code, r.At) }

// Permanent tells whether trying again is of no use. A refused sign-on or greeting concerns our relay, not the letter: it is always tried again.
func (r *Refused) Permanent() bool { return r.Code >= 500 && (r.At == "rcpt" || r.At == "data") }

// classOf is an error in a word or two, without addresses or words of others.
func classOf(err error) string {
	var refused *Refused
	var network *net.OpError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.As(err, &cert):
		return "tls certificate"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "timeout"
	case errors.As(err, &dns):
		return "relay name unknown"
	case errors.As(err, &network):
		return "connection " + network.Op
	case errors.Is(err, os.ErrPermission):
		return "outbox permission"
	case errors.As(err, new(*os.PathError)):
		return "outbox"
	}
	return fault.KindOf(err).String()
}

// Outbox writes each letter as one .eml file into a directory: for demonstrations, and for cities whose mail system fetches files.
type Outbox struct{ Dir string }

// Send writes the file whole or not at all; the same letter again replaces it. Its owner alone may read it.
func (o Outbox) Send(_ context.Context, m Mail) error {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(o.Dir, ".letter-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(m.Data)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(o.Dir, m.Letter.String()+".eml"))
}

// plainAddress tells whether an address can stand in an SMTP command and a header as it is.
func plainAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && len(s) <= 254 && !strings.Contains(domain, "@") && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[]\,;:"`, r)
	})
}
