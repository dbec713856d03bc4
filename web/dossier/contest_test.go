package dossier_test

import (
	"net/url"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/web/dossier"
)

const bureau casework.UnitCode = "c-chengguan"

func TestACaseReturnedTwiceIsRuledOn(t *testing.T) {
	h := newHouse(t)
	id := h.file(nil).ID
	clerk := h.clerk()
	for _, unit := range []casework.UnitCode{urban, bureau} {
		b := h.worker(unit)
		clerk.act("/console/case/", id, "dispatch", url.Values{"dispatch_unit": {string(unit)}}).leads(t, "/console/case/"+id.String())
		b.get("/inbox/"+id.String()).wants(t, 200, "最晚在")
		b.act("/inbox/", id, "return", url.Values{"return_code": {"R1"}, "return_reason": {"不归我们局管"}, "return_basis": {"清单第 3 项"}, "return_unit": {string(homes)}}).leads(t, "/inbox")
		clerk.act("/console/case/", id, "return", url.Values{"return_granted": {"yes"}}).leads(t, "/console/case/"+id.String())
	}
	clerk.get("/console/case/"+id.String()).wants(t, 200, "已经被退回 2 次", "裁定理由", "前裁定", "退单时建议", "建议派给", `value="`+string(homes)+`"`)
	clerk.act("/console/case/", id, "dispatch", url.Values{"dispatch_unit": {string(urban)}}).wants(t, 422, "要由派单员裁定主办单位", `id="dispatch_ruling-error"`)
	clerk.act("/console/case/", id, "dispatch", url.Values{"dispatch_unit": {string(urban)}, "dispatch_ruling": {"清单第 1 项归区城管"}}).leads(t, "/console/case/"+id.String())
	own := h.again("worker-" + string(urban)).get("/inbox/" + id.String())
	own.wants(t, 200, "裁定理由：清单第 1 项归区城管", "指定")
	own.lacks(t, "return_code")
}

func TestAReturnIsAskedWithinTheWindow(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	h.now = h.now.Add(72 * time.Hour)
	b := h.worker(urban)
	b.act("/inbox/", id, "return", url.Values{"return_code": {"R1"}, "return_reason": {"不归我们局管"}, "return_basis": {"清单"}}).wants(t, 409, "现在已经过了", "不归我们局管")
}

func TestAStreetWhistlesAndTheDepartmentReportsAtThePlace(t *testing.T) {
	h := newHouse(t)
	id := h.sent(district, nil)
	lead, road, called := h.worker(district), h.worker(street), h.worker(bureau)
	lead.act("/inbox/", id, "assign", url.Values{"assign_to": {string(street)}})
	lead.get("/inbox/"+id.String()).lacks(t, "whistle_place")
	road.get("/inbox/"+id.String()).wants(t, 200, "吹哨，请部门到场", "whistle_place")
	by := dossier.MomentOf(h.now.Add(2 * time.Hour))
	road.act("/inbox/", id, "whistle", url.Values{"whistle_units": {""}, "whistle_place": {"东风路口"}, "whistle_report_by": {by}}).wants(t, 422, "东风路口")
	road.act("/inbox/", id, "whistle", url.Values{"whistle_units": {string(bureau)}, "whistle_place": {"东风路口"}, "whistle_report_by": {"soon"}}).wants(t, 422, "到场时间要在现在之后")
	called.get("/inbox/"+id.String()).wants(t, 404)
	road.act("/inbox/", id, "whistle", url.Values{"whistle_units": {string(bureau)}, "whistle_place": {"东风路口，一起清理摊点"}, "whistle_report_by": {by}}).leads(t, "/inbox/"+id.String())
	called.get("/inbox?view=assist").wants(t, 200, h.read(id).Number, "请到场")
	called.get("/inbox/"+id.String()).wants(t, 200, "请本单位到场", "一起清理摊点")
	h.as("boss", casework.Hotline, casework.Supervisor).get("/console/ledger").wants(t, 200, h.read(id).Number, "还没有报到", "东风路")
	h.now = h.now.Add(20 * time.Minute)
	called.get("/m/inbox").wants(t, 200, h.read(id).Number)
	called.get("/m/inbox/"+id.String()).wants(t, 200, "请本单位到场", "reportin_text")
	called.act("/m/inbox/", id, "reportin", url.Values{"reportin_text": {""}}).wants(t, 422)
	called.act("/m/inbox/", id, "reportin", url.Values{"reportin_text": {"已到现场"}}).leads(t, "/m/inbox/"+id.String())
	called.get("/inbox/report").wants(t, 200, "吹哨报到情况", "按时到场")
	road.get("/inbox/"+id.String()).wants(t, 200, "到场", "已到现场")
	called.get("/inbox/"+id.String()).lacks(t, "reportin_text")
}

