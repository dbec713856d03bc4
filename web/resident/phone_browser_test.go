package resident

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"huiyin/pg/pgtest"
)

// patience is how long anything may take on a busy machine.
const patience = 40 * time.Second

// wire is the network between a browser and the service, which can be cut and mended.
type wire struct {
	t       *testing.T
	address string
	inner   string
	mu      sync.Mutex
	front   net.Listener
	open    map[net.Conn]bool
	deaf    bool // what is sent arrives, and no answer comes back
}

// serve puts the service behind a wire, as residents would reach it.
func (o *town) serve(t *testing.T) *wire {
	t.Helper()
	service, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = o.app.Listener(service) }() // ends with the shutdown below
	w := &wire{t: t, inner: service.Addr().String(), address: "127.0.0.1:0", open: map[net.Conn]bool{}}
	w.mend()
	o.BaseURL = "http://" + w.address
	t.Cleanup(func() {
		w.cut()
		_ = o.app.ShutdownWithTimeout(time.Second)
	})
	return w
}

func (w *wire) mend() {
	w.t.Helper()
	front, err := net.Listen("tcp", w.address)
	must(w.t, err)
	w.mu.Lock()
	w.front, w.address, w.deaf = front, front.Addr().String(), false
	w.mu.Unlock()
	go func() {
		for {
			near, err := front.Accept()
			if err != nil {
				return
			}
			go w.carry(near)
		}
	}()
}

func (w *wire) carry(near net.Conn) {
	far, err := net.Dial("tcp", w.inner)
	if err != nil {
		_ = near.Close()
		return
	}
	w.mu.Lock()
	w.open[near], w.open[far] = true, true
	w.mu.Unlock()
	go func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := far.Read(buf)
		w.mu.Lock()
		deaf := w.deaf
		w.mu.Unlock()
		if err != nil || deaf {
			break
		}
		if _, err := near.Write(buf[:n]); err != nil {
			break
		}
	}
	_ = near.Close()
}

// loseAnswers lets requests through and swallows their answers.
func (w *wire) loseAnswers() {
	w.mu.Lock()
	w.deaf = true
	w.mu.Unlock()
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.front.Close()
	for c := range w.open {
		_ = c.Close()
	}
	clear(w.open)
}

// phone is a resident's browser with scripts.
type phone struct {
	t    *testing.T
	ctx  context.Context
	wire *wire
}

func newPhone(t *testing.T, w *wire) *phone {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("this test works in Chromium, which is not installed: run make test, or install the package chromium")
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context of its first step
		t.Fatalf("start %s: %v", path, err)
	}
	p := &phone{t: t, ctx: ctx, wire: w}
	p.do("open a window", chromedp.EmulateViewport(360, 800))
	return p
}

func (p *phone) do(doing string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v\n%s", doing, err, p.text())
	}
}

func (p *phone) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	s, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	return s
}

// await waits until an expression is true on the page.
func (p *phone) await(expression string) {
	p.t.Helper()
	end := time.Now().Add(patience)
	for time.Now().Before(end) {
		ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`))
		cancel()
		if err == nil && ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("never true: %s\n%s", expression, p.text())
}

func (p *phone) visit(path string) {
	p.t.Helper()
	p.do("visit "+path, chromedp.Navigate("http://"+p.wire.address+path))
}

func (p *phone) click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Evaluate[chromedp.Void](`document.querySelector('`+selector+`').click()`))
}

func (p *phone) write(selector, text string) {
	p.t.Helper()
	p.do("write into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// online says whether the device thinks that it has a network; without one the wire is cut as well.
func (p *phone) online(on bool) {
	p.t.Helper()
	if on {
		p.wire.mend()
	} else {
		p.wire.cut()
	}
	_, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
	must(p.t, err)
}

// kept waits until the service worker holds the pages and this one.
func (p *phone) kept() {
	p.t.Helper()
	p.await(`navigator.serviceWorker && navigator.serviceWorker.controller && navigator.serviceWorker.controller.state === "activated"`)
}

func (o *town) cases(t *testing.T) (n int) {
	t.Helper()
	must(t, pgtest.OwnerPool(t).QueryRow(context.Background(), `select count(*) from cases`).Scan(&n))
	return n
}

var codeShown = regexp.MustCompile(`[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}`)

// code waits for the code that the outbox shows.
func (p *phone) code() string {
	p.t.Helper()
	p.await(`document.querySelector("[data-outbox] .hy-code") && document.querySelector("[data-outbox] .hy-code").textContent`)
	return codeShown.FindString(p.text())
}

func (p *phone) photo() string {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "lamp.png")
	must(p.t, os.WriteFile(file, pixel, 0o600))
	return file
}

// axe examines the page as it is now; what scripts show is not there when the looks of all pages are examined.
func (p *phone) axe() {
	p.t.Helper()
	script, err := os.ReadFile("../looktest/testdata/axe.min.js")
	must(p.t, err)
	p.do("bring axe", chromedp.Evaluate[chromedp.Void](string(script)+";undefined"))
	found, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](`axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html)))`, chromedp.EvalAwaitPromise))
	must(p.t, err)
	wide, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](`["standard", "elder"].flatMap(mode => {
		document.documentElement.dataset.mode = mode;
		if (document.documentElement.scrollWidth <= innerWidth) return [];
		return [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => "too wide in " + mode + ": " + e.outerHTML.slice(0, 80));
	})`))
	must(p.t, err)
	for _, f := range append(found, wide...) {
		p.t.Errorf("%s: %s", strings.SplitN(p.text(), "\n", 2)[0], f)
	}
}
