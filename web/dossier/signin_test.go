package dossier_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/staff"
)

func TestSigningInLandsWhereTheWorkIs(t *testing.T) {
	h := newHouse(t)
	for login, c := range map[string]struct {
		unit  casework.UnitCode
		roles []casework.Role
		home  string
	}{
		"op":   {casework.Hotline, []casework.Role{casework.Operator}, "/console"},
		"sup":  {casework.Hotline, []casework.Role{casework.Supervisor, casework.Dispatcher}, "/console/late"},
		"call": {casework.Hotline, []casework.Role{casework.Callback}, "/console/list?view=call"},
		"hand": {urban, []casework.Role{casework.Handler}, "/inbox"},
		"audi": {casework.Hotline, []casework.Role{casework.Auditor}, "/me"},
	} {
		b := h.as(login, c.unit, c.roles...)
		b.get("/login").leads(t, c.home)
		b.get(c.home).wants(t, 200)
	}
}

func TestSigningInTellsNothingAndGoesNowhereElse(t *testing.T) {
	h := newHouse(t)
	if _, err := h.register.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: "known", Name: "熟人", Unit: urban, Roles: []casework.Role{casework.Handler}, Password: password}); err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	unknown := b.post("/login", url.Values{"login": {"nobody"}, "password": {"wrong"}})
	known := b.post("/login", url.Values{"login": {"known"}, "password": {"wrong"}})
	unknown.wants(t, 401, "登录名或密码不正确")
	known.wants(t, 401, "登录名或密码不正确")
	known.lacks(t, "wrong")
	b.post("/login", url.Values{"login": {"known"}, "password": {password}, "next": {"//evil.example/x"}}).leads(t, "/inbox")
	b = h.browser()
	a := b.post("/login", url.Values{"login": {"known"}, "password": {password}, "next": {"/inbox?view=late"}})
	a.leads(t, "/inbox?view=late")
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == "hy_staff" && (!c.HttpOnly || c.SameSite != http.SameSiteLaxMode) {
			t.Errorf("the session's cookie can be stolen: %v", c)
		}
	}
	b.token = ""
	b.post("/logout", nil).leads(t, "/login")
	b.get("/inbox").leads(t, "/login?next=%2Finbox")
	h.browser().send(mustPost("/login", "login=known&password="+url.QueryEscape(password))).wants(t, 403)
}

func mustPost(path, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestAGivenPasswordOpensNothingButItsOwnChange(t *testing.T) {
	h := newHouse(t)
	if _, err := h.register.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: "new", Name: "新人", Unit: urban, Roles: []casework.Role{casework.Handler}, Password: password, MustChange: true}); err != nil {
		t.Fatal(err)
	}
	b := h.browser()
	b.post("/login", url.Values{"login": {"new"}, "password": {password}}).leads(t, "/password")
	b.get("/inbox").leads(t, "/login?next=%2Finbox")
	b.get("/login").leads(t, "/password")
	b.get("/password").wants(t, 200, "别人替您设的")
	b.post("/password", url.Values{"old": {password}, "password": {"a bridge of paper"}, "again": {"a bridge of papers"}}).wants(t, 422, "不一样")
	b.post("/password", url.Values{"old": {"wrong"}, "password": {"a bridge of paper"}, "again": {"a bridge of paper"}}).wants(t, 422, "当前密码不正确")
	b.post("/password", url.Values{"old": {password}, "password": {"a bridge of paper"}, "again": {"a bridge of paper"}}).leads(t, "/inbox")
	b.get("/inbox").wants(t, 200)
	b.get("/me").wants(t, 200, "新人", "承办人")
	h.browser().get("/password").leads(t, "/login?next=%2Fpassword")
}
