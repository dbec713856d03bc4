package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/locale"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/supervision"
	"huiyin/web/api"
)

func TestWithoutADatabaseTheSenderKeepsTheCase(t *testing.T) {
	config, err := pgxpool.ParseConfig("postgres://nobody@127.0.0.1:9/none?connect_timeout=1")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	w := open(t, dead, nil)
	res, body := w.call("POST", "/api/v1/cases", lamp, "Idempotency-Key", "a")
	if kind, _, _, _ := problem(t, body); res.StatusCode != 503 || kind != "unavailable" || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, body)
	}
	if res, _ := w.call("GET", "/healthz", ""); res.StatusCode != 200 {
		t.Errorf("the process is alive and answers %d", res.StatusCode)
	}
	res, body = w.call("GET", "/readyz", "", "Accept-Language", "en")
	if res.StatusCode != 503 || !strings.Contains(body, locale.EN.T("api.database_away")) || strings.Contains(body, "127.0.0.1") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if _, body := w.call("GET", "/metrics", ""); !strings.Contains(body, "huiyin_database_up 0") {
		t.Errorf("the metrics do not tell: %s", body)
	}
	for _, path := range []string{"/METRICS", "/Metrics", "/metrics/", "/%6detrics", "//metrics"} { // past a proxy that shuts the one address
		if res, body := w.call("GET", path, ""); res.StatusCode != 404 || strings.Contains(body, "huiyin_database_up") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestReadyMeansDatabaseSchemaAndFollowers(t *testing.T) {
	w := newDesk(t)
	w.file("a")
	ctx := t.Context()
	if err := supervision.Figures(w.city.TZ).CatchUpAll(ctx, w.pool); err != nil {
		t.Fatal(err)
	}
	if res, body := w.call("GET", "/readyz", ""); res.StatusCode != 200 || !strings.Contains(body, `"follower:figures"`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	late := open(t, w.pool, func(s *api.Settings) { s.MaxLag = time.Nanosecond })
	if err := pg.InTx(ctx, w.pool, nil, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update follower set xid = '0', seq = 0`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if res, body := late.call("GET", "/readyz", "", "Accept-Language", "en"); res.StatusCode != 503 || !strings.Contains(body, "behind") {
		t.Errorf("a follower that is behind answers %d %s", res.StatusCode, body)
	}
	owner := pgtest.OwnerPool(t)
	if _, err := owner.Exec(ctx, `insert into goose_db_version (version_id, is_applied) values (999999, true)`); err != nil {
		t.Fatal(err)
	}
	if res, body := w.call("GET", "/readyz", "", "Accept-Language", "en"); res.StatusCode != 503 || !strings.Contains(body, locale.EN.T("api.schema_wrong")) {
		t.Errorf("a newer schema answers %d %s", res.StatusCode, body)
	}
}

func TestMetricsNameNoCase(t *testing.T) {
	w := newDesk(t)
	r := w.file("a")
	w.file("b")
	w.call("POST", "/api/v1/cases", lamp, "Idempotency-Key", "a")
	if err := supervision.Figures(w.city.TZ).CatchUpAll(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	res, body := w.call("GET", "/metrics", "")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	for _, want := range []string{"huiyin_database_up 1", `huiyin_api_cases_total{result="known"} 1`, `huiyin_api_cases_total{result="new"} 2`, `huiyin_follower_lag_seconds{follower="figures"}`, `huiyin_pool_connections_max{pool="main"}`, "go_goroutines"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, r.Number) || strings.Contains(body, r.Code) {
		t.Error("the metrics name a case")
	}
}

func TestSendersAreLimited(t *testing.T) {
	w := newDesk(t)
	w = open(t, w.pool, func(s *api.Settings) { s.PerMinute = 3 })
	for i := range 5 {
		res, body := w.call("POST", "/api/v1/cases", `{"text":""}`)
		want := 422
		if i >= 3 {
			want = 429
		}
		if res.StatusCode != want || want == 429 && res.Header.Get("Retry-After") == "" {
			t.Errorf("call %d answers %d %s", i+1, res.StatusCode, body)
		}
	}
}
