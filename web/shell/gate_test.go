package shell

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// While staff wait, the crowd has fewer places; those who wait keep their order; nobody is lost.
func TestTheCrowdGivesWayToStaff(t *testing.T) {
	g := NewGate(4, 1)
	var leaves []func()
	take := func() {
		t.Helper()
		leave, err := g.enter(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	take()
	take()
	done, another := staffComes(t, g), staffComes(t, g)
	if _, err := g.enter(t.Context(), time.Millisecond); err == nil {
		t.Fatal("a third came in while staff wait")
	}
	came := make(chan int, 3)
	for i := range 3 {
		go func() {
			leave, err := g.enter(t.Context(), time.Minute)
			if err != nil {
				t.Error(err)
				return
			}
			came <- i
			leave()
		}()
		for waits := 0; waits <= i; time.Sleep(time.Millisecond) { // in this order
			g.mu.Lock()
			waits = len(g.waiting)
			g.mu.Unlock()
		}
	}
	leaves[0]()
	done()
	select {
	case i := <-came:
		t.Fatalf("%d came in: one is at work, and staff still wait", i)
	case <-time.After(20 * time.Millisecond):
	}
	leaves[1]() // now one at a time beside the staff
	for want := range 3 {
		if got := <-came; got != want {
			t.Errorf("%d came in when it was the turn of %d", got, want)
		}
	}
	another()
	leaves = nil
	for range 4 {
		take()
	}
	if g.Turned() != 1 {
		t.Errorf("%d were turned away", g.Turned())
	}
}

// Staff who come again and again keep the crowd small, and the crowd never stands still.
func TestACrowdBesideStaff(t *testing.T) {
	g := NewGate(8, 2)
	var inside, most, through atomic.Int64
	var all sync.WaitGroup
	stop := make(chan struct{})
	staff := staffComes(t, g)
	for range 60 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				leave, err := g.enter(t.Context(), time.Second)
				if err != nil {
					continue
				}
				n := inside.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(100 * time.Microsecond)
				inside.Add(-1)
				through.Add(1)
				leave()
			}
		})
	}
	for until := time.Now().Add(5 * time.Second); through.Load() < 200 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	if most.Load() != 2 || through.Load() < 200 {
		t.Errorf("%d of the crowd at once, %d in all", most.Load(), through.Load())
	}
	staff()
	for until := time.Now().Add(5 * time.Second); most.Load() < 8 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	all.Wait()
	if most.Load() != 8 || inside.Load() != 0 || g.atWork != 0 || len(g.waiting) != 0 {
		t.Errorf("without staff %d at once; afterwards %d inside, %d at work, %d waiting", most.Load(), inside.Load(), g.atWork, len(g.waiting))
	}
}

func staffComes(t *testing.T, g *Gate) (done func()) {
	t.Helper()
	done, err := g.giveWay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// Many of the staff at once are served in the order of their coming, so many at a time, and none is sent away.
func TestManyStaffAreServedInTurn(t *testing.T) {
	g := NewGate(2, 1)
	var inside, most atomic.Int64
	var all sync.WaitGroup
	for range 75 {
		all.Go(func() {
			done := staffComes(t, g)
			n := inside.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			done()
		})
	}
	all.Wait()
	if most.Load() != 4 || g.staff != 0 || g.desks.atWork != 0 || g.Turned() != 0 {
		t.Errorf("%d at once; afterwards %d of the staff wait, %d are at work, %d were turned away", most.Load(), g.staff, g.desks.atWork, g.Turned())
	}
}
