package shell

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Bounds of the queue before the pages.
const (
	gatePatience = 2 * time.Second // how long a request waits for its turn
	gateAgain    = 6 * time.Second // and one that was turned away before, which so comes in where new ones do not
	deskPatience = 8 * time.Second // and one of staff, less than a page may take at all
	gateWaiting  = 40              // requests that may wait, for each that is at work
	gateRefresh  = 8               // seconds after which the queue page asks again by itself
	ticketLife   = 30 * time.Minute
	ticketField  = "_waited" // hidden in the queue page: it was turned away once
)

// admit takes the request through the gate where its door stands behind one. Staff have places of their own, and while one of them waits for an answer fewer others come in.
func (r Route) admit(c *fiber.Ctx, req *request) (leave func(), err error) {
	if r.Door == Staff && req.Gate != nil {
		if req.Reading != nil {
			req.Reading.count(1)
			defer func() {
				if err != nil {
					req.Reading.count(-1)
				}
			}()
		}
		done, err := req.Gate.giveWay(c.UserContext())
		if err != nil {
			return nil, err
		}
		return func() {
			done()
			if req.Reading != nil {
				req.Reading.count(-1)
			}
		}, nil
	}
	if req.Gate == nil || r.Always || r.Kept || r.Door != Public && r.Door != API {
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

// toDraw takes a place among those who read, for a page of a Keeper that must be drawn.
func (r *request) toDraw(c *fiber.Ctx) (leave func(), err error) {
	gate := r.Reading
	if gate == nil {
		gate = r.Gate
	}
	if gate == nil || r.door != Public && r.door != API {
		return func() {}, nil
	}
	return gate.enter(c.UserContext(), gate.usual)
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
	v := queueView{Action: LocalPath(c.OriginalURL(), c.Path()), Seconds: gateRefresh}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(gateRefresh))
	if safe(c.Method()) {
		c.Set("Refresh", strconv.Itoa(gateRefresh))
		return Render(c, fiber.StatusServiceUnavailable, queuePage(page, v))
	}
	v.keep(c)
	v.Fields = append(v.Fields, Mistake{Field: ticketField, Text: r.ticket()})
	return Render(c, fiber.StatusServiceUnavailable, queueFormPage(page, v))
}
