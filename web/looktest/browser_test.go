package looktest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take on a busy machine.
const patience = 60 * time.Second

// chromium starts the one browser of the tests.
func chromium(t testing.TB) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("this test looks at pages in Chromium, which is not installed: run make test, or install the package chromium")
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	root, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		cancel()
		stop()
	})
	if err := chromedp.Do(root); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return root
}

// tab is one window with cookies of its own.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu         sync.Mutex
	complaints []string
}

func newTab(t testing.TB, browser context.Context, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: base}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			switch m.Type {
			case chromedp.ConsoleError, chromedp.ConsoleWarning, chromedp.ConsoleException:
				b.mu.Lock()
				b.complaints = append(b.complaints, string(m.Type)+": "+m.Text)
				b.mu.Unlock()
			}
		}
	}()
	return b
}

// console is what the browser complained of since the last call.
func (b *tab) console() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.complaints
	b.complaints = nil
	return all
}

// cookies gives the tab what a caller has.
func (b *tab) cookies(c *caller) {
	b.t.Helper()
	at, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, cookie := range c.http.Jar.Cookies(at) {
		b.cookie(cookie.Name, cookie.Value)
	}
}

func (b *tab) cookie(name, value string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.SetCookies, network.SetCookiesParams{Cookies: []*network.CookieParam{{Name: name, Value: value, URL: b.base, Path: "/", HTTPOnly: true}}})
	b.must(err, "set a cookie")
}

// forget ends what the tab has of the caller before.
func (b *tab) forget() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{})
	b.must(err, "forget the cookies")
	_, err = chromedp.Call(b.ctx, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: b.base, StorageTypes: "local_storage,indexeddb,cache_storage,service_workers"})
	b.must(err, "forget what the pages kept")
}

// examining loads axe-core and our rules with every page of the tab: the browser keeps what it compiled from page to page.
func (b *tab) examining() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe + "\n;window.complaintsOf = " + checks})
	b.must(err, "load the rules")
}

func (b *tab) must(err error, doing string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", doing, err)
	}
}

func (b *tab) do(doing string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(chromedp.Do(ctx, steps...), doing)
}

func (b *tab) scriptsOff() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err, "switch scripts off")
}

func (b *tab) size(width int64) {
	b.t.Helper()
	height, opts := int64(800), []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if width < 600 {
		height, opts = 640, append(opts, chromedp.EmulateMobile)
	}
	b.do("set the width", chromedp.EmulateViewport(width, height, opts...))
}

func (b *tab) open(path string) { b.t.Helper(); b.do("open "+path, chromedp.Navigate(b.base+path)) }

// eval evaluates an expression on the page; a promise is waited for.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	b.must(err, "evaluate")
	return v
}

// press does something that leads to another page, and waits for it.
func (b *tab) press(script string) {
	b.t.Helper()
	b.arrives(script, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[any](script)(ctx, t)
		return chromedp.Void{}, err
	})
}

// arrives does something that leads to another page, and waits until that stands. The page before is marked: an event that says "loaded" may be a late one of its own.
func (b *tab) arrives(doing string, step chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	eval[bool](b, `window.left = true`)
	b.do(doing, step)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.left && document.readyState === "complete"`))
		if err == nil && there {
			return
		}
		if ctx.Err() != nil { // other errors are those of a page that is being left
			b.must(ctx.Err(), doing)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

//go:embed testdata/axe.min.js
var axe string

//go:embed testdata/checks.js
var checks string

// examine gives what axe-core finds on the page as it stands.
func (b *tab) examine() []string {
	b.t.Helper()
	if !eval[bool](b, `typeof axe === "object"`) {
		eval[bool](b, axe+"\n;true")
	}
	found := eval[string](b, `axe.run(document, {resultTypes: ["violations"], preload: false}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.failureSummary || "").split("\n").slice(1, 2).join(" ").trim()).join(" | "))))`)
	var all []string
	b.must(json.Unmarshal([]byte(found), &all), "read what axe found")
	return all
}

// least are the smallest sizes that hold for a page, in CSS pixels.
type least struct {
	Target int `json:"target"`
	Type   int `json:"type"`
}

// check gives what our own rules find.
func (b *tab) check(l least) []string {
	b.t.Helper()
	limits, err := json.Marshal(l)
	b.must(err, "write the limits")
	if !eval[bool](b, `typeof complaintsOf === "function"`) {
		eval[bool](b, "window.complaintsOf = "+checks+"\n;true")
	}
	return eval[[]string](b, "complaintsOf("+string(limits)+")")
}

var unsafeName = regexp.MustCompile(`[^\pL\pN]+`)

// picture keeps the page as a file where HUIYIN_LOOK_PICTURES names a directory, for people to look at.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("HUIYIN_LOOK_PICTURES")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	b.must(err, "take a picture")
	b.must(os.WriteFile(filepath.Join(dir, strings.Trim(unsafeName.ReplaceAllString(name, "-"), "-")+".png"), image, 0o644), "keep a picture")
}

func label(parts ...any) string { return strings.TrimSuffix(fmt.Sprintln(parts...), "\n") }
