package main

import "testing"

func TestTheHeapGrowsOnlyToItsBoundWhileBusy(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 100}, {1 << 20, 500}, {19 << 20, 400}, {32 << 20, 200}, {48 << 20, 100}, {500 << 20, 100}} {
		if got := paceFor(c.live); got != c.want {
			t.Errorf("with %d MiB in use the heap may grow by %d %%, want %d", c.live>>20, got, c.want)
		}
		if c.live > 0 && c.live*uint64(100+paceFor(c.live))/100 > max(busyHeap, 2*c.live) {
			t.Errorf("%d MiB would grow beyond the bound", c.live>>20)
		}
	}
}
