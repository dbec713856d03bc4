package shell

import (
	"context"
	"slices"
	"sync"
	"time"

	"huiyin/fault"
)

// Gate keeps residents' and programs' requests from taking everything: so many are at work at once, some wait a moment, and beyond that they get a page
// that keeps what they wrote. Staff have places of their own, twice as many, and are not turned away before their request has waited long: what the gate
// leaves free of the database's connections is theirs, and while a member of staff waits for an answer fewer others come in. It is safe for concurrent use.
type Gate struct {
	usual time.Duration // how long a request waits for its turn
	again time.Duration // and one that was turned away before

	mu      sync.Mutex
	places  int             // requests at work at once, while no staff wait
	beside  int             // and while some do
	atWork  int             //
	staff   int             // requests of staff under way
	waiting []chan struct{} // in the order of their coming; each is closed when its turn has come
	turned  int64

	desks *Gate // of staff; nil in that gate itself
}

// NewGate lets so many requests work at once, at least one, and only beside of them while staff are at work, at least one too.
func NewGate(places, beside int) *Gate {
	places = max(places, 1)
	desks := &Gate{places: 2 * places}
	return &Gate{places: places, beside: min(max(beside, 1), places), usual: gatePatience, again: gateAgain, desks: desks}
}

// Turned is how many requests were turned away so far.
func (g *Gate) Turned() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.turned
}

// errBusy is what a request hears that found no place. The caller may send the same again.
var errBusy = fault.New(fault.Unavailable, "fault.busy")

// enter takes a place, waiting for one at most as long as given; leave gives it back. The error is fault.Unavailable.
func (g *Gate) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	g.mu.Lock()
	if len(g.waiting) == 0 && g.atWork < g.room() {
		g.atWork++
		g.mu.Unlock()
		return g.leave, nil
	}
	if len(g.waiting) >= g.places*gateWaiting {
		g.turned++
		g.mu.Unlock()
		return nil, errBusy
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-turn:
		return g.leave, nil
	case <-limit.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, turn)
	if i < 0 { // its turn came at this moment
		return g.leave, nil
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	g.turned++
	return nil, errBusy
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.atWork--
	g.letIn()
}

// giveWay says that a member of staff waits, until done, and waits for a place among them: many at once, each served a little at a time, would all be late.
// The error is fault.Unavailable.
func (g *Gate) giveWay(ctx context.Context) (done func(), err error) {
	g.count(1)
	leave, err := g.desks.enter(ctx, deskPatience)
	if err != nil {
		g.count(-1)
		return nil, err
	}
	return func() { leave(); g.count(-1) }, nil
}

func (g *Gate) count(staff int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.staff += staff
	g.letIn()
}

// room is how many may be at work now. The lock is held.
func (g *Gate) room() int {
	if g.staff > 0 {
		return g.beside
	}
	return g.places
}

// letIn tells those whose turn has come. The lock is held.
func (g *Gate) letIn() {
	for len(g.waiting) > 0 && g.atWork < g.room() {
		g.atWork++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}
