package dossier_test

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/intake"
)

func TestACaseIsSplitAndTheSplitTakenBack(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	b.get("/console?case="+r.ID.String()).wants(t, 200, "拆成两件", "补问诉求人")
	whole := h.read(r.ID)
	refused := b.act("/console/case/", r.ID, "split?from=queue", url.Values{"split_left": {" "}, "split_part": {"东风路的路灯不亮。"}, "split_place": {"东风路"}})
	refused.wants(t, 422, "原来这件至少要留下一件事", "东风路的路灯不亮。")
	b.act("/console/case/", r.ID, "split", url.Values{"split_left": {whole.Body}, "split_part": {""}}).wants(t, 422, "请写明另一件的内容", `id="split_part-error"`)
	b.act("/console/case/", r.ID, "split", url.Values{"version": {"99"}, "split_left": {"甲"}, "split_part": {"东风路的路灯不亮。"}}).wants(t, 409, "东风路的路灯不亮。")

	receipt := b.act("/console/case/", r.ID, "split?from=queue", url.Values{"split_left": {"烧烤摊占道，油烟很大。"}, "split_part": {"东风路的路灯不亮。"}, "split_place": {"临江区向阳街道东风路"}})
	receipt.wants(t, 200, "已拆成两件", r.Number, "撤销拆单")
	receipt.lacks(t, phone, person, r.Code)
	code := regexp.MustCompile(`id="code">([^<]+)<`).FindStringSubmatch(receipt.Body)
	id, err := h.docket.ByCode(t.Context(), code[1])
	if err != nil {
		t.Fatal(err)
	}
	part := h.read(id)
	if part.State != casework.Registered || !part.FiledAt.Equal(whole.FiledAt) || part.Category == "" || h.read(r.ID).Body != "烧烤摊占道，油烟很大。" {
		t.Errorf("the part: %s, filed %v, about %q", part.State, part.FiledAt, part.Category)
	}
	b.get("/console/case/"+r.ID.String()).wants(t, 200, part.Number, "从这一件拆出")
	own := b.get("/console/case/" + id.String())
	own.wants(t, 200, r.Number, "这一件从它拆出", "撤销拆单")
	own.lacks(t, code[1])
	b.act("/console/case/", id, "unsplit", nil).leads(t, "/console/case/"+id.String())
	if got := h.read(r.ID); got.Body != whole.Body || h.read(id).State != casework.Merged {
		t.Errorf("after the undoing: %q", got.Body)
	}
	b.act("/console/case/", r.ID, "dispatch", url.Values{"dispatch_unit": {string(urban)}})
	b.act("/console/case/", r.ID, "split", url.Values{"split_left": {"甲"}, "split_part": {"乙"}}).wants(t, 409)
}

func TestTheHotlineAsksBack(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	b.act("/console/case/", r.ID, "ask?from=queue", url.Values{"ask_text": {""}}).wants(t, 422)
	b.act("/console/case/", r.ID, "ask?from=queue", url.Values{"ask_text": {"摊子在三号门口，电话 19912340000。"}}).leads(t, "/console?case="+r.ID.String())
	page := b.get("/console?case=" + r.ID.String())
	page.wants(t, 200, "摊子在三号门口")
	page.lacks(t, "19912340000")
	b.act("/console/case/", r.ID, "dispatch", url.Values{"dispatch_unit": {string(urban)}, "dispatch_urgency": {"normal"}, "dispatch_urgent": {"yes"}})
	if got := h.read(r.ID).Urgency; got != casework.Urgent {
		t.Errorf("marked urgent and sent as %s", got)
	}
}

