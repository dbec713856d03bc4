package supervision

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"huiyin/pg"
	"huiyin/routing/codes"
)

// maxViews is how many boards are kept in memory; more periods and filters than that are read anew.
const maxViews = 128

// Views keeps boards for a moment, so that many readers of one page cost one reading of the rows. Make it with NewViews.
type Views struct {
	db    pg.Querier
	fresh time.Duration
	under codes.Reading
	mu    sync.Mutex
	kept  map[viewKey]keptView
	read  singleflight.Group
}

type viewKey struct {
	period Period
	filter Filter
}

type keptView struct {
	board Board
	until time.Time
}

// NewViews keeps each board for the time given: figures on pages are at most that much behind the count rows. They are read under the version of the code sets given.
func NewViews(db pg.Querier, fresh time.Duration, under codes.Reading) *Views {
	return &Views{db: db, fresh: fresh, under: under, kept: map[viewKey]keptView{}}
}

// View is the board of a period, as the function View reads it.
func (v *Views) View(ctx context.Context, p Period, f Filter) (Board, error) {
	key := viewKey{p, f}
	if b, ok := v.get(key); ok {
		return b, nil
	}
	got, err, _ := v.read.Do(p.String()+"|"+string(f.Unit)+"|"+f.District+"|"+f.Category+"|"+string(f.Kind)+"|"+string(f.Channel), func() (any, error) {
		// The reader who came first may go away; the others still wait for the board.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		b, err := ViewUnder(ctx, v.db, p, f, v.under)
		if err == nil {
			v.put(key, b)
		}
		return b, err
	})
	if err != nil {
		return Board{}, err
	}
	return got.(Board).copied(), nil
}

func (v *Views) get(key viewKey) (Board, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, ok := v.kept[key]
	if !ok || time.Now().After(k.until) {
		return Board{}, false
	}
	return k.board.copied(), true
}

func (v *Views) put(key viewKey, b Board) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := time.Now()
	for k, old := range v.kept {
		if now.After(old.until) || len(v.kept) >= maxViews {
			delete(v.kept, k)
		}
	}
	v.kept[key] = keptView{board: b, until: now.Add(v.fresh)}
}

// copied is the board with lists of its own, which a page may sort.
func (b Board) copied() Board {
	b.Units, b.Districts, b.Trend, b.Topics = slices.Clone(b.Units), slices.Clone(b.Districts), slices.Clone(b.Trend), slices.Clone(b.Topics)
	return b
}
