package looktest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/rating"
)

// ratingLeaves are the pages of the ratings of services.
func (w *town) ratingLeaves(t testing.TB) []leaf {
	t.Helper()
	book := rating.Book{Keys: w.docket.Keys}
	var item, good, bad uuid.UUID
	var point string
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select i.id, i.point, (select id from service_opinion where level > 3 order by given_at desc limit 1), (select id from service_opinion where case_id is not null order by given_at desc limit 1)
			from service_item i where not exists (select 1 from service_opinion o where o.item = i.id) order by i.issued_at desc limit 1`).Scan(&item, &point, &good, &bad)
	})
	if err != nil {
		t.Fatal(err)
	}
	at := "/rate/at/" + point
	return []leaf{
		{who: "nobody", path: at}, {who: "nobody", path: at + "?level=5"}, {who: "nobody", path: at + "?level=1"}, {who: "nobody", path: at + "?level=1", do: submit(at)},
		{who: "nobody", path: "/rate/for/" + book.ItemToken(item)}, {who: "nobody", path: "/rate/mine/" + book.OwnToken(good)}, {who: "nobody", path: "/rate/mine/" + book.OwnToken(bad)},
		{who: "nobody", path: "/ratings"}, {who: "nobody", path: "/ratings?unit=c-jiaojing"}, {who: "nobody", path: "/ratings?month=2020-01"},
		{who: "admin", path: "/admin/points"}, {who: "admin", path: "/admin/points/new"}, {who: "admin", path: "/admin/points/new", do: submit("/admin/points/new")},
		{who: "admin", path: "/admin/points/" + point}, {who: "admin", path: "/admin/points/" + point + "/poster"}, {who: "admin", path: "/admin/points/" + point + "/item/" + item.String()},
		{who: "supervisor", path: "/console/ratings"}, {who: "supervisor", path: "/console/ratings?view=doubtful"}, {who: "chengguan", path: "/console/ratings"},
	}
}
