package api_test

import (
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/staff"
)

func TestADepartmentsSystemGetsOneTokenForAnItemAndTheItemIsRatedOnce(t *testing.T) {
	w := newDesk(t)
	if _, err := w.staff.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: "window", Name: "window", Unit: "c-jiaojing", Roles: []casework.Role{casework.Handler}, Password: "river stones at night"}); err != nil {
		t.Fatal(err)
	}
	token, err := w.staff.NewToken(t.Context(), "window")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.pool.Exec(t.Context(), `insert into service_point (code, unit, kind, name_zh, name_en, opened_at) values ('cheguan', 'c-jiaojing', 'hall', '车管所', 'Vehicle office', now()), ('other', 'c-gongan', 'hall', '别处', 'Elsewhere', now())`); err != nil {
		t.Fatal(err)
	}
	const item = `{"point":"cheguan","number":"A-1","matter":"换证"}`
	issue := func(body, key string) (int, string) {
		res, answer := w.call("POST", "/api/v1/ratings/tokens", body, "Authorization", "Bearer "+token, "Idempotency-Key", key)
		return res.StatusCode, answer
	}
	status, first := issue(item, "k1")
	if again, second := issue(item, "k1"); status != 201 || again != 201 || first != second {
		t.Fatalf("%d %s, then %d %s", status, first, again, second)
	}
	for body, want := range map[string]int{`{"point":"cheguan","number":"A-2"}`: 409, `{"point":"other","number":"A-1"}`: 403, `{"point":"nowhere","number":"A-1"}`: 404} {
		if got, answer := issue(body, "k1"); got != want {
			t.Errorf("%s: %d %s", body, got, answer)
		}
	}
	if res, _ := w.call("POST", "/api/v1/ratings/tokens", item); res.StatusCode != 401 {
		t.Errorf("without a token: %d", res.StatusCode)
	}
	ticket := decode[struct{ Token string }](t, first).Token
	rate := func(body string) (int, string) {
		res, answer := w.call("POST", "/api/v1/ratings", strings.Replace(body, "TOKEN", ticket, 1))
		return res.StatusCode, answer
	}
	if got, answer := rate(`{"token":"TOKEN","satisfaction":1}`); got != 422 || !strings.Contains(answer, "tags") {
		t.Errorf("a bad rating that says nothing: %d %s", got, answer)
	}
	if got, answer := rate(`{"token":"TOKEN","satisfaction":1,"tags":["114"],"name":"林安","phone":"19900000001"}`); got != 201 || !strings.Contains(answer, `"case":true`) {
		t.Errorf("%d %s", got, answer)
	}
	if got, answer := rate(`{"token":"TOKEN","satisfaction":5}`); got != 200 || !strings.Contains(answer, `"satisfaction":1`) {
		t.Errorf("a second rating of the item: %d %s", got, answer)
	}
}