func TestAnAppealIsMadeInTheInboxAndDecidedAtTheHotline(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b, clerk := h.worker(urban), h.clerk()
	b.act("/inbox/", id, "signoff", nil)
	page := b.get("/inbox/" + id.String())
	page.wants(t, 200, "申请认定为不合理诉求")
	page.lacks(t, "score_figures")
	b.act("/inbox/", id, "contact", url.Values{"contact_means": {"phone"}, "contact_reached": {"no"}, "contact_note": {"响了三次没人接"}})
	b.get("/inbox/"+id.String()).wants(t, 200, "联系记录", "响了三次没人接", "没有联系上")
	b.act("/inbox/", id, "reply", url.Values{"reply_text": {"已清理。"}}).leads(t, "/inbox")
	b.act("/inbox/", id, "score", url.Values{"score_reason": {"市民说的是别处"}}).wants(t, 422, "请选择要申诉哪一项考核", "市民说的是别处")
	b.act("/inbox/", id, "score", url.Values{"score_reason": {"市民说的是别处"}, "score_figures": {"solved", "satisfied"}}).leads(t, "/inbox/"+id.String())
	after := b.get("/inbox/" + id.String())
	after.wants(t, 200, "考核申诉", "是否解决")
	after.lacks(t, "score_reason")
	clerk.get("/console/ledger").wants(t, 200, h.read(id).Number, "市民说的是别处", "是否解决")
	clerk.get("/console/list?view=asked").wants(t, 200, h.read(id).Number)
	b.get("/inbox?view=asked").wants(t, 200, h.read(id).Number)
	clerk.get("/console/case/"+id.String()).wants(t, 200, "appeal_granted")
	list, err := h.docket.Appeals(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	clerk.act("/console/case/", id, "appeal", url.Values{"appeal_id": {list[0].ID.String()}, "appeal_granted": {"yes"}}).wants(t, 422, `id="appeal_decision-error"`)
	clerk.act("/console/case/", id, "appeal", url.Values{"appeal_id": {list[0].ID.String()}, "appeal_granted": {"yes"}, "appeal_decision": {"录音为证"}}).leads(t, "/console/case/"+id.String())
	b.get("/inbox/"+id.String()).wants(t, 200, "录音为证", "申诉成立")
	clerk.get("/console/ledger").wants(t, 200, "没有等待决定的申诉")
}

func TestPhotosOfBeforeAndAfterAreToldApart(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil)
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)
	form := url.Values{"version": {itoa(h.read(id).Version)}, "record_to": {"unit"}, "record_text": {"到场看过"}}
	b.upload("/inbox/"+id.String()+"/record", form, "record_before", "1.png", png).leads(t, "/inbox/"+id.String())
	form = url.Values{"version": {itoa(h.read(id).Version)}, "reply_text": {"已清理。"}}
	b.upload("/inbox/"+id.String()+"/reply", form, "reply_after", "2.png", png).leads(t, "/inbox")
	b.get("/inbox/"+id.String()).wants(t, 200, "处理前 · ", "处理后 · ")
	f, err := h.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Files) != 2 || f.Files[0].Shows != "before" || f.Files[1].Shows != "after" {
		t.Errorf("%+v", f.Files)
	}
}

func TestACoHandlersAnswerIsTheLeadsToUse(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	lead, beside, clerk := h.worker(urban), h.worker(homes), h.clerk()
	lead.act("/inbox/", id, "signoff", nil)
	clerk.act("/console/case/", id, "assist", url.Values{"assist_helper": {string(homes)}, "assist_due": {"2027-01-01"}}).wants(t, 422, "不能晚于主办单位的期限")
	clerk.act("/console/case/", id, "assist", url.Values{"assist_helper": {string(homes)}, "assist_due": {"2026-11-03"}}).leads(t, "/console/case/"+id.String())
	lead.get("/inbox/"+id.String()).wants(t, 200, "协办答复：", "还没有答复")
	beside.act("/inbox/", id, "report", url.Values{"report_text": {"物业已通知商户。"}})
	lead.get("/inbox/"+id.String()).wants(t, 200, "采用协办答复", "物业已通知商户。")
}

func TestAClosedCaseCanStillBeAppealedAbout(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil)
	handler := casework.Actor{Kind: casework.ByStaff, Unit: urban, Units: []casework.UnitCode{urban}, Roles: []casework.Role{casework.Handler}}
	if err := h.docket.Reply(t.Context(), handler, casework.Ref{ID: id}, casework.Reply{Text: "已清理。"}); err != nil {
		t.Fatal(err)
	}
	if err := h.docket.Review(t.Context(), dispatcher(), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	if err := h.docket.Close(t.Context(), dispatcher(), casework.Ref{ID: id}); err != nil {
		t.Fatal(err)
	}
	number := h.read(id).Number
	b.get("/inbox/"+id.String()).wants(t, 404)
	b.get("/inbox/closed").wants(t, 200, number, "没有评价", "/inbox/closed?case="+id.String())
	b.get("/inbox/closed?case="+id.String()).wants(t, 200, "申诉："+number, "考核申诉")
	b.post("/inbox/closed/"+id.String(), url.Values{"kind": {"score"}, "reason": {"录音为证"}}).wants(t, 422, "请选择要申诉哪一项考核", "录音为证")
	b.post("/inbox/closed/"+id.String(), url.Values{"kind": {"score"}, "reason": {"录音为证"}, "figures": {"handle"}}).leads(t, "/inbox/closed")
	b.get("/inbox/closed").wants(t, 200, "申诉待决定")
	h.worker(homes).get("/inbox/closed").lacks(t, number)
	h.clerk().get("/console/ledger").wants(t, 200, number, "录音为证")
}
