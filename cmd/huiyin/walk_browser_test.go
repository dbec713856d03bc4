package main

import (
	"context"
	"encoding/json"
	"fmt"
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
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"gopkg.in/yaml.v3"

	"huiyin/locale"
)

// patience is how long anything may take on a busy machine before the walk gives up.
const patience = 30 * time.Second

// chromium starts the browser that all walks share; each person of a walk has cookies of their own in it.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("this test walks through the service in Chromium, which is not installed: run make test, or install the package chromium")
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

// device is what somebody holds or sits at.
type device struct {
	name          string
	width, height int64
	touch         bool
	scripts       bool
}

// person is somebody with a browser: real pages, real clicks and keys. Every page that opens is examined.
type person struct {
	t      *testing.T
	who    string
	ctx    context.Context
	device device
	lang   locale.Lang
	base   string
	secret []string // what must stand in no title: the resident's data

	pages        int // pages seen
	clicks, keys int // since the last count
	since        time.Time
	mu           sync.Mutex
	complaints   []string // what the browser's console complained of
}

// newPerson opens a window with cookies of its own.
func newPerson(t *testing.T, browser context.Context, who string, d device, lang locale.Lang, base string) *person {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &person{t: t, who: who, ctx: ctx, device: d, lang: lang, base: base, since: time.Now()}
	size := []chromedp.EmulateViewportOption{chromedp.EmulateScale(1)}
	if d.touch {
		size = append(size, chromedp.EmulateMobile)
	}
	p.must(chromedp.Do(ctx, chromedp.EmulateViewport(d.width, d.height, size...)), "open a window")
	if !d.scripts {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.must(err, "switch scripts off")
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			switch m.Type {
			case chromedp.ConsoleError, chromedp.ConsoleWarning, chromedp.ConsoleException:
				p.mu.Lock()
				p.complaints = append(p.complaints, string(m.Type)+": "+m.Text+" "+m.URL)
				p.mu.Unlock()
			}
		}
	}()
	return p
}

func (p *person) must(err error, doing string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %s: %v\n%s", p.who, doing, err, p.shows())
	}
}

// shows is what stands on the screen, for failures.
func (p *person) shows() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	return text
}

// in does steps within the patience.
func (p *person) in(doing string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(chromedp.Do(ctx, steps...), doing)
}

// look evaluates an expression on the page.
func look[T any](p *person, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	p.must(err, "look at "+expression)
	return v
}

// has reports whether something stands on the page.
func (p *person) has(selector string) bool {
	p.t.Helper()
	return look[bool](p, `document.querySelector(`+quote(selector)+`) !== null`)
}

// read is the text of an element, or the value of a field.
func (p *person) read(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(look[string](p, `(e => e ? (e.value || e.innerText || "") : "")(document.querySelector(`+quote(selector)+`))`))
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// visit opens an address: a path of the service, or a whole one.
func (p *person) visit(address string) {
	p.t.Helper()
	p.leave()
	if strings.HasPrefix(address, "/") {
		address = p.base + address
	}
	p.navigate(address)
	p.arrive("")
}

func (p *person) navigate(address string) {
	p.t.Helper()
	p.in("visit "+address, chromedp.Navigate(address))
}

// click presses something that stays on the page.
func (p *person) click(selector string) {
	p.t.Helper()
	p.clicks++
	p.in("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// follow presses something that leads to another page, whose path must match.
func (p *person) follow(selector, path string) {
	p.t.Helper()
	p.leave()
	p.click(selector)
	p.arrive(path)
}

// write types into a field.
func (p *person) write(selector, text string) {
	p.t.Helper()
	p.in("write into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// correct replaces what stands in a field.
func (p *person) correct(selector, text string) {
	p.t.Helper()
	p.in("select all in "+selector, chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent("a", chromedp.KeyModifiers(kb.ModifierCtrl)))
	p.write(selector, text)
	if now := p.read(selector); now != text {
		p.t.Errorf("%s: %s holds %q", p.who, selector, now)
	}
}

// refused sees that a form comes back with a mistake at a field, and with what was typed.
func (p *person) refused(button, field string) {
	p.t.Helper()
	typed := p.read(field)
	p.leave()
	p.click(button)
	page := p.await("")
	p.pages++
	for _, fault := range p.faults(page) {
		if !strings.Contains(fault, "status 422") && !strings.Contains(fault, "status of 422") {
			p.t.Errorf("%s, %s: %s", p.who, page.Path, fault)
		}
	}
	if page.Status != 422 || !p.has(field+"-error") || p.read(field) != typed {
		p.t.Errorf("%s: status %d, no mistake at %s, or what was typed is lost:\n%s", p.who, page.Status, field, page.Text)
	}
}

// press presses a key or chord without aiming at anything.
func (p *person) press(key string, with ...chromedp.Modifier) {
	p.t.Helper()
	p.keys++
	p.in("press "+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(with...)))
}

// enter presses Enter as a keyboard does: a page that handles the key itself keeps it from submitting the form.
func (p *person) enter() {
	p.t.Helper()
	p.keys++
	key := input.DispatchKeyEventParams{Type: kb.KeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	p.in("press Enter", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key)
		if err == nil {
			key.Type, key.Text, key.UnmodifiedText = kb.KeyUp, "", ""
			_, err = cdp.Call(ctx, t, input.DispatchKeyEvent, key)
		}
		return err
	}))
}

// send is Ctrl+Enter, the key that does the likeliest thing; without scripts the button that it stands for.
func (p *person) send(button, path string) {
	p.t.Helper()
	if !p.device.scripts {
		p.follow(button, path)
		return
	}
	p.leave()
	p.press(kb.Enter, kb.ModifierCtrl)
	p.arrive(path)
}

// attach chooses a file for a form.
func (p *person) attach(selector, name string, data []byte) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), name)
	p.must(os.WriteFile(file, data, 0o644), "write "+name)
	p.in("attach "+name, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

// choose picks an answer of a list by its value.
func (p *person) choose(selector, value string) {
	p.t.Helper()
	p.clicks++
	p.in("choose "+value, chromedp.SetValue(chromedp.CSS(selector), value))
}

// leave marks the page that is open, so that the next can be told from it.
func (p *person) leave() { look[bool](p, `window.walked = true`) }

// count ends a job and tells what it took.
func (p *person) count(job string) (clicks, keys int) {
	clicks, keys = p.clicks, p.keys
	p.t.Logf("%s %s: %s in %d clicks and %d keys beside the typing", time.Since(p.since).Round(100*time.Millisecond), p.who, job, clicks, keys)
	p.since = time.Now()
	p.clicks, p.keys = 0, 0
	return clicks, keys
}

// seen is a page as the browser has it.
type seen struct {
	Walked  bool     `json:"walked"`
	Ready   string   `json:"ready"`
	Path    string   `json:"path"`
	Status  int      `json:"status"`
	Lang    string   `json:"lang"`
	Title   string   `json:"title"`
	H1      int      `json:"h1"`
	Wide    int      `json:"wide"`
	Screen  int      `json:"screen"`
	Text    string   `json:"text"`
	Missing []string `json:"missing"`
}

const seeing = `({
	walked: !!window.walked, ready: document.readyState, path: location.pathname,
	status: (performance.getEntriesByType("navigation")[0] || {}).responseStatus || 0,
	lang: document.documentElement.lang, title: document.title, h1: document.querySelectorAll("h1").length,
	wide: Math.max(document.documentElement.scrollWidth, document.body ? document.body.scrollWidth : 0), screen: window.innerWidth,
	text: document.body ? document.body.innerText : "",
	missing: Array.from(document.images).filter(i => i.complete && i.naturalWidth === 0).map(i => i.getAttribute("src"))
})`

// arrive waits until the next page is there, and examines it. path is a regular expression of its address; empty for any.
func (p *person) arrive(path string) {
	p.t.Helper()
	page := p.await(path)
	p.pages++
	p.examine(page)
}

func (p *person) await(path string) (page seen) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		// Between two pages there is nothing to look at: that is no failure.
		got, err := chromedp.Run(ctx, chromedp.Evaluate[seen](seeing))
		if err == nil {
			if page = got; !page.Walked && page.Ready == "complete" && page.Path != "blank" {
				break
			}
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%s: no page that matches %q came: %+v %v", p.who, path, page, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	if path != "" && !regexp.MustCompile(path).MatchString(page.Path) {
		p.t.Fatalf("%s: came to %s, not to %s:\n%s", p.who, page.Path, path, page.Text)
	}
	return page
}

