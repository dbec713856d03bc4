// Package smtpdoor takes e-mail for the hotline over SMTP and says 250 only after the message is durable.
//
// A sender who hears 250 may forget the message; everything else he must keep. So the answer waits for Deliver, a failure of ours is
// always 4xx, and a connection that breaks before the end of the data delivers nothing.
package smtpdoor

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sync/semaphore"
)

// Envelope is what SMTP says about a message beside its bytes. From and To are personal data: they are never logged here.
type Envelope struct {
	Peer netip.Addr // who connected; invalid when the listener is not IP
	Helo string     // how the peer named itself, unverified
	From string     // return path, empty for bounces
	To   []string   // accepted recipients as given, with their +tokens
	TLS  bool       // the message came over STARTTLS
	// Trusted tells that the peer is one of Config.Trusted, such as the city's own relay: it speaks for nobody but itself.
	Trusted bool
}

// Deliver makes a message durable. Only after it returned nil the sender hears 250. Its error's fault kind chooses the answer.
type Deliver func(ctx context.Context, env Envelope, raw []byte) error

// Config is the door's settings. Zero fields take the default in brackets.
type Config struct {
	Addr           string   // where ListenAndServe listens
	Domain         string   // how we name ourselves ["localhost"]
	Mailboxes      []string // recipients accepted, compared without case; "box+token@domain" is accepted for "box@domain"
	MaxBytes       int64    // size of one message [25 MiB]
	MaxMemory      int64    // bytes of messages held at once; beyond it senders are asked to retry [8 × MaxBytes]
	MaxRecipients  int      // in one transaction [100]
	MaxConnections int      // in all [256]
	PeerConns      int      // connections of one peer network at once [20]
	PeerMessages   int      // messages of one peer network a minute [120]
	// Together counts one message of a peer network, of at most so many a minute, with those that other doors of the city took, and tells whether it may
	// come; nil: this door counts alone. It answers within a second, whatever happens.
	Together       func(peer string, most int) bool
	Trusted        []netip.Prefix // peers without the two limits above, such as the city's own relay [loopback]
	ReadTimeout    time.Duration  // for one command, and for the whole of one DATA (RFC 5321 section 4.5.3.2) [5 min]
	WriteTimeout   time.Duration  // for one answer [1 min]
	DeliverTimeout time.Duration  // for one Deliver [1 min]
	Grace          time.Duration  // how long messages in transfer may finish when the door closes [10 s]
	TLS            *tls.Config    // offers STARTTLS when set
	Now            func() time.Time
}

// longest line accepted: far above RFC 5321's 1000, because mail with a whole HTML page on one line is common and must not be lost.
const maxLine = 1 << 20

func (c *Config) defaults() {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	wait := func(p *time.Duration, v time.Duration) {
		if *p <= 0 {
			*p = v
		}
	}
	if c.Domain == "" {
		c.Domain = "localhost"
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 25 << 20
	}
	if c.MaxMemory < c.MaxBytes {
		c.MaxMemory = 8 * c.MaxBytes
	}
	set(&c.MaxRecipients, 100)
	set(&c.MaxConnections, 256)
	set(&c.PeerConns, 20)
	set(&c.PeerMessages, 120)
	wait(&c.ReadTimeout, 5*time.Minute)
	wait(&c.WriteTimeout, time.Minute)
	wait(&c.DeliverTimeout, time.Minute)
	wait(&c.Grace, 10*time.Second)
	if c.Trusted == nil {
		c.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Door is one SMTP server. Use New.
type Door struct {
	cfg     Config
	boxes   mailboxes
	deliver Deliver
	log     *slog.Logger
	server  *smtp.Server
	peers   *peers
	memory  *semaphore.Weighted
	closing atomic.Bool
	busy    sync.WaitGroup // messages in transfer
	busyMu  sync.Mutex     // orders busy.Add against the wait of close
	serial  atomic.Uint64
	base    context.Context
	release context.CancelFunc
}

// New makes a door that hands every message to deliver. It does not listen yet.
func New(cfg Config, deliver Deliver, log *slog.Logger) *Door {
	cfg.defaults()
	d := &Door{cfg: cfg, boxes: newMailboxes(cfg.Mailboxes), deliver: deliver, log: log, memory: semaphore.NewWeighted(cfg.MaxMemory)}
	d.base, d.release = context.WithCancel(context.Background())
	d.peers = newPeers(cfg)
	s := smtp.NewServer(smtp.BackendFunc(d.newSession))
	s.Domain = cfg.Domain
	s.TLSConfig = cfg.TLS
	s.MaxMessageBytes = cfg.MaxBytes
	s.MaxRecipients = cfg.MaxRecipients
	s.MaxLineLength = maxLine
	s.ReadTimeout = cfg.ReadTimeout
	s.WriteTimeout = cfg.WriteTimeout
	s.EnableSMTPUTF8 = true
	s.EnableBINARYMIME = true
	s.ErrorLog = errorLog{log}
	d.server = s
	return d
}

// ListenAndServe listens on Config.Addr and serves until ctx ends.
func (d *Door) ListenAndServe(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.cfg.Addr)
	if err != nil {
		return err
	}
	return d.Serve(ctx, l)
}

// Serve accepts connections on l until ctx ends, then lets messages in transfer finish within Config.Grace, and closes. A door serves once.
func (d *Door) Serve(ctx context.Context, l net.Listener) error {
	defer d.release()
	done := make(chan error, 1)
	go func() { done <- d.server.Serve(&listener{Listener: l, door: d}) }()
	select {
	case err := <-done:
		_ = d.server.Close()
		if ctx.Err() != nil {
			return nil
		}
		return err
	case <-ctx.Done():
	}
	d.busyMu.Lock()
	d.closing.Store(true)
	d.busyMu.Unlock()
	_ = l.Close()
	idle := make(chan struct{})
	go func() { d.busy.Wait(); close(idle) }()
	select {
	case <-idle:
		time.Sleep(50 * time.Millisecond) // the last answer is on its way out
	case <-time.After(d.cfg.Grace):
		d.log.Warn("mail door closed while messages were in transfer; their senders will retry")
	}
	_ = d.server.Close()
	<-done //nolint:errcheck // it ended because it was closed
	return nil
}

// enter counts a message in transfer; false when the door is closing.
func (d *Door) enter() bool {
	d.busyMu.Lock()
	defer d.busyMu.Unlock()
	if d.closing.Load() {
		return false
	}
	d.busy.Add(1)
	return true
}

// errorLog takes go-smtp's messages without the addresses in them.
type errorLog struct{ log *slog.Logger }

func (e errorLog) Printf(format string, args ...any) {
	for _, a := range args {
		if err, ok := a.(error); ok {
			e.log.Info("mail connection ended", "err", cause(err))
			return
		}
	}
	e.log.Error("mail session failed", "what", format)
}

func (e errorLog) Println(args ...any) { e.log.Info("mail server", "args", len(args)) }

// cause is an error's text without network addresses.
func cause(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Op + ": " + op.Err.Error()
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.Err
	}
	return err.Error()
}
