package search

import (
	"context"
	"errors"
	"sync"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// How long a search waits for a server that may have gone, and how long it is left alone after it failed.
const (
	patience = 1500 * time.Millisecond
	leave    = 10 * time.Second
)

// Standby asks a search server, and the index in the database wherever the server is away, slow, or not yet filled. Nobody waits for the server longer than a moment, and after it failed nobody does for a while.
// The index in the database is always kept, so that nothing is missing in it.
type Standby struct {
	Server Engine                          // the one on the server
	Here   Engine                          // the one in the database
	Ready  func(ctx context.Context) error // whether the server has every case; nil error: it has
	Now    func() time.Time

	mu    sync.Mutex
	until time.Time // the server is left alone
	ready time.Time // until when it is known to be ready
}

// Put stores documents in the database's index; the server is fed by itself.
func (s *Standby) Put(ctx context.Context, q pg.Querier, docs []Document) error {
	return s.Here.Put(ctx, q, docs)
}

// Drop forgets cases in the database's index.
func (s *Standby) Drop(ctx context.Context, q pg.Querier, ids []casework.CaseID) error {
	return s.Here.Drop(ctx, q, ids)
}

// Find asks the server, or the database instead: Found.Standby tells which.
func (s *Standby) Find(ctx context.Context, q Query, sight casework.Sight) (Found, error) {
	if s.open(ctx) {
		short, cancel := context.WithTimeout(ctx, patience)
		found, err := s.Server.Find(short, q, sight)
		cancel()
		if err == nil {
			return found, nil
		}
		if ctx.Err() != nil {
			return found, err // the caller left; the server may be well
		}
		if fault.KindOf(err) != fault.Unavailable && !errors.Is(err, context.DeadlineExceeded) {
			return found, err
		}
		s.shut()
	}
	found, err := s.Here.Find(ctx, q, sight)
	found.Standby = true
	return found, err
}

// open tells whether the server is to be asked.
func (s *Standby) open(ctx context.Context) bool {
	now := s.Now()
	s.mu.Lock()
	alone, ready := now.Before(s.until), now.Before(s.ready)
	s.mu.Unlock()
	if alone {
		return false
	}
	if ready {
		return true
	}
	if s.Ready(ctx) != nil {
		s.shut()
		return false
	}
	s.mu.Lock()
	s.ready = now.Add(leave)
	s.mu.Unlock()
	return true
}

func (s *Standby) shut() {
	s.mu.Lock()
	s.until = s.Now().Add(leave)
	s.mu.Unlock()
}
