package resident

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/supervision"
)

// stale posts a form whose page was open too long.
func (b *browser) stale(path string, fields ...string) *browser {
	b.t.Helper()
	form := url.Values{"_token": {strings.Repeat("x", 48)}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	req := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

func TestAStaleFormComesBackAsItWasFilledIn(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	says := func(kept ...string) {
		t.Helper()
		if b.status != 403 {
			t.Errorf("answered by %d", b.status)
		}
		b.shows(append(kept, "页面开得太久", `name="_token"`)...)
	}
	b.stale("/report/1", "text", "楼道灯不亮")
	says("楼道灯不亮")
	b.upload("/report/1", map[string]string{"text": "楼道灯不亮"}).wants(303, "/report/2") // the form that came back works
	b.stale("/report/2", "place", "解放路八号", "district", "990101")
	says("解放路八号", `value="990101" checked`)
	b.post("/report/2", "place", "解放路八号").wants(303, "/report/3")
	b.stale("/report/3", "name", "林小舟", "phone", "138 0000 0009", "secret", "report")
	says("林小舟", "138 0000 0009", `value="report" checked`)
	b.post("/report/3").wants(303, "/report/done")
	code := codeIn.FindStringSubmatch(b.get("/report/done").body)[1]
	b.stale("/t/add", "text", "昨晚也没亮")
	says("昨晚也没亮")
	b.stale("/t/change", "text", "楼道灯一直不亮", "place", "解放路九号")
	says("楼道灯一直不亮", "解放路九号")
	b.stale("/t", "code", "ABCD-2345")
	says("ABCD-2345")
	id := o.caseOf(t, code)
	o.reply(t, id)
	b.stale("/rate/"+o.Docket.RatingLink(id, 1), "solved", "no", "satisfaction", "2", "text", "还是不亮")
	says("还是不亮", `value="no" checked`)

	form := url.Values{"_token": {"x"}, "text": {"别的网站写的"}}
	req := httptest.NewRequest("POST", "/report/1", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if b.do(req).hides("别的网站写的"); b.status != 403 {
		t.Errorf("another site's form is answered by %d", b.status)
	}
}

func TestTooManyFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1")
	for range 400 {
		if b.stale("/report/1", "text", "一样的话"); b.status == 429 {
			break
		}
	}
	if b.status != 429 || b.header.Get("Retry-After") == "" {
		t.Fatalf("the last of many is answered by %d", b.status)
	}
	b.shows("一样的话")
}

func TestAProgramThatFillsInEveryFieldIsStopped(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").shows(`name="website"`).upload("/report/1", map[string]string{"text": "买表请联系", "website": "https://spam.example"}).shows("应当留空", "买表请联系")
	if b.status != 422 {
		t.Errorf("answered by %d", b.status)
	}
}

func TestAClosedCaseSaysThatNothingCanBeAdded(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.file("", "树枝挡住路灯")
	b.get("/t/withdraw").post("/t/withdraw").wants(303, "/t")
	b.get("/t").shows("您已经撤回").hides(`action="/t/add"`)
	if b.post("/t/add", "text", "还有一句话").shows("还有一句话"); b.status < 400 {
		t.Errorf("an addition to a closed case is answered by %d", b.status)
	}
	b.get("/t/change").wants(303, "/t")
	b.get("/t").shows("不能再修改")
}

func TestAMatterOfOthersSaysWhomToCall(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "申请法院强制执行"))
	must(t, o.Docket.Decline(context.Background(), clerk(), casework.Ref{ID: id}, "legal_procedure", "请拨打法院服务热线 12368。"))
	b.get("/t").shows("不能受理", "12368")
}

func TestBeforeTheFormStandsHowLongAnswersTook(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").shows("一两分钟").hides("近三个月")
	var asked supervision.Period
	o.Figures = func(_ context.Context, p supervision.Period, _ supervision.Filter) (supervision.Board, error) {
		asked = p
		return supervision.Board{}, context.DeadlineExceeded
	}
	b.get("/report/1").shows("一两分钟").hides("近三个月")
	if asked.String() != "2026-08..2026-10" && (asked.From != 202608 || asked.To != 202610) {
		t.Errorf("asked for %v", asked)
	}
	for _, c := range []struct {
		w    waits
		want string
	}{{waits{Half: 3, Most: 9}, "一半的诉求 3 天内得到答复，九成 9 天内"}, {waits{Half: 2, Most: 2}, "一半的诉求 2 天内得到答复。"}, {waits{}, ""}} {
		got := reportView{Waits: c.w}.before(pageOf(t, o))
		if !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "近三个月") {
			t.Errorf("%+v: %q", c.w, got)
		}
	}
}

func TestSecrecyReportsAndOthersMatters(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	for _, c := range []struct {
		answer string
		secret bool
		kind   casework.Kind
	}{{"no", false, ""}, {"yes", true, ""}, {"report", true, casework.Report}} {
		b := o.browser(t)
		b.get("/report/1").upload("/report/1", map[string]string{"text": "工地半夜还在施工"})
		b.get("/report/2").post("/report/2", "place", "解放路").wants(303, "/report/3")
		b.get("/report/3").shows("举报公职人员", "12388").post("/report/3", "phone", "138 0000 0009", "publish", "yes", "secret", c.answer, "proxy", "楼下的张奶奶").wants(303, "/report/done")
		code := codeIn.FindStringSubmatch(b.get("/report/done").body)[1]
		k, err := o.Docket.Case(context.Background(), casework.System, o.caseOf(t, code))
		must(t, err)
		if k.Secret != c.secret || k.Publish == c.secret || c.kind != "" && k.Kind != c.kind {
			t.Errorf("%s: secret %v, public %v, %s", c.answer, k.Secret, k.Publish, k.Kind)
		}
		if !slices.Contains(k.Tags, proxyTag) {
			t.Errorf("tags: %q", k.Tags)
		}
		b.get("/t").shows("代他人反映：楼下的张奶奶")
	}
}

