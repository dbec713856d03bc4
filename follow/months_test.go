package follow_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/follow"
	"huiyin/pg/pgtest"
)

// Months of a fifth of a second turn while residents file and staff read old cases; then the old ones rest, and are read in again all the same.
func TestAFollowerReadsOnWhileTheMonthTurns(t *testing.T) {
	t.Parallel()
	town, owner := New(t), pgtest.OwnerPool(t)
	turn := time.Now()
	for ahead := time.Second; time.Now().After(turn.Add(-300 * time.Millisecond)); ahead *= 2 { // the tables must stand before the first month turns
		turn = time.Now().Add(ahead)
		Months(t, owner, turn, turn.Add(200*time.Millisecond), turn.Add(400*time.Millisecond), turn.Add(600*time.Millisecond))
	}
	var read []casework.Event
	reader := follow.Follower{Name: "turn", Handle: func(_ context.Context, _ pgx.Tx, events []casework.Event) error {
		read = append(read, events...)
		return nil
	}}
	var mu sync.Mutex
	var cases []casework.CaseID
	written := func() (n int) {
		t.Helper()
		must(t, owner.QueryRow(ctx, `select count(*) from event`).Scan(&n))
		return n
	}
	// busy writes for a while, and reads meanwhile and to the end.
	busy := func(d time.Duration) {
		t.Helper()
		end := time.Now().Add(d)
		var writers sync.WaitGroup
		for i := range 6 {
			writers.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 7))
				for time.Now().Before(end) {
					mu.Lock()
					var some casework.CaseID
					if len(cases) > 0 {
						some = cases[r.IntN(len(cases))]
					}
					mu.Unlock()
					if some == (casework.CaseID{}) || r.IntN(3) == 0 {
						receipt, err := town.Docket.Open(ctx, town.Filing("月底"))
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						cases = append(cases, receipt.ID)
						mu.Unlock()
					} else if _, err := town.Reveal(ctx, Clerk(), some, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForTriage}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for time.Now().Before(end) {
			must(t, reader.CatchUp(ctx, town.Pool))
		}
		writers.Wait()
		must(t, reader.CatchUpAll(ctx, town.Pool))
	}
	busy(time.Until(turn) + 900*time.Millisecond)
	// The first two months come to rest while nobody stops for it, and a month later the follower no longer looks there.
	var rested sync.WaitGroup
	rested.Go(func() {
		for _, month := range []string{"begin", "y3000m01", "y3000m02"} {
			if _, err := owner.Exec(ctx, `create trigger event_is_late after insert on event_`+month+` for each row execute function event_is_late()`); err != nil {
				t.Error(err)
			}
		}
	})
	busy(300 * time.Millisecond)
	rested.Wait()
	_, err := owner.Exec(ctx, `update event_month set late_since = clock_timestamp() where name in ('begin', 'y3000m01', 'y3000m02')`)
	must(t, err)
	busy(100 * time.Millisecond)
	// Forty days go by: what was written before seems that much older.
	_, err = owner.Exec(ctx, `alter table event disable trigger event_append_only; update event set recorded_at = recorded_at - interval '40 days' where recorded_at < (select max(late_since) from event_month);
		alter table event enable trigger event_append_only; update event_month set late_since = late_since - interval '40 days'`)
	must(t, err)
	var recent, third casework.CaseID
	must(t, owner.QueryRow(ctx, `select `+follow.RecentSQL(`(select read_to from follower where name = 'turn')`)+`, (select first from event_month where name = 'y3000m03')`).Scan(&recent, &third))
	if recent != third {
		t.Fatalf("it reads from %s on, not from %s", recent, third)
	}
	before := written()
	busy(400 * time.Millisecond)
	var lateOnes int
	must(t, owner.QueryRow(ctx, `select count(*) from late_event where seq > $1`, before).Scan(&lateOnes))
	if lateOnes == 0 {
		t.Error("nobody looked at an old case")
	}
	seen, last := map[int64]bool{}, casework.Event{}
	for _, e := range read {
		if seen[e.Seq] {
			t.Errorf("event %d was read twice", e.Seq)
		}
		if e.XID < last.XID || e.XID == last.XID && e.Seq < last.Seq {
			t.Errorf("event %d of transaction %d after %d of %d", e.Seq, e.XID, last.Seq, last.XID)
		}
		seen[e.Seq], last = true, e
	}
	if n := written(); len(read) != n || n < 100 {
		t.Errorf("%d written, %d read", n, len(read))
	}
	// A reader that comes new reads everything from the beginning.
	fresh := 0
	late := follow.Follower{Name: "new", Handle: func(_ context.Context, _ pgx.Tx, events []casework.Event) error { fresh += len(events); return nil }}
	must(t, late.CatchUpAll(ctx, town.Pool))
	if fresh != len(read) {
		t.Errorf("a new reader read %d of %d", fresh, len(read))
	}
}

// A plan that is kept must not be one for the months as they were when they stood empty.
func TestAMonthThatWasEmptyIsReadAlongItsIndex(t *testing.T) {
	t.Parallel()
	town, owner := New(t), pgtest.OwnerPool(t)
	_, err := owner.Exec(ctx, `analyze event`)
	must(t, err)
	plans := func() (n int) {
		t.Helper()
		must(t, owner.QueryRow(ctx, `select coalesce(sum(seq_scan), 0)::int from pg_stat_user_tables where relname like 'event\_y%'`).Scan(&n))
		return n
	}
	conn, err := town.Pool.Acquire(ctx)
	must(t, err)
	defer conn.Release()
	read := 0
	reader := follow.Follower{Name: "empty", Handle: func(_ context.Context, tx pgx.Tx, events []casework.Event) error {
		read += len(events)
		var mode, scans string
		if err := tx.QueryRow(ctx, `select current_setting('plan_cache_mode'), current_setting('enable_seqscan')`).Scan(&mode, &scans); err != nil || mode != "auto" || scans != "on" {
			t.Errorf("the handler asks under %q and %q: %v", mode, scans, err)
		}
		return nil
	}}
	must(t, reader.CatchUp(ctx, conn))
	town.Open(t, "月初第一件")
	_, err = owner.Exec(ctx, `select pg_stat_force_next_flush()`)
	must(t, err)
	before := plans()
	for end := time.Now().Add(30 * time.Second); read == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
		must(t, reader.CatchUp(ctx, conn))
	}
	_, err = conn.Exec(ctx, `select pg_stat_force_next_flush()`)
	must(t, err)
	if n := plans() - before; n > 0 || read == 0 {
		t.Errorf("%d months were read whole, %d events read", n, read)
	}
}
