package ledger

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"huiyin/fault"
)

const (
	mostFiles  = 4                // files that are written at once: each holds a connection to the database while its reader reads
	mostOfOne  = 2                // of these for one sender, so that nobody keeps the others from all of them
	mostIdle   = 30 * time.Second // for which a reader may take less than a piece
	pieceBytes = 64 << 10
)

var (
	errManyFiles = errors.New("too many files of open data are being read")
	errIdle      = errors.New("the reader of a file takes nothing")
)

// turns hands out the places for files of open data. Use newTurns.
type turns struct {
	places chan struct{}

	mu sync.Mutex
	of map[string]*own // those who have a place, or wait for one
}

// own are the places of one sender.
type own struct {
	places chan struct{}
	asked  int
}

func newTurns() *turns { return &turns{places: make(chan struct{}, mostFiles), of: map[string]*own{}} }

// take waits for a place, first among the sender's own and then among all; leave gives it back. Errors: fault.Unavailable where none comes free in time.
func (t *turns) take(ctx context.Context, sender string) (leave func(), err error) {
	t.mu.Lock()
	o := t.of[sender]
	if o == nil {
		o = &own{places: make(chan struct{}, mostOfOne)}
		t.of[sender] = o
	}
	o.asked++
	t.mu.Unlock()
	done := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if o.asked--; o.asked == 0 {
			delete(t.of, sender)
		}
	}
	select {
	case o.places <- struct{}{}:
	case <-ctx.Done():
		done()
		return nil, fault.Wrap(fault.Unavailable, "fault.unavailable", errManyFiles)
	}
	select {
	case t.places <- struct{}{}:
		return func() { <-t.places; <-o.places; done() }, nil
	case <-ctx.Done():
		<-o.places
		done()
		return nil, fault.Wrap(fault.Unavailable, "fault.unavailable", errManyFiles)
	}
}

// paced writes a file as fast as its reader takes it, and breaks off where the reader takes nothing.
type paced struct {
	*io.PipeWriter
	idle time.Duration
}

// Write hands the bytes over in pieces. Errors: errIdle.
func (p paced) Write(b []byte) (n int, err error) {
	for len(b) > 0 && err == nil {
		piece := b[:min(len(b), pieceBytes)]
		late := time.AfterFunc(p.idle, func() { _ = p.CloseWithError(errIdle) })
		var m int
		m, err = p.PipeWriter.Write(piece)
		late.Stop()
		n, b = n+m, b[m:]
	}
	return n, err
}
