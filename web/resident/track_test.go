package resident

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
)

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	code := o.browser(t).file("", "公交站牌倒了")
	flat := strings.ReplaceAll(code, "-", "")
	for _, typed := range []string{code, strings.ToLower(code), flat, " " + flat[:2] + " " + flat[2:] + " ", flat[:4] + "－" + strings.ToLower(flat[4:])} {
		b := o.browser(t)
		b.get("/t").post("/t", "code", typed).wants(303, "/t")
		b.get("/t").shows("公交站牌倒了")
	}
	b := o.browser(t)
	b.get("/t/"+strings.ToLower(flat)).wants(303, "/t")
	b.get("/en/t/"+code).wants(303, "/en/t")
	b.get("/t/"+code+"/access").wants(303, "/t/access")
	if b.header.Get("Cache-Control") != "no-store" || b.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the address with the code may be kept: %v", b.header)
	}
}

func TestWrongCodesMustWait(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	code := o.browser(t).file("", "公交站牌倒了")
	b := o.browser(t)
	for range 3 { // not codes at all: they cost nothing
		if b.get("/t").post("/t", "code", "0000-OOOO").shows("0、O、1、I"); b.status != 422 {
			t.Fatalf("answered by %d", b.status)
		}
	}
	for i := range 5 {
		b.get("/t/2222-333" + string("23456"[i]))
		if b.shows("没有找到这个查询码"); b.status != 404 {
			t.Fatalf("try %d is answered by %d", i, b.status)
		}
	}
	if b.get("/t/" + code); b.status != 429 || b.header.Get("Retry-After") == "" {
		t.Fatalf("the sixth try is answered by %d", b.status)
	}
	b.shows("请等", `name="code"`)
	o.now = o.now.Add(2*time.Minute + time.Second)
	b.get("/t/"+code).wants(303, "/t")
}

func TestTheResidentSeesStepsAndNothingFromInside(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	code := b.file("", "流动摊贩占道，电话 13800000009")
	id := o.caseOf(t, code)
	ctx, ref := context.Background(), casework.Ref{ID: id}
	b.get("/t").shows("已经收到，热线正在看", "修改内容", "撤回这件事")
	must(t, o.Desk.Dispatch(ctx, clerk(), ref, casework.Order{Lead: lead, Advice: "给单位的话"}))
	must(t, o.Docket.Sign(ctx, worker(), ref))
	must(t, o.Docket.Contact(ctx, worker(), ref, casework.ContactResult{Means: "phone", Reached: true, Note: "电话里说的话"}))
	must(t, o.Docket.Record(ctx, worker(), ref, "明天联合检查", true, nil))
	must(t, o.Docket.Record(ctx, worker(), ref, "内部意见", false, []casework.Attachment{{Name: "inside.png", Type: "image/png", Data: pixel}}))
	o.now = o.now.Add(time.Minute)
	must(t, o.Docket.Pause(ctx, worker(), ref, "请告诉我们摊位的位置"))
	b.get("/t").shows("派给临澜市城市管理局", "签收了", "联系了您", "明天联合检查", "请告诉我们摊位的位置", "等您补充").hides("内部意见", "电话里说的话", "给单位的话", "/t/file/")
	b.upload("/t/add", map[string]string{"text": "就在东门左边", "_key": "key-0001"}, pixel).wants(303, "/t")
	b.upload("/t/add", map[string]string{"text": "就在东门左边", "_key": "key-0001"}, pixel).wants(303, "/t")
	b.get("/t").shows("正在办理", "就在东门左边", "/t/file/")
	if n := strings.Count(b.body, "就在东门左边"); n != 1 {
		t.Errorf("the addition stands there %d times", n)
	}
	file := regexp.MustCompile(`/t/file/[0-9a-f-]{36}`).FindString(b.body)
	if b.get(file); b.status != 200 || b.body != string(pixel) || b.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the picture: %d, %d bytes", b.status, len(b.body))
	}
	if o.browser(t).get(file).status != 404 {
		t.Error("a stranger reads the picture")
	}
	inside, err := o.Docket.Dossier(ctx, casework.System, id)
	must(t, err)
	for _, f := range inside.Files {
		if f.ByUnit == lead && b.get("/t/file/"+f.ID.String()).status != 404 {
			t.Error("the file of an internal note can be read")
		}
	}
	b.get("/t").post("/t/urge")
	if b.status != 409 {
		t.Errorf("haste before the date is answered by %d", b.status)
	}
	o.now = o.now.Add(30 * 24 * time.Hour)
	b.get("/t").wants(200, "")
	b.get("/t/"+code).wants(303, "/t")
	b.get("/t").shows("已超", "催一下").post("/t/urge").wants(303, "/t")
	b.get("/t").shows("催了一下")
}

func TestTenMinutesToChangeAndWithdraw(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "写错了地方"))
	b.get("/t/change").shows("写错了地方").post("/t/change", "text", "", "place", "钟楼").shows("钟楼", `href="#text"`)
	b.post("/t/change", "text", "改好了，林小舟", "place", "钟楼街道").wants(303, "/t")
	b.get("/t").shows("改好了，林小舟", "钟楼街道").hides("写错了地方")
	c, err := o.Docket.Case(context.Background(), casework.System, id)
	must(t, err)
	if strings.Contains(c.Body, "林小舟") || !strings.Contains(c.Body, "改好了") {
		t.Errorf("staff see %q", c.Body)
	}
	o.now = o.now.Add(11 * time.Minute)
	b.get("/t/change").wants(303, "/t")
	if b.get("/t").post("/t/change", "text", "太晚了", "place", ""); b.status != 409 {
		t.Errorf("a late change is answered by %d", b.status)
	}
	b.get("/t/withdraw").shows("确定撤回").post("/t/withdraw").wants(303, "/t")
	b.get("/t").shows("您已经撤回").hides("补充情况", "撤回这件事")
}

