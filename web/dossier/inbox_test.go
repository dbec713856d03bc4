package dossier_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/intake"
)

func TestAUnitSeesItsOwnCasesAndNoOthers(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	ours, theirs, clerk := h.worker(urban), h.worker(homes), h.clerk()
	ours.get("/inbox/"+id.String()).wants(t, 200, h.read(id).Number)
	above := h.as("above", "d-linjiang", casework.Liaison)
	above.get("/inbox/"+id.String()).wants(t, 200)
	for path, form := range map[string]url.Values{"/signoff": nil, "/reply": {"reply_text": {"不是我们的"}}, "/record": {"record_text": {"偷看"}}} {
		theirs.act("/inbox/", id, strings.TrimPrefix(path, "/"), form).wants(t, 404)
	}
	theirs.get("/inbox/"+id.String()).wants(t, 404)
	theirs.get("/inbox/"+id.String()+"/sheet").wants(t, 404)
	theirs.post("/inbox/"+id.String()+"/reveal", url.Values{"what": {"contact"}, "purpose": {"handling"}}).wants(t, 404)
	theirs.get("/inbox").wants(t, 200, "没有待办")
	ours.get("/console").wants(t, 403)
	clerk.get("/inbox").wants(t, 403)
	ours.get("/inbox/not-a-case").wants(t, 404)
	h.browser().get("/inbox").leads(t, "/login?next=%2Finbox")
}

func TestAUnitSignsContactsAndReplies(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.get("/inbox?view=sign").wants(t, 200, "签收选中的诉求", h.read(id).Number)
	b.act("/inbox/", id, "signoff", nil).leads(t, "/inbox/"+id.String())
	b.act("/inbox/", id, "contact", url.Values{"contact_means": {"phone"}}).wants(t, 422, "请选择一个答案")
	b.act("/inbox/", id, "contact", url.Values{"contact_means": {"phone"}, "contact_reached": {"no"}, "contact_note": {"无人接听"}}).leads(t, "/inbox/"+id.String())
	if h.read(id).State != casework.Signed {
		t.Error("an attempt that failed counts as contact")
	}
	b.act("/inbox/", id, "contact", url.Values{"contact_means": {"visit"}, "contact_reached": {"yes"}}).leads(t, "/inbox/"+id.String())
	b.act("/inbox/", id, "record", url.Values{"record_to": {"unit"}, "record_text": {"内部看法"}}).leads(t, "/inbox/"+id.String())
	b.get("/inbox/"+id.String()+"?text=1").wants(t, 200, "已于____月____日处理完毕")
	b.act("/inbox/", id, "reply", url.Values{"reply_text": {""}}).wants(t, 422, "请写明答复的内容")
	form := url.Values{"version": {"1"}, "reply_text": {"已清理并加派巡查。"}}
	b.act("/inbox/", id, "reply", form).wants(t, 409, "已清理并加派巡查。", "记录进展")
	form.Set("version", "")
	form.Del("version")
	b.token = ""
	form.Set("version", itoa(h.read(id).Version))
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)
	b.upload("/inbox/"+id.String()+"/reply", form, "reply_files", `C:\photos\after.png`, png).leads(t, "/inbox")
	c := h.read(id)
	if c.State != casework.Replied || c.Files != 1 {
		t.Fatalf("%s with %d files", c.State, c.Files)
	}
	f, err := h.docket.Dossier(t.Context(), casework.Resident(id), id)
	if err != nil {
		t.Fatal(err)
	}
	if f.Files[0].Type != "image/png" || f.Files[0].ByUnit != urban {
		t.Errorf("%+v", f.Files[0])
	}
	for _, m := range f.Messages {
		if strings.Contains(m.Body, "内部看法") || strings.Contains(m.Body, "无人接听") {
			t.Error("the resident reads an internal note")
		}
	}
	b.get("/inbox?view=answered").wants(t, 200, c.Number)
	shown := b.post("/inbox/"+id.String()+"/reveal", url.Values{"what": {"files"}, "purpose": {"handling"}})
	shown.wants(t, 200)
	src := regexp.MustCompile(`img src="([^"]+)"`).FindStringSubmatch(shown.Body)
	if src == nil {
		t.Fatal("no picture")
	}
	picture := b.get(strings.ReplaceAll(src[1], "&amp;", "&"))
	if picture.Status != 200 || picture.Header.Get("Content-Type") != "image/png" || picture.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", picture.Status, picture.Header)
	}
}

