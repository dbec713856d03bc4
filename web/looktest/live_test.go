package looktest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/supervision"
)

// watched counts the streams that the pages of a tab open.
const watched = `window.streams = []; const Stream = window.EventSource; window.EventSource = class extends Stream { constructor(a) { super(a); window.streams.push(this); } };`

// until waits for an expression to become true.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	for end := time.Now().Add(patience); !eval[bool](b, expression); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("waited in vain until %s: %s", what, expression)
		}
	}
}

// pagesHearWhatOthersDo keeps the queue open while somebody else dispatches: the page offers what came, moves no row, and goes on without a network.
func pagesHearWhatOthersDo(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	id := w.fileOne(t, "公交站牌歪了，下雨天没法等车。")
	b := newTab(t, browser, w.base)
	b.cookies(people["operator"])
	b.size(1280)
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watched})
	b.must(err, "watch the streams")
	const offered = `!document.querySelector("[data-live-offer]").hidden`
	for tries := 0; tries == 0 || tries < 4 && eval[bool](b, offered); tries++ { // the filing itself may be told after the page was opened, and is then on the page opened next
		b.open("/console?channel=web")
		b.until("the stream stands", `document.querySelector("[data-live]").dataset.state === "on" && document.querySelector("[data-live-state]").textContent !== ""`)
		time.Sleep(time.Second)
	}
	rows := `JSON.stringify(Array.from(document.querySelectorAll(".hy-rows [data-case]")).map(e => [e.dataset.case, Math.round(e.getBoundingClientRect().top)]))`
	before := eval[string](b, rows)
	if !strings.Contains(before, id.String()) {
		t.Fatalf("the queue does not hold the case: %s", before)
	}
	if eval[bool](b, offered) {
		t.Error("something is offered before anything happened")
	}
	eval[bool](b, `document.getElementById("find").value = "half typed", document.getElementById("find").focus(), true`)

	if err := w.docket.Accept(t.Context(), caseworktest.Clerk(), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	b.until("the page offers the news", `!document.querySelector("[data-live-offer]").hidden && document.querySelector("[data-live-offer]").textContent === "有 1 条更新，点此刷新" && document.querySelector("[data-case='`+id.String()+`']").hasAttribute("data-changed")`)
	other := w.fileOne(t, "小区消防通道停满了车。")
	b.until("both are counted", `document.querySelector("[data-live-offer]").textContent === "有 2 条更新，点此刷新"`)
	if after := eval[string](b, rows); after != before {
		t.Errorf("rows moved under the cursor:\n%s\n%s", before, after)
	}
	if !eval[bool](b, `document.activeElement.id === "find" && document.activeElement.value === "half typed"`) {
		t.Error("the news took the cursor or what was typed")
	}
	b.press(`document.querySelector("[data-live-offer]").click()`)
	if !eval[bool](b, `location.search === "?channel=web" && document.querySelector("[data-case='`+other.String()+`']") !== null`) {
		t.Error("the offer does not lead to the same list with what is new")
	}

	// Without a network the buttons wait and say why; what was typed stays. With it all is as before.
	b.until("the stream stands again", `document.querySelector("[data-live]").dataset.state === "on"`)
	b.offline(true)
	b.until("the buttons wait", `(s => s.disabled && document.getElementById(s.getAttribute("aria-describedby")).textContent.includes("没有网络"))(document.querySelector("form [data-key~='Ctrl+Enter']"))`)
	b.until("the bar says so", `document.querySelector("[data-live]").dataset.state === "offline"`)
	b.offline(false)
	b.until("they act again", `!document.querySelector("form [data-key~='Ctrl+Enter']").disabled && document.querySelector(".hy-offline") === null`)

	// A promise is told anew from its own moments: half a day before its end it is due soon, and after it is overdue.
	words := `(d => { const e = document.querySelector(".hy-rows [data-due]"), now = JSON.parse(document.querySelector("[data-due-texts]").dataset.dueTexts).now; e.dataset.due = now + d * 3600000 + 30000; e.dataset.start = now - 86400000; document.dispatchEvent(new CustomEvent("due")); return Array.from(e.classList).filter(c => c !== "hy-due").join(" ") + " " + e.querySelector("time").textContent })`
	for hours, want := range map[string]string{"3": "hy-tag hy-tag--warn 还有 3 小时", "100": "hy-tag hy-tag--good 还有 4 天", "-2": "hy-tag hy-tag--bad 已超 1 小时"} {
		if got := eval[string](b, words+`(`+hours+`)`); !strings.HasPrefix(got, want) {
			t.Errorf("%s hours ahead the badge says %q, not %q", hours, got, want)
		}
	}

	// A page that nobody looks at lets its stream go, and takes it up again.
	look := func(hidden string) {
		eval[bool](b, `document.querySelector("[data-live]").dataset.rest = "0.2", Object.defineProperty(document, "hidden", {configurable: true, get: () => `+hidden+`}), document.dispatchEvent(new Event("visibilitychange")), true`)
	}
	look("true")
	b.until("the stream of the hidden page ends", `streams.every(s => s.readyState === 2)`)
	look("false")
	b.until("it stands again", `streams.at(-1).readyState === 1 && !document.querySelector("[data-live-offer]").hidden`)
	b.console() // what the browser says of the lost network
}

