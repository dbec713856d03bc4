package admin_test

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/rights"
)

// The privacy officer opens an incident, and closes it as a new version of the same entry; the auditor reads it and changes nothing.
func TestAnIncidentIsWrittenDownAndClosedAsANewVersion(t *testing.T) {
	h := newHouse(t)
	officer, auditor := h.as("bai", casework.Hotline, casework.Privacy), h.as("ji", casework.Hotline, casework.Auditor)
	entry := url.Values{"do": {"enter"}, "kind": {"incident"}, "name": {"信寄错了"}, "on": {"2026-10-30"}, "scope": {"一位诉求人的答复"}}
	wrong := url.Values{"do": {"enter"}, "kind": {"incident"}, "name": {"信寄错了"}, "on": {"2026-10-30"}}
	officer.post("/admin/keeping", wrong).wants(t, 422, "信寄错了")
	for field, c := range map[string][2]string{
		"scope": {"打给了 13900001234", "不能写手机号"}, "measures": {"身份证 990100196501010012 已删除", "不能写手机号"}, "on": {"2026-11-03", "还没有发生"}, "ended": {"2026-10-29", "不能早于"},
	} {
		bad := maps.Clone(entry)
		bad.Set(field, c[0])
		officer.post("/admin/keeping", bad).wants(t, 422, c[1])
	}
	officer.post("/admin/keeping", entry).leads(t, "/admin/keeping")
	page := officer.get("/admin/keeping")
	page.wants(t, 200, "信寄错了")
	open := regexp.MustCompile(`/admin/keeping\?entry=([0-9a-f-]{36})`).FindStringSubmatch(page.Body)
	if open == nil {
		t.Fatal("the entry cannot be opened")
	}
	officer.get(open[0]).wants(t, 200, "改：信寄错了", `value="2026-10-30"`, "一位诉求人的答复", open[1])
	entry.Set("id", open[1])
	entry.Set("ended", "2026-11-01")
	entry.Set("result", "当天道歉，错收的人已经删除。")
	officer.post("/admin/keeping", entry).leads(t, "/admin/keeping")
	all, err := rights.Entries(t.Context(), h.pool)
	if err != nil || len(all) != 1 || all[0].Version != 2 || all[0].Ended == nil || !strings.Contains(all[0].Result, "道歉") {
		t.Fatalf("kept: %+v, %v", all, err)
	}
	page = auditor.get("/admin/keeping")
	page.wants(t, 200, "当天道歉")
	if strings.Contains(page.Body, "?entry=") {
		t.Error("the auditor is offered to change it")
	}
	auditor.post("/admin/keeping", entry).wants(t, 403)
}
