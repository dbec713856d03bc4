package dossier_test

import (
	"crypto/sha256"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
)

func TestAnOperatorDispatchesWithTheFormAsItStands(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	page := b.get("/console")
	page.wants(t, 200, r.Number, "Ctrl+Enter", "Alt+1", "临江区城市管理局")
	page.lacks(t, phone, person)
	if !regexp.MustCompile(`value="` + string(urban) + `"[^>]*checked`).MatchString(page.Body) {
		t.Error("the likely unit does not stand ready")
	}
	b.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"dispatch_unit": {string(urban)}, "dispatch_advice": {"请当天到场"}, "dispatch_helpers": {string(street)}, "dispatch_helper": {""}}).leads(t, "/console")
	c := h.read(r.ID)
	if c.State != casework.Dispatched || c.Lead != urban {
		t.Fatalf("%s with %s", c.State, c.Lead)
	}
	f, err := h.docket.Dossier(t.Context(), dispatcher(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Parties) != 2 || !strings.Contains(string(f.Events[len(f.Events)-1].Data), `"suggested": 1`) {
		t.Errorf("parties %v, last event %s", f.Parties, f.Events[len(f.Events)-1].Data)
	}
	b.get("/console").wants(t, 200, "已派单。", "没有待派单的诉求")
}

func TestAfterADispatchTheNextCaseOpens(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	first := h.file(nil)
	h.now = h.now.Add(time.Minute)
	second := h.file(func(f *intake.Form) { f.Text = "望潮区路灯不亮，晚上很黑。" })
	b.get("/console").wants(t, 200, "then="+second.ID.String())
	b.act("/console/case/", first.ID, "dispatch?from=queue&then="+second.ID.String(), url.Values{"dispatch_unit": {string(urban)}}).leads(t, "/console?case="+second.ID.String())
}

func TestTheDutyListRefusesAStreetAndNothingTypedIsLost(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	category := h.departments(t)
	r := h.file(func(f *intake.Form) { f.Category = category })
	a := b.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"dispatch_unit": {string(street)}, "dispatch_advice": {"先看现场再说"}})
	a.wants(t, 422, "权责清单", "依据：", "先看现场再说")
	if !regexp.MustCompile(`value="` + string(street) + `"[^>]*checked`).MatchString(a.Body) {
		t.Error("the chosen unit is no longer chosen")
	}
	if h.read(r.ID).State != casework.Registered {
		t.Error("the case moved")
	}
	b.act("/console/case/", r.ID, "dispatch", url.Values{}).wants(t, 422, "请选择单位")
}

// departments is a matter that the street may not lead.
func (h *house) departments(t *testing.T) string {
	for _, c := range h.city.Categories() {
		if fault.KeyOf(h.city.CanDispatch(c.Code, street)) == "fault.duty_list" {
			return c.Code
		}
	}
	t.Fatal("the street may lead in everything")
	return ""
}

func TestAStaleFormIsToldWhoActedFirst(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	b.act("/console/case/", r.ID, "classify?from=queue", url.Values{"classify_kind": {"help"}, "classify_urgency": {"urgent"}, "classify_secret": {"no"}}).leads(t, "/console?case="+r.ID.String())
	a := b.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"version": {"1"}, "dispatch_unit": {string(urban)}, "dispatch_advice": {"我先写的意见"}})
	a.wants(t, 409, "已经有人改动", "最近一步：", "更正分类", "我先写的意见")
	if h.read(r.ID).State != casework.Registered {
		t.Error("the stale form dispatched the case")
	}
	b.act("/console/case/", r.ID, "dispatch", url.Values{"dispatch_unit": {string(urban)}})
	b.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"dispatch_unit": {string(homes)}, "dispatch_advice": {"晚了一步的意见"}}).wants(t, 409, "已经不在待派单里", "晚了一步的意见")
	b.post("/console/case/"+r.ID.String()+"/dispatch", url.Values{"dispatch_unit": {string(urban)}}).wants(t, 422)
}

