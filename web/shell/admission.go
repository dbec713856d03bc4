package shell

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
)

// Bounds of the queue before the pages.
const (
	gatePatience = 2 * time.Second // how long a request waits for its turn
	gateAgain    = 6 * time.Second // and one that was turned away before, which so comes in where new ones do not
	gateWaiting  = 40              // requests that may wait, for each that is at work
	gateRefresh  = 8               // seconds after which the queue page asks again by itself
	ticketLife   = 30 * time.Minute
	ticketField  = "_waited" // hidden in the queue page: it was turned away once
)

// Gate keeps residents' and programs' requests from taking everything: so many are at work at once, some wait a moment, and beyond that they get a page
// that keeps what they wrote. Staff never pass it: what the gate leaves free of the database's connections is theirs. It is safe for concurrent use.
type Gate struct {
	places  chan struct{}
	usual   time.Duration // how long a request waits for its turn
	again   time.Duration // and one that was turned away before
	waiting atomic.Int64
	turned  atomic.Int64
}

// NewGate lets so many requests work at once, at least one.
func NewGate(places int) *Gate {
	return &Gate{places: make(chan struct{}, max(places, 1)), usual: gatePatience, again: gateAgain}
}

// Turned is how many requests were turned away so far.
func (g *Gate) Turned() int64 { return g.turned.Load() }

// errBusy is what a request hears that found no place. The caller may send the same again.
var errBusy = fault.New(fault.Unavailable, "fault.busy")

// enter takes a place, waiting for one at most as long as given; leave gives it back. The error is fault.Unavailable.
func (g *Gate) enter(ctx context.Context, patience time.Duration) (leave func(), err error) {
	leave = func() { <-g.places }
	select {
	case g.places <- struct{}{}:
		return leave, nil
	default:
	}
	if g.waiting.Add(1) > int64(cap(g.places)*gateWaiting) {
		g.waiting.Add(-1)
		g.turned.Add(1)
		return nil, errBusy
	}
	defer g.waiting.Add(-1)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case g.places <- struct{}{}:
		return leave, nil
	case <-limit.C:
	case <-ctx.Done():
	}
	g.turned.Add(1)
	return nil, errBusy
}

// admit takes the request through the gate where its door stands behind one.
func (r Route) admit(c *fiber.Ctx, req *request) (leave func(), err error) {
	if req.Gate == nil || r.Always || r.Door != Public && r.Door != API {
		return func() {}, nil
	}
	gate := req.Gate
	if safe(r.Method) && req.Reading != nil {
		gate = req.Reading
	}
	patience := gate.usual
	if !safe(r.Method) && req.holdsTicket(c.FormValue(ticketField)) {
		patience = gate.again
	}
	return gate.enter(c.UserContext(), patience)
}

// ticket says that a form was turned away at this time.
func (r *request) ticket() string {
	at := strconv.FormatInt(r.Now().Unix(), 36)
	return at + "." + r.mac("queue", at)
}

func (r *request) holdsTicket(given string) bool {
	if len(given) > 100 {
		return false
	}
	for i := range given {
		if given[i] == '.' {
			at, err := strconv.ParseInt(given[:i], 36, 64)
			return err == nil && sameMAC(given[i+1:], r.mac("queue", given[:i])) && r.Now().Sub(time.Unix(at, 0)) < ticketLife
		}
	}
	return false
}

// queueView is what the queue page keeps.
type queueView struct {
	Action  string
	Fields  []Mistake // Field and Text of each value that was sent, in the order of their names
	Words   string    // the longest of them, shown so that it can be copied
	Files   bool      // files were sent, which a page cannot keep
	Seconds int
}

// queue answers a request that found no place: a page that asks again by itself, or that keeps the form as it was filled in. It asks nothing of the database.
func (s *shell) queue(c *fiber.Ctx, r *request) error {
	page := newPage(c, r, r.lang.T("queue.title"))
	page.Status, page.Private = fiber.StatusServiceUnavailable, true
	v := queueView{Action: c.OriginalURL(), Seconds: gateRefresh}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(gateRefresh))
	if safe(c.Method()) {
		c.Set("Refresh", strconv.Itoa(gateRefresh))
		return Render(c, fiber.StatusServiceUnavailable, queuePage(page, v))
	}
	v.keep(c)
	v.Fields = append(v.Fields, Mistake{Field: ticketField, Text: r.ticket()})
	return Render(c, fiber.StatusServiceUnavailable, queueFormPage(page, v))
}
