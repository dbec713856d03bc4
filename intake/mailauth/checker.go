package mailauth

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Checker checks messages in the background. Use NewChecker; one serves a whole process.
type Checker struct {
	Resolver Resolver
	Timeout  time.Duration // for one message [10 s]
	Now      func() time.Time

	places chan struct{}
	busy   sync.WaitGroup
}

// atOnce is how many messages are held for checking at a time: each holds its bytes. Beyond it, a message stays unchecked.
const atOnce = 8

// NewChecker makes a checker that asks r.
func NewChecker(r Resolver, now func() time.Time) *Checker {
	return &Checker{Resolver: r, Now: now, places: make(chan struct{}, atOnce)}
}

// Later checks a message after its sender was answered and hands what was found to done, with a context that ends with the check's time.
// It returns at once. A nil checker, and one with all places taken, checks nothing: nobody waits for the name service.
func (c *Checker) Later(q Question, done func(context.Context, Answer)) {
	if c == nil {
		return
	}
	select {
	case c.places <- struct{}{}:
	default:
		return
	}
	c.busy.Go(func() {
		defer func() { <-c.places }()
		found := c.Check(context.Background(), q)
		ctx, cancel := context.WithTimeout(context.Background(), standardTime)
		defer cancel()
		done(ctx, found)
	})
}

// Wait ends when no check is under way, before the database closes.
func (c *Checker) Wait() {
	if c != nil {
		c.busy.Wait()
	}
}

// bounded lets a number of questions through to the name service.
type bounded struct {
	Resolver
	left atomic.Int64
}

// errEnough is how a name service answers that was asked too much: like one that does not answer.
var errEnough = &net.DNSError{Err: "too many lookups for one message", IsTemporary: true}

func (b *bounded) spend() error {
	if b.left.Add(-1) < 0 {
		return errEnough
	}
	return nil
}

// LookupTXT is Resolver's.
func (b *bounded) LookupTXT(ctx context.Context, name string) ([]string, error) {
	if err := b.spend(); err != nil {
		return nil, err
	}
	return b.Resolver.LookupTXT(ctx, name)
}

// LookupMX is Resolver's.
func (b *bounded) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	if err := b.spend(); err != nil {
		return nil, err
	}
	return b.Resolver.LookupMX(ctx, name)
}

// LookupIPAddr is Resolver's.
func (b *bounded) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	if err := b.spend(); err != nil {
		return nil, err
	}
	return b.Resolver.LookupIPAddr(ctx, host)
}

// LookupAddr is Resolver's.
func (b *bounded) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	if err := b.spend(); err != nil {
		return nil, err
	}
	return b.Resolver.LookupAddr(ctx, addr)
}
