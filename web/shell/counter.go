package shell

import (
	"context"
	"sync"
	"time"
)

// Counter counts uses by key in leaky buckets: in this process (NewMemory) or for all processes together (Shared).
type Counter interface {
	// Charge counts one use, which is forgotten after step, unless the uses that are still remembered would fill more than room with it: then it
	// counts nothing and tells how long to wait.
	Charge(ctx context.Context, key string, step, room time.Duration) (wait time.Duration, err error)
	// Left tells how long it takes until every use of a key is forgotten; zero where none is remembered.
	Left(ctx context.Context, key string) (time.Duration, error)
}

// Memory counts within this process. It is safe for concurrent use.
type Memory struct {
	mu    sync.Mutex
	now   func() time.Time
	full  map[string]time.Time // when every use of a key is forgotten
	swept time.Time
}

// NewMemory counts from nothing by a clock.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, full: map[string]time.Time{}}
}

// Charge is Counter's; it never fails.
func (m *Memory) Charge(_ context.Context, key string, step, room time.Duration) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if now.Sub(m.swept) > time.Minute {
		for k, full := range m.full {
			if full.Before(now) {
				delete(m.full, k)
			}
		}
		m.swept = now
	}
	full := m.full[key]
	if full.Before(now) {
		full = now
	}
	full = full.Add(step)
	if over := full.Sub(now) - room; over > 0 {
		return over, nil
	}
	m.full[key] = full
	return 0, nil
}

// Left is Counter's; it never fails.
func (m *Memory) Left(_ context.Context, key string) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(0, m.full[key].Sub(m.now())), nil
}
