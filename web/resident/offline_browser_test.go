package resident

import (
	"context"
	"fmt"
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

	"huiyin/casework"
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

func TestAMatterWrittenWithoutANetworkArrivesOnce(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/")
	p.kept()
	p.online(false)

	p.visit("/report")
	p.await(`document.querySelector("[data-outbox-form]:not([hidden])")`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-mistake]:not([hidden])").textContent.length > 3`)
	p.write("#text", "向阳路小学门口的路灯坏了三天")
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.write("#place", "向阳路小学东门")
	p.write("#phone", "138 0000 0009")
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-count]").textContent.includes("没有网络，已存好，连上网自动发送（1 件）")`)

	p.visit("/t") // another page, still without a network
	p.await(`document.body.innerText.includes("现在没有网络") && document.querySelector("[data-outbox] [data-list] li")`)
	if n := o.cases(t); n != 0 {
		t.Fatalf("%d cases without a network", n)
	}

	p.online(true)
	code := p.code()
	id := o.caseOf(t, code)
	f, err := o.Docket.Dossier(context.Background(), casework.System, id)
	must(t, err)
	if len(f.Files) != 1 || f.Case.Channel != casework.Web || !f.Case.HasIdentity {
		t.Errorf("filed with %d photos, by %s, identity %v", len(f.Files), f.Case.Channel, f.Case.HasIdentity)
	}
	p.visit("/help") // the code stays until it is deleted
	if again := p.code(); again != code {
		t.Errorf("the code was %s and is %s", code, again)
	}
	p.visit("/report/done")
	p.await(`document.querySelector("#code").textContent === "` + code + `"`)
	p.visit("/")
	p.await(`document.querySelector("[data-outbox] [data-drop]")`)
	p.click(`[data-drop]`)
	p.await(`document.querySelector("[data-outbox] [data-list] li") === null && !localStorage.getItem("outbox")`)
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestTheLastStepWithoutANetworkIsSentByItself(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	p.write("#text", "井盖松动，车过很响")
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`document.querySelectorAll("[data-photos] li").length === 1 && document.querySelector("#photos").files.length === 0`)
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/2" && document.readyState === "complete"`)
	p.write("#place", "解放路")
	p.click(`form[action="/report/2"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/3" && document.readyState === "complete"`)

	p.wire.loseAnswers() // the matter arrives, its answer does not
	p.click(`form[action="/report/3"] button`)
	p.await(`location.pathname === "/report/offline" && document.querySelector("[data-outbox] [data-list] li")`)
	p.wire.cut()
	p.online(true)
	code := p.code()
	f, err := o.Docket.Dossier(context.Background(), casework.System, o.caseOf(t, code))
	must(t, err)
	if n := o.cases(t); n != 1 || len(f.Files) != 1 {
		t.Errorf("%d cases, %d photos", n, len(f.Files))
	}
}

func TestAStepWithoutANetworkKeepsWhatWasTyped(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/en/report/1")
	p.kept()
	p.write("#text", "A manhole cover is loose")
	p.online(false)
	p.click(`form[action="/en/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/en/report/offline" && document.querySelector("#text").value === "A manhole cover is loose"`)
	p.click(`#unclear`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-count]").textContent.includes("waiting: 1")`)
	p.online(true)
	p.code()
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestWhatIsRefusedComesBackToBeCorrected(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/offline")
	p.kept()
	p.await(`document.querySelector("[data-outbox-form]:not([hidden])")`)
	p.write("#text", "有人乱倒垃圾")
	p.write("#place", "桥下")
	p.write("#email", "a b")
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-list] [data-state]") && document.querySelector("[data-list] [data-state]").textContent.includes("要改一下")`)
	p.click(`[data-edit]`)
	p.await(`document.querySelector("#text").value === "有人乱倒垃圾" && !document.querySelector("[data-mistake]").hidden`)
	p.do("correct the address", chromedp.Evaluate[chromedp.Void](`document.querySelector("#email").value = ""`))
	p.click(`[data-outbox-form] button[type=submit]`)
	p.code()
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Nothing of a person, no code and no token may lie in the caches of a device.
func TestTheDeviceKeepsNothingPersonal(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	code := o.browser(t).file("", "路灯不亮，林小舟")
	p.visit("/t/" + code)
	p.await(`location.pathname === "/t" && document.body.innerText.includes("路灯不亮")`)
	p.visit("/report/1")
	p.visit("/")
	kept, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`(async () => {
		let all = "";
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) all += new URL(request.url).pathname + "\n" + await (await cache.match(request)).text() + "\n";
		}
		return all;
	})()`, chromedp.EvalAwaitPromise))
	must(t, err)
	for _, s := range []string{code, "路灯不亮，林", "林小舟", `name="_token" value="[\w-]{20}`, `name="_key" value="[\w-]{20}`} {
		if found := regexp.MustCompile(s).FindString(kept); found != "" {
			t.Errorf("the device keeps %q", found)
		}
	}
	paths := regexp.MustCompile(`(?m)^/\S*$`).FindAllString(kept, -1)
	slices.Sort(paths)
	for _, path := range []string{"/", "/en", "/report/offline", "/en/report/offline", "/offline", "/en/offline"} {
		if !slices.Contains(paths, path) {
			t.Errorf("the device does not keep %s: %s", path, fmt.Sprint(paths))
		}
	}
}

