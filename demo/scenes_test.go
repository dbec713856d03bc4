package demo_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/demo"
	"huiyin/pg"
)

func TestWhatHappensSeldomIsThereToBeSeen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	c := city(t, now)
	if err := c.Fill(t.Context(), demo.Plan{Cases: 260, Months: 3, Seed: 3, Scenes: true}, nil); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	err := pg.InTx(t.Context(), c.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		for name, sql := range map[string]string{
			"hung up":       `select count(*) from cases where state = 'hung_up'`,
			"asked":         `select count(*) from cases where pending = 'hang'`,
			"called":        `select count(*) from whistle_call`,
			"came":          `select count(*) from whistle_call where reported_at is not null`,
			"appeals":       `select count(*) from appeal where decided_at is null`,
			"decided":       `select count(*) from appeal where granted`,
			"co-handlers":   `select count(*) from party where role = 'co' and left_at is null`,
			"alike":         `select coalesce(max(n), 0) from (select count(*) as n from cases where state = 'registered' group by category, left(territory, 6)) g`,
			"in the future": `select count(*) from event where at > '2026-11-20T07:00:00Z'`,
		} {
			var n int
			if err := tx.QueryRow(t.Context(), sql).Scan(&n); err != nil {
				return err
			}
			count[name] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count["in the future"] != 0 {
		t.Errorf("%d events in the future", count["in the future"])
	}
	delete(count, "in the future")
	for name, n := range count {
		if n == 0 {
			t.Errorf("%s: nothing of it", name)
		}
	}
	if count["alike"] < 5 {
		t.Errorf("%d similar cases wait", count["alike"])
	}
}