func TestADispatchIsTakenBackWithinTenSeconds(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	send := func(unit casework.UnitCode) {
		t.Helper()
		b.act("/console/case/", r.ID, "dispatch?from=queue", url.Values{"dispatch_unit": {string(unit)}}).leads(t, "/console")
	}
	b.get("/console").lacks(t, "Ctrl+Z")
	send(homes)
	b.get("/console").wants(t, 200, "已派单。", "撤销派单", "Ctrl+Z", r.Number)
	h.now = h.now.Add(9 * time.Second)
	b.act("/console/case/", r.ID, "recall?from=queue", nil).leads(t, "/console?case="+r.ID.String())
	page := b.get("/console?case=" + r.ID.String())
	page.wants(t, 200, "派单已撤销", r.Number)
	again := b.get("/console?case=" + r.ID.String())
	again.wants(t, 200, "这件已经派过一次", "待重派")
	again.lacks(t, "把握不大")
	page.lacks(t, "Ctrl+Z")
	if c := h.read(r.ID); c.State != casework.Accepted || c.Lead != "" {
		t.Fatalf("%s with %q", c.State, c.Lead)
	}
	h.worker(homes).get("/inbox/"+r.ID.String()).wants(t, 404)
	send(urban)
	h.now = h.now.Add(11 * time.Second)
	b.get("/console/case/"+r.ID.String()).lacks(t, "Ctrl+Z")
	b.act("/console/case/", r.ID, "recall", nil).wants(t, 409, "超过 10 秒")
	if h.read(r.ID).State != casework.Dispatched {
		t.Error("taken back too late")
	}
}

func TestTheOtherWaysOutOfTheQueue(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	for _, way := range []struct {
		act   string
		wrong url.Values
		says  string
		right url.Values
		state casework.State
	}{
		{"answer", url.Values{"answer_text": {" "}}, "请写明答复的内容", url.Values{"answer_text": {"可在任一窗口办理。"}}, casework.Answered},
		{"decline", url.Values{"decline_reason": {"legal_procedure"}}, "请写明诉求人应当去的渠道", url.Values{"decline_reason": {"legal_procedure"}, "decline_told": {"请向法院起诉。"}}, casework.Declined},
		{"redirect", url.Values{"redirect_number": {"999"}}, "请选择转接的紧急号码", url.Values{"redirect_number": {"119"}}, casework.Redirected},
		{"merge", url.Values{"merge_number": {"0"}}, "没有找到要并入的诉求", url.Values{"merge_number": {h.file(nil).Number}}, casework.Merged},
	} {
		r := h.file(nil)
		b.act("/console/case/", r.ID, way.act, way.wrong).wants(t, 422, way.says)
		b.act("/console/case/", r.ID, way.act, way.right).leads(t, "/console/case/"+r.ID.String())
		if got := h.read(r.ID).State; got != way.state {
			t.Errorf("%s leads to %s", way.act, got)
		}
		b.get("/console/case/"+r.ID.String()).wants(t, 200)
	}
}

func TestACallerIsFoundByNumberAndTheNumberStandsNowhere(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	other := h.file(func(f *intake.Form) { f.Phone = "19900007777" })
	a := b.post("/console/list", url.Values{"contact": {"199-0000-1234"}})
	a.wants(t, 200, r.Number, "有 1 件诉求")
	a.lacks(t, phone, "199-0000-1234", other.Number, person)
	b.post("/console/list", url.Values{"contact": {""}}).wants(t, 422)
	for _, path := range []string{"/console", "/console/list", "/console/case/" + r.ID.String(), "/console/late", "/console/list?number=" + r.Number} {
		a := b.get(path)
		a.wants(t, 200)
		a.lacks(t, phone, person, r.Code)
	}
	if strings.Contains(h.log.String(), phone) || strings.Contains(h.log.String(), person) || strings.Contains(h.log.String(), r.Code) {
		t.Error("personal data in the log")
	}
}

func TestWhatIsShownIsNotedForTheResident(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	path := "/console/case/" + r.ID.String()
	b.post(path+"/reveal", url.Values{"what": {"contact"}, "purpose": {"curiosity"}}).wants(t, 422)
	a := b.post(path+"/reveal?from=queue", url.Values{"what": {"contact"}, "purpose": {"triage"}})
	a.wants(t, 200, phone, person, "诉求人可以看到")
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("cached: %q", a.Header.Get("Cache-Control"))
	}
	b.post(path+"/reveal", url.Values{"what": {"words"}, "purpose": {"rights"}}).wants(t, 200, phone)
	b.get(path).lacks(t, phone, person)
	uses, err := h.docket.Uses(t.Context(), casework.Resident(r.ID), r.ID)
	if err != nil || len(uses) != 2 {
		t.Fatalf("%d uses, %v", len(uses), err)
	}
	if u := uses[1]; u.Purpose != casework.ForTriage || u.Unit != casework.Hotline || u.Basis != casework.BasisDuty || len(u.Fields) != 2 {
		t.Errorf("the resident sees %+v", u)
	}
	if u := uses[0]; u.Purpose != casework.ForRights || u.Basis != casework.BasisRights {
		t.Errorf("the resident sees %+v", u)
	}
}

