package dossier_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/intake"
)

// restrict lets the resident of a case restrict the use of the data, and the privacy officer grant it.
func (h *house) restrict(id uuid.UUID) {
	h.t.Helper()
	r, err := h.docket.AskRight(h.t.Context(), casework.Resident(id), id, casework.RightAsk{Kind: casework.RightRestrict, Due: casework.Promise{Due: h.now.AddDate(0, 0, 15), Policy: "test", Calendar: "test"}})
	if err == nil {
		err = h.docket.DecideRight(h.t.Context(), casework.Actor{Kind: casework.ByStaff, StaffID: 31, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Privacy}}, r.ID, casework.RightDecision{Grant: true})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// What the resident restricted is marked wherever staff meet the case, the forms that would open it are gone, and an attempt is refused with a sentence that says whom to ask.
func TestARestrictedCaseIsMarkedAndNothingOfItOpens(t *testing.T) {
	h := newHouse(t)
	const words, mark = "夜里渣土车一辆接一辆，整栋楼睡不着", "限制使用"
	open := h.sent(urban, func(f *intake.Form) { f.Text = words })
	over := h.file(func(f *intake.Form) { f.Text = words })
	h.now = h.now.Add(time.Minute)
	if err := h.docket.Withdraw(t.Context(), casework.Resident(over.ID), casework.Ref{ID: over.ID}); err != nil {
		t.Fatal(err)
	}
	h.restrict(open)
	h.restrict(over.ID)
	h.indexed()

	worker, clerk := h.worker(urban), h.clerk()
	worker.get("/inbox").wants(t, 200, mark)
	page := worker.get("/inbox/" + open.String())
	page.wants(t, 200, mark, "第四十四条", "个人信息保护负责人", words) // the masked words are needed while it is handled
	page.lacks(t, `value="contact"`, `value="words"`)
	for _, what := range []string{"contact", "words", "raw", "files"} {
		if a := worker.post("/inbox/"+open.String()+"/reveal", url.Values{"what": {what}, "purpose": {"contact"}}); what != "files" {
			a.wants(t, 403, "请联系个人信息保护负责人")
			a.lacks(t, phone, person)
		}
	}

	clerk.get("/console/case/"+open.String()).wants(t, 200, mark, "第四十四条")
	page = clerk.get("/console/case/" + over.ID.String())
	page.wants(t, 200, mark, "内容不显示")
	page.lacks(t, `value="contact"`, "整栋楼睡不着")
	clerk.post("/console/case/"+over.ID.String()+"/reveal", url.Values{"what": {"words"}, "purpose": {"triage"}}).wants(t, 403, "请联系个人信息保护负责人")

	page = clerk.get("/console/search?state=over&q=" + url.QueryEscape("渣土车"))
	page.wants(t, 200, over.Number, mark, "内容不显示")
	page.lacks(t, "整栋楼睡不着")
	page = clerk.get("/console/search.csv?state=over&q=" + url.QueryEscape("渣土车"))
	page.wants(t, 200, over.Number)
	page.lacks(t, "整栋楼睡不着")
}
