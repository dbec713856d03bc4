package smtpdoor

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// network is the part of an address that may stand in a log: /24 of IPv4, /48 of IPv6.
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "local"
	}
	return p.String()
}

func peerOf(a net.Addr) netip.Addr {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// peer is what one peer network has open and may still send.
type peer struct {
	conns  int
	tokens float64
	at     time.Time
}

// peers limits connections and messages per peer network (a single IPv4 address, a /64 of IPv6) and connections in all.
type peers struct {
	cfg  Config
	mu   sync.Mutex
	all  int
	seen map[netip.Prefix]*peer
}

func newPeers(cfg Config) *peers { return &peers{cfg: cfg, seen: map[netip.Prefix]*peer{}} }

func (p *peers) trusted(a netip.Addr) bool {
	for _, t := range p.cfg.Trusted {
		if t.Contains(a) {
			return true
		}
	}
	return !a.IsValid()
}

// peerKey is what counts as one peer: a single IPv4 address, a /64 of IPv6.
func peerKey(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	key, _ := a.Prefix(bits) // fails only for bits that an address does not have
	return key
}

// of finds the peer of an address, its bucket filled up to now. The map forgets idle peers when it grows.
func (p *peers) of(a netip.Addr) *peer {
	key := peerKey(a)
	now := p.cfg.Now()
	full := float64(p.cfg.PeerMessages)
	x := p.seen[key]
	if x == nil {
		if len(p.seen) > 10000 {
			for k, old := range p.seen {
				if old.conns == 0 && now.Sub(old.at) > time.Minute {
					delete(p.seen, k)
				}
			}
		}
		x = &peer{tokens: full, at: now}
		p.seen[key] = x
	}
	x.tokens = min(full, x.tokens+now.Sub(x.at).Minutes()*full)
	x.at = now
	return x
}

// open admits a connection.
func (p *peers) open(a netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= p.cfg.MaxConnections {
		return false
	}
	if !p.trusted(a) {
		x := p.of(a)
		if x.conns >= p.cfg.PeerConns {
			return false
		}
		x.conns++
	}
	p.all++
	return true
}

func (p *peers) close(a netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if !p.trusted(a) {
		p.of(a).conns--
	}
}

// message admits one message.
func (p *peers) message(a netip.Addr) bool {
	if p.trusted(a) {
		return true
	}
	return p.spend(a) && (p.cfg.Together == nil || p.cfg.Together(peerKey(a).String(), p.cfg.PeerMessages))
}

func (p *peers) spend(a netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.of(a)
	if x.tokens < 1 {
		return false
	}
	x.tokens--
	return true
}

// listener admits connections within the limits; the others hear 421 and are closed before they cost a session.
type listener struct {
	net.Listener
	door *Door
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a := peerOf(c.RemoteAddr())
		if l.door.peers.open(a) {
			return &conn{Conn: c, peers: l.door.peers, peer: a}, nil
		}
		l.door.log.Info("mail connection refused: too many", "peer", network(a))
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(c, "421 4.7.0 Too many connections, please retry later\r\n")
		_ = c.Close()
	}
}

// conn gives its place back once, when it closes.
type conn struct {
	net.Conn
	peers *peers
	peer  netip.Addr
	once  sync.Once
}

func (c *conn) Close() error {
	c.once.Do(func() { c.peers.close(c.peer) })
	return c.Conn.Close()
}
