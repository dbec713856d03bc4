package casework

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/pg"
)

// Bounds of what shares a commit.
const (
	gatherWriters  = 3                     // transactions that file at once, where the first takes long
	gatherPatience = 50 * time.Millisecond // after which it does
	gatherFull     = 15                    // filings for which a second begins beside the first: it costs each of them hardly more than a larger first would
	gatherMost     = 128                   // filings of one transaction
	gatherBytes    = 64 << 10              // a filing with more than these bytes beside its words has a transaction of its own
	gatherKept     = 1 << 20               // bytes of what is sent for which a buffer is kept
	gatherLimit    = 30 * time.Second      // for one transaction
)

// Gather lets filings that come at the same moment share a transaction: a commit, a plan and a round trip for many cost little more than for one. While
// few come, each goes alone and at once. One transaction is under way at a time, so that the next is as large as can be; another begins only for as many as
// make it worth its cost, or where the first keeps a filing waiting. The statements of a transaction leave together, and its commit with them: one round trip.
type Gather struct {
	DB *pgxpool.Pool // where the docket files

	mu      sync.Mutex
	writers int          // transactions under way
	waiting []*gathering // in the order in which they began; only the last has room
	buffers sync.Pool    // of *arrays
}

// gathering is filings that will share a transaction.
type gathering struct {
	all  []*bound
	came time.Time     // when the first of them did
	late *time.Timer   // runs out when that has waited for gatherPatience
	done chan struct{} // closed when the transaction has ended: all are filed, or
	err  error         // none is, or
	each []chan opened // each is filed alone and answered once
}

type opened struct {
	receipt Receipt
	err     error
}

// gather files together with others that come meanwhile, or alone where there is room. What needs no database is done before, by each for itself.
func (d *Docket) gather(ctx context.Context, f Filing) (Receipt, error) {
	b, err := d.bind(&f)
	if err != nil {
		return Receipt{}, err
	}
	t, i := d.join(b)
	select {
	case <-t.done:
	case <-ctx.Done():
		return Receipt{}, ctx.Err() // it may be filed all the same: then the sender's next try finds it
	}
	switch {
	case t.err != nil:
		return Receipt{}, t.err
	case t.each == nil:
		return b.receipt(), nil
	}
	select {
	case got := <-t.each[i]:
		return got.receipt, got.err
	case <-ctx.Done():
		return Receipt{}, ctx.Err()
	}
}

// join puts a filing to those that wait, as the i-th of a gathering, and begins a transaction where there is room for one.
func (d *Docket) join(b *bound) (t *gathering, i int) {
	g := d.Gather
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.waiting); n > 0 && len(g.waiting[n-1].all) < gatherMost {
		t = g.waiting[n-1]
	} else {
		t = &gathering{came: time.Now(), all: make([]*bound, 0, gatherFull), done: make(chan struct{}), late: time.AfterFunc(gatherPatience, d.writeLate)}
		g.waiting = append(g.waiting, t)
	}
	t.all = append(t.all, b)
	i = len(t.all) - 1
	d.write(1)
	return t, i
}

// writeLate begins a transaction beside others that take long.
func (d *Docket) writeLate() {
	d.Gather.mu.Lock()
	defer d.Gather.mu.Unlock()
	d.write(gatherWriters)
}

// write begins a transaction for what waits, unless as many as most are under way, or one where so many wait that a second is worth its cost. The caller has the lock.
func (d *Docket) write(most int) {
	g := d.Gather
	if len(g.waiting) == 0 {
		return
	}
	if len(g.waiting[0].all) >= gatherFull {
		most = max(most, 2)
	}
	if g.writers < most {
		g.writers++
		go d.writeGathered()
	}
}

// writeGathered files what waits, as many as came during the last transaction, until none waits, or few for which another transaction will soon have room.
func (d *Docket) writeGathered() {
	for t := d.Gather.next(); t != nil; t = d.Gather.next() {
		d.openGathered(t)
		t.late.Stop()
	}
}

// next takes what the next transaction is for; nil where the one that asks has nothing more to do.
func (g *Gather) next() *gathering {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 || g.writers > 1 && len(g.waiting[0].all) < gatherFull && time.Since(g.waiting[0].came) < gatherPatience {
		g.writers--
		return nil
	}
	t := g.waiting[0]
	g.waiting = slices.Delete(g.waiting, 0, 1)
	return t
}

// openGathered files what was gathered in one transaction; where that is refused, each for itself, so that no filing suffers for another: among them one that is
// here already.
func (d *Docket) openGathered(t *gathering) {
	ctx, cancel := context.WithTimeout(context.Background(), gatherLimit)
	defer cancel()
	err := d.openTogether(ctx, t.all)
	switch {
	case err == nil:
		d.woke()
	case pg.IsUnavailable(err): // it may stand all the same: then the sender's next try finds it
		t.err = pg.Classify(err)
	default:
		t.each = make([]chan opened, len(t.all))
		for i := range t.each {
			t.each[i] = make(chan opened, 1)
		}
	}
	close(t.done)
	for i, answer := range t.each {
		var got opened
		got.receipt, got.err = d.openAlone(ctx, *t.all[i].f)
		answer <- got
	}
}

// openTogether files cases of which none is known, in one transaction and one round trip: what is sent at once without a begin is one transaction.
func (d *Docket) openTogether(ctx context.Context, all []*bound) error {
	conn, err := d.Gather.DB.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	buffer, _ := d.Gather.buffers.Get().(*arrays)
	if buffer == nil {
		buffer = &arrays{}
	}
	err = storeAll(ctx, conn.Conn(), all, buffer, whole)
	if cap(buffer.out) <= gatherKept {
		d.Gather.buffers.Put(buffer)
	}
	return err
}

// shares tells whether a filing may share a transaction.
func (f *Filing) shares() bool { return len(f.Files) == 0 && len(f.Raw) <= gatherBytes }
