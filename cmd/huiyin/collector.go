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
	busyCycles    = 2                // collections in a tick from which on the process is busy
	restful       = 10 * time.Second // without such a tick it is at rest
	busyHeap      = 96 << 20         // what the heap may grow to while busy, in bytes, where it would be collected sooner
	ordinaryPace  = 100              // the collector's own: at twice what is in use
)

// paceCollector lets the heap grow further while the process is busy: a service that holds little is otherwise collected dozens of times a second, which
// took a fifth of the time of a filing. At rest the memory goes back to the system. GOGC, where it is set, decides alone.
func paceCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	tick := time.NewTicker(collectorTick)
	defer tick.Stop()
	seen := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(seen)
	before, pace, last := seen[0].Value.Uint64(), ordinaryPace, time.Time{}
	for {
		select {
		case <-ctx.Done():
			debug.SetGCPercent(ordinaryPace)
			return
		case <-tick.C:
		}
		metrics.Read(seen)
		cycles, live := seen[0].Value.Uint64(), seen[1].Value.Uint64()
		// What is busy at the ordinary pace makes fewer collections at a slower one.
		busy := int(cycles-before)*max(1, pace/ordinaryPace) >= busyCycles //nolint:gosec // a few
		before = cycles
		next := pace
		switch {
		case busy:
			last = time.Now()
			next = paceFor(live)
		case pace != ordinaryPace && time.Since(last) > restful:
			next = ordinaryPace
		}
		if next != pace {
			pace = next
			debug.SetGCPercent(pace)
			if pace == ordinaryPace {
				debug.FreeOSMemory()
			}
		}
	}
}

// paceFor is the percentage by which a heap with so many bytes in use may grow while busy, in steps of a hundred.
func paceFor(live uint64) int {
	if live == 0 {
		return ordinaryPace
	}
	return min(max(int(busyHeap/live)-1, 1), 5) * ordinaryPace //nolint:gosec // at most five
}