func TestEveryUseShowsAtOnce(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	code := b.file("", "流动摊贩占道")
	id := o.caseOf(t, code)
	b.get("/t/access").shows("还没有人看过", "138", "@example.org").hides("13800000009", "林小舟", "lin@")
	_, err := o.Docket.Reveal(context.Background(), clerk(), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForTriage, Basis: casework.BasisDuty})
	must(t, err)
	b.get("/t/access").shows("看过、用过 1 次", "12345 热线", "话务员", "受理和派单", "第十三条", "电话号码")
	b.get("/en/t/access").shows("Looked at or used once")
	if found := bareText.FindString(plain(b.body)); found != "" {
		t.Errorf("a text is missing: %s", found)
	}

	type answer struct {
		TotalUsages int `json:"totalUsages"`
		Usages      []struct {
			Logtime, Action, ReceiverCode, ReceiverName, ReceiverSystem string
		} `json:"usages"`
	}
	ask := func(auth, query string) (int, answer) {
		req := httptest.NewRequest("GET", "/data-tracker/v1/findUsage"+query, nil)
		if auth != "" {
			req.Header.Set("Authorization", auth)
		}
		stranger := o.browser(t).do(req)
		var a answer
		_ = json.Unmarshal([]byte(stranger.body), &a)
		return stranger.status, a
	}
	if status, a := ask("Bearer "+strings.ToLower(code), ""); status != 200 || a.TotalUsages != 1 || a.Usages[0].ReceiverCode != "hotline" || !strings.Contains(a.Usages[0].Action, "电话号码") {
		t.Errorf("%d %+v", status, a)
	}
	if status, a := ask("Bearer "+code, "?periodEnd=2026-11-01"); status != 200 || a.TotalUsages != 0 || a.Usages == nil {
		t.Errorf("before the first use: %d %+v", status, a)
	}
	if status, a := ask("Bearer "+code, "?periodStart=2026-11-02&periodEnd=2026-11-02&limit=1&offset=1"); status != 200 || a.TotalUsages != 1 || len(a.Usages) != 0 {
		t.Errorf("beyond the last use: %d %+v", status, a)
	}
	for auth, want := range map[string]int{"": 401, "Bearer 2222-2222": 401, "Bearer nonsense": 401} {
		if status, _ := ask(auth, ""); status != want {
			t.Errorf("%q is answered by %d", auth, status)
		}
	}
	if status, _ := ask("Bearer "+code, "?limit=-1"); status != 422 {
		t.Errorf("a wrong limit is answered by %d", status)
	}
	if b.get("/data-tracker/v1/findUsage").shows(`"totalUsages":1`); b.status != 200 {
		t.Errorf("the browser that entered the code is answered by %d", b.status)
	}
}

func TestErasedDataIsSaidToBeGone(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "很久以前的事"))
	must(t, o.Docket.Erase(context.Background(), casework.System, id, casework.Erasure{Reason: "retention"}))
	b.get("/t").wants(200, "").shows("已经按规定销毁").hides("很久以前的事")
	b.get("/t/access").wants(200, "").shows("都已经销毁")
}

var titleIn = regexp.MustCompile(`(?s)<title>(.*?)</title>`)

func TestSecretsStandInNoTitleNoLogAndOnNoOtherPage(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	code := b.file("", "林小舟反映噪音，电话 13800000009")
	id := o.caseOf(t, code)
	o.reply(t, id)
	token := o.Docket.RatingLink(id, 1)
	secrets := []string{code, strings.ReplaceAll(code, "-", ""), "林小舟", "13800000009", "138 0000 0009", "lin@example.org", token, id.String()}
	check := func(where, text string, list []string) {
		for _, s := range list {
			if strings.Contains(text, s) {
				t.Errorf("%s holds %q", where, s)
			}
		}
	}
	for _, path := range []string{"/report", "/report/1", "/report/done", "/t", "/t/access", "/t/withdraw", "/rate/" + token, "/t/" + code} {
		if m := titleIn.FindStringSubmatch(b.get(path).body); m != nil {
			check("the title of "+path, m[1], secrets)
		}
	}
	stranger := o.browser(t)
	for _, path := range []string{"/", "/report", "/report/1", "/report/done", "/report/qr.png", "/t", "/t/access", "/t/change", "/privacy"} {
		check(path+" of a stranger", stranger.get(path).body, secrets)
	}
	stranger.get("/t/ABCD-2345")
	check("the page for a wrong code", regexp.MustCompile(`(href|content)="[^"]*"`).FindString(stranger.body), []string{"ABCD-2345"})
	stranger.get("/rate/" + token)
	check("the rating page", stranger.body, []string{code, "林小舟", "13800000009", "lin@example.org"})
	check("the log", o.log.String(), []string{code, strings.ReplaceAll(code, "-", ""), "林小舟", "13800000009", "lin@example.org", token, "ABCD-2345"})
	for name, value := range b.cookies {
		check("the cookie "+name, value, secrets)
	}
}

func TestOnlyAConsentThatWasGivenCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	for consent, shown := range map[string]bool{"yes": true, "no": false} {
		b := o.browser(t)
		code := b.whole("0d9f7a70-2222-4222-8333-c0ffee000"+consent, map[string]string{"text": "路灯不亮", "place": "解放路", "phone": "138 0000 0009", "publish": consent, "secret": "no"}).receipt().Code
		b.get("/t/"+code).wants(303, "/t")
		b.get("/t/rights").shows("kind=copy")
		if strings.Contains(b.body, "kind=withdraw") != shown {
			t.Errorf("consent %s: offered to withdraw: %t", consent, !shown)
		}
	}
}
