package dossier_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"huiyin/casework"
)

const district casework.UnitCode = "d-linjiang"

// account is the number of an account.
func (h *house) account(login string) (id string) {
	h.t.Helper()
	if err := h.pool.QueryRow(h.t.Context(), `select id::text from account where login = $1`, login).Scan(&id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

func TestADistrictHandsACaseToItsStreetAndAnswersWithTheStreetsResult(t *testing.T) {
	h := newHouse(t)
	id := h.sent(district, nil)
	lead, below := h.as("district", district, casework.Liaison, casework.Handler), h.worker(street)
	hand := h.as("hand", street, casework.Handler)
	number := h.read(id).Number
	below.get("/inbox/"+id.String()).wants(t, 404)
	lead.get("/inbox/"+id.String()).wants(t, 200, "交给下级单位或同事办理", "向阳街道")
	lead.act("/inbox/", id, "assign", url.Values{"assign_to": {""}}).wants(t, 422, "请选择下级单位或本单位的同事")
	lead.act("/inbox/", id, "assign", url.Values{"assign_to": {string(street)}, "assign_advice": {"请今天到现场"}}).leads(t, "/inbox/"+id.String())
	lead.get("/inbox?view=given").wants(t, 200, number, "向阳街道")
	lead.get("/inbox?view=unassigned").lacks(t, number)

	below.get("/inbox?view=unassigned").wants(t, 200, number)
	below.get("/inbox/"+id.String()).wants(t, 200, "请今天到现场", "主办单位是临江区人民政府", "我来办")
	below.get("/inbox/"+id.String()).lacks(t, "答复并办结")
	below.post("/inbox/chosen", url.Values{"do": {"assign"}, "to": {string(street) + ":" + h.account("hand")}, "case": {id.String() + ":" + itoa(h.read(id).Version)}}).leads(t, "/inbox")
	hand.get("/inbox?view=mine").wants(t, 200, number, `data-case="`+id.String()+`"`)
	below.get("/inbox?view=given").wants(t, 200, "某人 hand")
	hand.act("/inbox/", id, "reply", url.Values{"reply_text": {"我来答复"}}).wants(t, 403)
	hand.act("/inbox/", id, "contact", url.Values{"contact_means": {"visit"}, "contact_reached": {"yes"}}).leads(t, "/inbox/"+id.String())
	hand.act("/inbox/", id, "handin", url.Values{"handin_text": {""}}).wants(t, 422)
	hand.act("/inbox/", id, "handin", url.Values{"handin_text": {"摊贩已经离开，留了人值守。"}}).leads(t, "/inbox")
	hand.get("/inbox?view=mine").lacks(t, number)
	below.act("/inbox/", id, "handin", url.Values{"handin_text": {"街道核对：摊贩已经离开。"}}).leads(t, "/inbox")
	below.get("/inbox?view=answered").wants(t, 200, number)

	lead.get("/inbox/"+id.String()+"?text=1").wants(t, 200, "采用交回的结果", "街道核对：摊贩已经离开。", "转办", "交回")
	lead.act("/inbox/", id, "reply", url.Values{"reply_text": {"街道核对：摊贩已经离开。"}}).leads(t, "/inbox")
	lead.get("/inbox").wants(t, 200, "没有待办。最近 7 天办结 1 件")
	below.get("/inbox/"+id.String()).wants(t, 200) // whoever worked on it sees how it ends
}

func TestWhatIsGivenBackStandsInItsOwnList(t *testing.T) {
	h := newHouse(t)
	id := h.sent(district, nil)
	lead, below := h.as("district", district, casework.Liaison, casework.Handler), h.worker(street)
	lead.act("/inbox/", id, "assign", url.Values{"assign_to": {string(street)}}).leads(t, "/inbox/"+id.String())
	below.act("/inbox/", id, "handback", url.Values{"handback_reason": {""}}).wants(t, 422)
	below.act("/inbox/", id, "handback", url.Values{"handback_reason": {"不在向阳街道范围内"}}).leads(t, "/inbox")
	below.get("/inbox/"+id.String()).wants(t, 404)
	lead.get("/inbox?view=back").wants(t, 200, h.read(id).Number, "下级退回")
	lead.get("/inbox/"+id.String()).wants(t, 200, "不在向阳街道范围内", "退回，没有办")
	lead.act("/inbox/", id, "take", nil).leads(t, "/inbox/"+id.String())
	lead.get("/inbox?view=mine").wants(t, 200, h.read(id).Number)
	lead.act("/inbox/", id, "recover", nil).leads(t, "/inbox/"+id.String())
	lead.get("/inbox?view=mine").lacks(t, h.read(id).Number)
}

func TestAHandlerTakesWhatNobodyHasAndGivesItToNobodyElse(t *testing.T) {
	h := newHouse(t)
	id, other := h.sent(urban, nil), h.sent(urban, nil)
	b, c := h.as("first", urban, casework.Handler), h.as("second", urban, casework.Handler)
	b.act("/inbox/", id, "signoff", nil)
	b.get("/inbox/"+id.String()).wants(t, 200, "我来办")
	b.get("/inbox/"+id.String()).lacks(t, "assign_to")
	b.post("/inbox/"+id.String()+"/assign", url.Values{"version": {itoa(h.read(id).Version)}, "assign_to": {string(urban) + ":" + h.account("second")}}).wants(t, 403)
	b.act("/inbox/", id, "take", nil).leads(t, "/inbox/"+id.String())
	c.act("/inbox/", id, "take", nil).wants(t, 403)
	c.post("/inbox/chosen", url.Values{"do": {"assign"}, "to": {string(urban) + ":" + h.account("second")}, "case": {id.String() + ":" + itoa(h.read(id).Version), other.String() + ":" + itoa(h.read(other).Version)}}).leads(t, "/inbox")
	c.get("/inbox").wants(t, 200, "有的诉求没有交办")
	c.get("/inbox?view=mine").wants(t, 200, h.read(other).Number)
	c.get("/inbox?view=mine").lacks(t, h.read(id).Number)
	c.post("/inbox/chosen", url.Values{"do": {"assign"}, "to": {"nobody:x"}, "case": {id.String() + ":1"}}).leads(t, "/inbox")
	c.get("/inbox").wants(t, 200, "请选择交给谁")
}

// fromBox sends as the box on a telephone does.
func (b *browser) fromBox(id casework.CaseID, form url.Values) answer {
	b.h.t.Helper()
	b.get("/m/inbox")
	r := httptest.NewRequest("POST", "/m/inbox/"+id.String()+"/done", strings.NewReader(b.signed(form).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Field", "1")
	return b.send(r)
}

func TestWhatATelephoneSendsTwiceArrivesOnce(t *testing.T) {
	h := newHouse(t)
	id := h.sent(urban, nil)
	b := h.worker(urban)
	key := uuid.NewString()
	form := url.Values{"version": {itoa(h.read(id).Version)}, "done_how": {"proof"}, "done_text": {"已清走"}, "done_key": {key}, "lat": {"30.1234567"}, "lon": {"120.5"}}
	for range 2 {
		b.fromBox(id, form).wants(t, 200, `"next":"/m/inbox/`+id.String()+`"`)
	}
	f, err := h.docket.Dossier(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Messages) != 1 || f.Messages[0].Body != "已清走\n（位置 30.1235，120.5000）" || f.Case.State != casework.Signed {
		t.Errorf("%s: %+v", f.Case.State, f.Messages)
	}

	// The answer is on its way when somebody else answers first: it is refused in words, and does not replace what was sent.
	again := url.Values{"version": {itoa(f.Case.Version)}, "done_how": {"reply"}, "done_text": {"我的答复"}, "done_key": {uuid.NewString()}}
	h.as("quick", urban, casework.Handler).act("/inbox/", id, "reply", url.Values{"reply_text": {"别人的答复"}}).leads(t, "/inbox")
	b.fromBox(id, again).wants(t, 409, `"said":`, "单位答复", "临江区城市管理")
	b.fromBox(id, url.Values{"version": {"1"}, "done_how": {"proof"}, "done_key": {uuid.NewString()}}).wants(t, 422, "请拍一张照片")
	b.fromBox(uuid.New(), again).wants(t, 404)
}

func TestADesksFilterStandsInItsAddress(t *testing.T) {
	h := newHouse(t)
	h.sent(urban, nil)
	mine := h.sent(district, nil)
	lead := h.as("district", district, casework.Liaison)
	lead.get("/inbox").wants(t, 200, h.read(mine).Number)
	page := lead.get("/inbox?unit=" + string(urban) + "&urgency=normal")
	page.wants(t, 200, "去掉筛选", "view=late")
	page.lacks(t, h.read(mine).Number)
	lead.get("/inbox?unit=c-unknown&category=x&urgency=y&view=z&after=").wants(t, 200, h.read(mine).Number)
	lead.get("/inbox?after=broken").wants(t, 422)
	lead.get("/inbox?urgency=critical").wants(t, 200, "没有符合筛选条件的诉求")
}
