package looktest

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/intake"
	"huiyin/routing"
	"huiyin/rulebook"
)

const bureau casework.UnitCode = "d-linjiang-chengguan"

// finger is a tab whose clicks are counted: each is a real press at a place on the screen.
type finger struct {
	*tab
	clicks int
}

// click presses the middle of what the selector finds.
func (f *finger) click(selector string) {
	f.t.Helper()
	f.clicks++
	at := f.find(selector)
	f.do("click "+selector, chromedp.MouseClickXY(at[0], at[1]))
}

// follow presses what leads to another page, and waits for it.
func (f *finger) follow(selector string) {
	f.t.Helper()
	f.clicks++
	at := f.find(selector)
	ctx, cancel := context.WithTimeout(f.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, func(page.EventLoadEventFired) bool { return true }, chromedp.MouseClickXY(at[0], at[1])))
	f.must(err, "follow "+selector)
}

func (f *finger) find(selector string) []float64 {
	f.t.Helper()
	at := eval[[]float64](f.tab, `(e => { if (!e) return []; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })(document.querySelector(`+strconv.Quote(selector)+`))`)
	if len(at) != 2 {
		f.t.Fatalf("there is no %s on %s", selector, eval[string](f.tab, `location.pathname`))
	}
	return at
}

// atMost holds a job to the clicks that ux.md gives it.
func (f *finger) atMost(n int, job string) {
	f.t.Helper()
	f.t.Logf("%s: %d clicks", job, f.clicks)
	if f.clicks > n || f.clicks == 0 {
		f.t.Errorf("%s takes %d clicks, %d are allowed", job, f.clicks, n)
	}
	f.clicks = 0
}

// office brings the bureau its cases, by the town's own door and dispatch.
type office struct {
	*town
	desk *routing.Desk
	door *intake.Door
}

