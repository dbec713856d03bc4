package dossier_test

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/intake/calls"
	"huiyin/intake/transcript"
)

// program is the telephone exchange, with the token of an account of its own.
func (h *house) program() casework.Actor {
	h.t.Helper()
	h.as("cti", casework.Hotline, casework.Operator)
	a, err := h.register.Find(h.t.Context(), "cti")
	if err != nil {
		h.t.Fatal(err)
	}
	by, err := h.register.Actor(h.t.Context(), a)
	if err != nil {
		h.t.Fatal(err)
	}
	return by
}

func (h *house) tell(by casework.Actor, id string, e calls.Event) calls.Call {
	h.t.Helper()
	c, err := h.room.Tell(h.t.Context(), by, id, e)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) say(by casework.Actor, id string, turns ...calls.Turn) {
	h.t.Helper()
	if _, err := h.room.Hear(h.t.Context(), by, id, turns); err != nil {
		h.t.Fatal(err)
	}
}

func TestTheOperatorReadsTheCallAndWhatTheOrderLacks(t *testing.T) {
	h := newHouse(t)
	cti := h.program()
	b, other := h.clerk(), h.as("mei", casework.Hotline, casework.Operator)
	b.get("/console/call").wants(t, 200, "现在没有来电")
	c := h.tell(cti, "k", calls.Event{Kind: calls.EventRinging, Caller: phone})
	h.tell(cti, "k", calls.Event{Kind: calls.EventAnswered, Agent: "clerk"})
	h.say(cti, "k",
		calls.Turn{N: 0, Role: transcript.Agent, Text: "您好，请讲", Final: true},
		calls.Turn{N: 1, Role: transcript.Caller, Text: "东风路12号的烧烤店天天占道，油烟太大了", Final: true, SaidAt: h.now.Add(-4 * time.Second)},
		calls.Turn{N: 2, Role: transcript.Caller, Text: "我们三十户居民", Final: false})

	page := b.get("/console/call")
	page.wants(t, 200, "通话中", "转写延迟 4 秒", `role="log"`, `name="call" form="call" value="`+c.ID.String(), "东风路12号的烧烤店天天占道，油烟太大了", `id="turn-2"`, "hy-turn--partial",
		"来电显示的号码", `value="`+phone+`"`, `value="东风路12号"`, "市民来电反映：东风路12号的烧烤店天天占道，油烟太大了。", "三十户居民")
	other.get("/console/call").lacks(t, "烧烤店", phone, c.ID.String())
	other.get("/console/call?call="+c.ID.String()).wants(t, 200, "已经转出")
	other.get("/console/call?call="+c.ID.String()).lacks(t, "烧烤店", phone)
	touched := regexp.MustCompile(`data-touched="(\d+)"`).FindStringSubmatch(page.Body)[1]

	h.say(cti, "k", calls.Turn{N: 2, Role: transcript.Caller, Text: "我们三十户居民，上次还罚了我两百块钱，希望晚上来查一查", Final: true})
	part := b.get("/console/call/live?call=" + c.ID.String() + "&after=" + touched)
	part.wants(t, 200, `id="turn-2"`, "两百块钱", "希望晚上来查一查")
	part.lacks(t, `id="turn-0"`, "hy-turn--partial")
	other.get("/console/call/live?call="+c.ID.String()).lacks(t, "两百块钱")

	form := url.Values{"_key": {"0123456789abcdef-live"}, "channel": {"phone"}, "call": {c.ID.String()}, "text": {"市民反映东风路21号烧烤店占道、油烟扰民，影响30户居民"}, "place": {"东风路21号"}, "phone": {phone}, "secret": {"no"}, "publish": {"no"}}
	filed := b.post("/console/call", form)
	filed.wants(t, 200, "通话和工单有 3 处对不上", "来电人说的是“东风路12号”，工单写的是“东风路21", "来电人说了“两百块钱”，工单里没有", "希望晚上来查一查", "查询码")
	filed.lacks(t, "“三十户居民”，工单")
	id, err := h.docket.ByCode(t.Context(), regexp.MustCompile(`id="code">([^<]+)<`).FindStringSubmatch(filed.Body)[1])
	if err != nil {
		t.Fatal(err)
	}
	gap := url.Values{"case": {id.String()}, "kind": {"amount"}, "value": {"两百块钱"}}
	other.post("/console/call/heard", gap).wants(t, 404)
	b.post("/console/call/heard", url.Values{"case": {id.String()}, "kind": {"amount"}, "value": {"五百块钱"}}).wants(t, 404)
	b.post("/console/call/heard", gap).leads(t, "/console/case/"+id.String())
	b.get("/console/case/"+id.String()).wants(t, 200, "来电人在通话中说的金额：两百块钱。")

	// Others read it by the door of personal data, and the resident sees that they did.
	other.get("/console/case/"+id.String()).wants(t, 200, "看通话转写")
	other.get("/console/case/"+id.String()).lacks(t, "烧烤店天天占道")
	other.post("/console/case/"+id.String()+"/spoken", nil).wants(t, 422)
	other.post("/console/case/"+id.String()+"/spoken", url.Values{"spoken_purpose": {"supervise"}}).wants(t, 200, "东风路12号的烧烤店天天占道", "来电人")
	var uses int
	if err := h.pool.QueryRow(t.Context(), `select count(*) from event where case_id = $1 and step = 'use' and data ->> 'purpose' = 'supervise' and data -> 'fields' ? 'raw'`, id).Scan(&uses); err != nil {
		t.Fatal(err)
	}
	if uses != 1 {
		t.Errorf("%d uses stand in the history", uses)
	}

	// The call is written down: the next order begins empty, and what is said on goes to the case.
	next := b.get("/console/call")
	next.wants(t, 200, "已登记成诉求", "/console/case/"+id.String())
	next.lacks(t, "市民来电反映：", `value="东风路12号"`)
	h.tell(cti, "k", calls.Event{Kind: calls.EventHungUp})
	b.get("/console/call").wants(t, 200, "现在没有来电")
}