// keyLike is a message key that nobody translated, or could be one.
var keyLike = regexp.MustCompile(`(?:^|[^\w@./:-])([a-z]+)\.[a-z][a-z0-9_]+(?:$|[^\w./@-])`)

// fileName is what looks like a key and is the name of a file.
var fileName = regexp.MustCompile(`\.(?:json|csv|png|eml)\b`)

// examine holds every page to what all pages must keep.
func (p *person) examine(page seen) {
	p.t.Helper()
	for _, wrong := range p.faults(page) {
		p.t.Errorf("%s, %s: %s", p.who, page.Path, wrong)
	}
}

// faults lists what is wrong with a page that is open.
func (p *person) faults(page seen) []string {
	p.t.Helper()
	var list []string
	wrong := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if page.Status != 200 {
		wrong("status %d:\n%s", page.Status, page.Text)
	}
	if page.Lang != string(p.lang) {
		wrong("<html lang=%q>, not %q", page.Lang, p.lang)
	}
	if page.H1 != 1 {
		wrong("%d h1", page.H1)
	}
	if page.Wide > int(p.device.width) || page.Screen > int(p.device.width) {
		wrong("%d wide on a screen of %d: %s", max(page.Wide, page.Screen), p.device.width, look[string](p, widest))
	}
	if page.Title == "" {
		wrong("no title")
	}
	for _, s := range p.secret {
		if s != "" && strings.Contains(strings.ToLower(page.Title+" "+page.Path), strings.ToLower(s)) {
			wrong("the title %q or the address tells %q", page.Title, s)
		}
	}
	if len(page.Missing) > 0 {
		wrong("pictures that did not come: %v", page.Missing)
	}
	for _, m := range keyLike.FindAllStringSubmatch(page.Text, -1) {
		if areas()[m[1]] && !fileName.MatchString(m[0]) {
			wrong("a text without translation: %q", strings.TrimSpace(m[0]))
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		wrong("the browser complains: %s", c)
	}
	p.complaints = nil
	return list
}

// widest names what reaches beyond the screen, for failures.
const widest = `Array.from(document.body.querySelectorAll("*")).filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 || e.getBoundingClientRect().right > screen.width + 1).slice(0, 4)
	.map(e => e.tagName + "." + e.className + "#" + e.id).join(" ")`

// areas are the first words of message keys.
var areas = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	files, _ := filepath.Glob("../../locale/zh-CN/*.yaml")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		var texts map[string]any
		if err := yaml.Unmarshal(body, &texts); err != nil {
			panic(err)
		}
		for key := range texts {
			area, _, _ := strings.Cut(key, ".")
			known[area] = true
		}
	}
	return known
})
