package dossier_test

import (
	"bytes"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
)

var feedAddress = regexp.MustCompile(`https://linlan\.example(/calendar/[A-Za-z0-9_-]{43}\.ics)`)

func TestLimitsStandInTheCalendarOnTheirDay(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	due := h.read(id).UnitDue.In(h.now.Location())
	day := due.Add(-time.Second)
	b := h.worker(urban)
	b.get("/inbox/calendar").wants(t, 200, "2026年11月", "/inbox/"+id.String(), "今天")
	b.get("/inbox/calendar?week="+day.Format(time.DateOnly)).wants(t, 200, "/inbox/"+id.String(), "休息日")
	b.get("/inbox/calendar?week=2026-12-30").lacks(t, "/inbox/"+id.String())
	b.get("/inbox/calendar?month=2026-10").wants(t, 200, "国庆节", "调休上班")
	for _, strange := range []string{"?month=0001-01", "?week=9999-12-31", "?month=x", "?week=%00"} {
		b.get("/inbox/calendar"+strange).wants(t, 200, "2026年11月")
	}
	h.worker(homes).get("/inbox/calendar").lacks(t, id.String())
	h.clerk().get("/inbox/calendar").wants(t, 403)
}

func TestAFeedTellsLimitsAndNoWordsAndCanBeEnded(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	page := b.post("/inbox/calendar/feed", nil)
	page.wants(t, 200, "只显示这一次")
	first := feedAddress.FindStringSubmatch(page.Body)
	if first == nil {
		t.Fatal("no address")
	}
	again := b.get("/inbox/calendar")
	again.wants(t, 200, "换一个新地址")
	again.lacks(t, first[1])
	outside := h.browser()
	file := outside.get(first[1])
	text := strings.ReplaceAll(file.Body, "\r\n ", "")
	if file.Status != 200 || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/calendar") || file.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", file.Status, file.Header)
	}
	for _, want := range []string{"BEGIN:VEVENT\r\n", h.read(id).Number, "URL:https://linlan.example/inbox/" + id.String(), "DTEND:" + h.read(id).UnitDue.UTC().Format("20060102T150405Z")} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the feed:\n%s", want, text)
		}
	}
	for _, secret := range []string{"摊贩", "东风路", phone, person} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the feed", secret)
		}
	}
	var kept int
	if err := h.pool.QueryRow(t.Context(), `select count(*) from calendar_feed where encode(token_hash, 'escape') like '%' || $1 || '%'`, strings.TrimSuffix(strings.TrimPrefix(first[1], "/calendar/"), ".ics")).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("the address stands in the database: %d %v", kept, err)
	}

	second := feedAddress.FindStringSubmatch(b.post("/inbox/calendar/feed", nil).Body)
	outside.get(first[1]).wants(t, 404)
	outside.get(second[1]).wants(t, 200)
	if _, err := h.pool.Exec(t.Context(), `update account set disabled_at = $1 where unit = $2`, h.now, urban); err != nil {
		t.Fatal(err)
	}
	outside.get(second[1]).wants(t, 404)
	if _, err := h.pool.Exec(t.Context(), `update account set disabled_at = null`); err != nil {
		t.Fatal(err)
	}
	b.post("/inbox/calendar/feed/end", nil).leads(t, "/inbox/calendar")
	outside.get(second[1]).wants(t, 404)
	outside.get("/calendar/x.ics").wants(t, 404)
}

