package shell

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttputil"
)

// A request with two lengths is refused and ends the connection: what stands behind it is answered to nobody.
func TestARequestHasOneLength(t *testing.T) {
	app := New(Config{City: City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.DiscardHandler)})
	Mount(app, []Route{{Method: fiber.MethodPost, Path: "/sent", Door: Files, Handler: func(c *fiber.Ctx) error { return c.SendString("taken") }},
		{Path: "/behind", Door: Files, Handler: func(c *fiber.Ctx) error { return c.SendString("behind") }}})
	listener := fasthttputil.NewInmemoryListener()
	go func() { _ = app.Listener(listener) }() // ends with the listener
	defer listener.Close()
	const behind = "GET /behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for head, want := range map[string]string{
		"Content-Length: 4\r\n\r\nabcd":                                    "200 200",
		"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n":         "200 200",
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "400",
		"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n": "400",
		"Content-Length: 4\r\ncontent-length: 4\r\n\r\nabcd":               "400",
		"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n":                     "400",
	} {
		conn, err := listener.Dial()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "POST /sent HTTP/1.1\r\nHost: x\r\n"+head+behind); err != nil {
			t.Fatal(err)
		}
		if got := answersOn(t, conn); got != want {
			t.Errorf("%q answers %s, want %s", head, got, want)
		}
		_ = conn.Close() // everything was read
	}
}

// answersOn are the statuses that come until the connection ends.
func answersOn(t *testing.T, conn net.Conn) string {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var all []string
	for r := bufio.NewReader(conn); ; {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return strings.Join(all, " ")
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // it was read to its end
		all = append(all, res.Status[:3])
	}
}

// Behind a proxy the framework's own idea of the sender is the proxy: everybody would be one. Address and Sender know better, so nothing else is asked.
func TestNobodyAsksTheFrameworkForTheSender(t *testing.T) {
	asks := regexp.MustCompile(`\bc\.(IPs?|Hostname|BaseURL|Protocol|Secure|Subdomains)\(\)`)
	files, err := filepath.Glob("../*/*.go")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := asks.Find(text); m != nil && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s asks %s", f, m)
		}
	}
}
