package pg

import (
	"context"
	"sync/atomic"
	"time"
)

// Work that nobody waits for goes a stride, and rests for as long three times over: it takes a quarter of a processor at most.
const (
	stride  = 4 * time.Millisecond
	resting = 3
	longest = time.Second // one rest
)

type gaitKey struct{}

// gait is when the stride under way began, in nanoseconds since 1970.
type gait struct{ since atomic.Int64 }

// Gently is ctx for work over many rows that nobody waits for: where it calls Rest, it makes room for those who do.
func Gently(ctx context.Context) context.Context {
	g := &gait{}
	g.since.Store(time.Now().UnixNano())
	return context.WithValue(ctx, gaitKey{}, g)
}

// Rest is called between two rows. Where ctx was made by Gently and a stride is over it waits, else it returns at once. Errors: those of ctx.
func Rest(ctx context.Context) error {
	g, _ := ctx.Value(gaitKey{}).(*gait)
	if g == nil {
		return nil
	}
	took := time.Duration(time.Now().UnixNano() - g.since.Load())
	if took < stride {
		return nil
	}
	pause := time.NewTimer(min(resting*took, longest))
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
	}
	g.since.Store(time.Now().UnixNano())
	return nil
}