func TestKeysAreEverybodysOwn(t *testing.T) {
	h := newHouse(t)
	h.file(nil)
	b := h.as("zhao", casework.Hotline, casework.Operator, casework.Dispatcher)
	other := h.as("qian", casework.Hotline, casework.Operator)
	b.get("/console/keys").wants(t, 200, "Ctrl+Enter", "按下想要的键")
	all := url.Values{"do": {"save"}, "mode": {"all"}}
	for _, m := range regexp.MustCompile(`name="(key_[a-z0-9]+)" value="([^"]*)"`).FindAllStringSubmatch(b.get("/console/keys").Body, -1) {
		all.Set(m[1], m[2])
	}
	if len(all) < 20 {
		t.Fatalf("%d fields", len(all))
	}
	with := func(changes map[string]string) url.Values {
		form := url.Values{}
		maps.Copy(form, all)
		for k, v := range changes {
			form.Set(k, v)
		}
		return form
	}
	refused := b.post("/console/keys", with(map[string]string{"key_dispatch": "alt + 1"}))
	refused.wants(t, 422, "“派单，或页面上的主要按钮”已经用了 Alt+1", `value="alt + 1"`)
	for _, wrong := range []string{"Ctrl+W", "F5", "Enter", "Shift+A", "Ctrl+Ctrl+A", "空格", "F13", "Ctrl+"} {
		b.post("/console/keys", with(map[string]string{"key_dispatch": wrong})).wants(t, 422, "不能用", `id="key_dispatch-error"`)
	}
	b.get("/console").wants(t, 200, `data-key="Ctrl+Enter"`)
	b.post("/console/keys", with(map[string]string{"key_dispatch": "f８", "key_search": ""})).leads(t, "/console/keys")
	page := b.get("/console")
	page.wants(t, 200, `data-key="F8"`, `data-key="Alt+1"`)
	page.lacks(t, `data-key="Ctrl+Enter"`, `data-key="/"`)
	other.get("/console").wants(t, 200, `data-key="Ctrl+Enter"`)

	b.post("/console/keys", with(map[string]string{"mode": "no_letters"})).leads(t, "/console/keys")
	page = b.get("/console")
	page.wants(t, 200, `data-key="Ctrl+Enter"`)
	page.lacks(t, `data-key="?"`, `data-key="/"`)
	b.post("/console/keys", with(map[string]string{"mode": "off"}))
	b.get("/console").lacks(t, "data-key=")
	b.post("/console/keys", url.Values{"do": {"function"}})
	b.get("/console").wants(t, 200, `data-key="F8"`, `data-key="Shift+F1"`)
	b.post("/console/keys", url.Values{"do": {"reset"}})
	b.get("/console").wants(t, 200, `data-key="Ctrl+Enter"`, `data-key="?"`)
}

func TestTwoOperatorsAtOneCaseKnowOfEachOther(t *testing.T) {
	h := newHouse(t)
	r := h.file(nil)
	one, other := h.as("zhao", casework.Hotline, casework.Operator, casework.Dispatcher), h.as("qian", casework.Hotline, casework.Operator, casework.Dispatcher)
	one.get("/console").lacks(t, "也打开着这件诉求")
	other.get("/console").wants(t, 200, "也打开着这件诉求")
	one.get("/console/case/"+r.ID.String()).wants(t, 200, "也打开着这件诉求")
	other.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"dispatch_unit": {string(urban)}})
	other.get("/console")
	next := h.file(func(f *intake.Form) { f.Text = "望潮区路灯不亮。" })
	one.get("/console?case="+next.ID.String()).lacks(t, "也打开着这件诉求")
}

