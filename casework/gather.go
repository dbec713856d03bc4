package casework

import (
	"context"
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
	gatherLimit    = 30 * time.Second      // for one transaction
)

// Gather lets filings that come at the same moment share a transaction: a commit, a plan and a round trip for many cost little more than for one. While
// few come, each goes alone and at once. One transaction is under way at a time, so that the next is as large as can be; another begins only for as many as
// make it worth its cost, or where the first keeps a filing waiting. The statements of a transaction leave together, and its commit with them: one round trip.
type Gather struct {
	DB *pgxpool.Pool // where the docket files

	mu      sync.Mutex
	writers int // transactions under way
	waiting []*gathered
	buffers sync.Pool // of *arrays
}

// gathered is one filing on its way.
type gathered struct {
	b    *bound
	came time.Time
	done chan opened // answered once
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
	g := d.Gather
	one := &gathered{b: b, came: time.Now(), done: make(chan opened, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, one)
	g.mu.Unlock()
	d.write(1)
	patience := time.NewTimer(gatherPatience)
	defer patience.Stop()
	for {
		select {
		case got := <-one.done:
			return got.receipt, got.err
		case <-patience.C:
			d.write(gatherWriters)
		case <-ctx.Done():
			return Receipt{}, ctx.Err() // it may be filed all the same: then the sender's next try finds it
		}
	}
}

// write begins a transaction for what waits, unless as many as most are under way, or one where so many wait that a second is worth its cost.
func (d *Docket) write(most int) {
	g := d.Gather
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) >= gatherFull {
		most = max(most, 2)
	}
	if len(g.waiting) > 0 && g.writers < most {
		g.writers++
		go d.writeGathered()
	}
}

// writeGathered files what waits, as many as came during the last transaction, until none waits, or few for which another transaction will soon have room.
func (d *Docket) writeGathered() {
	g := d.Gather
	for {
		g.mu.Lock()
		if len(g.waiting) == 0 || g.writers > 1 && len(g.waiting) < gatherFull && time.Since(g.waiting[0].came) < gatherPatience {
			g.writers--
			g.mu.Unlock()
			return
		}
		batch := g.waiting[:min(len(g.waiting), gatherMost)]
		g.waiting = g.waiting[len(batch):]
		g.mu.Unlock()
		d.openGathered(batch)
	}
}

// openGathered files a batch in one transaction; where that is refused, each for itself, so that no filing suffers for another: among them one that is
// here already.
func (d *Docket) openGathered(batch []*gathered) {
	ctx, cancel := context.WithTimeout(context.Background(), gatherLimit)
	defer cancel()
	receipts, err := d.openTogether(ctx, batch)
	if err == nil {
		d.woke()
		for i, one := range batch {
			one.done <- opened{receipt: receipts[i]}
		}
		return
	}
	if pg.IsUnavailable(err) { // it may stand all the same: then the sender's next try finds it
		for _, one := range batch {
			one.done <- opened{err: pg.Classify(err)}
		}
		return
	}
	for _, one := range batch {
		var got opened
		got.receipt, got.err = d.openAlone(ctx, *one.b.f)
		one.done <- got
	}
}

// openTogether files a batch of which no filing is known, in one transaction and one round trip: what is sent at once without a begin is one transaction.
func (d *Docket) openTogether(ctx context.Context, batch []*gathered) ([]Receipt, error) {
	all := make([]*bound, len(batch))
	for i, one := range batch {
		all[i] = one.b
	}
	conn, err := d.Gather.DB.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	buffer, _ := d.Gather.buffers.Get().(*arrays)
	if buffer == nil {
		buffer = &arrays{}
	}
	defer d.Gather.buffers.Put(buffer)
	numbers, err := storeAll(ctx, conn.Conn(), all, buffer, whole)
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(all))
	for i, b := range all {
		receipts[i] = b.receipt(numbers[b.id])
	}
	return receipts, nil
}

// shares tells whether a filing may share a transaction.
func (f *Filing) shares() bool { return len(f.Files) == 0 && len(f.Raw) <= gatherBytes }
