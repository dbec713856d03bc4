package live

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/pg"
)

// Calls is the source of what happens in telephone calls. It tells only who has the call, and who had it before it was transferred; the words they read again by their own rights.
type Calls struct {
	last int64
	seen map[int64]bool // numbers in (last-window, last] that were passed on
}

// News is what a page hears of a call.
type News struct {
	Call  uuid.UUID `json:"call"`
	State string    `json:"state"` // ringing, talking, ended, missed; gone for who had the call before it was transferred
}

// gone is the state of a call that went to somebody else.
const gone = "gone"

// Begin forgets what happened before now.
func (s *Calls) Begin(ctx context.Context, db *pgxpool.Pool) error {
	s.seen = map[int64]bool{}
	return pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select coalesce(max(touched), 0) from call`).Scan(&s.last); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select touched from call where touched > $1`, s.last-window)
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, n := range known {
			s.seen[n] = true
		}
		return err
	})
}

// Read returns the calls that changed since, each once with its latest change.
func (s *Calls) Read(ctx context.Context, db *pgxpool.Pool) ([]Message, error) {
	var out []Message
	err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select touched, id, state, coalesce(staff_id, 0), coalesce(left_by, 0) from call where touched > $1 and not (touched = any ($2)) order by touched limit $3`,
			s.last-window, keysOf(s.seen), batch)
		if err != nil {
			return err
		}
		var touched, staff, before int64
		var news News
		_, err = pgx.ForEachRow(rows, []any{&touched, &news.Call, &news.State, &staff, &before}, func() error {
			s.seen[touched] = true
			s.last = max(s.last, touched)
			for _, told := range []struct {
				who   int64
				state string
			}{{staff, news.State}, {before, gone}} {
				if told.who == 0 {
					continue // nobody's call is nobody's news: 0 would tell everybody
				}
				body, err := json.Marshal(News{Call: news.Call, State: told.state})
				if err != nil {
					return err
				}
				out = append(out, Message{Name: "call", Staff: told.who, Body: body})
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what happened in calls: %w", err)
	}
	for n := range s.seen {
		if n <= s.last-window {
			delete(s.seen, n)
		}
	}
	return out, nil
}

func keysOf(m map[int64]bool) []int64 {
	list := make([]int64, 0, len(m))
	for n := range m {
		list = append(list, n)
	}
	return list
}
