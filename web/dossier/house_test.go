package dossier_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/intake/calls"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/routing/topics"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/staff"
	"huiyin/supervision"
	"huiyin/web/console"
	"huiyin/web/dossier"
	"huiyin/web/inbox"
	"huiyin/web/shell"
	"huiyin/web/signin"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The units of the tests: a department's bureau, another one, and a street of the same district.
const (
	urban  casework.UnitCode = "d-linjiang-chengguan"
	homes  casework.UnitCode = "d-linjiang-zhujian"
	street casework.UnitCode = "s-linjiang-xiangyang"
)

const password = "river stones at night"

// house is the staff pages of a city on a database of its own; it is Monday 2 November 2026, 09:00.
type house struct {
	t        testing.TB
	app      *fiber.App
	docket   *casework.Docket
	room     *calls.Room
	abroad   *handover.Service
	desk     *routing.Desk
	city     *routing.City
	door     *intake.Door
	register *staff.Register
	finder   search.Service
	pool     *pgxpool.Pool
	now      time.Time
	log      bytes.Buffer
	sessions int
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, pgtest.DB(t), nil, nil, nil)
}

// newHouseOn is a house on this database, with a knowledge base and gates before its doors where it is told to have them.
func newHouseOn(t testing.TB, pool *pgxpool.Pool, answers *knowledge.Base, gate, reading *shell.Gate) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, locale.Zone)}
	clock := func() time.Time { return h.now }
	h.pool = pool
	var err error
	if h.city, err = routing.LoadCity(os.DirFS("../../demo/city")); err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	keys := seal.NewForTest()
	var units []staff.Unit
	for i, u := range h.city.Units() {
		units = append(units, staff.Unit{Code: u.Code, NameZh: u.Name.ZH, NameEn: u.Name.EN, Level: string(u.Level), Parent: u.Parent, Territory: u.Territory, Nature: u.Nature, Active: true, Position: i})
	}
	if err := staff.SyncUnits(t.Context(), pool, units); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&h.log, nil))
	h.docket = &casework.Docket{DB: pool, Keys: keys, Now: clock, Zone: locale.Zone, Compare: topics.Alike}
	h.desk = &routing.Desk{Docket: h.docket, City: h.city, Terms: terms, Now: clock}
	h.door = intake.New(intake.Settings{Docket: h.docket, City: h.city, Terms: terms, Mailboxes: []string{"12345@localhost"}, Now: clock, Log: log})
	h.register = staff.New(pool)
	h.room = &calls.Room{DB: pool, Keys: keys, Now: clock}
	h.abroad = handover.New(handover.Settings{DB: pool, Docket: h.docket, Door: h.door, City: h.city, Keys: keys, BaseURL: "https://linlan.example", Now: clock, Log: log})
	h.register.Now = clock
	lexicon := search.Lexicon(h.city)
	h.finder = search.Service{Docket: h.docket, Lexicon: lexicon, Engine: &embedded.Engine{DB: pool, Lexicon: lexicon, Now: clock, Zone: locale.Zone}}
	in := &signin.Pages{Register: h.register, City: h.city}
	office := dossier.Office{Docket: h.docket, Desk: h.desk, City: h.city, Actor: in.Actor, Answers: answers}
	h.app = shell.New(shell.Config{City: shell.City{ZH: h.city.Name.ZH, EN: h.city.Name.EN}, Secret: bytes.Repeat([]byte("s"), 32), Log: log, Now: clock, Who: in.Who, Timeout: 30 * time.Second, Gate: gate, Reading: reading,
		Nav: append(append(console.Nav(), inbox.Nav()...), signin.Nav()...)})
	shell.Mount(h.app, shell.Routes())
	shell.Mount(h.app, in.Routes())
	shell.Mount(h.app, console.New(office, h.door, keys, h.finder, h.register, h.room, h.abroad).Routes())
	shell.Mount(h.app, (&inbox.Pages{Office: office, DB: pool, Texts: h.texts(), BaseURL: "https://linlan.example", Figures: func(ctx context.Context, p supervision.Period, f supervision.Filter) (supervision.Board, error) {
		return supervision.View(ctx, pool, p, f)
	}}).Routes())
	return h
}

// texts are the standard texts that come with the program.
func (h *house) texts() []rulebook.Text {
	h.t.Helper()
	files, err := rulebook.Base(os.DirFS("../../demo/city"))
	if err != nil {
		h.t.Fatal(err)
	}
	rules, err := rulebook.Read(files, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return rules.Texts
}

// browser is one person's browser.
type browser struct {
	h       *house
	cookies map[string]string
	token   string
}

// answer is what the service sent.
type answer struct {
	Status int
	Body   string
	To     string // of a 303
	Header http.Header
}

// as opens an account with these roles and a session of it. Both are put where staff keeps them: hashing passwords would take most of the tests' time,
// and signin_test.go goes through the door.
func (h *house) as(login string, unit casework.UnitCode, roles ...casework.Role) *browser {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), `insert into account (login, name, password_hash, unit, roles, must_change, created_at) values ($1, $2, 'none', $3, $4, false, $5)`, login, "某人 "+login, unit, roles, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.again(login)
}

