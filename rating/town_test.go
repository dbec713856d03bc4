package rating_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// town is the demonstration city's rules on a fresh database, with one window; it is Monday 2 November 2026, 10:00.
type town struct {
	*rating.Book
	pool   *pgxpool.Pool
	docket *casework.Docket
	now    time.Time
	window string
}

const unit casework.UnitCode = "c-chengguan"

var (
	admin      = casework.Actor{Kind: casework.ByStaff, StaffID: 5, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Admin}}
	supervisor = casework.Actor{Kind: casework.ByStaff, StaffID: 6, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Supervisor}}
	clerk      = casework.Actor{Kind: casework.ByStaff, StaffID: 7, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Handler}}
	leader     = casework.Actor{Kind: casework.ByStaff, StaffID: 8, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Leader}}
	stranger   = casework.Actor{Kind: casework.ByStaff, StaffID: 9, Unit: "c-zhujian", Units: []casework.UnitCode{"c-zhujian"}, Roles: []casework.Role{casework.Handler, casework.Leader}}
)

func newTown(t testing.TB) *town {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	must(t, err)
	terms, err := sla.Standard()
	must(t, err)
	o := &town{pool: pgtest.DB(t), now: time.Date(2026, 11, 2, 10, 0, 0, 0, city.TZ)}
	for _, u := range city.Units() {
		_, err := o.pool.Exec(context.Background(), `insert into unit (code, name_zh, name_en, level, parent, territory) values ($1, $2, $3, $4, nullif($5, ''), $6) on conflict do nothing`,
			u.Code, u.Name.ZH, u.Name.EN, u.Level, u.Parent, u.Territory)
		must(t, err)
	}
	now := func() time.Time { return o.now }
	o.docket = &casework.Docket{DB: o.pool, Keys: seal.NewForTest(), Now: now, Zone: city.TZ}
	desk := &routing.Desk{Docket: o.docket, City: city, Terms: terms, Now: now}
	door := intake.New(intake.Settings{Docket: o.docket, City: city, Terms: terms, Now: now, Log: slog.New(slog.DiscardHandler)})
	o.Book = &rating.Book{DB: o.pool, Keys: o.docket.Keys, Door: door, Desk: desk, Zone: city.TZ, Now: now}
	o.window, err = o.OpenPoint(context.Background(), admin, rating.Point{Unit: unit, Kind: rating.Window, NameZH: "3 号窗口", NameEN: "Window 3", PlaceZH: "政务大厅一楼"})
	must(t, err)
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *town) pass(d time.Duration) { o.now = o.now.Add(d) }

func (o *town) item(t testing.TB, number string) string {
	t.Helper()
	_, token, err := o.Issue(context.Background(), clerk, rating.Item{Point: o.window, Number: number, Matter: "占道许可"}, "")
	must(t, err)
	return token
}

func stars(l rating.Level, tags ...string) rating.Word {
	return rating.Word{Level: l, Tags: tags, Channel: "link"}
}

func (o *town) walk(t testing.TB, w rating.Word) rating.Given {
	t.Helper()
	if w.Channel == "" {
		w.Channel = "poster"
	}
	g, err := o.Walk(context.Background(), o.window, w)
	must(t, err)
	return g
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	if fault.KeyOf(err) != key {
		t.Errorf("the answer is %v, not %s", err, key)
	}
}

func (o *town) asSystem(ctx context.Context, sql string, id any, out any) error {
	return pg.InTx(ctx, o.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error { return tx.QueryRow(ctx, sql, id).Scan(out) })
}

func workerOf(u casework.UnitCode) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: u, Units: []casework.UnitCode{u}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
}