func (w *town) office(t *testing.T) *office {
	t.Helper()
	files, err := rulebook.Base(os.DirFS("../../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := rulebook.Read(files, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &office{
		town: w,
		desk: &routing.Desk{Docket: w.docket, City: rules.City, Terms: rules.Terms, Now: w.docket.Now},
		door: intake.New(intake.Settings{Docket: w.docket, City: rules.City, Terms: rules.Terms, Mailboxes: []string{mailbox}, Now: w.docket.Now, Log: slog.New(slog.DiscardHandler)}),
	}
}

// sent files a case and sends it to the bureau; with signed the bureau has taken it.
func (w *office) sent(t *testing.T, text string, signed bool) casework.CaseID {
	t.Helper()
	s, err := intake.Form{Nonce: rand.Text(), Text: text, Place: "临江区向阳街道东风路", Publish: true}.Submission()
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.door.File(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Dispatch(t.Context(), caseworktest.Clerk(), casework.Ref{ID: r.ID}, casework.Order{Lead: bureau}); err != nil {
		t.Fatal(err)
	}
	if signed {
		if err := w.docket.Sign(t.Context(), caseworktest.Worker(bureau), casework.Ref{ID: r.ID}); err != nil {
			t.Fatal(err)
		}
	}
	return r.ID
}

func (w *office) file(t *testing.T, id casework.CaseID) casework.Dossier {
	t.Helper()
	f, err := w.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestADepartmentsDay counts the clicks of the key jobs of a department, and takes the field page through a tunnel.
func TestADepartmentsDay(t *testing.T) {
	browser, w := chromium(t), newTown(t).office(t)
	chengguan := w.signIn(t, "chengguan")
	desk := func(t *testing.T, width int64) *finger {
		b := newTab(t, browser, w.base)
		b.cookies(chengguan)
		b.size(width)
		return &finger{tab: b}
	}
	t.Run("accept", func(t *testing.T) {
		id := w.sent(t, "路灯坏了三天。", false)
		f := desk(t, 1280)
		f.open("/inbox/" + id.String())
		f.follow(`form[action$="/signoff"] button`)
		f.atMost(1, "accept")
		if s := w.file(t, id).Case.State; s != casework.Signed {
			t.Errorf("%s", s)
		}
	})
	t.Run("answer", func(t *testing.T) {
		id := w.sent(t, "早市占道。", true)
		f := desk(t, 1280)
		f.open("/inbox/" + id.String())
		f.click(`[data-fill="#reply_text"]`)
		eval[bool](f.tab, `(a => { a.value = a.value.replaceAll("____", "11"); return true })(document.getElementById("reply_text"))`) // what the handler types in place
		f.follow(`form[action$="/reply"] button[type=submit]`)
		f.atMost(2, "standard text and answer")
		if s := w.file(t, id).Case.State; s != casework.Replied {
			t.Errorf("%s", s)
		}
	})
	t.Run("extension", func(t *testing.T) {
		id := w.sent(t, "广告牌松动。", true)
		f := desk(t, 1280)
		f.open("/inbox/" + id.String())
		f.click(`details:has(form[action$="/extend"]) > summary`)
		f.click(`#extend_reason`)
		f.do("type the reason", chromedp.KeyEvent("waiting for parts"))
		f.follow(`form[action$="/extend"] button[type=submit]`)
		f.atMost(3, "ask for more time")
		if p := w.file(t, id).Case.Pending; p != "extension" {
			t.Errorf("pending %q", p)
		}
	})
	t.Run("export", func(t *testing.T) {
		f := desk(t, 1280)
		f.open("/inbox")
		f.follow(`main a[href="/inbox/report"]`)
		kind := eval[string](f.tab, `fetch(document.querySelector('main a[href^="/inbox/report.xlsx"]').href).then(r => r.headers.get("Content-Type"))`)
		f.find(`main a[href^="/inbox/report.xlsx"]`)
		f.clicks++ // the press itself leaves no page behind: what it fetches was looked at
		f.atMost(2, "the month as a table")
		if !strings.Contains(kind, "spreadsheetml") {
			t.Errorf("the export is %q", kind)
		}
	})
	t.Run("subscribe", func(t *testing.T) {
		f := desk(t, 1280)
		f.open("/inbox/calendar")
		f.follow(`form[action$="/inbox/calendar/feed"] button`)
		f.atMost(1, "subscribe")
		address := eval[string](f.tab, `document.getElementById("feed-address").textContent.trim()`)
		if body := chengguan.get(strings.TrimPrefix(address, w.base)); !strings.HasPrefix(body, "BEGIN:VCALENDAR") {
			t.Errorf("%s answers %.40q", address, body)
		}
	})
	t.Run("field", func(t *testing.T) { theFieldWorksWithoutANetwork(t, desk(t, 360), w) })
	t.Run("too late", func(t *testing.T) { anAnswerThatComesTooLateIsKept(t, desk(t, 360), w) })
	t.Run("looks", func(t *testing.T) { theInboxFitsEveryReader(t, browser, w, chengguan) })
	t.Run("two hundred rows", func(t *testing.T) { twoHundredRowsStayLight(t, w, chengguan) })
}

// online says whether the telephone has a network.
func (b *tab) online(on bool) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	b.must(err, "watch the network")
	_, err = chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1}}})
	b.must(err, "cut or mend the network")
	_, err = chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
	b.must(err, "tell the browser")
}

// await waits until an expression is true.
func (b *tab) await(expression string) {
	b.t.Helper()
	if !eval[bool](b, `new Promise(done => { const end = Date.now() + 15000, look = () => (`+expression+`) ? done(true) : Date.now() > end ? done(false) : setTimeout(look, 100); look(); })`) {
		b.t.Fatalf("never: %s\n%s", expression, eval[string](b, `document.querySelector("main").innerText.slice(0, 600)`))
	}
}

const boxSays = `document.querySelector("[data-field-box] [role=status]").textContent`

// theFieldWorksWithoutANetwork takes a photo in a tunnel with three taps; it arrives once when the network is back.
func theFieldWorksWithoutANetwork(t *testing.T, f *finger, w *office) {
	id := w.sent(t, "井盖松动。", true)
	row := `li[data-case="` + id.String() + `"] `
	f.open("/m/inbox")
	f.online(false)
	f.click(row + "summary")
	f.clicks++ // the photo: the telephone's own camera takes it from here
	eval[bool](f.tab, `(async () => {
		const canvas = document.createElement("canvas"); canvas.width = canvas.height = 8; canvas.getContext("2d").fillRect(0, 0, 8, 8);
		const blob = await new Promise(done => canvas.toBlob(done, "image/jpeg"));
		const box = new DataTransfer(); box.items.add(new File([blob], "proof.jpg", {type: "image/jpeg"}));
		document.querySelector('`+row+`input[type=file]').files = box.files;
		return true;
	})()`)
	f.click(row + "button[name=done_how]")
	f.atMost(3, "photo and done")
	f.await(boxSays + `.includes("已存好 1 件")`)
	if n := len(w.file(t, id).Messages); n != 0 {
		t.Fatalf("%d entries without a network", n)
	}
	f.online(true)
	f.await(`document.querySelectorAll("[data-field-box] li").length === 0`)
	f.open("/m/inbox")
	f.await(`document.querySelector("[data-field-box]").hidden`)
	d := w.file(t, id)
	if len(d.Messages) != 1 || len(d.Files) != 1 || d.Messages[0].Purpose != "internal" {
		t.Errorf("%d entries with %d files", len(d.Messages), len(d.Files))
	}
}

