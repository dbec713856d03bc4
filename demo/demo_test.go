package demo_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func city(t testing.TB, now time.Time) *demo.City {
	rules, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.DB(t)
	return &demo.City{Pool: pool, Keys: seal.NewForTest(), Rules: rules, Terms: terms, Staff: staff.New(pool), Now: func() time.Time { return now }}
}

// TestACityLivesThroughTheRealSteps fills a small city and looks at what a visitor would want to see in it.
func TestACityLivesThroughTheRealSteps(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	now := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	c := city(t, now)
	if err := c.Fill(ctx, demo.Plan{Cases: 260, Months: 3, Seed: 3}, nil); err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	steps := map[string]int{}
	var future, personal, cases int
	err := pg.InTx(ctx, c.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		for sql, into := range map[string]map[string]int{`select state, count(*) from cases group by 1`: states, `select step, count(*) from event group by 1`: steps} {
			rows, err := tx.Query(ctx, sql)
			if err != nil {
				return err
			}
			var k string
			var n int
			if _, err := pgx.ForEachRow(rows, []any{&k, &n}, func() error { into[k] = n; return nil }); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `select (select count(*) from event where at > $1), (select count(*) from cases where body ~ '1990000\d{4}'), (select count(*) from cases)`, now).Scan(&future, &personal, &cases)
	})
	if err != nil {
		t.Fatal(err)
	}
	if cases != 260 || future != 0 || personal != 0 {
		t.Fatalf("%d cases, %d events in the future, %d bodies with a phone number", cases, future, personal)
	}
	for _, s := range []casework.State{casework.Closed, casework.Dispatched, casework.InHand} {
		if states[string(s)] == 0 {
			t.Errorf("no case is %s: %v", s, states)
		}
	}
	for _, s := range []string{"sign", "contact", "reply", "rate", "redo", "follow_up", "use", "breach", "grant_extension", "grant_return", "answer", "decline"} {
		if steps[s] == 0 {
			t.Errorf("nothing took the step %s: %v", s, steps)
		}
	}
	if err := c.Fill(ctx, demo.Plan{Cases: 1, Months: 1}, nil); err == nil {
		t.Error("a city that holds cases was filled again")
	}
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		c := city(b, time.Now())
		if err := c.Fill(context.Background(), demo.Plan{Cases: 400, Months: 6, Seed: 1}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
