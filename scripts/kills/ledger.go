package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// sender is one way in. file sends the submission with the marker, again after a failure exactly as a browser, a program or a mail server
// would; it returns the number of the case where the sender is told one.
type sender interface {
	door() string
	file(ctx context.Context, marker string) (number string, err error)
}

// promise is what a sender was told.
type promise struct{ door, number string }

// refusal is an answer other than "taken". A connection that broke is none.
type refusal struct{ said string }

func (r refusal) Error() string { return r.said }

// ledger remembers what was acknowledged.
type ledger struct {
	mu      sync.Mutex
	acked   map[string]promise // by marker
	tries   int
	refused map[string]int // by door and answer
}

func newLedger() *ledger {
	return &ledger{acked: map[string]promise{}, refused: map[string]int{}}
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// send files one submission after another, each again until it is acknowledged.
func (l *ledger) send(ctx context.Context, s sender, rnd *rand.Rand) {
	for ctx.Err() == nil {
		marker := word(rnd)
		for ctx.Err() == nil {
			number, err := s.file(ctx, marker)
			l.note(s.door(), marker, number, err)
			if err == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (l *ledger) note(door, marker, number string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	if err == nil {
		l.acked[marker] = promise{door, number}
		return
	}
	var r refusal
	said := "connection broke"
	if errors.As(err, &r) {
		said = r.said
	}
	l.refused[door+" "+said]++
}

// word is a marker that masking leaves alone: without q, v, w and x it cannot begin like an account name.
func word(rnd *rand.Rand) string {
	const letters = "abcdefghijklmnoprstuyz"
	b := make([]byte, 16)
	for i := range b {
		b[i] = letters[rnd.IntN(len(letters))]
	}
	return string(b)
}

// rushOver waits until mail that came faster than cases can be made of it is filed.
func rushOver(ctx context.Context, q pg.Querier) error {
	for range 600 {
		var left bool
		if err := q.QueryRow(ctx, `select exists (select from mail_spool)`).Scan(&left); err != nil || !left {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("mail is still in the spool after a minute")
}

// check counts each acknowledged submission in the database.
func (l *ledger) check(ctx context.Context, data string) error {
	cluster, err := pg.Launch(ctx, data, io.Discard)
	if err != nil {
		return err
	}
	defer func() { _ = cluster.Stop(ctx) }()
	pool, err := pg.Open(ctx, cluster.URL(), pg.Options{Name: "kills"})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := rushOver(ctx, pool); err != nil {
		return err
	}
	numbers, halves := map[string][]string{}, 0
	total := 0
	err = pg.InTx(ctx, pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select number, substring(body from 'Marker ([a-z]{16})') from cases`)
		if err != nil {
			return err
		}
		var number string
		var marker *string
		_, err = pgx.ForEachRow(rows, []any{&number, &marker}, func() error {
			total++
			if marker != nil {
				numbers[*marker] = append(numbers[*marker], number)
			}
			return nil
		})
		if err != nil {
			return err
		}
		// A case stands whole: with its first event, its promise, its submission, its person.
		return tx.QueryRow(ctx, `select count(*) from cases c
			where 1 <> (select count(*) from event where case_id = c.id and step = 'file') or 1 <> (select count(*) from clock where case_id = c.id and name = 'total')
			or not exists (select from submission where case_id = c.id) or not exists (select from person where case_id = c.id)`).Scan(&halves)
	})
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	lost, doubled, misnamed, doors := 0, 0, 0, map[string]int{}
	for marker, p := range l.acked {
		doors[p.door]++
		switch found := numbers[marker]; {
		case len(found) == 0:
			lost++
		case len(found) > 1:
			doubled++
		case p.number != "" && p.number != found[0]:
			misnamed++
		}
	}
	fmt.Printf("%d attempts; %d acknowledged: %v\n", l.tries, len(l.acked), doors)
	for _, said := range slices.Sorted(maps.Keys(l.refused)) {
		fmt.Printf("  %6d  %s\n", l.refused[said], said)
	}
	fmt.Printf("%d cases in the database: %d lost, %d doubled, %d under another number than told, %d without their history\n", total, lost, doubled, misnamed, halves)
	return cmp.Or(none(len(l.acked), "nothing was acknowledged"), some(lost+doubled+misnamed+halves))
}

func none(n int, says string) error {
	if n == 0 {
		return errors.New(says)
	}
	return nil
}

func some(wrong int) error {
	if wrong > 0 {
		return fmt.Errorf("%d submissions are not as their senders were told", wrong)
	}
	return nil
}
