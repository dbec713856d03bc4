package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	collectorTick = 250 * time.Millisecond
	busyRate      = 8 << 20         // bytes a second that a busy process asks for,
	busyAfter     = time.Second     // so long without a break
	restRate      = 4 << 20         // and one at rest, at most,
	restAfter     = 5 * time.Second // so long
	busyHeap      = 96 << 20        // what the heap may grow to while busy, in bytes, where it would be collected sooner
	calmPace      = 40              // by how many per cent it may grow otherwise: collections are few then, and memory is held day and night
)

// paceCollector lets the heap grow further while the process is busy: a service that holds little is otherwise collected dozens of times a second, which
// took a fifth of the time of a filing. At rest what is not needed goes back to the system. GOGC, where it is set, decides alone.
func paceCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	tick := time.NewTicker(collectorTick)
	defer tick.Stop()
	seen := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(seen)
	before, pace, rested := seen[0].Value.Uint64(), calmPace, false
	debug.SetGCPercent(pace)
	calm, hurried := time.Now(), time.Now() // when the process was last not busy, and last not at rest
	for {
		select {
		case <-ctx.Done():
			debug.SetGCPercent(100) // the collector's own
			return
		case <-tick.C:
		}
		metrics.Read(seen)
		asked := seen[0].Value.Uint64()
		rate := (asked - before) * uint64(time.Second/collectorTick)
		before = asked
		now := time.Now()
		if rate < busyRate {
			calm = now
		}
		if rate > restRate {
			hurried, rested = now, false
		}
		next := calmPace
		if now.Sub(calm) >= busyAfter {
			next = paceFor(seen[1].Value.Uint64())
		}
		if next != pace {
			pace = next
			debug.SetGCPercent(pace)
		}
		if !rested && now.Sub(hurried) >= restAfter {
			rested = true
			rest()
		}
	}
}

// paceFor is the percentage by which a heap with so many bytes in use may grow while busy, in steps of a hundred.
func paceFor(live uint64) int {
	if live == 0 {
		return 100
	}
	return min(max(int(busyHeap/live)-1, 1), 5) * 100 //nolint:gosec // at most five
}
