package live_test

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/pg/pgtest"
	"huiyin/seal"
	"huiyin/web/live"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// served serves the stream of cases as each of the actors, by the path /live?as=n, and returns the address.
func served(t *testing.T, town *caseworktest.Town, actors ...casework.Actor) string {
	t.Helper()
	return servedWith(t, town, []live.Source{&live.Cases{}}, actors...)
}

func servedWith(t *testing.T, town *caseworktest.Town, sources []live.Source, actors ...casework.Actor) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	hub := live.New(town.Pool, slog.New(slog.DiscardHandler), sources...)
	done := make(chan struct{})
	go func() { hub.Run(ctx); close(done) }()
	x := &live.Pages{Hub: hub, Actor: func(c *fiber.Ctx) (casework.Actor, error) { return actors[c.QueryInt("as")], nil }}
	app := shell.New(shell.Config{Secret: seal.NewForTest().Hash("test", "live"), Who: func(*fiber.Ctx) (*shell.Identity, error) { return &shell.Identity{Name: "x", Role: "operator"}, nil }})
	shell.Mount(app, x.Routes())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(l) }() // ends by Shutdown
	t.Cleanup(func() {
		hub.Close()
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Error("streams held the server open:", err)
		}
		cancel()
		<-done
	})
	return "http://" + l.Addr().String() + "/live?as="
}

// stream reads events; each line of data comes out of the channel with its name before it.
func stream(t *testing.T, address string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("the stream is %s with status %d", kind, answer.StatusCode)
	}
	out := make(chan string, 100)
	go func() {
		defer close(out)
		defer func() { _ = answer.Body.Close() }()
		name := ""
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = n
			}
			if d, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				out <- name + " " + d
			}
		}
	}()
	if first := next(t, out); !strings.HasPrefix(first, "open ") {
		t.Fatalf("the stream begins with %s", first)
	}
	return out
}

func next(t *testing.T, in <-chan string) string {
	t.Helper()
	select {
	case s, open := <-in:
		if !open {
			t.Fatal("the stream ended")
		}
		return s
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return ""
	}
}

func TestEachHearsOnlyOfCasesTheySee(t *testing.T) {
	t.Parallel()
	town := caseworktest.New(t)
	at := served(t, town, caseworktest.Clerk(), caseworktest.Worker(caseworktest.Urban), caseworktest.Worker(caseworktest.Harbour))
	clerk, lead, other := stream(t, at+"0"), stream(t, at+"1"), stream(t, at+"2")

	id := town.Send(t, "路灯不亮", caseworktest.Urban)
	theirs := town.Send(t, "红绿灯坏了", caseworktest.Harbour)

	for heard := ""; !strings.Contains(heard, id.String()) || !strings.Contains(heard, theirs.String()); heard += next(t, clerk) {
	}
	if got := next(t, lead); !strings.Contains(got, id.String()) || !strings.HasPrefix(got, "case ") {
		t.Errorf("the responsible unit heard %s", got)
	}
	if got := next(t, other); !strings.Contains(got, theirs.String()) {
		t.Errorf("the other unit heard %s", got)
	}
	for len(lead) > 0 {
		if got := <-lead; strings.Contains(got, theirs.String()) {
			t.Errorf("a unit heard of a case that is not its own: %s", got)
		}
	}
}
