package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// ledger remembers what was acknowledged.
type ledger struct {
	mu    sync.Mutex
	acked map[string]string // marker → door
	tries int
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// send files one submission after another, each again until it is acknowledged, as a phone or a mail server would.
func (l *ledger) send(ctx context.Context, door string, rnd *rand.Rand, file func(context.Context, string) error) {
	for ctx.Err() == nil {
		marker := word(rnd)
		for ctx.Err() == nil {
			err := file(ctx, marker)
			l.mu.Lock()
			l.tries++
			if err == nil {
				if l.acked == nil {
					l.acked = map[string]string{}
				}
				l.acked[marker] = door
			}
			l.mu.Unlock()
			if err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func word(rnd *rand.Rand) string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte('a' + rnd.IntN(26))
	}
	return string(b)
}

// check counts each acknowledged submission in the database.
func (l *ledger) check(ctx context.Context, dir string, ofService, ofDatabase int) error {
	cluster, err := pg.Launch(ctx, filepath.Join(dir, "data"), io.Discard)
	if err != nil {
		return err
	}
	pool, err := pg.Open(ctx, cluster.URL(), pg.Options{Name: "kills"})
	if err != nil {
		return err
	}
	defer pool.Close()
	found := map[string]int{}
	total := 0
	err = pg.InTx(ctx, pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select substring(body from 'Marker ([a-z]{16})') from cases`)
		if err != nil {
			return err
		}
		var marker *string
		_, err = pgx.ForEachRow(rows, []any{&marker}, func() error {
			total++
			if marker != nil {
				found[*marker]++
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	lost, doubled, doors := 0, 0, map[string]int{}
	for marker, door := range l.acked {
		doors[door]++
		switch n := found[marker]; {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	fmt.Printf("%d kills (%d of the service, %d of the database), %d attempts\n", ofService+ofDatabase, ofService, ofDatabase, l.tries)
	fmt.Printf("%d acknowledged (%d web, %d mail), %d cases in the database: %d lost, %d doubled\n", len(l.acked), doors["web"], doors["mail"], total, lost, doubled)
	if lost+doubled > 0 || len(l.acked) == 0 {
		return fmt.Errorf("%d lost, %d doubled", lost, doubled)
	}
	return nil
}
