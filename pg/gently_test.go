package pg_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"huiyin/pg"
)

// Who goes gently works a quarter of the time; who does not is never held up.
func TestWorkThatNobodyWaitsForRestsBetweenItsStrides(t *testing.T) {
	for name, c := range map[string]struct {
		gently bool
		want   time.Duration
	}{"gently": {true, 4 * time.Second}, "as fast as it goes": {false, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if c.gently {
				ctx = pg.Gently(ctx)
			}
			begun := time.Now()
			for range 1000 {
				time.Sleep(time.Millisecond) // a row
				if err := pg.Rest(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(begun); took != c.want {
				t.Errorf("%s: a second of work took %s, want %s", name, took, c.want)
			}
		})
	}
}

func TestARestEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(pg.Gently(t.Context()))
		time.Sleep(time.Second)
		cancel()
		if err := pg.Rest(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("rested: %v", err)
		}
	})
}
