package follow_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/follow"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryEventIsReadOnceInOrder lets sixteen writers commit after random waits, some not at all, while two runners of one follower read:
// what was written is what was handled, each once, and the events of one case in the order in which they happened.
func TestEveryEventIsReadOnceInOrder(t *testing.T) {
	t.Parallel()
	town := New(t)
	var cases []casework.CaseID
	for range 5 {
		cases = append(cases, town.Open(t, "跟随").ID)
	}
	var mu sync.Mutex
	var read []casework.Event
	f := follow.Follower{Name: "test", Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		if rand.IntN(7) == 0 {
			return errors.New("this batch comes again")
		}
		mu.Lock()
		read = append(read, events...)
		mu.Unlock()
		return nil
	}}
	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				_, _ = f.Step(ctx, town.Pool)
				select {
				case <-done:
					return
				default:
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	for i := range 16 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 3))
			for n := range 25 {
				id := cases[r.IntN(len(cases))]
				switch n % 5 {
				case 0: // a writer that takes its number early and commits late
					err := pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
						slow := *town.Docket
						slow.DB = tx
						_, err := slow.Open(ctx, town.Filing("慢"))
						time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
						if err == nil && r.IntN(4) == 0 {
							err = errors.New("rolled back")
						}
						return err
					})
					if err != nil && err.Error() != "rolled back" {
						t.Error(err)
					}
				case 1:
					if _, err := town.Docket.Open(ctx, town.Filing("快")); err != nil {
						t.Error(err)
					}
				default:
					_, err := town.Reveal(ctx, Clerk(), id, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForTriage})
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	var written int
	must(t, town.Pool.QueryRow(ctx, `select count(*) from event`).Scan(&written))
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		mu.Lock()
		n := len(read)
		mu.Unlock()
		if n >= written {
			break
		}
	}
	close(done)
	readers.Wait()
	seen, last := map[int64]bool{}, map[casework.CaseID]int64{}
	for _, e := range read {
		if seen[e.Seq] {
			t.Errorf("event %d was handled twice", e.Seq)
		}
		if e.Seq < last[e.Case] {
			t.Errorf("event %d after %d of the same case", e.Seq, last[e.Case])
		}
		seen[e.Seq], last[e.Case] = true, e.Seq
	}
	if len(read) != written || written < 300 {
		t.Fatalf("%d written, %d handled", written, len(read))
	}
}

func TestAHandlerThatPanicsIsAnErrorAndLosesNothing(t *testing.T) {
	t.Parallel()
	town := New(t)
	town.Open(t, "坏")
	n := 0
	f := follow.Follower{Name: "test", Handle: func(_ context.Context, _ pgx.Tx, events []casework.Event) error {
		if n++; n == 1 {
			panic("13800001111")
		}
		return nil
	}}
	var err error
	for end := time.Now().Add(30 * time.Second); err == nil && time.Now().Before(end); time.Sleep(10 * time.Millisecond) { // a neighbour's open transaction delays the horizon
		_, err = f.Step(ctx, town.Pool)
	}
	if err == nil || strings.Contains(err.Error(), "13800001111") || !strings.Contains(err.Error(), "follow_test") {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); n < 2; time.Sleep(10 * time.Millisecond) {
		must(t, f.CatchUp(ctx, town.Pool))
		if time.Now().After(end) {
			t.Fatal("the batch did not come again")
		}
	}
}

// TestReadingFarBehindUsesTheIndex measures that the policy on the history costs followers nothing.
func TestReadingFarBehindUsesTheIndex(t *testing.T) {
	t.Parallel()
	town := New(t)
	for range 6 {
		var filings []casework.Filing
		for range 1000 {
			filings = append(filings, town.Filing("多"))
		}
		_, err := town.OpenAll(ctx, filings)
		must(t, err)
	}
	_, err := pgtest.OwnerPool(t).Exec(ctx, `analyze event`)
	must(t, err)
	var plan strings.Builder
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `explain select `+casework.EventColumns+` from event where (xid, seq) > ('3'::xid8, 7) and xid < '99999999999'::xid8 and case_id >= '00000000-0000-0000-0000-000000000000' order by event.xid, event.seq limit 500`)
		if err != nil {
			return err
		}
		var line string
		_, err = pgx.ForEachRow(rows, []any{&line}, func() error { plan.WriteString(line + "\n"); return nil })
		return err
	}))
	if s := plan.String(); !strings.Contains(s, "Merge Append") || !strings.Contains(s, "_xid_seq_idx") || !strings.Contains(s, "(ROW(xid, seq) > ") || strings.Contains(s, " Sort  (") || strings.Contains(s, "Seq Scan on event") {
		t.Fatal(s)
	}
}

