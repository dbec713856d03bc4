package shell

import (
	"context"
	"time"
)

// missesAtOnce wrong codes are borne; then a sender waits, and each further try waits missPause.
const (
	missesAtOnce = 5
	missPause    = 2 * time.Minute
	missMemory   = 24 * time.Hour // beyond which no more are remembered
)

// Misses counts wrong codes by sender. Right codes do not count: behind one address of a mobile network are many residents.
type Misses struct {
	counter Counter
}

// NewMisses counts by a counter.
func NewMisses(counter Counter) *Misses { return &Misses{counter: counter} }

// Wait tells how long a sender has to wait before the next try; zero where none, and where nobody knows.
func (m *Misses) Wait(ctx context.Context, sender string) time.Duration {
	left, err := m.counter.Left(ctx, missKey(sender))
	if err != nil {
		return 0
	}
	return max(0, left-(missesAtOnce-1)*missPause)
}

// Add counts one wrong code.
func (m *Misses) Add(ctx context.Context, sender string) {
	_, _ = m.counter.Charge(ctx, missKey(sender), missPause, missMemory) // a counter that fails is no reason to fail the page
}

func missKey(sender string) string { return "miss " + sender }
