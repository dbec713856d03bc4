package board

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"

	"huiyin/pg"
	"huiyin/routing/codes"
	"huiyin/supervision"
)

// shelf keeps boards that were drawn, as long as nothing new was counted: a board is a function of the count rows, and those move only
// with the figures' follower. So a kept board is never stale, and a crowd of readers costs one pass.
type shelf struct {
	mu     sync.Mutex
	boards map[part]drawn
	flight singleflight.Group
}

// part names what a board shows.
type part struct {
	month  supervision.Month
	filter supervision.Filter
	codes  string // version of the code sets
}

// drawn is a board and how far the follower had read when it was drawn.
type drawn struct {
	mark  string
	board supervision.Board
	at    time.Time
}

// Bounds of the shelf. Names of units may change without an event, so nothing is kept for longer than a minute.
const (
	shelfSize = 300
	shelfTime = time.Minute
)

// view reads the board of a month, or takes the one that was drawn since the figures last moved.
func (x *Pages) view(ctx context.Context, m supervision.Month, f supervision.Filter, under codes.Reading) (supervision.Board, error) {
	var mark string
	err := x.DB.QueryRow(ctx, `select coalesce((select xid::text || '/' || seq || '/' || coalesce(read_at::text, '') from follower where name = $1), '')`, supervision.FiguresFollower).Scan(&mark)
	if err != nil {
		return supervision.Board{}, fmt.Errorf("read how far the figures are: %w", err)
	}
	key := part{m, f, under.Version()}
	if b, ok := x.shelf.take(key, mark); ok {
		return b, nil
	}
	v, err, _ := x.shelf.flight.Do(fmt.Sprintf("%v %s", key, mark), func() (any, error) {
		// Others may wait for this pass when the first reader has gone.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		var b supervision.Board
		err := pg.InTx(ctx, x.DB, nil, func(tx pgx.Tx) (err error) {
			// All of it as the rows stand at one moment, so that its snapshot's name is true.
			if _, err = tx.Exec(ctx, `set transaction isolation level repeatable read, read only`); err == nil {
				b, err = supervision.ViewUnder(ctx, tx, supervision.One(m), f, under)
			}
			return err
		})
		if err == nil {
			x.shelf.put(key, drawn{mark, b, time.Now()})
		}
		return b, err
	})
	if err != nil {
		return supervision.Board{}, err
	}
	return v.(supervision.Board), nil
}

func (s *shelf) take(key part, mark string) (supervision.Board, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.boards[key]
	return d.board, ok && d.mark == mark && time.Since(d.at) < shelfTime
}

func (s *shelf) put(key part, d drawn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.boards == nil || len(s.boards) >= shelfSize {
		s.boards = map[part]drawn{}
	}
	s.boards[key] = d
}
