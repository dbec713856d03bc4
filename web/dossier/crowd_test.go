package dossier_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/web/shell"
)

// crowdDoor is what residents ask of a service that has no more to give: each request holds a connection to the database for a while.
type crowdDoor struct {
	h                *house
	inside           atomic.Int64 // of the crowd, in the handler now
	staff            atomic.Int64 // pages of staff that are being drawn now
	beside, together atomic.Int64 // requests of the crowd that came in while staff were served: alone, and with another
}

func (d *crowdDoor) answer(c *fiber.Ctx) error {
	n := d.inside.Add(1)
	defer d.inside.Add(-1)
	if d.staff.Load() > 0 {
		if n > 1 {
			d.together.Add(1)
		} else {
			d.beside.Add(1)
		}
	}
	if _, err := d.h.pool.Exec(c.UserContext(), `select pg_sleep(0.01)`); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// A crowd that asks for more than there is gets the queue; every page of staff is drawn meanwhile, finds a connection to the database free, and has the processor before the crowd.
func TestStaffWorkWhileACrowdIsAtTheDoors(t *testing.T) {
	const places, crowd, people, each = 2, 100, 12, 3 // as gates are made where two processors and sixteen connections are
	h := newHouseOn(t, pgtest.DB(t), nil, shell.NewGate(places, 1), shell.NewGate(places, 1))
	door := &crowdDoor{h: h}
	shell.Mount(h.app, []shell.Route{{Method: fiber.MethodPost, Path: "/api/v1/crowd", Handler: door.answer, Door: shell.API}})
	for range 3 {
		h.file(nil)
	}
	desk := make([]*browser, people)
	for i := range desk {
		desk[i] = h.as("desk-"+itoa(i), casework.Hotline, casework.Operator, casework.Dispatcher)
	}
	var open []*pgxpool.Conn
	for range h.pool.Stat().MaxConns() { // so that nobody waits for one to be opened
		conn, err := h.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
	}
	for _, conn := range open {
		conn.Release()
	}
	var all, work sync.WaitGroup
	var served, queued atomic.Int64
	stop := make(chan struct{})
	ask := func() int {
		res, err := h.app.Test(httptest.NewRequest(http.MethodPost, "/api/v1/crowd", strings.NewReader("{}")), -1)
		if err != nil {
			t.Error(err)
			return 0
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		return res.StatusCode
	}
	for range crowd {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				switch status := ask(); status {
				case fiber.StatusNoContent:
					served.Add(1)
				case fiber.StatusServiceUnavailable:
					queued.Add(1)
					time.Sleep(20 * time.Millisecond) // a browser waits eight seconds
				default:
					t.Errorf("one of the crowd was answered with %d", status)
				}
			}
		})
	}
	for limit := time.Now().Add(20 * time.Second); queued.Load() == 0 && time.Now().Before(limit); time.Sleep(time.Millisecond) {
	}
	waits := h.pool.Stat().EmptyAcquireWaitTime()
	for _, b := range desk {
		work.Go(func() {
			for range each {
				door.staff.Add(1)
				a := b.send(httptest.NewRequest(http.MethodGet, "/console", nil))
				door.staff.Add(-1)
				if a.Status != http.StatusOK || !strings.Contains(a.Body, locale.ZH.T("console.queue")) {
					t.Errorf("a page of staff: status %d", a.Status)
				}
			}
		})
	}
	work.Wait()
	close(stop)
	all.Wait()
	if queued.Load() == 0 || served.Load() == 0 {
		t.Errorf("of the crowd %d were served and %d queued", served.Load(), queued.Load())
	}
	if beside, together := door.beside.Load(), door.together.Load(); together > beside/4 { // the first moment finds those who were inside before
		t.Errorf("while staff were served %d of the crowd came in alone, and %d with another", beside, together)
	}
	if s := h.pool.Stat(); s.MaxConns() <= 2*places+2*places || s.EmptyAcquireWaitTime()-waits > time.Second {
		t.Errorf("pages and crowd waited %s for one of %d connections", s.EmptyAcquireWaitTime()-waits, s.MaxConns())
	}
}
