package casework

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/pg"
)

// Bounds of what shares a commit.
const (
	gatherWriters = 3                // transactions that file at once
	gatherMost    = 64               // filings of one transaction
	gatherBytes   = 64 << 10         // a filing with more than these bytes beside its words has a transaction of its own
	gatherLimit   = 30 * time.Second // for one transaction
)

// Gather lets filings that come at the same moment share a transaction: a commit, a plan and a round trip for many cost little more than for one. While
// few come, each goes alone and at once. The statements of a transaction leave together, and its commit with them: one round trip.
type Gather struct {
	DB *pgxpool.Pool // where the docket files

	mu      sync.Mutex
	writers int // transactions under way
	waiting []*gathered
}

// gathered is one filing on its way.
type gathered struct {
	f    Filing
	done chan opened // answered once
}

type opened struct {
	receipt Receipt
	err     error
}

// gather files together with others that come meanwhile, or alone where there is room.
func (d *Docket) gather(ctx context.Context, f Filing) (Receipt, error) {
	g := d.Gather
	one := &gathered{f: f, done: make(chan opened, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, one)
	if g.writers < gatherWriters {
		g.writers++
		go d.writeGathered()
	}
	g.mu.Unlock()
	select {
	case got := <-one.done:
		return got.receipt, got.err
	case <-ctx.Done():
		return Receipt{}, ctx.Err() // it may be filed all the same: then the sender's next try finds it
	}
}

// writeGathered files what waits, as many as came during the last transaction, until none waits.
func (d *Docket) writeGathered() {
	g := d.Gather
	for {
		g.mu.Lock()
		batch := g.waiting[:min(len(g.waiting), gatherMost)]
		g.waiting = g.waiting[len(batch):]
		if len(batch) == 0 {
			g.writers--
			g.mu.Unlock()
			return
		}
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
		got.receipt, got.err = d.openAlone(ctx, one.f)
		one.done <- got
	}
}

// openTogether files a batch of which no filing is known, in one transaction and one round trip: what is sent at once without a begin is one transaction.
func (d *Docket) openTogether(ctx context.Context, batch []*gathered) ([]Receipt, error) {
	all := make([]*bound, len(batch))
	for i, one := range batch {
		var err error
		if all[i], err = d.bind(&one.f); err != nil {
			return nil, err
		}
	}
	numbers := make(map[CaseID]string, len(all))
	var rows pgx.Batch
	rows.Queue(`select set_config('huiyin.scope', 'system', true)`)
	if err := queueAll(&rows, all, numbers); err != nil {
		return nil, err
	}
	if err := d.Gather.DB.SendBatch(ctx, &rows).Close(); err != nil {
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
