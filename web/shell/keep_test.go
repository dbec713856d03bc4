package shell_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/web/shell"
)

// A page that is kept is drawn once for each language and look, is packed for who can unpack it, and is drawn anew when something happened.
func TestAKeptPageIsDrawnOnceAndAgainWhenSomethingHappened(t *testing.T) {
	var drawn, mark atomic.Int64
	keeper := shell.NewKeeper(func(context.Context) (string, error) { return fmt.Sprint(mark.Load()), nil })
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32)})
	shell.Mount(app, []shell.Route{{Path: "/figures", MaxAge: time.Second, Handler: keeper.Keep(func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.SendString(fmt.Sprintf("%s %d %s", shell.Lang(c), drawn.Add(1), bytes.Repeat([]byte("x"), 4000)))
	})}})
	keeper.Bind(app.Handler())
	get := func(path string, headers ...string) (int, string, string) {
		t.Helper()
		req := httptest.NewRequest("GET", path, nil)
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body io.Reader = res.Body
		if res.Header.Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(res.Body); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text[:min(len(text), 8)]), res.Header.Get("ETag")
	}
	_, first, tag := get("/figures")
	if _, again, same := get("/figures"); again != first || same != tag || tag == "" {
		t.Errorf("the second reader got %q with %s, the first %q with %s", again, same, first, tag)
	}
	if _, packed, other := get("/figures", "Accept-Encoding", "gzip"); packed != first || other == tag {
		t.Errorf("packed: %q with %s", packed, other)
	}
	if status, body, _ := get("/figures", "If-None-Match", tag); status != 304 || body != "" {
		t.Errorf("who has it already got %d %q", status, body)
	}
	if _, english, _ := get("/en/figures"); english == first {
		t.Errorf("the English page is the Chinese one: %q", english)
	}
	if _, larger, _ := get("/figures", "Cookie", "hy_look=elder"); larger == first {
		t.Errorf("the page in another look is the usual one: %q", larger)
	}
	before := drawn.Load()
	mark.Add(1)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, now, _ := get("/figures"); now != first {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("five seconds after something happened the page is the old one")
		}
	}
	if n := drawn.Load() - before; n != 1 {
		t.Errorf("the page was drawn %d times", n)
	}
}

// Whoever asks for a page that is kept does not wait behind those whose pages must be drawn.
func TestAKeptPageNeedsNoPlace(t *testing.T) {
	keeper := shell.NewKeeper(func(context.Context) (string, error) { return "same", nil })
	gate := shell.NewGate(1, 1)
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Gate: gate, Reading: gate})
	begun, end := make(chan struct{}), make(chan struct{})
	shell.Mount(app, []shell.Route{
		{Path: "/figures", Kept: true, Handler: keeper.Keep(func(c *fiber.Ctx) error { return c.SendString("figures") })},
		{Path: "/slow", Kept: true, Handler: keeper.Keep(func(c *fiber.Ctx) error {
			close(begun)
			<-end
			return c.SendString("slow")
		})},
	})
	get := func(path string) int {
		res, err := app.Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil {
			t.Error(err)
			return 0
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if got := get("/figures"); got != fiber.StatusOK {
		t.Fatalf("status %d", got)
	}
	drawn := make(chan int, 1)
	go func() { drawn <- get("/slow") }()
	<-begun
	if got := get("/figures"); got != fiber.StatusOK {
		t.Errorf("a kept page waits behind one that is drawn: %d", got)
	}
	if got := get("/figures?other"); got != fiber.StatusServiceUnavailable {
		t.Errorf("a page that must be drawn found a place where there is one: %d", got)
	}
	close(end)
	if got := <-drawn; got != fiber.StatusOK {
		t.Errorf("status %d", got)
	}
}
