// Package live tells open pages, by server-sent events, what has changed since they were drawn.
package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/follow"
)

// Message is one thing that happened, as a page may hear of it. It carries no words of a resident and no personal data.
type Message struct {
	Name  string              // name of the server-sent event: "case", "call"
	Case  casework.CaseID     // the case it is about; zero if none
	Lead  casework.UnitCode   // the responsible unit of the case
	Units []casework.UnitCode // every unit that takes part in the case now
	Staff int64               // the account it is for alone; 0 means whoever sees the case
	By    int64               // the account whose doing it is; 0 for residents and the system
	At    time.Time           // when it was written down, by the database's clock
	Body  json.RawMessage     // what is sent
}

// Source finds out what is new whenever the hub wakes. It is called by one goroutine, and only while somebody watches.
type Source interface {
	// Begin forgets what happened before now.
	Begin(ctx context.Context, db *pgxpool.Pool) error
	// Read returns what happened since Begin or the last Read, in order, at most a bounded number.
	Read(ctx context.Context, db *pgxpool.Pool) ([]Message, error)
}

const (
	room   = 64          // messages that may wait for one slow reader
	settle = time.Second // between looks where no notification comes
	most   = 2000        // open streams of one process
)

// Hub reads each source once per process and passes the news on to every open stream. Make it with New, run it with Run.
type Hub struct {
	pool    *pgxpool.Pool
	sources []Source
	log     *slog.Logger

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	first    chan struct{} // somebody began to watch
	closed   chan struct{}
	once     sync.Once
}

// New makes a hub of the given sources.
func New(pool *pgxpool.Pool, log *slog.Logger, sources ...Source) *Hub {
	return &Hub{pool: pool, sources: sources, log: log, watchers: map[*watcher]struct{}{}, first: make(chan struct{}, 1), closed: make(chan struct{})}
}

// Close ends every stream, now and later, so that the server can shut down. It is safe to call twice.
func (h *Hub) Close() { h.once.Do(func() { close(h.closed) }) }

// Run listens for commits of any process and passes on what they brought, until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	wake := make(chan struct{}, 1)
	var listening sync.WaitGroup
	listening.Go(func() { follow.Listen(ctx, h.pool, []chan struct{}{wake}) })
	defer listening.Wait()
	defer h.Close()
	for ctx.Err() == nil {
		if !h.await(ctx) {
			return
		}
		if err := h.watch(ctx, wake); err != nil && ctx.Err() == nil {
			h.log.Warn("live updates failed, will try again", "error", err)
			h.tell(Message{Name: "lost"})
			pause(ctx, wake, settle)
		}
	}
}

// await blocks until somebody watches.
func (h *Hub) await(ctx context.Context) bool {
	for h.audience() == 0 {
		select {
		case <-ctx.Done():
			return false
		case <-h.first:
		}
	}
	return true
}

// watch reads the sources from now on while anybody watches.
func (h *Hub) watch(ctx context.Context, wake <-chan struct{}) error {
	for _, s := range h.sources {
		if err := s.Begin(ctx, h.pool); err != nil {
			return err
		}
	}
	for ctx.Err() == nil && h.audience() > 0 {
		for _, s := range h.sources {
			news, err := s.Read(ctx, h.pool)
			if err != nil {
				return err
			}
			for _, m := range news {
				h.tell(m)
			}
		}
		pause(ctx, wake, settle)
	}
	return nil
}

func pause(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}

// watcher is one open stream.
type watcher struct {
	keep func(Message) bool
	news chan Message
	lost bool // something did not fit: the page must be drawn anew
}

func (h *Hub) audience() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

// join opens a stream of the messages that keep lets through; nil where the process has no room for more.
func (h *Hub) join(keep func(Message) bool) *watcher {
	w := &watcher{keep: keep, news: make(chan Message, room)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) >= most {
		return nil
	}
	h.watchers[w] = struct{}{}
	select {
	case h.first <- struct{}{}:
	default:
	}
	return w
}

func (h *Hub) leave(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watchers, w)
}

// tell passes a message on without ever waiting for a reader.
func (h *Hub) tell(m Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		if m.Name != "lost" && !w.keep(m) {
			continue
		}
		select {
		case w.news <- m:
		default:
			w.lost = true
		}
	}
}

// missed reports, once, that messages did not fit.
func (h *Hub) missed(w *watcher) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := w.lost
	w.lost = false
	return was
}