// again opens a new session of an account, after the clock has moved past the last one.
func (h *house) again(login string) *browser {
	h.t.Helper()
	h.sessions++
	token := login + strconv.Itoa(h.sessions)
	key := sha256.Sum256([]byte(token))
	_, err := h.pool.Exec(h.t.Context(), `insert into session (token_hash, account, csrf, created_at, seen_at, expires_at) select $1, id, $2, $3, $3, $4 from account where login = $5`,
		key[:], "csrf-"+token, h.now, h.now.Add(staff.AbsoluteLimit), login)
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.browser()
	b.cookies["hy_staff"] = token
	return b
}

func (h *house) clerk() *browser {
	return h.as("clerk", casework.Hotline, casework.Operator, casework.Dispatcher)
}

func (h *house) worker(unit casework.UnitCode) *browser {
	return h.as("worker-"+string(unit), unit, casework.Liaison, casework.Handler)
}

func (h *house) browser() *browser { return &browser{h: h, cookies: map[string]string{}} }

func (b *browser) send(r *http.Request) answer {
	b.h.t.Helper()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := b.h.app.Test(r, -1)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return answer{Status: resp.StatusCode, Body: string(body), To: resp.Header.Get("Location"), Header: resp.Header}
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	a := b.send(httptest.NewRequest(http.MethodGet, path, nil))
	if m := regexp.MustCompile(`name="_token" value="([^"]+)"`).FindStringSubmatch(a.Body); m != nil {
		b.token = m[1]
	}
	return a
}

func (b *browser) post(path string, form url.Values) answer {
	b.h.t.Helper()
	form = b.signed(form)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

// upload posts a form with one file.
func (b *browser) upload(path string, form url.Values, field, name string, data []byte) answer {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, all := range b.signed(form) {
		for _, value := range all {
			_ = w.WriteField(key, value)
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		b.h.t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.send(r)
}

func (b *browser) signed(form url.Values) url.Values {
	b.h.t.Helper()
	if b.token == "" {
		page := "/me"
		if b.cookies["hy_staff"] == "" {
			page = "/login"
		}
		b.get(page)
	}
	out := url.Values{"_token": {b.token}}
	maps.Copy(out, form)
	return out
}

// act posts an act of a case at its present version.
func (b *browser) act(base string, id casework.CaseID, act string, form url.Values) answer {
	b.h.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	if form.Get("version") == "" {
		form.Set("version", strconv.Itoa(b.h.read(id).Version))
	}
	return b.post(base+id.String()+"/"+act, form)
}

func (h *house) read(id casework.CaseID) casework.Case {
	h.t.Helper()
	c, err := h.docket.Case(context.Background(), casework.System, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// stalls is a complaint about street vending in a place that the city's files know; a person and a telephone number come with it.
const (
	stalls = "临江区向阳街道东风路门口每天傍晚有流动摊贩占道经营，油污没人清理。"
	phone  = "19900001234"
	person = "欧阳小溪"
)

func (h *house) file(change func(*intake.Form)) casework.Receipt {
	h.t.Helper()
	f := intake.Form{Nonce: strconv.FormatInt(time.Now().UnixNano(), 10), Text: stalls + "请打 " + phone + " 找" + person, Place: "临江区向阳街道东风路", Name: person, Phone: phone}
	if change != nil {
		change(&f)
	}
	s, err := f.Submission()
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := h.door.File(h.t.Context(), s)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func dispatcher() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
}

// sent files a case and sends it to a unit.
func (h *house) sent(unit casework.UnitCode, change func(*intake.Form)) casework.CaseID {
	h.t.Helper()
	r := h.file(change)
	if err := h.desk.Dispatch(h.t.Context(), dispatcher(), casework.Ref{ID: r.ID}, casework.Order{Lead: unit}); err != nil {
		h.t.Fatal(err)
	}
	return r.ID
}

func (a answer) wants(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, plain(a.Body))
	}
	for _, s := range texts {
		if !strings.Contains(html.UnescapeString(a.Body), s) {
			t.Errorf("%q is not on the page", s)
		}
	}
}

func (a answer) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(html.UnescapeString(a.Body), s) {
			t.Errorf("%q must not be on the page", s)
		}
	}
}

func (a answer) leads(t *testing.T, to string) {
	t.Helper()
	if a.Status != 303 || a.To != to {
		t.Fatalf("%d to %q, want 303 to %q: %s", a.Status, a.To, to, plain(a.Body))
	}
}

var tags = regexp.MustCompile(`(?s)<[^>]*>`)

func plain(body string) string {
	text := strings.Join(strings.Fields(tags.ReplaceAllString(body, " ")), " ")
	return text[:min(len(text), 600)]
}

func hexKey(k casework.Key) string { return hex.EncodeToString(k[:]) }