// TestARestoredDumpIsReadOnFromWhereEachReaderWas moves the history to numbers of another cluster, as a dump restored elsewhere has them.
func TestARestoredDumpIsReadOnFromWhereEachReaderWas(t *testing.T) {
	t.Parallel()
	town := New(t)
	read := map[string][]int64{}
	reader := func(name string) follow.Follower {
		return follow.Follower{Name: name, Handle: func(_ context.Context, _ pgx.Tx, events []casework.Event) error {
			for _, e := range events {
				read[name] = append(read[name], e.Seq)
			}
			return nil
		}}
	}
	readAll := func(name string, want int) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); len(read[name]) < want; time.Sleep(10 * time.Millisecond) {
			must(t, reader(name).CatchUp(ctx, town.Pool))
			if time.Now().After(end) {
				t.Fatalf("%s read %d of %d", name, len(read[name]), want)
			}
		}
	}
	id := town.Open(t, "甲").ID
	readAll("early", 1)
	town.Open(t, "乙")
	readAll("late", 2)
	town.Open(t, "丙")
	owner := pgtest.OwnerPool(t)
	for _, sql := range []string{`alter table event disable trigger user`, `update event set xid = (xid::text::bigint + 9000000000)::text::xid8`, `alter table event enable trigger user`,
		`update follower set xid = (xid::text::bigint + 9000000000)::text::xid8`, `insert into follower (name) values ('new')`} {
		_, err := owner.Exec(ctx, sql)
		must(t, err)
	}
	if _, err := reader("late").Step(ctx, town.Pool); err == nil || !strings.Contains(err.Error(), "restored") {
		t.Fatalf("nobody noticed: %v", err)
	}
	if _, err := follow.Restored(ctx, town.Pool); err == nil {
		t.Fatal("the application renumbered history")
	}
	n, err := follow.Restored(ctx, owner)
	must(t, err)
	if n != 3 {
		t.Fatalf("%d events renumbered", n)
	}
	if n, err = follow.Restored(ctx, owner); err != nil || n != 0 {
		t.Fatalf("again %d, %v", n, err)
	}
	must(t, town.Accept(ctx, Clerk(), casework.Ref{ID: id}))
	for _, name := range []string{"early", "late", "new"} {
		readAll(name, 4)
		if !slices.IsSorted(read[name]) || len(slices.Compact(slices.Clone(read[name]))) != 4 {
			t.Errorf("%s read %v", name, read[name])
		}
	}
}

// TestCatchingUpWithAllWaitsForOlderTransactions holds the horizon back by a transaction of a stranger.
func TestCatchingUpWithAllWaitsForOlderTransactions(t *testing.T) {
	t.Parallel()
	town := New(t)
	stranger, err := town.Pool.Begin(ctx)
	must(t, err)
	defer func() { _ = stranger.Rollback(ctx) }()
	_, err = stranger.Exec(ctx, `select pg_current_xact_id()`)
	must(t, err)
	town.Open(t, "刚刚")
	read := 0
	f := follow.Follower{Name: "patient", Handle: func(_ context.Context, _ pgx.Tx, events []casework.Event) error {
		read += len(events)
		return nil
	}}
	must(t, f.CatchUp(ctx, town.Pool))
	if read != 0 {
		t.Fatal("the horizon was not held back")
	}
	brief, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := f.CatchUpAll(brief, town.Pool); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it did not wait: %v", err)
	}
	must(t, stranger.Rollback(ctx))
	must(t, f.CatchUpAll(ctx, town.Pool))
	if read == 0 {
		t.Error("the event is still unread")
	}
}
