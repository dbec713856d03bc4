package api_test

import (
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/staff"
)

type callAnswer struct {
	Call  string `json:"call"`
	State string `json:"state"`
	New   *int   `json:"new"`
}

func TestAnExchangeTellsOfItsCallsAndWhatIsSaid(t *testing.T) {
	w := newDesk(t)
	var people []staff.Account
	for _, login := range []string{"cti", "ning"} {
		a, err := w.staff.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: login, Name: login, Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "river stones at night"})
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, a)
	}
	token, err := w.staff.NewToken(t.Context(), "cti")
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, body string, header ...string) (int, string) {
		res, text := w.call("POST", "/api/v1/calls/"+path, body, header...)
		return res.StatusCode, text
	}
	bearer := []string{"Authorization", "Bearer " + token}
	if code, body := post("a/events", `{"event":"ringing"}`); code != 401 {
		t.Errorf("without a token: %d %s", code, body)
	}
	if code, body := post("a/turns", `{"turn":0,"text":"x"}`, "Authorization", "Bearer wrong"); code != 401 {
		t.Errorf("with a wrong token: %d %s", code, body)
	}
	at := w.now.Format(time.RFC3339)
	for _, step := range []struct{ path, body, state string }{
		{"2026-11-18%2F7/events", `{"event":"ringing","at":"` + at + `","caller":"19900001111","called":"12345"}`, "ringing"},
		{"2026-11-18%2F7/events", `{"event":"answered","agent":"ning"}`, "talking"},
		{"2026-11-18%2F7/turns", `{"turn":0,"role":"agent","text":"您好，12345"}`, "talking"},
		{"2026-11-18%2F7/turns", `{"turns":[{"turn":2,"role":"caller","text":"东风路","final":false,"rev":1,"start_s":3,"end_s":4},{"turn":1,"role":"caller","text":"路灯不亮","end_s":2.5}]}`, "talking"},
		{"2026-11-18%2F7/events", `{"event":"hung_up"}`, "ended"},
	} {
		code, body := post(step.path, step.body, bearer...)
		if got := decode[callAnswer](t, body); code != 200 || got.Call != "2026-11-18/7" || got.State != step.state {
			t.Errorf("%s: %d %s", step.body, code, body)
		}
	}
	if _, body := post("2026-11-18%2F7/turns", `{"turn":1,"role":"caller","text":"路灯不亮"}`, bearer...); *decode[callAnswer](t, body).New != 0 {
		t.Errorf("again: %s", body)
	}
	ning, err := w.staff.Actor(t.Context(), people[1])
	if err != nil {
		t.Fatal(err)
	}
	c, ok, err := w.calls.Present(t.Context(), ning)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	h, err := w.calls.Listen(t.Context(), ning, c.ID)
	if err != nil || len(h.Turns) != 3 || h.Turns[1].Text != "路灯不亮" || h.Turns[2].Final {
		t.Errorf("%+v %v", h, err)
	}
	if got := h.Turns[1].SaidAt.Sub(*c.AnsweredAt); got != 2500*time.Millisecond {
		t.Errorf("the words ended %s after the answer", got)
	}
	for _, bad := range []struct{ path, body, field string }{
		{"b/events", `{"event":"lunch"}`, "event"}, {"b/events", `{"event":"answered","agent":"nobody"}`, "agent"}, {"b/events", `{"event":"ringing","phone":"1"}`, "phone"},
		{"b/turns", `{"text":"x"}`, "turn"}, {"b/turns", `{"turns":[{"turn":1,"text":"x"},{"turn":2,"role":"boss","text":"x"}]}`, "turns.1.role"}, {"b/turns", `[]`, ""},
		{strings.Repeat("x", 101) + "/events", `{"event":"ringing"}`, "id"},
	} {
		code, body := post(bad.path, bad.body, bearer...)
		if _, _, _, field := problem(t, body); code != 422 || field != bad.field {
			t.Errorf("%s: %d %s", bad.body, code, body)
		}
	}
}

func TestTheTranscriptOfACallGoesWithTheCaseThatWasMadeOfIt(t *testing.T) {
	w := newDesk(t)
	a, err := w.staff.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: "cti", Name: "cti", Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "river stones at night"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.staff.NewToken(t.Context(), "cti")
	if err != nil {
		t.Fatal(err)
	}
	by, err := w.staff.Actor(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, body string) (int, string) {
		res, text := w.call("POST", "/api/v1/"+path, body, "Authorization", "Bearer "+token, "Idempotency-Key", "k-"+path)
		return res.StatusCode, text
	}
	for _, event := range []string{"ringing", "answered", "hung_up"} {
		if code, body := post("calls/c-77/events", `{"event":"`+event+`","caller":"19900001111"}`); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
	}
	call, ok, err := w.calls.Present(t.Context(), by)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	r, err := w.api.Door.File(t.Context(), intake.Submission{Channel: casework.Phone, Key: casework.Key{7}, By: by, Text: "东风路12号门前路灯不亮"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.calls.Attach(t.Context(), by, call.ID, r.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		code, body := post("transcripts", spoken)
		if got := decode[receipt](t, body); code != 200 || got.Number != r.Number || got.Code != "" || strings.Contains(body, "/t/") {
			t.Errorf("%d %s", code, body)
		}
	}
	if code, body := post("transcripts", strings.Replace(spoken, "三天", "四天", 1)); code != 409 {
		t.Errorf("the key with another body: %d %s", code, body)
	}
	h, ok, err := w.calls.OfCase(t.Context(), by, r.ID)
	if err != nil || !ok || len(h.Turns) != 4 || h.Turns[1].Text != "东风路12号门前路灯不亮" {
		t.Errorf("%d turns, %v", len(h.Turns), err)
	}
}