// theWallRenewsItself keeps the wall open while a case comes in: its figures move without a new page, and it fits the screen.
func theWallRenewsItself(t *testing.T, browser context.Context, w *town, people map[string]*caller) {
	b := newTab(t, browser, w.base)
	b.cookies(people["supervisor"])
	count := func() {
		t.Helper()
		if err := supervision.OnTheWall(w.docket.Now).CatchUpAll(t.Context(), w.pool); err != nil {
			t.Fatal(err)
		}
	}
	count()
	for _, lang := range []string{"zh-CN", "en"} {
		b.cookie("hy_lang", lang)
		b.do("set the size of the screen", chromedp.EmulateViewport(1920, 1080, chromedp.EmulateScale(1)))
		b.open("/console/wall")
		if tall := eval[int](b, `document.documentElement.scrollHeight`); tall > 1080 {
			t.Errorf("%s: the wall is %d px tall on a screen of 1080", lang, tall)
		}
		if size := eval[float64](b, `Math.min(...Array.from(document.querySelectorAll(".hy-wall__label, .hy-wall__number, .hy-wall__name, .hy-wall td")).map(e => parseFloat(getComputedStyle(e).fontSize)))`); size < 24 {
			t.Errorf("%s: %.1f px is too small to be read from three metres", lang, size)
		}
		b.picture("wall 1920 " + lang)
	}
	b.until("the stream stands", `document.querySelector("[data-live]").dataset.state === "on"`)
	number := `Number(document.querySelector(".hy-wall__number").textContent)`
	before := eval[int](b, `window.same = true, `+number)
	w.fileOne(t, "菜市场门口积水很深。")
	count()
	b.until("the wall counts it", `window.same && `+number+` === `+label(before+1))
}

// fileOne files a case by the web form's door.
func (w *town) fileOne(t testing.TB, text string) casework.CaseID {
	t.Helper()
	c := w.newCaller(t)
	c.send("/report/1", "/report/1", map[string]string{"text": text})
	c.send("/report/2", "/report/2", map[string]string{"place": "临江区向阳街道东风路"})
	done := c.send("/report/3", "/report/3", map[string]string{"phone": "19900000009", "publish": "no"})
	_, code, ok := strings.Cut(done, `id="code">`)
	if !ok {
		t.Fatal("no receipt")
	}
	code, _, _ = strings.Cut(code, "<")
	id, err := w.docket.ByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// offline tells the page that its machine has lost, or found, the network.
func (b *tab) offline(yes bool) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
	b.must(err, "cut the network")
}
