package shell

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestProcessesCountTogether(t *testing.T) {
	ctx := t.Context()
	var processes []*Shared
	for range 3 {
		processes = append(processes, NewShared(pgtest.DB(t), time.Now))
	}
	const most = 20
	var granted atomic.Int64
	var all sync.WaitGroup
	for i := range 90 {
		all.Go(func() {
			wait, err := processes[i%3].Charge(ctx, "sender", time.Hour/most, time.Hour)
			switch {
			case err != nil:
				t.Error(err)
			case wait == 0:
				granted.Add(1)
			case wait > time.Hour/most:
				t.Errorf("told to wait %s where the next use is free after %s", wait, time.Hour/most)
			}
		})
	}
	all.Wait()
	if granted.Load() != most {
		t.Errorf("three processes granted %d uses together, the limit is %d", granted.Load(), most)
	}
	if wait, _ := processes[0].Charge(ctx, "another", time.Hour/most, time.Hour); wait != 0 {
		t.Errorf("another sender has to wait %s", wait)
	}
}

func TestWrongCodesAtOneProcessBrakeAtAnother(t *testing.T) {
	one, other := NewMisses(NewShared(pgtest.DB(t), time.Now)), NewMisses(NewShared(pgtest.DB(t), time.Now))
	for range missesAtOnce - 1 {
		one.Add(t.Context(), "sender")
	}
	if wait := other.Wait(t.Context(), "sender"); wait != 0 {
		t.Errorf("the brake holds after %d wrong codes: %s", missesAtOnce-1, wait)
	}
	one.Add(t.Context(), "sender")
	if wait := other.Wait(t.Context(), "sender"); wait < missPause/2 || wait > missPause {
		t.Errorf("the other process asks to wait %s", wait)
	}
}

func TestForgottenCountsAreSweptAndCountAnew(t *testing.T) {
	db := pgtest.DB(t)
	s := NewShared(db, time.Now)
	for range 2 {
		if wait, _ := s.Charge(t.Context(), "short", 10*time.Millisecond, 20*time.Millisecond); wait != 0 {
			t.Fatalf("told to wait %s", wait)
		}
		time.Sleep(40 * time.Millisecond)
	}
	if wait, _ := s.Charge(t.Context(), "long", time.Hour, 2*time.Hour); wait != 0 {
		t.Fatalf("told to wait %s", wait)
	}
	if n, err := SweepCounts(t.Context(), db, 100); n != 1 || err != nil {
		t.Errorf("%d swept, error %v", n, err)
	}
	if left, _ := s.Left(t.Context(), "long"); left < 50*time.Minute {
		t.Errorf("what counts was swept: %s left", left)
	}
}

func TestMain(m *testing.M) { pgtest.Main(m) }

// away is a database that does not answer.
type away struct{ pg.Querier }

func (away) Query(ctx context.Context, _ string, _ ...any) (pgx.Rows, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (away) QueryRow(context.Context, string, ...any) pgx.Row { return nobody{} }

type nobody struct{}

func (nobody) Scan(...any) error { return errors.New("away") }

func TestWithoutADatabaseEachProcessCountsAlone(t *testing.T) {
	s := NewShared(away{}, time.Now)
	begun, refused := time.Now(), 0
	for range 4 {
		if wait, err := s.Charge(t.Context(), "sender", time.Hour, 3*time.Hour); err != nil {
			t.Fatal(err)
		} else if wait > 0 {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d of 4 uses refused, the limit is 3", refused)
	}
	if took := time.Since(begun); took > 3*shareWait+2*time.Second {
		t.Errorf("a database that is away held requests for %s", took)
	}
	if left, err := s.Left(t.Context(), "sender"); left < 2*time.Hour || err != nil {
		t.Errorf("%s left, error %v", left, err)
	}
}