func TestTheCountsBesideTheViewsAreExact(t *testing.T) {
	h := newHouse(t)
	h.desk.Terms.Policy.Pause.Allowed = true
	signed, late, paused := h.sent(urban, nil), h.sent(urban, nil), h.sent(urban, nil)
	b := h.worker(urban)
	for _, id := range []casework.CaseID{signed, paused} {
		b.act("/inbox/", id, "signoff", nil)
	}
	b.act("/inbox/", paused, "begin", nil)
	b.act("/inbox/", paused, "pause", url.Values{"pause_reason": {"请补充照片"}})
	h.now = h.read(late).UnitDue.Add(time.Hour)
	b = h.again("worker-" + string(urban))
	h.sent(urban, nil)
	n, err := h.docket.Desk(t.Context(), caseworktest.Worker(urban), h.now, h.now.Add(12*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n.Open != 4 || n.Sign != 2 || n.Hand != 1 || n.Waiting != 1 || n.Late != 3 {
		t.Errorf("%+v", n)
	}
	for _, view := range []string{"open", "late", "sign", "hand", "waiting", "today"} {
		page := b.get("/inbox?view=" + view)
		m := regexp.MustCompile(`aria-current="[a-z]+">[^<]*<span class="hy-count[^"]*">(\d+)</span>`).FindStringSubmatch(page.Body)
		if m == nil || m[1] != itoa(strings.Count(page.Body, `<th scope="row">`)) && !(m[1] == "0" && !strings.Contains(page.Body, `<th scope="row">`)) {
			t.Errorf("%s: the pill says %v, the list has %d", view, m, strings.Count(page.Body, `<th scope="row">`))
		}
	}
}

func TestAUnitsReportCanBeTakenAway(t *testing.T) {
	h := newHouse(t)
	h.sent(urban, nil)
	b := h.worker(urban)
	b.get("/inbox/report").wants(t, 200, "响应率", "解决率", "满意率", "2026年11月")
	b.get("/inbox/report?month=2026-10").wants(t, 200, "2026年10月")
	b.get("/inbox/report?month=x").wants(t, 422)
	file := b.get("/inbox/report.xlsx")
	file.wants(t, 200)
	book, err := excelize.OpenReader(strings.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) < 10 || rows[1][1] != "2026-11" || !strings.Contains(rows[1][7], "@") {
		t.Errorf("%v %v", rows, err)
	}
	csv := b.get("/inbox/report.csv")
	if lines := strings.Split(strings.TrimSpace(csv.Body), "\n"); csv.Status != 200 || len(lines) != len(rows) || !strings.HasPrefix(csv.Body, "\ufeff") {
		t.Errorf("%d, %d lines, %d rows", csv.Status, len(lines), len(rows))
	}
	h.clerk().get("/inbox/report").wants(t, 403)
}

func TestThePaperOfACaseLeadsBackToItAndSaysNothingElse(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.get("/inbox/"+id.String()+"/sheet").wants(t, 200, "/inbox/"+id.String()+"/qr.png", "二维码里只有链接")
	pic := b.get("/inbox/" + id.String() + "/qr.png")
	if _, err := png.Decode(strings.NewReader(pic.Body)); err != nil || pic.Header.Get("Cache-Control") != "no-store" {
		t.Error(err, pic.Header)
	}
	h.worker(homes).get("/inbox/"+id.String()+"/qr.png").wants(t, 404)
}

func TestInTheFieldAPhotoIsEnough(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.get("/m/inbox").wants(t, 200, "/m/inbox/"+id.String())
	shown := b.get("/m/inbox/" + id.String())
	shown.wants(t, 200, "签收", "向阳街道")
	shown.lacks(t, phone, person)
	b.act("/m/inbox/", id, "signoff", nil).leads(t, "/m/inbox/"+id.String())
	b.get("/m/inbox/"+id.String()).wants(t, 200, "办好了，存照片", "答复并办结")
	b.act("/m/inbox/", id, "done", url.Values{"done_how": {"proof"}}).wants(t, 422, "请拍一张照片")
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0}, 64)...)
	form := url.Values{"version": {itoa(h.read(id).Version)}, "done_how": {"proof"}}
	b.upload("/m/inbox/"+id.String()+"/done", form, "done_files", "after.png", picture).leads(t, "/m/inbox/"+id.String())
	if c := h.read(id); c.Files != 1 || c.State != casework.Signed {
		t.Errorf("%s with %d files", c.State, c.Files)
	}
	b.act("/m/inbox/", id, "done", url.Values{"done_how": {"reply"}, "done_text": {" "}}).wants(t, 422)
	b.act("/m/inbox/", id, "done", url.Values{"version": {"1"}, "done_how": {"reply"}, "done_text": {"我写的答复"}}).wants(t, 409, "我写的答复")
	b.act("/m/inbox/", id, "done", url.Values{"done_how": {"reply"}, "done_text": {"已清理。"}}).leads(t, "/m/inbox")
	if h.read(id).State != casework.Replied {
		t.Errorf("%s", h.read(id).State)
	}
	b.get("/m/inbox").wants(t, 200, "没有待办")
	other := h.worker(homes)
	other.get("/m/inbox/"+id.String()).wants(t, 404)
	other.act("/m/inbox/", id, "done", url.Values{"done_how": {"proof"}, "done_text": {"x"}}).wants(t, 404)
}

func TestAFormSentAfterTheSessionEndedLeadsBackToItsPage(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.get("/inbox/" + id.String())
	if _, err := h.pool.Exec(t.Context(), `delete from session`); err != nil {
		t.Fatal(err)
	}
	page := "/inbox/" + id.String()
	b.act("/inbox/", id, "signoff", nil).leads(t, "/login?kept=1&next="+url.QueryEscape(page))
	b.post("/inbox/chosen", nil).leads(t, "/login?kept=1&next=%2Finbox")
	b.get("/login?kept=1&next="+url.QueryEscape(page)).wants(t, 200, "登录已过期", `name="next" value="`+page+`"`)
	b.post("/login", url.Values{"login": {"x"}, "password": {"y"}, "next": {page}, "kept": {"1"}}).wants(t, 401, "登录已过期", page)
	if h.read(id).State != casework.Dispatched {
		t.Error("the act was done")
	}
}

func TestAnAnswerThatCameTooLateIsComparedAndKept(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil)
	stale := itoa(h.read(id).Version)
	colleague := h.as("colleague", urban, casework.Handler)
	colleague.act("/inbox/", id, "reply", url.Values{"reply_text": {"已到现场。已清理油污。"}}).leads(t, "/inbox")
	for path, form := range map[string]url.Values{
		"/inbox/":   {"version": {stale}, "reply_text": {"已到现场。摊贩已劝离。"}},
		"/m/inbox/": {"version": {stale}, "done_how": {"reply"}, "done_text": {"已到现场。摊贩已劝离。"}},
	} {
		act := "reply"
		if path == "/m/inbox/" {
			act = "done"
		}
		a := b.act(path, id, act, form)
		a.wants(t, 409, "摊贩已劝离。</ins>", "已清理油污。</del>", "已到现场。摊贩已劝离。")
		a.lacks(t, "data-draft-clear")
	}
	b.get("/inbox/"+id.String()).wants(t, 200, "data-draft-clear")
}
