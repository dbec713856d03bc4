package handover_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/handover"
	"huiyin/pg"
)

func TestWhatIsForgedOldOrForSomebodyElseIsRefusedInWords(t *testing.T) {
	ctx := t.Context()
	ours, theirs, third := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市"), newHotline(t, "990300", "海口县")
	meet(t, ours, theirs)
	meet(t, ours, third)
	meet(t, theirs, third)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.wire.down.Store(true)
	ours.drain()
	ours.wire.down.Store(false)
	raw := ours.wire.last()
	var e struct {
		Body      []byte `json:"body"`
		Signature []byte `json:"signature"`
	}
	must(t, json.Unmarshal(raw, &e))
	changed := func(from, to string) []byte {
		if !bytes.Contains(e.Body, []byte(from)) {
			t.Fatalf("%q is not in the package", from)
		}
		f := e
		f.Body = bytes.Replace(bytes.Clone(e.Body), []byte(from), []byte(to), 1)
		out, err := json.Marshal(f)
		must(t, err)
		return out
	}
	for _, c := range []struct {
		name   string
		at     *hotline
		body   []byte
		status int
		key    string
	}{
		{"another word in the text", theirs, changed("路灯不亮", "路灯很亮"), http.StatusForbidden, "fault.handover_forged"},
		{"in the name of another partner", theirs, changed(`"from":"990100"`, `"from":"990300"`), http.StatusForbidden, "fault.handover_forged"},
		{"from nobody we know", theirs, changed(`"from":"990100"`, `"from":"990999"`), http.StatusForbidden, "fault.handover_stranger"},
		{"for another hotline", third, raw, http.StatusForbidden, "fault.handover_not_ours"},
		{"with a member more", theirs, changed(`"version":1`, `"version":1,"x":1`), http.StatusUnprocessableEntity, "fault.handover_form"},
		{"spelt otherwise", theirs, changed(`"version":1`, `"version": 1`), http.StatusUnprocessableEntity, "fault.handover_form"},
		{"no package", theirs, []byte(`{"text":"x"}`), http.StatusUnprocessableEntity, "fault.handover_form"},
	} {
		status, body := post(t, c.at.url()+handover.PathCases, c.body)
		var no struct {
			Error struct{ Key, Message string }
		}
		must(t, json.Unmarshal([]byte(body), &no))
		if status != c.status || no.Error.Key != c.key || no.Error.Message == "" || no.Error.Message == c.key {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	if status, body := post(t, theirs.url()+handover.PathNews, raw); status != http.StatusUnprocessableEntity {
		t.Errorf("a package as news: %d %s", status, body)
	}
	pass(2*time.Hour, theirs)
	if status, body := post(t, theirs.url()+handover.PathCases, raw); status != http.StatusGone || !strings.Contains(body, "fault.handover_expired") {
		t.Errorf("too old: %d %s", status, body)
	}
	page, err := theirs.Docket.List(ctx, casework.System, casework.Query{})
	must(t, err)
	if len(page.Cases) != 0 {
		t.Errorf("%d cases were filed all the same", len(page.Cases))
	}
}

func TestNewsOfAThirdHotlineChangeNothing(t *testing.T) {
	ctx := t.Context()
	ours, theirs, third := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市"), newHotline(t, "990300", "海口县")
	meet(t, ours, theirs)
	meet(t, ours, third)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.drain()
	// The third knows the number of the handover and says it answered.
	mine := third.file("自己的")
	must(t, pg.InTx(ctx, third.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into handover_in (partner, id, case_id, received_at) values ('990100', $1, $2, now())`, handed(t, ours, r.ID).ID, mine.ID)
		return err
	}))
	must(t, third.Docket.Answer(ctx, clerk(), casework.Ref{ID: mine.ID}, "冒名的答复"))
	if n := third.drain(); n != 0 {
		t.Errorf("%d of its news were taken", n)
	}
	if here := ours.only(); here.State != casework.Accepted {
		t.Errorf("the case is %s", here.State)
	}
}

func TestAHotlineThatIsDownIsTriedOnAndItsReceiptCountedLate(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	must(t, ours.Give(ctx, clerk(), casework.Ref{ID: r.ID}, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.wire.down.Store(true)
	for range 25 {
		ours.drain()
		if n, err := ours.SweepLate(ctx); n != 0 || err != nil {
			t.Fatalf("an alarm after %v: %d, %v", ours.now.Load(), n, err)
		}
		pass(57*time.Minute, ours, theirs)
	}
	pass(20*time.Minute, ours, theirs)
	ours.drain()
	if n, err := ours.SweepLate(ctx); n != 1 || err != nil {
		t.Errorf("%d alarms, %v", n, err)
	}
	if n, err := ours.SweepLate(ctx); n != 0 || err != nil {
		t.Errorf("%d alarms again, %v", n, err)
	}
	late, err := ours.Late(ctx, clerk(), 10)
	if err != nil || len(late) != 1 || late[0].Case != r.ID || !late[0].Late || late[0].Tries < 10 {
		t.Errorf("late is %+v, %v", late, err)
	}
	if _, err := ours.Late(ctx, worker(), 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit looks at the list: %v", err)
	}
	if !strings.Contains(ours.log.String(), "the receipt of a handover is late") {
		t.Error("the log says nothing")
	}
	shows(t, ours.page(r.Code), "湖城市还没有回执")
	ours.wire.down.Store(false)
	pass(time.Hour, ours, theirs)
	if n := ours.drain(); n != 1 {
		t.Errorf("%d went when it was up again", n)
	}
	if one := handed(t, ours, r.ID); one.State != "received" || one.Late || one.TheirNumber != theirs.only().Number {
		t.Errorf("the handover stands as %+v", one)
	}
	if late, err := ours.Late(ctx, clerk(), 10); err != nil || len(late) != 0 {
		t.Errorf("still late: %+v, %v", late, err)
	}
}

func TestACaseThatTheOtherCityDeclinesIsOursAgain(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs)
	r := ours.file("路灯不亮")
	ref := casework.Ref{ID: r.ID}
	must(t, ours.Give(ctx, clerk(), ref, handover.Choice{Partner: "990200", Reason: "在湖城"}))
	ours.drain()
	must(t, theirs.Docket.Decline(ctx, clerk(), casework.Ref{ID: theirs.only().ID}, "beyond_duty", "这条路属于临澜市。"))
	theirs.drain()
	if one := handed(t, ours, r.ID); one.State != "back" || one.Away() {
		t.Errorf("the handover stands as %+v", one)
	}
	shows(t, ours.page(r.Code), "由我们接着办", "热线已经受理")
	must(t, ours.desk.Dispatch(ctx, clerk(), ref, casework.Order{Lead: lead}))
	if err := ours.Give(ctx, clerk(), ref, handover.Choice{Partner: "990200", Reason: "又一次"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a unit has it, and it is handed over: %v", err)
	}
}

func TestWhatAPartnerDoesNotTakeIsNotHandedOver(t *testing.T) {
	ctx := t.Context()
	ours, theirs := newHotline(t, "990100", "临澜市"), newHotline(t, "990200", "湖城市")
	meet(t, ours, theirs, casework.Consultation)
	ref := casework.Ref{ID: ours.file("路灯不亮").ID}
	for key, ch := range map[string]handover.Choice{
		"fault.handover_kind":    {Partner: "990200", Reason: "在湖城"},
		"fault.handover_partner": {Partner: "990999", Reason: "在别处"},
	} {
		if err := ours.Give(ctx, clerk(), ref, ch); fault.KeyOf(err) != key {
			t.Errorf("%+v: %v, want %s", ch, err, key)
		}
	}
	meet(t, ours, theirs)
	for key, ch := range map[string]handover.Choice{
		"fault.reason_needed": {Partner: "990200"},
		"fault.invalid":       {Partner: "990200", Reason: "x", Fields: []casework.PersonalField{casework.FieldCode}, Consent: "phone"},
	} {
		if err := ours.Give(ctx, clerk(), ref, ch); fault.KeyOf(err) != key {
			t.Errorf("%+v: %v, want %s", ch, err, key)
		}
	}
	if err := ours.Give(ctx, worker(), ref, handover.Choice{Partner: "990200", Reason: "x"}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a unit hands over: %v", err)
	}
	for _, address := range []string{"http://example.org", "ftp://example.org", "https://a@example.org", "https://example.org/?q=1", "x"} {
		err := ours.AddPartner(ctx, handover.Partner{Code: "1", Name: "x", URL: address, Key: make([]byte, 32)})
		if fault.KeyOf(err) != "fault.handover_url" {
			t.Errorf("%s: %v", address, err)
		}
	}
	must(t, ours.RemovePartner(ctx, "990200"))
	if list, err := ours.Partners(ctx); err != nil || len(list) != 0 {
		t.Errorf("partners: %v, %v", list, err)
	}
}