// While a call is typed only the parts that help are drawn anew, and the number is looked up by itself: each look leaves a trace.
func TestTheHelpIsDrawnAnewInParts(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	earlier := h.file(nil)
	h.indexed()
	form := func(changes map[string]string) url.Values {
		v := url.Values{"text": {stalls}, "place": {"临江区向阳街道东风路"}, "phone": {phone}}
		for k, s := range changes {
			v.Set(k, s)
		}
		return v
	}
	a := b.post("/console/call/help", form(nil))
	a.wants(t, 200, `data-part="units"`, "临江区城市管理局", "%", "类似的诉求", earlier.Number, "向阳街道")
	a.lacks(t, "<html", phone, person, earlier.Code, "来电人以前", "怎么联系您")
	checked := regexp.MustCompile(`value="([^"]+)" checked`)
	if m := checked.FindStringSubmatch(a.Body); len(m) != 2 || m[1] != string(urban) {
		t.Errorf("stands ready: %v", m)
	}
	if h.lookups() != 0 {
		t.Error("the number was looked up while the words were typed")
	}
	two := stalls + "旁边工地夜间施工噪音很大，小区物业也不管。"
	a = b.post("/console/call/help", form(map[string]string{"text": two}))
	units := regexp.MustCompile(`name="unit" form="call" value="([^"]+)"`).FindAllStringSubmatch(a.Body, -1)
	if len(units) < 2 {
		t.Fatalf("%d proposals: %s", len(units), a.Body)
	}
	second := units[1][1]
	if m := checked.FindStringSubmatch(b.post("/console/call/help", form(map[string]string{"text": two, "unit": second})).Body); len(m) != 2 || m[1] != second {
		t.Errorf("chosen by hand %s, stands ready %v", second, m)
	}
	vague := b.post("/console/call/help", form(map[string]string{"text": "有件事想问问你们", "place": "", "phone": ""}))
	vague.wants(t, 200, "在什么地方？", "怎么联系您？", `data-key="Alt+M"`)
	vague.lacks(t, " checked")
	b.post("/console/call/help", form(map[string]string{"text": "我家着火了"})).wants(t, 200, "119", `role="alert"`)
	b.post("/console/call/help", url.Values{"text": {strings.Repeat("很长", 20000)}}).wants(t, 200)

	b.post("/console/call/caller", form(nil)).wants(t, 200, "来电人以前有 1 件诉求", earlier.Number)
	if h.lookups() != 1 {
		t.Errorf("%d look-ups noted", h.lookups())
	}
	b.post("/console/call/caller", form(map[string]string{"phone": "没有"})).lacks(t, "来电人以前")
	if h.lookups() != 1 {
		t.Error("what is no number was looked up")
	}
	h.worker(urban).post("/console/call/help", form(nil)).wants(t, 403)

	// What was picked while listening stands ready on the receipt.
	taken := b.post("/console/call", form(map[string]string{"text": two, "_key": "0123456789abcdef-live", "channel": "phone", "secret": "no", "publish": "no", "unit": second, "urgent": "yes"}))
	taken.wants(t, 200, "已经登记")
	if !regexp.MustCompile(`value="` + second + `"[^>]*checked`).MatchString(taken.Body) {
		t.Error("the unit picked while listening does not stand ready")
	}
	code := regexp.MustCompile(`id="code">([^<]+)<`).FindStringSubmatch(taken.Body)
	id, err := h.docket.ByCode(t.Context(), code[1])
	if err != nil {
		t.Fatal(err)
	}
	if got := h.read(id).Urgency; got != casework.Urgent {
		t.Errorf("urgency %s", got)
	}
}

func TestTheSearchIsNarrowedByLinks(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	h.file(nil)
	h.sent(urban, nil)
	h.indexed()
	page := b.get("/console/search?q=" + url.QueryEscape("摊贩"))
	page.wants(t, 200, "按状态", "近 7 天", "待派单", "临江区城市管理局")
	links := regexp.MustCompile(`href="(/console/search\?[^"]+)"`).FindAllStringSubmatch(page.Body, -1)
	if len(links) < 9 {
		t.Fatalf("%d links", len(links))
	}
	for _, m := range links {
		b.get(strings.ReplaceAll(m[1], "&amp;", "&")).wants(t, 200, "搜索诉求")
	}
	b.get("/console/search?q="+url.QueryEscape("摊贩")+"&unit="+string(urban)).wants(t, 200, "本页 1 件")
	b.get("/console/search?q="+url.QueryEscape("摊贩")+"&state=triage").wants(t, 200, "本页 1 件")
	b.get("/console/search?q="+url.QueryEscape("摊贩")+"&since=2026-11-03").wants(t, 200, "没有找到")
	b.post("/console/search", url.Values{"q": {phone}}).lacks(t, phone+"&", "state=triage")
}
