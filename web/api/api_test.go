package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/intake"
	"huiyin/intake/calls"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/web/api"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is an installation that programs call.
type desk struct {
	t      *testing.T
	pool   *pgxpool.Pool
	docket *casework.Docket
	desk   *routing.Desk
	city   *routing.City
	staff  *staff.Register
	calls  *calls.Room
	api    *api.Service
	app    *fiber.App
	now    time.Time
}

func open(t *testing.T, pool *pgxpool.Pool, change func(*api.Settings)) *desk {
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	w := &desk{t: t, pool: pool, city: city, now: time.Date(2026, 11, 18, 10, 0, 0, 0, locale.Zone)}
	clock := func() time.Time { return w.now }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.docket = &casework.Docket{DB: pool, Keys: seal.NewForTest(), Now: clock, Zone: city.TZ}
	w.desk = &routing.Desk{Docket: w.docket, City: city, Terms: terms, Now: clock}
	s := api.Settings{DB: pool, Docket: w.docket, Desk: w.desk, City: city, BaseURL: "https://12345.example.gov.cn", Now: clock,
		Door:    intake.New(intake.Settings{Docket: w.docket, City: city, Terms: terms, Now: clock, Log: quiet}),
		Figures: func(c *fiber.Ctx) error { return c.JSON("figures") },
		Pools:   []api.PoolStat{{Name: "main", Stat: func() (int32, int32) { return pool.Stat().AcquiredConns(), pool.Stat().MaxConns() }}}}
	if change != nil {
		change(&s)
	}
	w.staff = staff.New(pool)
	w.staff.Now = clock
	s.Staff = w.staff
	w.calls = &calls.Room{DB: pool, Keys: w.docket.Keys, Now: clock}
	s.Calls = w.calls
	s.Services = &rating.Book{DB: pool, Keys: w.docket.Keys, Door: s.Door, Desk: w.desk, Zone: city.TZ, Now: clock}
	w.api = api.New(s)
	w.app = shell.New(shell.Config{City: shell.City{ZH: city.Name.ZH, EN: city.Name.EN}, Secret: bytes.Repeat([]byte("s"), 32), Now: clock, Log: quiet})
	shell.Mount(w.app, w.api.Routes())
	return w
}

func newDesk(t *testing.T) *desk {
	w := open(t, pgtest.DB(t), nil)
	if err := staff.SyncUnits(t.Context(), w.pool, demo.Units(w.city)); err != nil {
		t.Fatal(err)
	}
	return w
}

// call sends a request; header lines come in pairs.
func (w *desk) call(method, path, body string, header ...string) (*http.Response, string) {
	w.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.app.Test(req, -1)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res, string(b)
}

