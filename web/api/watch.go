package api

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"huiyin/locale"
	"huiyin/pg"
)

// alive answers as long as the process can.
func alive(c *fiber.Ctx) error {
	return c.JSON(struct {
		Status string `json:"status"`
	}{"ok"})
}

// checked is one thing that must be right before the service may take visitors.
type checked struct {
	Name    string `json:"name"` // database, schema, follower:<name>
	OK      bool   `json:"ok"`
	Message string `json:"message"`
}

// ready answers 200 when the process is not on its way out, the database answers, its schema is ours and no follower is far behind; else 503 and which of it is wrong.
func (x *Service) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	l := language(c)
	var list []checked
	add := func(name string, ok bool, message string) { list = append(list, checked{name, ok, message}) }
	if x.Leaving != nil && x.Leaving() {
		add("leaving", false, l.T("api.leaving"))
	}
	var one int
	if err := x.DB.QueryRow(ctx, `select 1`).Scan(&one); err != nil {
		add("database", false, l.T("api.database_away"))
	} else {
		add("database", true, l.T("api.database_ok"))
		if err := pg.CheckVersion(ctx, x.DB); err != nil {
			add("schema", false, l.T("api.schema_wrong"))
		} else {
			add("schema", true, l.T("api.schema_ok"))
			x.checkLags(ctx, l, add)
		}
	}
	out := struct {
		Status string    `json:"status"`
		Checks []checked `json:"checks"`
	}{"ready", list}
	status := fiber.StatusOK
	for _, k := range list {
		if !k.OK {
			out.Status, status = "not ready", fiber.StatusServiceUnavailable
			c.Set(fiber.HeaderRetryAfter, "5")
		}
	}
	return c.Status(status).JSON(out)
}

func (x *Service) checkLags(ctx context.Context, l locale.Lang, add func(string, bool, string)) {
	behind, err := lags(ctx, x.DB)
	if err != nil {
		add("followers", false, l.T("api.lags_unknown"))
		return
	}
	for _, f := range behind {
		ok, key := f.Behind <= x.MaxLag, "api.follower_behind"
		if ok {
			key = "api.follower_ok"
		}
		add("follower:"+f.Name, ok, l.T(key, locale.Args{"Name": f.Name, "Span": l.Span(f.Behind)}))
	}
}

// lag is how long the oldest event that a follower has not read has been waiting.
type lag struct {
	Name   string
	Behind time.Duration
}

func lags(ctx context.Context, q pg.Querier) ([]lag, error) {
	rows, err := q.Query(ctx, `select f.name, coalesce(extract(epoch from clock_timestamp() - (select e.recorded_at from event e where (e.xid, e.seq) > (f.xid, f.seq) order by e.xid, e.seq limit 1)), 0)::float8
		from follower f order by f.name`)
	if err != nil {
		return nil, fmt.Errorf("read lags: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (lag, error) {
		var l lag
		var seconds float64
		err := row.Scan(&l.Name, &seconds)
		l.Behind = time.Duration(max(0, seconds) * float64(time.Second))
		return l, err
	})
}

// watch is what a scrape read from the database.
type watch struct {
	up      float64
	lags    []lag
	open    int
	overdue int
}

var (
	upDesc      = prometheus.NewDesc("huiyin_database_up", "1 when the database answered the last question.", nil, nil)
	lagDesc     = prometheus.NewDesc("huiyin_follower_lag_seconds", "Age of the oldest event a follower has not read.", []string{"follower"}, nil)
	openDesc    = prometheus.NewDesc("huiyin_cases_open", "Cases that somebody owes an answer, as the figures count them.", nil, nil)
	overdueDesc = prometheus.NewDesc("huiyin_cases_overdue", "Open cases past the promise to the resident.", nil, nil)
	busyDesc    = prometheus.NewDesc("huiyin_pool_connections_busy", "Connections of a pool at work.", []string{"pool"}, nil)
	mostDesc    = prometheus.NewDesc("huiyin_pool_connections_max", "Connections a pool may have.", []string{"pool"}, nil)
)

func (x *Service) register() {
	x.filed = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huiyin_api_cases_total", Help: "Cases sent by programs, by result: new, known, or the kind of failure."}, []string{"result"})
	x.rated = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huiyin_api_ratings_total", Help: "Ratings sent by programs, by result."}, []string{"result"})
	x.Settings.Metrics.MustRegister(x.filed, x.rated, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), gauge{x})
}

// gauge tells Prometheus what the last scrape read.
type gauge struct{ x *Service }

// Describe names what Collect tells.
func (gauge) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, lagDesc, openDesc, overdueDesc, busyDesc, mostDesc} {
		to <- d
	}
}

// Collect tells what the last scrape read from the database, and the state of the pools.
func (g gauge) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, p := range g.x.Pools {
		busy, most := p.Stat()
		tell(busyDesc, float64(busy), p.Name)
		tell(mostDesc, float64(most), p.Name)
	}
	w := g.x.watched.Load()
	if w == nil {
		return
	}
	tell(upDesc, w.up)
	if w.up == 0 {
		return
	}
	tell(openDesc, float64(w.open))
	tell(overdueDesc, float64(w.overdue))
	for _, l := range w.lags {
		tell(lagDesc, l.Behind.Seconds(), l.Name)
	}
}

func (x *Service) look(ctx context.Context) *watch {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	w := &watch{}
	var err error
	if w.lags, err = lags(ctx, x.DB); err != nil {
		return w
	}
	if err := x.DB.QueryRow(ctx, `select count(*), count(*) filter (where overdue) from figure_row where open and part = 'case'`).Scan(&w.open, &w.overdue); err != nil {
		return w
	}
	w.up = 1
	return w
}

// pathMetrics is shut by the proxy.
const pathMetrics = "/metrics"

// metrics answers in the text format of Prometheus. It names parts of the program, never a case or a person.
// It has one spelling, so that a proxy which shuts that address shuts all of it.
func (x *Service) metrics(c *fiber.Ctx) error {
	if c.Path() != pathMetrics {
		return fiber.ErrNotFound
	}
	x.watched.Store(x.look(c.UserContext()))
	return adaptor.HTTPHandler(promhttp.HandlerFor(x.Settings.Metrics, promhttp.HandlerOpts{DisableCompression: true}))(c)
}
