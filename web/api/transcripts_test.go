package api_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/staff"
)

const spoken = `{"call_id":"c-77","phone":"19900001111","place":"临江区向阳街道东风路12号","transcript":"客服：您好，12345\n市民：东风路12号门前路灯不亮\n客服：多久了\n市民：已经三天了"}`

func TestACallCentreFilesACallWithItsOperatorsToken(t *testing.T) {
	w := newDesk(t)
	for login, roles := range map[string][]casework.Role{"cti": {casework.Operator}, "boss": {casework.Supervisor}} {
		if _, err := w.staff.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: login, Name: login, Unit: casework.Hotline, Roles: roles, Password: "river stones at night"}); err != nil {
			t.Fatal(err)
		}
	}
	token, err := w.staff.NewToken(t.Context(), "CTI")
	if err != nil {
		t.Fatal(err)
	}
	post := func(body string, header ...string) (int, string) {
		res, text := w.call("POST", "/api/v1/transcripts", body, header...)
		return res.StatusCode, text
	}
	with := func(token, key string) []string {
		return []string{"Authorization", "Bearer " + token, "Idempotency-Key", key}
	}
	if code, body := post(spoken); code != 401 {
		t.Errorf("without a token: %d %s", code, body)
	}
	if code, body := post(spoken, with("wrong", "a")...); code != 401 {
		t.Errorf("with a wrong token: %d %s", code, body)
	}
	code, body := post(spoken, with(token, "a")...)
	if code != 201 {
		t.Fatalf("%d %s", code, body)
	}
	first := decode[receipt](t, body)
	if code, body := post(spoken, with(token, "a")...); code != 200 || decode[receipt](t, body).Code != first.Code {
		t.Errorf("again: %d %s", code, body)
	}
	if code, body := post(`{"transcript":"市民：别的事"}`, with(token, "a")...); code != 409 {
		t.Errorf("the key with another body: %d %s", code, body)
	}
	id, err := w.docket.ByCode(t.Context(), first.Code)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.docket.Case(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	if c.Channel != casework.Phone || c.Body != "东风路12号门前路灯不亮\n已经三天了" || c.ExternalNo != "c-77" || len(c.Proposal) == 0 {
		t.Errorf("%s %q %q", c.Channel, c.Body, c.ExternalNo)
	}
	raw, err := w.docket.RevealRaw(t.Context(), casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator}}, id, casework.Use{Purpose: casework.ForTriage})
	if err != nil || string(raw) != spoken {
		t.Errorf("the call as it came: %q, %v", raw, err)
	}
	bare := "WEBVTT\n\n00:01.000 --> 00:02.000\n<v 市民>解放路的井盖没了\n"
	if code, body := post(bare, with(token, "b")...); code != 201 {
		t.Errorf("a bare transcript: %d %s", code, body)
	}
	for _, bad := range []struct{ body, field string }{
		{`{"transcript":""}`, "transcript"}, {`{"transcript":"客服：您好"}`, "transcript"}, {`{"transcript":{"a":1}}`, "transcript"},
		{`{"transcript":"市民：停水","phone":"x"}`, "phone"}, {`{"transcript":"市民：停水","fon":"1"}`, "fon"}, {`{"transcript":"市民：停水","started_at":"noon"}`, "started_at"},
	} {
		code, body := post(bad.body, with(token, "c")...)
		if _, _, _, field := problem(t, body); code != 422 || field != bad.field {
			t.Errorf("%s: %d %s", bad.body, code, body)
		}
	}
	started := w.now.Add(-2 * time.Hour).Format(time.RFC3339)
	if code, body = post(`{"transcript":"市民：停水了","started_at":"`+started+`"}`, with(token, "d")...); code != 201 || !decode[receipt](t, body).FiledAt.Equal(w.now.Add(-2*time.Hour)) {
		t.Errorf("the promise runs from the call: %d %s", code, body)
	}
	other, err := w.staff.NewToken(t.Context(), "boss")
	if err != nil {
		t.Fatal(err)
	}
	if code, body := post(spoken, with(other, "a")...); code != 403 {
		t.Errorf("a supervisor files nothing: %d %s", code, body)
	}
	if n, err := w.staff.RevokeTokens(t.Context(), "cti"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if code, body := post(spoken, with(token, "e")...); code != 401 {
		t.Errorf("with a revoked token: %d %s", code, body)
	}
}
