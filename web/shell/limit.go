package shell

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
)

// Limit is how often one sender may do one thing: Max times at once, refilled evenly over Per.
type Limit struct {
	Name string
	Max  int
	Per  time.Duration
}

// Spend counts one use by the request's sender, or refuses with fault.TooMany and a Retry-After. Senders are known by a keyed hash
// of their network address; the address itself is not kept.
func Spend(c *fiber.Ctx, l Limit) error {
	r := of(c)
	return SpendFor(c, l, r.address(c))
}

// SpendFor counts one use by a given subject, such as an account name that somebody tries to sign in to.
func SpendFor(c *fiber.Ctx, l Limit, subject string) error {
	r := of(c)
	allow := r.Allow
	if allow == nil {
		allow = func(_ context.Context, l Limit, key string) (time.Duration, error) {
			return r.memory.spend(r.Now(), l, key), nil
		}
	}
	wait, err := allow(c.UserContext(), l, r.mac("limit", l.Name, subject))
	if err != nil {
		return err
	}
	if wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return fault.New(fault.TooMany, "fault.too_many")
	}
	return nil
}

// memoryLimiter counts within this process: one token bucket a limit and sender.
type memoryLimiter struct {
	mu      sync.Mutex
	buckets map[string]bucket
	swept   time.Time
}

// bucket is full at the moment full; every use moves that moment later.
type bucket struct{ full time.Time }

func newMemoryLimiter() *memoryLimiter { return &memoryLimiter{buckets: map[string]bucket{}} }

func (m *memoryLimiter) spend(now time.Time, l Limit, key string) (wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.swept) > time.Minute {
		for k, b := range m.buckets {
			if b.full.Before(now) {
				delete(m.buckets, k)
			}
		}
		m.swept = now
	}
	full := m.buckets[key].full
	if full.Before(now) {
		full = now
	}
	full = full.Add(l.Per / time.Duration(l.Max))
	if over := full.Sub(now) - l.Per; over > 0 {
		return over
	}
	m.buckets[key] = bucket{full: full}
	return 0
}
