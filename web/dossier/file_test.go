package dossier_test

import (
	"net/url"
	"testing"
	"time"

	"huiyin/casework"
)

func TestTheFieldSheetTellsMoreOnlyForAPurposeThatTheResidentSees(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	sheet := "/inbox/" + id.String() + "/sheet"
	b.get(sheet).wants(t, 200, "本工单已隐去个人信息", "带联系方式", "qr.png")
	b.get(sheet).lacks(t, phone, person)
	b.post(sheet, url.Values{"what": {"contact"}}).wants(t, 422)
	full := b.post(sheet, url.Values{"what": {"contact"}, "purpose": {"contact"}})
	full.wants(t, 200, phone, person, "办完请交回销毁")
	full.lacks(t, "带联系方式")
	uses, err := h.docket.Uses(t.Context(), casework.Resident(id), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) != 1 || uses[0].Purpose != casework.ForContact || uses[0].Unit != urban {
		t.Errorf("%+v", uses)
	}
	b.get(sheet).lacks(t, phone) // it stood on that answer only
	h.worker(homes).post(sheet, url.Values{"what": {"contact"}, "purpose": {"contact"}}).wants(t, 404)
}

func TestAContactKeepsItsEvidenceInsideTheUnit(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil)
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)
	form := url.Values{"version": {itoa(h.read(id).Version)}, "contact_means": {"phone"}, "contact_reached": {"no"}}
	b.upload("/inbox/"+id.String()+"/contact", form, "contact_files", "calls.png", png).leads(t, "/inbox/"+id.String())
	inside, err := h.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	outside, err := h.docket.Dossier(t.Context(), casework.Resident(id), id)
	if err != nil {
		t.Fatal(err)
	}
	if len(inside.Files) != 1 || inside.Files[0].ByUnit != urban || len(inside.Messages) != 1 || inside.Messages[0].Purpose != "contact" {
		t.Errorf("%+v %+v", inside.Files, inside.Messages)
	}
	if len(outside.Files) != 0 || len(outside.Messages) != 0 {
		t.Errorf("the resident gets %+v %+v", outside.Files, outside.Messages)
	}
}

func TestAHungUpCaseStandsInTheLedgerWithItsPlanAndDay(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b, clerk := h.worker(urban), h.clerk()
	b.act("/inbox/", id, "signoff", nil)
	b.act("/inbox/", id, "hang", url.Values{"hang_reason": {"等明年管网改造"}, "hang_review_on": {"2026-10-01"}}).wants(t, 422, "等明年管网改造")
	b.act("/inbox/", id, "hang", url.Values{"hang_reason": {"等明年管网改造"}, "hang_review_on": {"2027-03-01"}}).leads(t, "/inbox/"+id.String())
	clerk.get("/console/case/"+id.String()).wants(t, 200, "等明年管网改造", "2027年3月1日", `value="2027-03-01"`)
	clerk.act("/console/case/", id, "hang", url.Values{"hang_plan": {"等明年管网改造"}, "hang_review_on": {"2027-03-01"}, "hang_granted": {"yes"}}).leads(t, "/console/case/"+id.String())
	b.get("/inbox?view=hung").wants(t, 200, h.read(id).Number, "等明年管网改造", "2027年3月1日")
	b.get("/inbox").lacks(t, h.read(id).Number)
	b.act("/inbox/", id, "unhang", nil).leads(t, "/inbox/"+id.String())
	b.get("/inbox").wants(t, 200, h.read(id).Number)
}

func TestACoHandlerSeesUntilWhenItsPartIsDue(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	if err := h.desk.CoHandle(t.Context(), dispatcher(), casework.Ref{ID: id}, []casework.UnitCode{homes}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	c := h.read(id)
	b := h.worker(homes)
	b.get("/inbox?view=assist").wants(t, 200, c.Number)
	b.get("/inbox").lacks(t, c.Number)
	b.get("/inbox/"+id.String()).wants(t, 200, "协办期限", "还有")
	page, err := h.docket.DeskList(t.Context(), casework.Actor{Kind: casework.ByStaff, Unit: homes, Units: []casework.UnitCode{homes}, Roles: []casework.Role{casework.Handler}},
		casework.DeskQuery{View: casework.DeskAssist, Now: h.now, Tonight: h.now})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Entries) != 1 || page.Entries[0].Led || page.Entries[0].Limit.After(*c.UnitDue) {
		t.Errorf("%+v", page.Entries)
	}
	b.act("/inbox/", id, "report", url.Values{"report_text": {"已配合查看"}}).leads(t, "/inbox/"+id.String())
	b.get("/inbox/"+id.String()).wants(t, 200, "按时")
	b.get("/inbox?view=assist").wants(t, 200, "已报协办情况")
}
