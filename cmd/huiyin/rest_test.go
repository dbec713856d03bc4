package main

import (
	"testing"

	"huiyin/bench"
)

// What was given back comes again when it is needed: the test itself goes on.
func TestTheProgramRunsOnAfterItRested(t *testing.T) {
	before := bench.Memory()
	rest()
	after := bench.Memory()
	if before > 0 && after > before+8 {
		t.Errorf("%.0f MiB before the rest, %.0f after it", before, after)
	}
}
