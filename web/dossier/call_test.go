package dossier_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/search"
)

// indexed lets the search index catch up with the history.
func (h *house) indexed() {
	h.t.Helper()
	if err := search.Follower(h.finder.Engine, h.city).CatchUpAll(h.t.Context(), h.pool); err != nil {
		h.t.Fatal(err)
	}
}

// lookups counts the traces that look-ups by number left.
func (h *house) lookups() (n int) {
	h.t.Helper()
	err := pg.InTx(h.t.Context(), h.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(h.t.Context(), `select count(*) from lookup_use`).Scan(&n)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestAnOperatorIsHelpedWhileTheCallerSpeaks(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	earlier := h.file(nil)
	h.now = h.now.Add(10 * time.Minute)
	h.indexed()
	typed := url.Values{"_key": {"0123456789abcdef-help"}, "channel": {"phone"}, "text": {stalls}, "place": {"临江区向阳街道东风路"}, "phone": {"199-0000-1234"}, "secret": {"no"}, "publish": {"yes"}, "do": {"check"}}
	page := b.post("/console/call", typed)
	page.wants(t, 200, "派单建议", "临江区城市管理局", "来电人以前有 1 件诉求", earlier.Number, "类似的诉求", stalls)
	page.lacks(t, person, earlier.Code)
	if h.lookups() != 1 {
		t.Errorf("%d look-ups noted", h.lookups())
	}
	typed.Set("text", "我家着火了，快来")
	typed.Set("phone", "")
	b.post("/console/call", typed).wants(t, 200, "119")
	if h.lookups() != 1 {
		t.Error("nothing was looked up, and yet it was noted")
	}

	typed.Set("text", stalls)
	typed.Set("phone", phone)
	typed.Del("do")
	page = b.post("/console/call", typed)
	page.wants(t, 200, "是同一件事吗", "并入 "+earlier.Number, "Ctrl+Enter")
	code := regexp.MustCompile(`id="code">([^<]+)<`).FindStringSubmatch(page.Body)
	id, err := h.docket.ByCode(t.Context(), code[1])
	if err != nil {
		t.Fatal(err)
	}
	b.get("/console?case="+id.String()).wants(t, 200, "同一来电人以前有 1 件诉求")
	b.act("/console/case/", id, "dispatch?from=call", url.Values{"dispatch_unit": {string(urban)}}).leads(t, "/console/call")
	b.get("/console/call").wants(t, 200, "撤销派单", "已派单")
	b.act("/console/case/", id, "recall?from=call", nil).leads(t, "/console/case/"+id.String())
	b.act("/console/case/", id, "merge?from=call", url.Values{"merge_number": {earlier.Number}}).leads(t, "/console/call")
	if c := h.read(id); c.State != casework.Merged || *c.MergedInto != earlier.ID {
		t.Errorf("%s", c.State)
	}
}

func TestTheSearchPageFindsByWordsAndKeepsNumbersOutOfAddresses(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	lamp := h.file(func(f *intake.Form) { f.Text, f.Phone = "望潮区路灯不亮，晚上很黑。", "19900007777" })
	h.indexed()
	b.get("/console/search").wants(t, 200, "搜索诉求")
	b.post("/console/search", url.Values{"q": {"路灯"}, "state": {"triage"}}).leads(t, "/console/search?q=%E8%B7%AF%E7%81%AF&state=triage")
	page := b.get("/console/search?q=%E8%B7%AF%E7%81%AF&state=triage&since=2026-11-02&until=2026-11-02")
	page.wants(t, 200, lamp.Number, "<mark>路灯</mark>")
	page.lacks(t, r.Number)
	b.get("/console/search?q=ludeng").wants(t, 200, lamp.Number)
	for _, q := range []string{"q=%E8%B7%AF%E7%81%AF&state=over", "q=%E8%B7%AF%E7%81%AF&until=2026-11-01", "q=%E8%B7%AF%E7%81%AF&unit=" + string(urban)} {
		b.get("/console/search?"+q).wants(t, 200, "没有找到")
	}
	page = b.post("/console/search", url.Values{"q": {"199 0000 1234"}})
	page.wants(t, 200, r.Number, "这次查找已记录")
	page.lacks(t, lamp.Number)
	b.post("/console/search", url.Values{"q": {lamp.Code}}).wants(t, 200, lamp.Number)
	b.post("/console/search", url.Values{"q": {lamp.Number}}).leads(t, "/console/search?q="+lamp.Number)
	page = b.get("/console/search?q=" + lamp.Number)
	page.wants(t, 200, "/console/case/"+lamp.ID.String())
	page.lacks(t, r.Number)
	b.get("/console/search?q="+lamp.Code).lacks(t, lamp.Number)
	before := h.lookups()
	b.get("/console/search?q=19900001234").lacks(t, r.Number)
	if before != 1 || h.lookups() != before {
		t.Errorf("%d look-ups, then %d", before, h.lookups())
	}
	h.worker(urban).get("/console/search").wants(t, 403)
}

func TestACallBackIsThreeKeysAndTheNextOneOpens(t *testing.T) {
	h := newHouse(t)
	var ids []casework.CaseID
	for range 2 {
		id := h.sent(urban, nil)
		ids = append(ids, id)
		by := casework.Actor{Kind: casework.ByStaff, StaffID: 77, Unit: urban, Units: []casework.UnitCode{urban}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
		ref := casework.Ref{ID: id}
		for _, err := range []error{h.docket.Sign(t.Context(), by, ref), h.docket.Contact(t.Context(), by, ref, casework.ContactResult{Means: "phone", Reached: true}), h.docket.Reply(t.Context(), by, ref, casework.Reply{Text: "已经清理。"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		h.now = h.now.Add(time.Minute)
	}
	h.clerk().get("/console/callbacks").wants(t, 403)
	b := h.as("caller", casework.Hotline, casework.Callback)
	page := b.get("/console/callbacks")
	page.wants(t, 200, h.read(ids[0]).Number, h.read(ids[1]).Number, `data-key="1"`, "第一次回访", "已经清理。")
	page.lacks(t, phone, person)
	if !strings.Contains(page.Body, "/console/callbacks/"+ids[0].String()) {
		t.Fatal("what was answered longest ago is not open")
	}
	b.post("/console/callbacks/"+ids[0].String()+"/dial", url.Values{"what": {"contact"}, "purpose": {"follow_up"}}).wants(t, 200, phone, person)
	say := func(id casework.CaseID, form url.Values) answer {
		t.Helper()
		return b.act("/console/callbacks/", id, "", form)
	}
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	say(ids[0], form("reached", "no")).leads(t, "/console/callbacks")
	page = b.get("/console/callbacks")
	page.wants(t, 200, "/console/callbacks/"+ids[1].String())
	page.lacks(t, h.read(ids[0]).Number)
	b.get("/console/callbacks?case="+ids[1].String()+"&reached=yes").wants(t, 200, "部分解决", `data-key="3"`)
	b.get("/console/callbacks?case="+ids[1].String()+"&reached=yes&solved=no").wants(t, 200, "基本满意", `name="solved" value="no"`)
	say(ids[1], form("reached", "yes", "solved", "no")).wants(t, 422)
	say(ids[1], form("reached", "yes", "solved", "no", "satisfaction", "2")).leads(t, "/console/callbacks?redo="+ids[1].String())
	b.get("/console/callbacks?redo="+ids[1].String()).wants(t, 200, "没有解决", "/console/case/"+ids[1].String(), "现在没有要回访的诉求")
	if h.read(ids[1]).State != casework.FollowedUp {
		t.Errorf("%s", h.read(ids[1]).State)
	}
	for try := 2; try <= casework.StandardTries.Most; try++ {
		b.get("/console/callbacks").lacks(t, h.read(ids[0]).Number)
		h.now = h.now.Add(casework.StandardTries.Apart)
		b = h.again("caller")
		b.get("/console/callbacks").wants(t, 200, h.read(ids[0]).Number)
		say(ids[0], form("reached", "no")).leads(t, "/console/callbacks")
	}
	b.get("/console/callbacks").wants(t, 200, "按“未联系上”办结")
	h.now = h.now.Add(2 * casework.StandardTries.Apart)
	b = h.again("caller")
	b.get("/console/callbacks").lacks(t, h.read(ids[0]).Number)
}
