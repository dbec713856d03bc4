package standby_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"huiyin/web/standby"
)

// city answers as the pages would, until its database goes away.
type city struct {
	gone bool
	hits int
}

func (x *city) pages(ctx *fasthttp.RequestCtx) {
	x.hits++
	switch {
	case x.gone:
		ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
		ctx.SetBodyString("no database")
	case string(ctx.Path()) == "/missing":
		ctx.SetStatusCode(fasthttp.StatusNotFound)
	default:
		ctx.SetContentType("text/html; charset=utf-8")
		ctx.SetBodyString(`<body><main id="main">42 cases</main></body>`)
	}
}

func get(h fasthttp.RequestHandler, path string) (int, string, string) {
	var req fasthttp.Request
	req.SetRequestURI(path)
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	h(&ctx)
	return ctx.Response.StatusCode(), string(ctx.Response.Body()), string(ctx.Response.Header.Peek("Content-Type"))
}

func TestPagesAreShownFromCopiesWhileTheDatabaseIsAway(t *testing.T) {
	x := &city{}
	dir := filepath.Join(t.TempDir(), "standby")
	make := func() *standby.Copies {
		return &standby.Copies{Dir: dir, Zone: time.FixedZone("CST", 8*3600), Now: func() time.Time { return time.Date(2026, 11, 20, 3, 4, 5, 0, time.UTC) }, Log: slog.New(slog.DiscardHandler),
			Paths: func(context.Context) ([]string, error) {
				return []string{"/board", "/en/board", "/board.json", "/missing"}, nil
			},
			Sign: func(_ context.Context, text string) (string, error) { return text + "\n— test signature\n", nil },
			Ping: func(context.Context) error { return errors.New("away") }}
	}
	c := make()
	answer := c.Wrap(x.pages)
	if status, _, _ := get(answer, standby.ManifestPath); status != 404 {
		t.Errorf("before any copy the list answers %d", status)
	}
	if err := c.Take(t.Context(), x.pages); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := get(answer, "/board"); strings.Contains(body, "hy-notice") {
		t.Errorf("with the database there, the page is a copy: %s", body)
	}
	x.gone = true
	status, body, kind := get(answer, "/board?month=2026-10")
	if status != 200 || !strings.Contains(body, "2026") || !strings.Contains(body, "hy-notice--warn") || !strings.Contains(body, "42 cases") || !strings.HasPrefix(kind, "text/html") {
		t.Errorf("the copy: %d %s %s", status, kind, body)
	}
	if _, body, _ := get(answer, "/en/board"); !strings.Contains(body, "cannot reach its database") {
		t.Errorf("the English copy: %s", body)
	}
	if _, body, kind := get(answer, "/board.json"); kind != "application/json" || strings.Contains(body, "hy-notice") {
		t.Errorf("the copy for programs: %s %s", kind, body)
	}
	if status, _, _ := get(answer, "/missing"); status != 503 {
		t.Errorf("a page without a copy answers %d", status)
	}
	if _, list, _ := get(answer, standby.ManifestPath); strings.Count(list, "\n") < 5 || !strings.Contains(list, " /board\n") || strings.Contains(list, "/missing") || !strings.Contains(list, "signature") {
		t.Errorf("the list: %s", list)
	}

	// Another process finds the copies; one that was changed on disk is not shown.
	later := make()
	if err := later.Load(); err != nil {
		t.Fatal(err)
	}
	again := later.Wrap(x.pages)
	if status, _, _ := get(again, "/board"); status != 200 {
		t.Errorf("after a restart the copy answers %d", status)
	}
	files, err := filepath.Glob(filepath.Join(dir, "????????????????????????????????????????????????????????????????"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte(`<body><main id="main">41 cases</main></body>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body, _ := get(again, "/board"); status != 503 {
		t.Errorf("a copy changed on disk is shown: %d %s", status, body)
	}
}

// While nothing hears from the database, readers get copies at once and the pages are not even asked.
func TestWithTheDatabaseAwayPagesAreNotAsked(t *testing.T) {
	x := &city{}
	c := &standby.Copies{Dir: t.TempDir(), Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler), Paths: func(context.Context) ([]string, error) { return []string{"/board"}, nil },
		Sign: func(_ context.Context, text string) (string, error) { return text, nil }, Ping: func(context.Context) error { return errors.New("away") }}
	if err := c.Take(t.Context(), x.pages); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.Run(ctx, x.pages); close(done) }()
	for deadline := time.Now().Add(20 * time.Second); !c.Away(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("twenty seconds without an answer and the database is thought to be there")
		}
	}
	before := x.hits
	if status, _, _ := get(c.Wrap(x.pages), "/board"); status != 200 || x.hits != before {
		t.Errorf("%d, and the pages were asked %d times", status, x.hits-before)
	}
	cancel()
	<-done
}