// anAnswerThatComesTooLateIsKept: somebody else answers while the telephone is in the tunnel.
func anAnswerThatComesTooLateIsKept(t *testing.T, f *finger, w *office) {
	id := w.sent(t, "噪声扰民。", true)
	f.open("/m/inbox/" + id.String())
	f.online(false)
	f.do("write the answer", chromedp.SendKeys(`#done_text`, "已经劝离，并加派巡查。"))
	f.click(`button[name=done_how][value=reply]`)
	f.await(boxSays + `.includes("已存好 1 件")`)
	if err := w.docket.Reply(t.Context(), caseworktest.Chief(bureau), casework.Ref{ID: id}, casework.Reply{Text: "我先答复了。"}); err != nil {
		t.Fatal(err)
	}
	f.online(true)
	f.await(`document.querySelector("[data-field-box] [data-said]")?.textContent.includes("单位答复")`)
	if text := eval[string](f.tab, `document.querySelector("[data-field-box] [data-text]").textContent`); text != "已经劝离，并加派巡查。" {
		t.Errorf("the words kept are %q", text)
	}
	f.picture("field refused")
	f.click(`[data-field-box] li button`)
	f.await(`document.querySelector("[data-field-box]").hidden`)
	if n := len(w.file(t, id).Messages); n != 1 {
		t.Errorf("%d answers", n)
	}
}

// theInboxFitsEveryReader looks at the inbox in the sizes of type that staff can choose, and in the easy view.
func theInboxFitsEveryReader(t *testing.T, browser context.Context, w *office, who *caller) {
	id := w.sent(t, "工地半夜施工。", true)
	for _, look := range []string{"", "elder", "3"} {
		b := newTab(t, browser, w.base)
		b.cookies(who)
		if look != "" {
			b.cookie("hy_look", look)
		}
		langs := map[string][]string{"": {"zh-CN", "en"}, "elder": {"zh-CN"}, "3": {"en"}} // larger type in the language that needs more room, the easy view in the other
		for _, lang := range langs[look] {
			b.cookie("hy_lang", lang)
			for _, width := range []int64{360, 1280} {
				b.size(width)
				l := least{Target: 24, Type: 13}
				switch {
				case look == "elder":
					l = least{Target: 24, Type: 17}
				case look == "3":
					l = least{Target: 24, Type: 24}
				}
				if width < 640 {
					l.Target = 44
				}
				for _, path := range []string{"/inbox", "/inbox?view=hand&urgency=normal", "/inbox/" + id.String(), "/inbox/" + id.String() + "/sheet", "/m/inbox", "/m/inbox/" + id.String(), "/inbox/calendar", "/inbox/report"} {
					b.open(path)
					name := label("inbox", look, lang, width, anyID.ReplaceAllString(path, "case"))
					for _, c := range append(b.check(l), b.console()...) {
						t.Errorf("%s: %s", name, c)
					}
					b.picture(name)
				}
			}
		}
	}
}

// twoHundredRowsStayLight: a full page of the inbox is at most 60 kB as it travels.
func twoHundredRowsStayLight(t *testing.T, w *office, who *caller) {
	for range 200 {
		w.sent(t, "早市散了以后垃圾没人扫，天热味道很大，希望有人管一管。", false)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/inbox", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	begun := time.Now()
	res, err := who.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	packed, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	unpack, err := gzip.NewReader(strings.NewReader(string(packed)))
	if err != nil {
		t.Fatalf("the page does not travel packed: %v", err)
	}
	body, err := io.ReadAll(unpack)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Count(string(body), "data-case=")
	t.Logf("%d rows: %.1f kB, %v", rows, float64(len(packed))/1000, took)
	if rows != 200 || len(packed) > 60_000 || !strings.Contains(string(body), `rel="next"`) {
		t.Errorf("%d rows in %d bytes", rows, len(packed))
	}
}
