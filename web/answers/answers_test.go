package answers_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/web/answers"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is the knowledge base on its pages; who is signed in changes with by.
type desk struct {
	t       *testing.T
	app     *fiber.App
	by      casework.Actor
	cookies map[string]string
	token   string
}

func person(id int64, roles ...casework.Role) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: id, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: roles}
}

var (
	writer   = person(1, casework.Publisher)
	checker  = person(2, casework.Supervisor)
	third    = person(3, casework.Publisher)
	operator = person(4, casework.Operator)
)

func open(t *testing.T) *desk {
	t.Helper()
	town := caseworktest.New(t)
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []casework.Actor{writer, checker, third, operator} {
		if _, err := town.Pool.Exec(t.Context(), `insert into account (id, login, name, password_hash, unit, roles, must_change, created_at) overriding system value values ($1::bigint, 'p' || $1::text, 'P', 'none', 'hotline', '{}', false, now())`, a.StaffID); err != nil {
			t.Fatal(err)
		}
	}
	d := &desk{t: t, cookies: map[string]string{}}
	d.app = shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.DiscardHandler), Now: town.Now, Timeout: 30 * time.Second, Nav: answers.Nav(),
		Who: func(*fiber.Ctx) (*shell.Identity, error) {
			if d.by.StaffID == 0 {
				return nil, nil
			}
			return &shell.Identity{Name: "P", Role: string(d.by.Roles[0]), Unit: "热线", Session: fmt.Sprint(d.by.StaffID)}, nil
		}})
	shell.Mount(d.app, shell.Routes())
	shell.Mount(d.app, (&answers.Pages{Base: &knowledge.Base{DB: town.Pool, Now: town.Now, Zone: town.Zone}, City: city, Actor: func(*fiber.Ctx) (casework.Actor, error) {
		if d.by.StaffID == 0 {
			return casework.Actor{}, fault.New(fault.Unauthorized, "fault.unauthorized")
		}
		return d.by, nil
	}}).Routes())
	return d
}

func (d *desk) send(r *http.Request) (int, string, string) {
	d.t.Helper()
	for name, value := range d.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := d.app.Test(r, -1)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		d.cookies[c.Name] = c.Value
	}
	text := html.UnescapeString(string(body))
	if m := regexp.MustCompile(`name="_token" value="([^"]+)"`).FindStringSubmatch(text); m != nil {
		d.token = m[1]
	}
	return resp.StatusCode, text, resp.Header.Get("Location")
}

func (d *desk) get(path string, status int, texts ...string) string {
	d.t.Helper()
	got, body, _ := d.send(httptest.NewRequest(http.MethodGet, path, nil))
	d.says("GET "+path, got, body, status, texts)
	return body
}

func (d *desk) post(from, path string, form url.Values, status int, texts ...string) string {
	d.t.Helper()
	d.send(httptest.NewRequest(http.MethodGet, from, nil))
	form.Set("_token", d.token)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, body, to := d.send(r)
	d.says("POST "+path, got, body, status, texts)
	return to
}

func (d *desk) says(what string, got int, body string, status int, texts []string) {
	d.t.Helper()
	if got != status {
		d.t.Fatalf("%s: status %d, want %d", what, got, status)
	}
	for _, s := range texts {
		if !strings.Contains(body, s) {
			d.t.Errorf("%s does not say %q", what, s)
		}
	}
}

func article() url.Values {
	return url.Values{"code": {"lamp-out"}, "owner": {"hotline"}, "category": {""}, "title_zh": {"路灯不亮找谁"}, "title_en": {"Who mends a street lamp"}, "asked_zh": {"路灯坏了\n灯不亮"}, "asked_en": {"lamp out"},
		"body_zh": {"打 12345 或者在网上报，三天内修好。"}, "body_en": {"Call 12345 or report it here; it is mended within three days."}, "basis_zh": {"城市照明管理规定"}, "basis_en": {"Rules on city lighting"}, "link": {"https://linlan.example/lamps"},
		"valid_from": {"2026-11-01"}, "review_on": {"2027-05-01"}}
}

// An article goes through three persons by its pages, is found by residents, and what they say of it is counted.
func TestAnArticleIsWrittenCheckedPublishedAndRead(t *testing.T) {
	d := open(t)
	d.by = writer
	wrong := article()
	wrong.Set("review_on", "soon")
	d.post("/answers/new", "/answers/new", wrong, 422, "路灯不亮找谁", "三天内修好") // nothing typed is lost
	if to := d.post("/answers/new", "/answers/new", article(), 303); to != "/answers/lamp-out" {
		t.Fatalf("leads to %s", to)
	}
	d.get("/help/answers/lamp-out", 404)
	d.get("/answers?which=draft", 200, "路灯不亮找谁")
	step := func(name string, status int) {
		t.Helper()
		d.post("/answers/lamp-out", "/answers/lamp-out", url.Values{"version": {"1"}, "step": {name}}, status)
	}
	step("review", 403) // the writer does not check the own words
	d.by = checker
	step("review", 303)
	d.by = third
	step("publish", 303)
	d.by = casework.Actor{}
	d.get("/help/answers/lamp-out", 200, "三天内修好", "城市照明管理规定")
	d.get("/en/help/answers/lamp-out", 200, "mended within three days")
	d.get("/help/answers?q="+url.QueryEscape("路灯坏了"), 200, "路灯不亮找谁")
	d.get("/answers", 303)
	d.post("/help/answers/lamp-out", "/help/answers/lamp-out", url.Values{"helped": {"perhaps"}}, 422)
	if to := d.post("/help/answers/lamp-out", "/help/answers/lamp-out", url.Values{"helped": {"yes"}}, 303); to != "/help/answers/lamp-out?said=1" {
		t.Errorf("leads to %s", to)
	}

	d.by = operator
	d.get("/answers/lamp-out", 200, "三天内修好")
	d.post("/answers/lamp-out", "/answers/lamp-out", url.Values{"version": {"1"}, "step": {"withdraw"}}, 403)
	d.by = writer
	again := article()
	again.Set("version", "1")
	again.Set("body_zh", "打 12345，两天内修好。")
	d.post("/answers/lamp-out/edit", "/answers/lamp-out/edit", again, 303)
	d.post("/answers/lamp-out/edit", "/answers/lamp-out/edit", again, 409) // somebody has changed it since
	d.get("/answers/lamp-out/version/2", 200, "两天内修好", "三天内修好")            // beside the one before
	d.get("/answers/lamp-out/version/9", 404)
	d.by = casework.Actor{}
	d.get("/help/answers/lamp-out", 200, "三天内修好") // the draft is not in force
}