type receipt struct {
	Number  string    `json:"number"`
	Code    string    `json:"code"`
	URL     string    `json:"url"`
	Due     time.Time `json:"due"`
	FiledAt time.Time `json:"filed_at"`
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func problem(t *testing.T, body string) (kind, key, message, field string) {
	t.Helper()
	p := decode[struct {
		Error struct{ Kind, Key, Message, Field string }
	}](t, body).Error
	return p.Kind, p.Key, p.Message, p.Field
}

const lamp = `{"text":"东风路12号门前路灯不亮已经三天了","place":"临江区向阳街道东风路12号","kind":"help","person":{"name":"林小舟","phone":"19900001111"},"publish":true}`

func (w *desk) file(key string) receipt {
	w.t.Helper()
	res, body := w.call("POST", "/api/v1/cases", lamp, "Idempotency-Key", key)
	if res.StatusCode != 201 {
		w.t.Fatalf("filing answers %d: %s", res.StatusCode, body)
	}
	return decode[receipt](w.t, body)
}

func (w *desk) cases() (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), `select count(*) from event where step = 'file'`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestACaseIsFiledOnceForOneKey(t *testing.T) {
	w := newDesk(t)
	res, body := w.call("POST", "/api/v1/cases", lamp, "Idempotency-Key", "a-1")
	first := decode[receipt](t, body)
	if res.StatusCode != 201 || first.Number == "" || len(first.Code) != 9 || first.URL != "https://12345.example.gov.cn/t/"+first.Code || !first.FiledAt.Equal(w.now) || !first.Due.After(w.now) {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	if res.Header.Get("Location") != "https://12345.example.gov.cn/api/v1/cases/"+first.Number || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", res.Header)
	}
	w.now = w.now.Add(time.Hour)
	res, again := w.call("POST", "/api/v1/cases", lamp, "Idempotency-Key", "a-1")
	if res.StatusCode != 200 || decode[receipt](t, again) != first || w.cases() != 1 {
		t.Errorf("the same key answers %d %s, and there are %d cases", res.StatusCode, again, w.cases())
	}
	res, body = w.call("POST", "/api/v1/cases", strings.Replace(lamp, "三天", "四天", 1), "Idempotency-Key", "a-1")
	if kind, key, _, _ := problem(t, body); res.StatusCode != 409 || kind != "conflict" || key != "fault.idempotency_reused" {
		t.Errorf("the same key with other words answers %d %s", res.StatusCode, body)
	}
	if w.file("a-2").Number == first.Number || w.cases() != 2 {
		t.Error("another key is not another case")
	}
	for range 2 {
		w.call("POST", "/api/v1/cases", lamp)
	}
	if w.cases() != 4 {
		t.Errorf("without a key each call is a case: %d", w.cases())
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	w := newDesk(t)
	for _, c := range []struct {
		name, body   string
		status       int
		kind, member string
	}{
		{"no text", `{"text":" "}`, 422, "invalid", "text"},
		{"a member misspelt", `{"txt":"x"}`, 422, "invalid", "txt"},
		{"not JSON", `text=x`, 422, "invalid", ""},
		{"a number for a text", `{"text":5}`, 422, "invalid", "text"},
		{"an unknown kind", `{"text":"路灯不亮","kind":"rant"}`, 422, "invalid", "kind"},
		{"an unknown category", `{"text":"路灯不亮","category":"999999"}`, 422, "invalid", "category"},
		{"a phone number of letters", `{"text":"路灯不亮","person":{"phone":"abc"}}`, 422, "invalid", "phone"},
		{"a place on no map", `{"text":"路灯不亮","point":{"lat":95,"lon":0}}`, 422, "invalid", "point"},
		{"two values", `{"text":"路灯不亮"}{}`, 422, "invalid", ""},
	} {
		for lang, want := range map[string]bool{"zh-CN": true, "en": false} {
			res, body := w.call("POST", "/api/v1/cases", c.body, "Accept-Language", lang)
			kind, _, message, field := problem(t, body)
			if res.StatusCode != c.status || kind != c.kind || field != c.member || hasHan(message) != want {
				t.Errorf("%s (%s): %d %s", c.name, lang, res.StatusCode, body)
			}
		}
	}
	res, body := w.call("POST", "/api/v1/cases", "text=x", "Content-Type", "application/x-www-form-urlencoded")
	if res.StatusCode != 422 {
		t.Errorf("a form answers %d %s", res.StatusCode, body)
	}
	if w.cases() != 0 {
		t.Errorf("%d cases were filed", w.cases())
	}
}

func hasHan(s string) bool { return regexp.MustCompile(`\p{Han}`).MatchString(s) }

var (
	clerk = casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
	unit  = casework.UnitCode("d-linjiang-chengguan")
	hand  = casework.Actor{Kind: casework.ByStaff, StaffID: 2, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
)

// answer takes a filed case to its reply.
func (w *desk) answer(r receipt) casework.CaseID {
	w.t.Helper()
	ctx := w.t.Context()
	id, err := w.docket.ByCode(ctx, r.Code)
	ref := casework.Ref{ID: id}
	for _, do := range []func() error{
		func() error { return err },
		func() error {
			return w.desk.Dispatch(ctx, clerk, ref, casework.Order{Lead: unit, Advice: "内部提示"})
		},
		func() error { return w.docket.Sign(ctx, hand, ref) },
		func() error {
			_, err := w.docket.Reveal(ctx, hand, id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact, Basis: casework.BasisDuty})
			return err
		},
		func() error {
			return w.docket.Contact(ctx, hand, ref, casework.ContactResult{Means: "phone", Reached: true, Note: "内部记录"})
		},
		func() error { return w.docket.Reply(ctx, hand, ref, casework.Reply{Text: "路灯已修复"}) },
	} {
		if err := do(); err != nil {
			w.t.Fatal(err)
		}
		w.now = w.now.Add(time.Minute)
	}
	return id
}

type status struct {
	Number     string
	State      struct{ Code, Name string }
	Open       bool
	Unit       struct{ Code, Name string }
	AnsweredAt *time.Time `json:"answered_at"`
	Overdue    bool
	Timeline   []struct{ Step struct{ Code, Name string } }
	Answers    []struct {
		Text  string
		Final bool
	}
	Ratings     []struct{ Solved string }
	RatingToken string `json:"rating_token"`
}

func TestACodeOpensOneCaseAndNothingElse(t *testing.T) {
	w := newDesk(t)
	mine, other := w.file("a"), w.file("b")
	w.answer(mine)
	res, body := w.call("GET", "/api/v1/cases/current", "", "Authorization", "Bearer "+strings.ToLower(mine.Code))
	s := decode[status](t, body)
	if res.StatusCode != 200 || s.Number != mine.Number || s.State.Code != "replied" || s.State.Name == "" || s.AnsweredAt == nil || s.Overdue || len(s.Answers) != 1 || s.Answers[0].Text != "路灯已修复" || !s.Answers[0].Final || s.RatingToken == "" {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	var steps []string
	for _, h := range s.Timeline {
		steps = append(steps, h.Step.Code)
	}
	if !slices.Equal(steps, []string{"file", "accept", "dispatch", "sign", "contact", "reply"}) {
		t.Errorf("the timeline is %v", steps)
	}
	for _, secret := range []string{"内部提示", "内部记录", "林小舟", "19900001111", "staff"} {
		if strings.Contains(body, secret) {
			t.Errorf("the answer holds %q: %s", secret, body)
		}
	}
	if res.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
	_, english := w.call("GET", "/api/v1/cases/"+mine.Number, "", "Authorization", "Bearer "+mine.Code, "Accept-Language", "en")
	if e := decode[status](t, english); e.Number != mine.Number || hasHan(e.State.Name+e.Unit.Name) {
		t.Errorf("in English: %s", english)
	}
	for name, c := range map[string]struct {
		path, header string
		want         int
	}{
		"no code":                   {"/api/v1/cases/current", "", 401},
		"another scheme":            {"/api/v1/cases/current", "Basic x", 401},
		"a code that opens nothing": {"/api/v1/cases/current", "Bearer 2222-2222", 404},
		"no code at all":            {"/api/v1/cases/current", "Bearer x", 404},
		"the number of another":     {"/api/v1/cases/" + other.Number, "Bearer " + mine.Code, 404},
	} {
		res, body := w.call("GET", c.path, "", "Authorization", c.header)
		if res.StatusCode != c.want || strings.Contains(body, mine.Number) {
			t.Errorf("%s answers %d %s", name, res.StatusCode, body)
		}
		if c.want == 401 && !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s does not say what is needed", name)
		}
	}
}

// TestGuessingCodesIsBraked bears five wrong codes of a sender, then makes it wait, the right code included.
func TestGuessingCodesIsBraked(t *testing.T) {
	w := newDesk(t)
	mine := w.file("a")
	for i := range 5 {
		if res, body := w.call("GET", "/api/v1/cases/current", "", "Authorization", "Bearer 2222-222"+string(rune('A'+i))); res.StatusCode != 404 {
			t.Fatalf("wrong code %d answers %d %s", i+1, res.StatusCode, body)
		}
	}
	res, _ := w.call("GET", "/api/v1/cases/current", "", "Authorization", "Bearer "+mine.Code)
	if res.StatusCode != 429 || res.Header.Get("Retry-After") == "" {
		t.Fatalf("the sixth try answers %d", res.StatusCode)
	}
}

func TestARatingIsKeptOnceAndNotSolvedGoesBackOnce(t *testing.T) {
	w := newDesk(t)
	mine := w.file("a")
	w.answer(mine)
	look := func() status {
		_, body := w.call("GET", "/api/v1/cases/current", "", "Authorization", "Bearer "+mine.Code)
		return decode[status](t, body)
	}
	token := look().RatingToken
	word := `{"token":"` + token + `","solved":"no","satisfaction":1,"text":"还是不亮，电话19900001111"}`
	for _, c := range []struct {
		name, body string
		want       int
		field      string
	}{
		{"no verdict", `{"token":"` + token + `","satisfaction":3}`, 422, "solved"},
		{"no level", `{"token":"` + token + `","solved":"yes"}`, 422, "satisfaction"},
		{"not solved without facts", `{"token":"` + token + `","solved":"no","satisfaction":1}`, 422, "text"},
		{"no such token", `{"token":"x","solved":"yes","satisfaction":5}`, 404, ""},
		{"a member misspelt", `{"tokn":"x"}`, 422, ""},
	} {
		res, body := w.call("POST", "/api/v1/ratings", c.body)
		if _, _, _, field := problem(t, body); res.StatusCode != c.want || field != c.field {
			t.Errorf("%s: %d %s", c.name, res.StatusCode, body)
		}
	}
	res, body := w.call("POST", "/api/v1/ratings", word)
	if res.StatusCode != 201 || !strings.Contains(body, `"redone":true`) {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	if res, body := w.call("POST", "/api/v1/ratings", word); res.StatusCode != 200 {
		t.Errorf("the same rating again answers %d %s", res.StatusCode, body)
	}
	if res, body := w.call("POST", "/api/v1/ratings", strings.Replace(word, `"no"`, `"yes"`, 1)); res.StatusCode != 409 {
		t.Errorf("another rating of the round answers %d %s", res.StatusCode, body)
	}
	s := look()
	if s.State.Code != "dispatched" || !s.Open || s.RatingToken != "" || len(s.Ratings) != 1 || s.Ratings[0].Solved != "no" {
		t.Errorf("after the rating: %+v", s)
	}
}
