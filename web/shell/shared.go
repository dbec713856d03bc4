package shell

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"huiyin/pg"
)

// shareWait is how long a request waits for the other processes' counts. After it, this process goes by its own: a count is never in the way of a
// resident.
const shareWait = 250 * time.Millisecond

// Shared counts for every process on one database. What this process alone has counted too often is refused without asking; the others are asked in
// one statement for all requests that came during the last one. Where the database is away or slow, the counts of this process hold alone.
type Shared struct {
	db   pg.Querier
	mine *Memory

	mu      sync.Mutex
	waiting []*charge
	asking  bool
}

// charge is one use on its way into the database.
type charge struct {
	key        string
	step, room time.Duration
	wait       chan time.Duration // answered once; closed where nobody could be asked
}

// NewShared counts in the table sender_count, by the database's clock; now is the clock of the counts that hold where the database is away.
func NewShared(db pg.Querier, now func() time.Time) *Shared {
	return &Shared{db: db, mine: NewMemory(now)}
}

// Charge is Counter's; it never fails.
func (s *Shared) Charge(ctx context.Context, key string, step, room time.Duration) (time.Duration, error) {
	if wait, err := s.mine.Charge(ctx, key, step, room); wait > 0 || err != nil {
		return wait, err
	}
	one := &charge{key: key, step: step, room: room, wait: make(chan time.Duration, 1)}
	s.mu.Lock()
	s.waiting = append(s.waiting, one)
	if !s.asking {
		s.asking = true
		go s.ask()
	}
	s.mu.Unlock()
	limit := time.NewTimer(shareWait)
	defer limit.Stop()
	select {
	case wait := <-one.wait:
		return wait, nil
	case <-limit.C:
	case <-ctx.Done():
	}
	return 0, nil
}

// ask brings what waits into the database until nothing waits.
func (s *Shared) ask() {
	for {
		s.mu.Lock()
		batch := s.waiting
		s.waiting = nil
		s.asking = len(batch) > 0
		s.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		waits, err := s.charge(batch)
		for i, one := range batch {
			if err != nil {
				close(one.wait)
				continue
			}
			one.wait <- waits[i]
		}
	}
}

// charge counts a batch: all uses of one key in one row, as many of them as there is room for.
func (s *Shared) charge(batch []*charge) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 4*shareWait)
	defer cancel()
	type sum struct {
		step, room time.Duration
		uses       []int
	}
	sums := map[string]*sum{}
	var keys []string
	for i, one := range batch {
		if sums[one.key] == nil {
			sums[one.key] = &sum{step: one.step, room: one.room}
			keys = append(keys, one.key)
		}
		sums[one.key].uses = append(sums[one.key].uses, i)
	}
	slices.Sort(keys)
	steps, rooms, uses := make([]int64, len(keys)), make([]int64, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		steps[i], rooms[i], uses[i] = sums[k].step.Microseconds(), sums[k].room.Microseconds(), int64(len(sums[k].uses))
	}
	rows, err := s.db.Query(ctx, `select granted, remembered from count_uses($1, $2, $3, $4)`, keys, steps, rooms, uses)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("count uses: %w", err))
	}
	defer rows.Close()
	waits := make([]time.Duration, len(batch))
	for at := 0; rows.Next(); at++ {
		var granted, remembered int64
		if err := rows.Scan(&granted, &remembered); err != nil {
			return nil, err
		}
		one := sums[keys[at]]
		for _, i := range one.uses[granted:] {
			waits[i] = max(time.Duration(remembered)*time.Microsecond+one.step-one.room, time.Millisecond)
		}
	}
	return waits, pg.Classify(rows.Err())
}

// Left is Counter's; it never fails.
func (s *Shared) Left(ctx context.Context, key string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, shareWait)
	defer cancel()
	var left int64
	err := s.db.QueryRow(ctx, `select coalesce((select greatest(0, extract(epoch from full_at - clock_timestamp()) * 1000000)::bigint from sender_count where key = $1), 0)`, key).Scan(&left)
	own, _ := s.mine.Left(ctx, key) // never fails
	if err != nil {
		return own, nil
	}
	return max(own, time.Duration(left)*time.Microsecond), nil
}

// SweepCounts removes what is forgotten, at most limit rows a call, and tells how many. It is safe to run twice, late or on two machines.
func SweepCounts(ctx context.Context, db pg.Querier, limit int) (int, error) {
	tag, err := db.Exec(ctx, `delete from sender_count where key in (select key from sender_count where full_at < clock_timestamp() limit $1 for update skip locked)`, limit)
	if err != nil {
		return 0, fmt.Errorf("sweep counts: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
