package rating_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/rating"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
)

// Eight good ratings of one unit from one network within an hour are a sign for the watch, whoever sits where in the network; seven, or bad ones, or ones spread over the day are none.
func TestManyGoodRatingsFromOneNetworkAreASignAndNoMore(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	if l := gaming.Standard()[gaming.OneNetwork]; l.Burst != rating.NetworkRun || l.Within != rating.NetworkWithin {
		t.Errorf("the watch says %d within %s, ratings are marked from %d within %s", l.Burst, l.Within, rating.NetworkRun, rating.NetworkWithin)
	}
	watch := &gaming.Watch{DB: o.pool, Zone: o.Zone, Now: func() time.Time { return o.now }, Limits: gaming.Standard()}
	signs := func() []gaming.Found {
		t.Helper()
		_, err := watch.Sweep(ctx)
		must(t, err)
		all, err := gaming.Public(ctx, o.pool, supervision.MonthOf(o.now, o.Zone))
		must(t, err)
		return all
	}
	give := func(level rating.Level, address string) rating.Given {
		t.Helper()
		o.pass(6 * time.Minute)
		w := rating.Word{Level: level, Address: address, Device: address + " phone", Opened: o.now.Add(-time.Minute)}
		if level.Bad() {
			w.Tags = []string{"114"}
		}
		return o.walk(t, w)
	}
	for i := range 9 { // from everywhere, and one bad one from the network that is looked at
		give(5, fmt.Sprintf("192.0.%d.7", i))
	}
	give(1, "203.0.113.200")
	for i := range rating.NetworkRun - 1 {
		give(4, fmt.Sprintf("203.0.113.%d", i))
	}
	if all := signs(); len(all) != 0 {
		t.Fatalf("found %+v", all)
	}
	last := give(5, "::ffff:203.0.113.99") // the same network, as a program may write it
	all := signs()
	if len(all) != 1 || all[0].Pattern != gaming.OneNetwork || all[0].Found != rating.NetworkRun || all[0].Unit != unit {
		t.Fatalf("found %+v", all)
	}
	if last.Doubtful() {
		t.Error("a rating is counted apart for its network")
	}
	o.pass(3 * time.Hour)
	_, err := o.Forget(ctx)
	must(t, err)
	var hashes, marks int
	must(t, pg.InTx(ctx, o.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(network), count(*) from rating_network`).Scan(&hashes, &marks)
	}))
	if hashes != 0 || marks != rating.NetworkRun || len(signs()) != 1 {
		t.Errorf("after three hours %d hashes and %d marks are there", hashes, marks)
	}
	for i := range 12 { // ratings of cases, one every two hours
		o.pass(2 * time.Hour)
		must(t, o.NoteNetwork(ctx, uuid.New(), 1, "c-zhujian", 5, fmt.Sprintf("2001:db8:7::%d", i)))
	}
	if n := len(signs()); n != 1 {
		t.Errorf("%d signs", n)
	}
}