func TestAnOperatorTakesACallAndReadsTheCodeAloudOnce(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	b.get("/console/file").leads(t, "/console/call")
	b.get("/console/call").wants(t, 200, "登记来电", "边听边查")
	form := url.Values{"_key": {"0123456789abcdef-call"}, "channel": {"phone"}, "text": {stalls}, "place": {"东风路"}, "phone": {phone}, "name": {person}, "secret": {"no"}, "publish": {"yes"}}
	wrong := url.Values{"_key": {"0123456789abcdef-call"}, "channel": {"phone"}, "text": {""}, "place": {"东风路口"}}
	b.post("/console/call", wrong).wants(t, 422, "东风路口", "请写明内容")
	first := b.post("/console/call", form)
	first.wants(t, 200, "查询码")
	code := regexp.MustCompile(`id="code">([^<]+)<`).FindStringSubmatch(first.Body)
	again := b.post("/console/call", form)
	if code == nil || !strings.Contains(again.Body, code[1]) {
		t.Fatal("the same form again is another case")
	}
	id, err := h.docket.ByCode(t.Context(), code[1])
	if err != nil {
		t.Fatal(err)
	}
	if c := h.read(id); c.Channel != casework.Phone || c.Urgency != casework.Normal {
		t.Errorf("%+v", c)
	}
	b.get("/console/case/"+id.String()).lacks(t, code[1], phone)
}

func TestKeptMailBecomesACaseOrIsSettled(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	keep := func(raw string) casework.Key {
		key := sha256.Sum256([]byte(raw))
		if err := h.docket.Keep(t.Context(), casework.Kept{Key: key, Channel: casework.Email, Verdict: "auto_reply", Reason: "auto_submitted"}, []byte(raw)); err != nil {
			t.Fatal(err)
		}
		return key
	}
	first, second := keep("From: a@example.org\r\nSubject: hello\r\n\r\nThe lamp is out, call 19900001234.\r\n"), keep("From: b@example.org\r\nSubject: away\r\n\r\nI am away.\r\n")
	hexed := func(k casework.Key) url.Values { return url.Values{"key": {hexKey(k)}} }
	b.get("/console/kept").wants(t, 200, "自动回复", "标明为自动发出")
	a := b.post("/console/kept/look", hexed(first))
	a.wants(t, 200, "The lamp is out")
	a.lacks(t, phone)
	if a := b.post("/console/kept/refile", hexed(first)); a.Status != 303 || !strings.HasPrefix(a.To, "/console?case=") {
		t.Fatalf("%d %s", a.Status, a.To)
	}
	b.post("/console/kept/settle", hexed(second)).wants(t, 422, "请选择不立案的理由。")
	raw := b.post("/console/kept/raw", hexed(second))
	raw.wants(t, 200, "I am away.", "b@example.org")
	if !strings.HasPrefix(raw.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the original opens as a page: %v", raw.Header)
	}
	if uses, err := h.docket.KeptUses(t.Context(), casework.System, second); err != nil || len(uses) != 2 {
		t.Errorf("%d looks recorded, %v", len(uses), err)
	}
	drop := hexed(second)
	drop.Set("why", "dropped_machine")
	b.post("/console/kept/settle", drop).leads(t, "/console/kept")
	b.get("/console/kept").wants(t, 200, "机器发出，无人诉求", "最近处理过的来件")
	b.get("/console/kept").wants(t, 200, "没有等待处理的来件")
	b.post("/console/kept/look", url.Values{"key": {"00"}}).wants(t, 404)
}

