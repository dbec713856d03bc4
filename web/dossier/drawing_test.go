package dossier_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/intake"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/supervision"
)

// drawn are the pages that staff live on, each with who reads it.
var drawn = []struct {
	name string
	unit casework.UnitCode
	path string
	form url.Values // sent where the page is asked for by a form
	most int64      // round trips to the database
}{
	{"queue", casework.Hotline, "/console", nil, 14},
	{"case", casework.Hotline, "/console/case/%s", nil, 12},
	{"list", casework.Hotline, "/console/list", nil, 3},
	{"help", casework.Hotline, "/console/call/help", url.Values{"text": {stalls}, "place": {"临江区向阳街道东风路"}}, 6},
	{"search", casework.Hotline, "/console/search?q=" + url.QueryEscape("夜间施工噪音"), nil, 12},
	{"wall", casework.Hotline, "/console/wall", nil, 14},
	{"inbox", urban, "/inbox", nil, 6},
	{"inbox-case", urban, "/inbox/%s", nil, 7},
}

// draws asks for a page as its reader does; one is the case that "%s" in its address stands for.
func (b *browser) draws(path string, form url.Values, one casework.CaseID) answer {
	if strings.Contains(path, "%s") {
		path = fmt.Sprintf(path, one)
	}
	if form != nil {
		return b.post(path, form)
	}
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// crisis is a house where many wait in the queue and in the inbox of a unit.
func crisis(t testing.TB, queue, sent int) (h *house, one casework.CaseID, trips *roundTrips) {
	t.Helper()
	trips = &roundTrips{}
	config := pgtest.DB(t).Config()
	config.ConnConfig.Tracer = trips
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	base := &knowledge.Base{DB: pool, Zone: locale.Zone}
	h = newHouseOn(t, pool, base, nil, nil)
	base.Now = func() time.Time { return h.now }
	town := &demo.City{Pool: pool, Rules: h.city, Now: func() time.Time { return h.now }}
	if err := town.Answer(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.docket.Gather = &casework.Gather{DB: h.pool}
	what := []string{"流动摊贩占道经营，油污没人清理", "工地夜间施工噪音很大，睡不着觉", "路灯坏了好几天，晚上很黑", "物业不管电梯故障，老人下不了楼", "自来水发黄有异味，不敢喝", "下水道堵塞，污水流到路上", "公交车一个小时不来一辆", "拖欠工资三个月不发"}
	where := []string{"临江区向阳街道东风路", "望潮区", "临江区", "向阳街道东风路菜市场门口", ""}
	var next atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(queue+sent); i = next.Add(1) {
				r := h.file(func(f *intake.Form) {
					f.Nonce = fmt.Sprintf("crisis-%020d", i)
					f.Text = fmt.Sprintf("%s%d号门口%s。第%d次反映，请尽快派人来处理，谢谢。", where[i%5], i%900, what[i%8], i%7+1)
					f.Place, f.Phone = where[i%5], fmt.Sprintf("199%08d", i)
				})
				if i > int64(queue) {
					if err := h.desk.Dispatch(context.Background(), dispatcher(), casework.Ref{ID: r.ID}, casework.Order{Lead: urban}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	h.indexed()
	owner := pgtest.OwnerPool(t)
	for _, sql := range []string{`update cases set filed_at = filed_at - number_of.n * interval '7 seconds' from (select id, row_number() over (order by id desc) as n from cases) number_of where number_of.id = cases.id`, `analyze`} {
		if _, err := owner.Exec(t.Context(), sql); err != nil { // the clock of the house stands still
			t.Fatal(err)
		}
	}
	one = h.sent(urban, nil)
	if err := supervision.OnTheWall(func() time.Time { return h.now }).CatchUpAll(t.Context(), h.pool); err != nil {
		t.Fatal(err)
	}
	return h, one, trips
}

// roundTrips counts how often the program waits for the database.
type roundTrips struct {
	n atomic.Int64
}

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	r.n.Add(1)
	return ctx
}

func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *roundTrips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	r.n.Add(1)
	return ctx
}

func (r *roundTrips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *roundTrips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// readers opens a browser for each unit that reads the pages.
func (h *house) readers() map[casework.UnitCode]*browser {
	return map[casework.UnitCode]*browser{casework.Hotline: h.as("reader", casework.Hotline, casework.Operator, casework.Dispatcher, casework.Supervisor), urban: h.worker(urban)}
}

// BenchmarkDrawing draws the pages that staff live on, with 5,000 cases in the queue and 1,000 in the inbox. Beside time and memory it tells how often a page waits for the database.
func BenchmarkDrawing(b *testing.B) {
	h, one, trips := crisis(b, 5000, 1000)
	readers := h.readers()
	for _, d := range drawn {
		b.Run(d.name, func(b *testing.B) {
			reader := readers[d.unit]
			if a := reader.draws(d.path, d.form, one); a.Status != 200 {
				b.Fatalf("status %d: %s", a.Status, plain(a.Body))
			}
			b.ReportAllocs()
			trips.n.Store(0)
			size := 0
			for b.Loop() {
				size = len(reader.draws(d.path, d.form, one).Body)
			}
			b.ReportMetric(float64(trips.n.Load())/float64(b.N), "trips/op")
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

// The processor is what is short in a crisis, and whoever waits for the database waits for the processor twice: so each page of staff asks it few times.
func TestPagesOfStaffAskTheDatabaseSeldom(t *testing.T) {
	h, one, trips := crisis(t, 12, 12)
	readers := h.readers()
	for _, d := range drawn {
		for range 2 { // what is kept between two readers is kept now, and the statements are prepared
			if a := readers[d.unit].draws(d.path, d.form, one); a.Status != 200 {
				t.Fatalf("%s: status %d: %s", d.name, a.Status, plain(a.Body))
			}
		}
		trips.n.Store(0)
		readers[d.unit].draws(d.path, d.form, one)
		if n := trips.n.Load(); n > d.most {
			t.Errorf("%s asks the database %d times, at most %d were thought of", d.name, n, d.most)
		}
	}
}
