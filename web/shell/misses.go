package shell

import (
	"sync"
	"time"
)

// missesAtOnce wrong codes are borne; then a sender waits, and each further try waits missPause.
const (
	missesAtOnce = 5
	missPause    = 2 * time.Minute
)

// Misses counts wrong codes by sender. Right codes do not count: behind one address of a mobile network are many residents.
type Misses struct {
	mu    sync.Mutex
	now   func() time.Time
	until map[string]time.Time // when all misses of a sender are forgotten
}

// NewMisses counts from nothing.
func NewMisses(now func() time.Time) *Misses {
	return &Misses{now: now, until: map[string]time.Time{}}
}

// Wait tells how long a sender has to wait before the next try; zero where none.
func (m *Misses) Wait(sender string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	until, missed := m.until[sender]
	if !missed {
		return 0
	}
	return max(0, until.Sub(m.now())-(missesAtOnce-1)*missPause)
}

// Add counts one wrong code.
func (m *Misses) Add(sender string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for s, t := range m.until {
		if t.Before(now) {
			delete(m.until, s)
		}
	}
	if m.until[sender].Before(now) {
		m.until[sender] = now
	}
	m.until[sender] = m.until[sender].Add(missPause)
}