func itoa(n int) string {
	return string(regexp.MustCompile(`^0+`).ReplaceAll([]byte{byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)}, nil))
}

func TestManyAreSignedAtOnceAndAStaleOneStopsNoOther(t *testing.T) {
	h := newHouse(t)
	first, second := h.sent(urban, nil), h.sent(urban, nil)
	b := h.worker(urban)
	b.post("/inbox/chosen", url.Values{"back": {"//evil.example"}}).leads(t, "/inbox")
	a := b.post("/inbox/chosen", url.Values{"back": {"/inbox?view=sign"}, "case": {first.String() + ":1", second.String() + ":" + itoa(h.read(second).Version), "x:y"}})
	a.leads(t, "/inbox?view=sign")
	if h.read(first).State != casework.Dispatched || h.read(second).State != casework.Signed {
		t.Errorf("%s, %s", h.read(first).State, h.read(second).State)
	}
	b.get("/inbox").wants(t, 200, "有的诉求没有签收")
}

func TestOnlyTheLeaderGrantsMoreTimeAndThePromiseStands(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b, leader := h.worker(urban), h.as("leader", urban, casework.Leader)
	b.act("/inbox/", id, "signoff", nil)
	before := h.read(id)
	b.get("/inbox/"+id.String()).wants(t, 200, "3 个工作日，到 ")
	b.act("/inbox/", id, "extend", url.Values{"extend_days": {"99"}, "extend_reason": {"等上级批复下来"}}).wants(t, 422, "等上级批复下来")
	b.act("/inbox/", id, "extend", url.Values{"extend_days": {"3"}, "extend_reason": {"。"}}).wants(t, 422, "请写一句完整的话")
	b.act("/inbox/", id, "extend", url.Values{"extend_days": {"3"}, "extend_reason": {"等材料"}}).wants(t, 422, "请写一句完整的话", "等材料")
	b.act("/inbox/", id, "extend", url.Values{"extend_days": {"3"}, "extend_reason": {"等检测报告出来"}}).leads(t, "/inbox/"+id.String())
	b.get("/inbox?view=asked").wants(t, 200, before.Number)
	b.get("/inbox/"+id.String()).lacks(t, "approve_granted")
	b.act("/inbox/", id, "approve", url.Values{"approve_granted": {"yes"}}).wants(t, 403)
	leader.get("/inbox/"+id.String()).wants(t, 200, "approve_granted", "等检测报告出来")
	leader.act("/inbox/", id, "approve", url.Values{"approve_granted": {"no"}}).wants(t, 422, "请选择或写明理由")
	leader.act("/inbox/", id, "approve", url.Values{"approve_granted": {"yes"}}).leads(t, "/inbox/"+id.String())
	after := h.read(id)
	if !after.UnitDue.After(*before.UnitDue) || !after.Due.Equal(before.Due) {
		t.Errorf("the unit's limit %v, then %v; the promise %v, then %v", before.UnitDue, after.UnitDue, before.Due, after.Due)
	}
	b.act("/inbox/", id, "extend", url.Values{"extend_days": {"1"}, "extend_reason": {"还要等一份报告"}}).leads(t, "/inbox/"+id.String())
	leader.get("/inbox/"+id.String()).lacks(t, "approve_granted")
	clerk := h.clerk()
	clerk.get("/console/list?view=asked").wants(t, 200, before.Number)
	clerk.act("/console/case/", id, "extension", url.Values{"extension_granted": {"no"}, "extension_decision": {"请尽快办理"}}).leads(t, "/console/case/"+id.String())
}

