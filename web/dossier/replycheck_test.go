package dossier_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"huiyin/casework"
)

// A reply that says nothing comes back once, with its words and what is missing; sent again as it is, it goes, and the hints are kept with it.
func TestAReplyIsLookedAtOnceBeforeItGoes(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	b.act("/inbox/", id, "signoff", nil).leads(t, "/inbox/"+id.String())
	const passed = "您反映的问题已转相关部门处理。"
	page := b.get("/inbox/" + id.String())
	page.wants(t, 200, `name="reply_seen" value="seen"`, `data-asks="/inbox/`+id.String()+`/check"`)
	page.lacks(t, "发出前请再看一眼")
	b.act("/inbox/", id, "check", url.Values{"reply_text": {passed}}).wants(t, 200, `data-part="check"`, "只说了已经转交，没有说结果", `value="seen forwarded_only"`)
	b.act("/inbox/", id, "reply", url.Values{"reply_text": {passed}, "reply_seen": {"seen"}}).wants(t, 422, "发出前请再看一眼", "只说了已经转交", passed, `value="seen forwarded_only"`)
	if s := h.read(id).State; s == casework.Replied {
		t.Fatal("it went out unseen")
	}
	b.act("/inbox/", id, "reply", url.Values{"reply_text": {passed}, "reply_seen": {"seen forwarded_only"}}).leads(t, "/inbox")
	h.clerk().get("/console/case/"+id.String()).wants(t, 200, "发出时的提示：只说转交")
	f, err := h.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Events {
		if e.Step != casework.StepReply {
			continue
		}
		var data struct{ Flags []string }
		if err := json.Unmarshal(e.Data, &data); err != nil || len(data.Flags) != 1 || data.Flags[0] != "forwarded_only" {
			t.Errorf("%s: %v", e.Data, err)
		}
		return
	}
	t.Error("the reply is not in the history")
}