// A reply that carries a case's token but comes from elsewhere waits for a person, who adds it to the case.
func TestAnOutsidersReplyIsAddedByAPerson(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	r := h.file(nil)
	key := sha256.Sum256([]byte("outsider"))
	auth := []byte(`{"verdict":"unproven","domain":"example.net"}`)
	if err := h.docket.Keep(t.Context(), casework.Kept{Key: key, Channel: casework.Email, Verdict: "reply", Reason: "outsider", About: &r.ID}, []byte("From: son@example.net\r\nSubject: Re\r\n\r\nMy mother adds: the back door too.\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := h.docket.NoteSender(t.Context(), key, auth); err != nil {
		t.Fatal(err)
	}
	hexed := func(number string) url.Values { return url.Values{"key": {hexKey(key)}, "number": {number}} }
	b.get("/console/kept").wants(t, 200, "发件地址不是我们联系过的", r.Number)
	b.post("/console/kept/look", hexed("")).wants(t, 200, "the back door too", `value="`+r.Number+`"`, "未能证明来自 example.net")
	b.post("/console/kept/attach", hexed("0")).wants(t, 422, "没有找到这个编号的诉求")
	b.post("/console/kept/attach", hexed(r.Number)).leads(t, "/console/case/"+r.ID.String())
	b.post("/console/kept/attach", hexed(r.Number)).leads(t, "/console/case/"+r.ID.String())
	b.get("/console/case/"+r.ID.String()).wants(t, 200, "the back door too", "未能证明来自 example.net", "邮件往来")
	f, err := h.docket.Dossier(t.Context(), casework.System, r.ID)
	if err != nil || len(f.Messages) != 1 {
		t.Errorf("%d additions, %v", len(f.Messages), err)
	}
	b.get("/console/kept").wants(t, 200, "没有等待处理的来件", "已并入")
}

// Every page of the console stands in both languages, without a key where words should be.
func TestPagesHaveWordsInBothLanguages(t *testing.T) {
	h := newHouse(t)
	clerk, worker := h.clerk(), h.worker(urban)
	open, sent := h.file(nil), h.sent(urban, nil)
	rawKey := regexp.MustCompile(`\b(console|inbox|dossier|signin|state|step|kind|purpose|reason|role|clock|request|fault)\.[a-z_]+[a-z]\b`)
	for _, lang := range locale.Langs() {
		for b, paths := range map[*browser][]string{
			clerk:  {"/console", "/console?late=1", "/console/list", "/console/list?view=asked", "/console/list?view=call&unit=" + string(urban), "/console/late", "/console/kept", "/console/call", "/console/search", "/console/search?q=%E6%91%8A%E8%B4%A9", "/console/keys", "/console/case/" + open.ID.String(), "/console/case/" + sent.String(), "/me", "/password"},
			worker: {"/inbox", "/inbox?view=sign", "/inbox?view=today", "/inbox?view=answered", "/inbox/" + sent.String(), "/inbox/" + sent.String() + "/sheet", "/inbox/" + sent.String() + "?text=1", "/me"},
		} {
			b.cookies["hy_lang"] = string(lang)
			for _, path := range paths {
				a := b.get(path)
				a.wants(t, 200)
				if found := rawKey.FindString(tags.ReplaceAllString(a.Body, " ")); found != "" {
					t.Errorf("%s in %s shows the key %q", path, lang, found)
				}
			}
		}
	}
}

// What was done with cases like it is a reason that a person can check.
func TestAUnitThatAnsweredSimilarCasesHasThatAsAReason(t *testing.T) {
	h := newHouse(t)
	b := h.clerk()
	by := casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: urban, Units: []casework.UnitCode{urban}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
	for range 2 {
		id := h.sent(urban, nil)
		h.now = h.now.Add(time.Minute)
		if err := h.docket.Sign(t.Context(), by, casework.Ref{ID: id}); err != nil {
			t.Fatal(err)
		}
		if err := h.docket.Begin(t.Context(), by, casework.Ref{ID: id}); err != nil {
			t.Fatal(err)
		}
		if err := h.docket.Reply(t.Context(), by, casework.Ref{ID: id}, casework.Reply{Text: "已清理，并安排早晚巡查。"}); err != nil {
			t.Fatal(err)
		}
	}
	other := h.file(nil)
	h.indexed()
	b.get("/console?case="+other.ID.String()).wants(t, 200, "近半年最相似的 2 件已答复诉求中，2 件由它办理")
}
