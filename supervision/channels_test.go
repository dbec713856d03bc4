package supervision

import (
	"context"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/pg/pgtest"
)

// A channel that stopped, one that faded to less than a tenth, one that goes on, one that is rare, and one that never was.
func TestASilentChannelIsCalledDormant(t *testing.T) {
	db, ctx := pgtest.DB(t), context.Background()
	now := time.Date(2026, 11, 30, 0, 30, 0, 0, city) // still 29 November in Greenwich
	put := func(channel casework.Channel, ago, n int) {
		t.Helper()
		if _, err := db.Exec(ctx, `insert into channel_day (channel, day, cases) values ($1, $2, $3)`, channel, dayIn(now.AddDate(0, 0, -ago), city), n); err != nil {
			t.Fatal(err)
		}
	}
	put(casework.Phone, 119, 60)
	put(casework.Phone, 0, 20)
	put(casework.Web, 60, 30)
	put(casework.Web, 30, 30) // the day before the last thirty
	put(casework.Email, 100, 300)
	put(casework.Email, 29, 9)
	put(casework.Window, 40, 2)
	put(casework.Window, 10, 1)
	list, _, err := ChannelUses(ctx, db, now, city)
	if err != nil {
		t.Fatal(err)
	}
	want := map[casework.Channel]struct {
		silent, recent int
		usual          float64
		dormant        bool
	}{
		casework.Phone: {0, 20, 20, false}, casework.Web: {30, 0, 20, true}, casework.Email: {29, 9, 100, true}, casework.Window: {10, 1, 2. / 3, false}, casework.File: {},
	}
	seen := 0
	for _, u := range list {
		w, known := want[u.Channel]
		if !known {
			continue
		}
		seen++
		if u.Silent != w.silent || u.Recent != w.recent || u.Usual < w.usual-1e-9 || u.Usual > w.usual+1e-9 || u.Dormant() != w.dormant {
			t.Errorf("%s: silent %d days, %d of usually %.2f, dormant %t", u.Channel, u.Silent, u.Recent, u.Usual, u.Dormant())
		}
	}
	if seen != len(want) {
		t.Fatalf("%d channels of %d", seen, len(want))
	}
	if phone := list[0]; phone.Channel != casework.Phone || phone.Months[TrendMonths-1] != 20 || phone.Last.Format(time.DateOnly) != "2026-11-30" {
		t.Errorf("%+v", phone)
	}
}