func TestAReturnIsDecidedByTheHotline(t *testing.T) {
	h := newHouse(t)
	clerk, b := h.clerk(), h.worker(urban)
	id := h.sent(urban, nil)
	b.act("/inbox/", id, "return", url.Values{"return_code": {"R1"}, "return_reason": {"不归我们管"}}).wants(t, 422, "请写明依据", "不归我们管")
	full := url.Values{"return_code": {"R1"}, "return_reason": {"不归我们管"}, "return_basis": {"权责清单第 3 项"}, "return_unit": {string(homes)}}
	b.act("/inbox/", id, "return", full).leads(t, "/inbox")
	clerk.get("/console/case/"+id.String()).wants(t, 200, "不归我们管", "权责清单第 3 项", "临江区住房和城乡建设局")
	clerk.act("/console/case/", id, "return", url.Values{"return_granted": {"no"}}).wants(t, 422)
	clerk.act("/console/case/", id, "return", url.Values{"return_granted": {"yes"}}).leads(t, "/console/case/"+id.String())
	back := clerk.get("/console?returned=1")
	back.wants(t, 200, h.read(id).Number, "退回")
	if regexp.MustCompile(`name="dispatch_unit"[^>]*checked`).MatchString(back.Body) {
		t.Error("the unit that returned it stands ready again")
	}
	b.get("/inbox/"+id.String()).wants(t, 404)
}

func TestReviewRedoAndCallBack(t *testing.T) {
	h := newHouse(t)
	clerk, b, caller := h.clerk(), h.worker(urban), h.as("caller", casework.Hotline, casework.Callback)
	id := h.sent(urban, nil)
	work := func() {
		b.act("/inbox/", id, "signoff", nil).leads(t, "/inbox/"+id.String())
		b.act("/inbox/", id, "reply", url.Values{"reply_text": {"已办。"}}).leads(t, "/inbox")
	}
	work()
	total := h.read(id).Due
	clerk.get("/console/case/"+id.String()).wants(t, 200, "已办。", "审核通过")
	clerk.act("/console/case/", id, "redo", url.Values{"redo_reason": {""}}).wants(t, 422)
	clerk.act("/console/case/", id, "redo", url.Values{"redo_reason": {"没有说明怎么办的"}}).leads(t, "/console/case/"+id.String())
	if c := h.read(id); c.State != casework.Dispatched || c.Round != 2 || !c.Due.Equal(total) {
		t.Fatalf("%s, round %d, promise %v", c.State, c.Round, c.Due)
	}
	b.get("/inbox/"+id.String()).wants(t, 200, "第 2 轮", "没有说明怎么办的")
	work()
	clerk.act("/console/case/", id, "review", nil).leads(t, "/console/case/"+id.String())
	caller.get("/console/list?view=call").wants(t, 200, h.read(id).Number)
	caller.act("/console/case/", id, "follow", url.Values{"follow_reached": {"yes"}, "follow_contacted": {"no"}}).wants(t, 422, "请选择已解决")
	caller.act("/console/case/", id, "follow", url.Values{"follow_reached": {"yes"}, "follow_contacted": {"no"}, "follow_solved": {"partly"}, "follow_satisfaction": {"3"}}).leads(t, "/console/case/"+id.String())
	caller.get("/console/case/"+id.String()).wants(t, 200, "部分解决", "基本满意")
	clerk.act("/console/case/", id, "close", nil).leads(t, "/console/case/"+id.String())
	if h.read(id).State != casework.Closed {
		t.Error("not closed")
	}
}

func TestASupervisorOrdersSupervisionAndAHandlerCannot(t *testing.T) {
	h := newHouse(t)
	h.as("boss", casework.Hotline, casework.Supervisor)
	h.worker(urban)
	id := h.sent(urban, nil)
	h.now = h.now.Add(20 * 24 * time.Hour)
	boss := h.again("boss")
	b := h.again("worker-" + string(urban))
	boss.get("/console/late").wants(t, 200, h.read(id).Number, "已超")
	b.get("/inbox?view=late").wants(t, 200, h.read(id).Number)
	boss.act("/console/case/", id, "supervise", url.Values{"supervise_level": {"listed"}, "supervise_reason": {"超期未办"}}).leads(t, "/console/case/"+id.String())
	b.get("/inbox/"+id.String()).wants(t, 200, "挂牌督办")
	boss.act("/console/case/", id, "dispatch", url.Values{"dispatch_unit": {string(homes)}}).wants(t, 403)
}