func TestAMissedCallIsRungBackFromItsOwnList(t *testing.T) {
	h := newHouse(t)
	cti := h.program()
	b := h.as("hui", casework.Hotline, casework.Callback)
	h.worker(urban).get("/console/ringback").wants(t, 403)
	b.get("/console/ringback").wants(t, 200, "没有要回拨的未接来电")
	c := h.tell(cti, "m", calls.Event{Kind: calls.EventRinging, Caller: phone})
	h.now = h.now.Add(30 * time.Second)
	h.tell(cti, "m", calls.Event{Kind: calls.EventHungUp})
	at := "/console/ringback/" + c.ID.String()
	list := b.get("/console/ringback")
	list.wants(t, 200, "第 1 次回拨，最多 3 次", "看号码并回拨")
	list.lacks(t, phone)
	b.post(at+"/number", nil).wants(t, 200, phone, "打通了", "没人接")
	b.post(at, url.Values{"reached": {"no"}}).leads(t, "/console/ringback")
	b.get("/console/ringback").wants(t, 200, "没有要回拨的未接来电", "已记下：没人接")
	h.now = h.now.Add(calls.TryAgainAfter)
	b = h.again("hui")
	b.get("/console/ringback").wants(t, 200, "第 2 次回拨，最多 3 次")
	b.post(at, url.Values{"reached": {"yes"}}).leads(t, "/console/ringback")
	b.get("/console/ringback").wants(t, 200, "没有要回拨的未接来电", "已记下：打通了")
	b.post(at, url.Values{"reached": {"yes"}}).leads(t, "/console/ringback")
	b.get("/console/ringback").wants(t, 200, "刚刚有人回拨过了")
}
