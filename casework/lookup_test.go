package casework_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

func TestACallerIsKnownByNumberAndTheLookUpLeavesATrace(t *testing.T) {
	t.Parallel()
	town := New(t)
	var last casework.CaseID
	for range 7 {
		last = town.Open(t, "路灯不亮").ID
		town.Pass(1)
		town.Pass(1_000_000_000)
	}
	h, err := town.Caller(ctx, Clerk(), "138-0000-1111")
	must(t, err)
	if h.Count != 7 || len(h.Latest) != 5 || h.Latest[0].ID != last {
		t.Fatalf("%d cases, %d shown", h.Count, len(h.Latest))
	}
	h, err = town.Caller(ctx, Clerk(), "13900009999")
	must(t, err)
	if h.Count != 0 {
		t.Errorf("a stranger has %d cases", h.Count)
	}
	_, err = town.Caller(ctx, Worker(River), "13800001111")
	wants(t, err, fault.Forbidden, "fault.forbidden")
	n, err := town.Earlier(ctx, Clerk(), last)
	if err != nil || n != 6 {
		t.Errorf("%d earlier cases, %v", n, err)
	}
	_, err = town.Earlier(ctx, Worker(River), last)
	wants(t, err, fault.Forbidden, "fault.not_your_step")
	err = pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		var rows, found int
		if err := tx.QueryRow(ctx, `select count(*), sum(found) from lookup_use where staff_id = 1 and unit = 'hotline'`).Scan(&rows, &found); err != nil {
			return err
		}
		if rows != 2 || found != 5 {
			t.Errorf("%d look-ups noted, %d cases shown", rows, found)
		}
		return nil
	})
	must(t, err)
	if _, err := town.Pool.Exec(ctx, `delete from lookup_use`); err == nil {
		t.Error("the trace can be wiped")
	}
}