func TestWhoReportsWrongdoingOrAsksForSecrecyStaysHiddenFromTheUnit(t *testing.T) {
	h := newHouse(t)
	b := h.worker(urban)
	for _, c := range []struct {
		change func(*intake.Form)
		why    string
	}{{func(f *intake.Form) { f.Secret = true }, "诉求人要求保密"}, {func(f *intake.Form) { f.Kind = casework.Report }, "这是举报件"}} {
		id := h.sent(urban, c.change)
		page := b.get("/inbox/" + id.String())
		page.wants(t, 200, c.why)
		page.lacks(t, `name="what" value="contact"`, phone, person)
		b.post("/inbox/"+id.String()+"/reveal", url.Values{"what": {"contact"}, "purpose": {"contact"}}).wants(t, 403)
		if uses, _ := h.docket.Uses(t.Context(), casework.Resident(id), id); len(uses) != 0 {
			t.Error("a refused look is noted as a use")
		}
	}
}

func TestPauseHangAndTermination(t *testing.T) {
	h := newHouse(t)
	clerk, b := h.clerk(), h.worker(urban)
	id := h.sent(urban, nil)
	here := "/inbox/" + id.String()
	b.act("/inbox/", id, "signoff", nil)
	b.act("/inbox/", id, "begin", nil).leads(t, here)
	b.act("/inbox/", id, "pause", url.Values{"pause_reason": {"请补充照片"}}).wants(t, 409, "没有开启")
	b.get(here).lacks(t, "pause_reason")
	h.desk.Terms.Policy.Pause.Allowed = true
	b.act("/inbox/", id, "pause", url.Values{"pause_reason": {"请补充照片"}}).leads(t, here)
	b.get("/inbox?view=waiting").wants(t, 200, h.read(id).Number)
	b.act("/inbox/", id, "resume", nil).leads(t, here)
	b.act("/inbox/", id, "hang", url.Values{"hang_reason": {"等规划调整，明年改造"}}).leads(t, here)
	b.get(here).wants(t, 200, "决定以后才能答复")
	clerk.act("/console/case/", id, "hang", url.Values{"hang_granted": {"yes"}, "hang_plan": {"明年改造"}, "hang_review_on": {""}}).wants(t, 422)
	clerk.act("/console/case/", id, "hang", url.Values{"hang_granted": {"yes"}, "hang_plan": {"明年改造"}, "hang_review_on": {"2027-02-01"}}).leads(t, "/console/case/"+id.String())
	b.get("/inbox?view=hung").wants(t, 200, h.read(id).Number)
	b.act("/inbox/", id, "unhang", nil).leads(t, here)
	b.act("/inbox/", id, "terminate", url.Values{"terminate_reason": {"已进入诉讼"}}).leads(t, here)
	clerk.act("/console/case/", id, "termination", url.Values{"termination_granted": {"yes"}, "termination_told": {"法院已经立案，请等判决。"}}).leads(t, "/console/case/"+id.String())
	if h.read(id).State != casework.Terminated {
		t.Error("not ended")
	}
}

func TestACoHandlerReportsToTheLeadAndAnswersNobody(t *testing.T) {
	h := newHouse(t)
	clerk, lead, helper := h.clerk(), h.worker(urban), h.worker(homes)
	id := h.sent(urban, nil)
	clerk.act("/console/case/", id, "assist", url.Values{"assist_helper": {string(urban)}}).wants(t, 422, "不能是同一个")
	clerk.act("/console/case/", id, "assist", url.Values{"assist_helper": {string(homes)}}).leads(t, "/console/case/"+id.String())
	helper.get("/inbox?view=assist").wants(t, 200, h.read(id).Number)
	lead.act("/inbox/", id, "signoff", nil)
	page := helper.get("/inbox/" + id.String())
	page.wants(t, 200, "本单位是协办单位")
	page.lacks(t, "reply_text", "form-signoff")
	helper.act("/inbox/", id, "reply", url.Values{"reply_text": {"越权答复"}}).wants(t, 403)
	helper.act("/inbox/", id, "report", url.Values{"report_text": {"已核对房屋台账"}}).leads(t, "/inbox/"+id.String())
	lead.get("/inbox/"+id.String()).wants(t, 200, "已核对房屋台账", "协办")
	sheet := lead.get("/inbox/" + id.String() + "/sheet")
	sheet.wants(t, 200, h.read(id).Number, "办理人签字")
	sheet.lacks(t, phone, person)
}