func TestAPhotoThatWasNotSentIsTriedAgainAlone(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.write("#text", "井盖松动，车过很响")
	p.await(`!document.querySelector("[data-draft-note]").hidden && document.body.innerText.includes("草稿已存在这台手机上")`)
	p.wire.cut()
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`document.body.innerText.includes("照片没有传上去") && document.querySelector("#photos").files.length === 1 && document.querySelector("#text").value.length > 3`)
	p.wire.mend()
	p.click(`[data-upload] button`)
	p.await(`document.querySelectorAll("[data-photos] li").length === 1 && document.querySelector("[data-upload]").hidden`)
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/2"`)

	p.visit("/report")
	p.await(`document.body.innerText.includes("1 张")`)
	p.visit("/report/1")
	p.click(`[data-draft-clear]`) // the words of the device; those at the service are deleted on the page before
	p.await(`document.querySelector("#text").value === "" && document.querySelector("[data-draft-note]").hidden`)
}

func TestDangerousWordsShowTheLinesWhileTyping(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.write("#text", "楼下有浓烟")
	p.await(`!document.querySelector("[data-danger]").hidden && document.querySelector("[data-danger] a").getAttribute("href") === "tel:119"`)
	p.write("#text", "。")
	p.do("write of the past", chromedp.Evaluate[chromedp.Void](`(() => { const t = document.querySelector("#text"); t.value = "去年楼下着火了"; t.dispatchEvent(new Event("input")); })()`))
	p.await(`document.querySelector("[data-danger]").hidden`)
}

// The form's first page stays within the budget of a cheap phone: 50 kB, six requests, 6 kB of script; what works without a network comes after it.
func TestTheFormIsLight(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.await(`document.readyState === "complete"`)
	sizes, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]float64](`(() => {
		const own = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource")).filter(e => e.responseEnd > 0);
		const first = own.filter(e => e.startTime <= performance.getEntriesByType("navigation")[0].loadEventStart);
		const sum = list => list.reduce((n, e) => n + e.transferSize, 0);
		return [first.length, sum(first), sum(first.filter(e => /\.js$/.test(e.name)))];
	})()`))
	must(t, err)
	t.Logf("%v requests, %v bytes, %v of script", sizes[0], sizes[1], sizes[2])
	if sizes[0] > 6 || sizes[1] > 50<<10 || sizes[2] > 6<<10 || sizes[1] < 5<<10 {
		t.Errorf("%v requests, %v bytes, %v of script", sizes[0], sizes[1], sizes[2])
	}
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

func TestWhatScriptsShowIsAccessible(t *testing.T) {
	o := newTown(t)
	p := newPhone(t, o.serve(t))
	p.visit("/report/1")
	p.kept()
	p.write("#text", "楼下有浓烟")
	p.await(`!document.querySelector("[data-draft-note]").hidden && !document.querySelector("[data-danger]").hidden`)
	p.online(false)
	p.do("choose a photo", chromedp.SetUploadFiles(chromedp.CSS("#photos"), []string{p.photo()}))
	p.await(`!document.querySelector("[data-upload] button").hidden`)
	p.axe()
	p.click(`form[action="/report/1"] button[type=submit]:not([name])`)
	p.await(`location.pathname === "/report/offline" && !document.querySelector("[data-photos-kept]").hidden`)
	p.click(`#unclear`)
	p.click(`[data-outbox-form] button[type=submit]`)
	p.await(`document.querySelector("[data-list] li")`)
	p.axe()
	p.visit("/")
	p.online(true)
	p.code()
	p.axe()
}