// whole sends a matter in one go, as the outbox does.
func (b *browser) whole(key string, fields map[string]string, pictures ...[]byte) *browser {
	b.t.Helper()
	token := tokenIn.FindStringSubmatch(b.get("/report/fresh").body)[1]
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	must(b.t, w.WriteField("_token", token))
	for k, v := range fields {
		must(b.t, w.WriteField(k, v))
	}
	for _, p := range pictures {
		f, err := w.CreateFormFile("photos", "lamp.png")
		must(b.t, err)
		_, err = f.Write(p)
		must(b.t, err)
	}
	must(b.t, w.Close())
	req := httptest.NewRequest("POST", "/report/whole", &buf)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Idempotency-Key", key)
	return b.do(req)
}

func (b *browser) receipt() (r wholeReceipt) {
	b.t.Helper()
	if err := json.Unmarshal([]byte(b.body), &r); err != nil || b.status != 200 || r.Code == "" {
		b.t.Fatalf("%d: %s", b.status, b.body)
	}
	return r
}

func TestTheSameMatterSentWholeAgainIsTheSameCase(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	key := "0d9f7a70-1111-4222-8333-c0ffee000001"
	fields := map[string]string{"text": "路灯不亮", "place": "解放路", "phone": "138 0000 0009", "publish": "yes", "secret": "no"}
	first := b.whole(key, fields, pixel).receipt()
	b.get("/report/done").shows(first.Code)
	other := o.browser(t) // the cookies are gone
	if again := other.whole(key, fields, pixel).receipt(); again != first {
		t.Errorf("%+v and %+v", first, again)
	}
	if n := o.cases(t); n != 1 {
		t.Errorf("%d cases", n)
	}
	for name, wrong := range map[string]map[string]string{"text": {"text": " ", "place": "x"}, "place": {"text": "路灯不亮", "place": ""}, "phone": {"text": "路灯不亮", "place": "x", "phone": "12"}} {
		b.whole("0d9f7a70-1111-4222-8333-c0ffee00000"+"2"+name, wrong)
		var r refusal
		if err := json.Unmarshal([]byte(b.body), &r); err != nil || b.status != 422 || len(r.Errors) == 0 || r.Errors[0].Field != name || r.Errors[0].Text == "" {
			t.Errorf("%s: %d %s", name, b.status, b.body)
		}
	}
	if b.whole("short", fields); b.status != 422 {
		t.Errorf("a key that can be guessed is answered by %d", b.status)
	}
}

func TestTheLastStepSentWholeTakesTheRestFromTheDraft(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "井盖松动"}, pixel)
	b.get("/report/2").post("/report/2", "place", "解放路八号")
	key := handle(b.cookies[draftCookie])
	b.get("/report/3").shows(`name="draft" value="` + key + `"`).hides(b.cookies[draftCookie])
	first := b.whole(key, map[string]string{"phone": "138 0000 0009", "publish": "no", "secret": "no"}).receipt()
	f, err := o.Docket.Dossier(context.Background(), casework.System, o.caseOf(t, first.Code))
	must(t, err)
	if len(f.Files) != 1 || !strings.Contains(f.Case.Place, "解放路") {
		t.Errorf("%d photos, at %q", len(f.Files), f.Case.Place)
	}
	if b.whole(key, map[string]string{"phone": ""}).receipt().Code != first.Code {
		t.Error("sent again it has another code")
	}
	b.get("/report/3").wants(303, "/report/done")
	o.now = o.now.Add(8 * 24 * time.Hour) // the draft is gone: the words must come with it
	if b.whole(strings.Repeat("a", 32), map[string]string{"phone": ""}); b.status != 422 {
		t.Errorf("a matter without words is answered by %d", b.status)
	}
}

func TestAPhotoIsSentAloneAndOnce(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	send := func(key string, data []byte) *browser {
		t.Helper()
		return b.get("/report/1").upload("/report/photo", map[string]string{"_key": key}, data)
	}
	key := "0d9f7a70-1111-4222-8333-c0ffee000001"
	for range 2 {
		if send(key, pixel); b.status != 200 || strings.Count(b.body, `"id"`) != 1 || !strings.Contains(b.body, key) {
			t.Fatalf("%d %s", b.status, b.body)
		}
	}
	if send("0d9f7a70-1111-4222-8333-c0ffee000002", []byte("MZ not a picture")).shows("不是照片"); b.status != 422 {
		t.Errorf("a program is answered by %d", b.status)
	}
	if send("0d9f7a70-1111-4222-8333-c0ffee000003", append(slices.Clone(pixel), make([]byte, casework.MaxFile)...)).shows("超过 10 MB"); b.status != 422 {
		t.Errorf("a large photo is answered by %d", b.status)
	}
	b.get("/report/1").shows("照片 1").upload("/report/1", map[string]string{"text": "井盖松动"}).wants(303, "/report/2")
	b.get("/report").shows("井盖松动", "1 张")
}
