package open311_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/supervision"
	"huiyin/web/open311"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var update = flag.Bool("update", false, "write the golden files anew")

const base = "https://12345.example.gov.cn"

// town is an installation that programs of Open311 call.
type town struct {
	t      *testing.T
	pool   *pgxpool.Pool
	docket *casework.Docket
	desk   *routing.Desk
	staff  *staff.Register
	app    *fiber.App
	now    time.Time
}

func newTown(t *testing.T) *town {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, pool: pgtest.DB(t), now: time.Date(2026, 11, 18, 10, 20, 30, 0, locale.Zone)}
	clock := func() time.Time { return w.now }
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.docket = &casework.Docket{DB: w.pool, Keys: seal.NewForTest(), Now: clock, Zone: city.TZ}
	w.desk = &routing.Desk{Docket: w.docket, City: city, Terms: terms, Now: clock}
	w.staff = staff.New(w.pool)
	w.staff.Now = clock
	if err := staff.SyncUnits(t.Context(), w.pool, demo.Units(city)); err != nil {
		t.Fatal(err)
	}
	service := open311.New(open311.Settings{DB: w.pool, Docket: w.docket, City: city, Staff: w.staff, Misses: shell.NewMisses(shell.NewMemory(clock)), BaseURL: base, Now: clock,
		Door: intake.New(intake.Settings{Docket: w.docket, City: city, Terms: terms, Now: clock, Log: quiet})})
	w.app = shell.New(shell.Config{City: shell.City{ZH: city.Name.ZH, EN: city.Name.EN}, Secret: bytes.Repeat([]byte("s"), 32), Now: clock, Log: quiet})
	shell.Mount(w.app, service.Routes())
	return w
}

// key makes an account for a program and its token.
func (w *town) key(login string) string {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := w.staff.Add(ctx, 0, staff.NewAccount{Login: login, Name: "程序", Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "linlan-echo-2026"}); err != nil {
		w.t.Fatal(err)
	}
	token, err := w.staff.NewToken(ctx, login)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// call sends a request; header lines come in pairs.
func (w *town) call(method, path, body string, header ...string) (int, string, http.Header) {
	w.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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
	return res.StatusCode, string(b), res.Header
}

func (w *town) get(path string, header ...string) string {
	w.t.Helper()
	status, body, _ := w.call("GET", path, "", header...)
	if status != 200 {
		w.t.Fatalf("GET %s answers %d %s", path, status, body)
	}
	return body
}

type filed struct {
	Number string `json:"service_request_id"`
	Token  string `json:"token"`
	Notice string `json:"service_notice"`
	Code   string `json:"tracking_code"`
	URL    string `json:"tracking_url"`
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

// lamp is what is filed in most tests.
func lamp(more ...string) url.Values {
	v := url.Values{"service_code": {"010501"}, "description": {"东风路12号门前路灯不亮已经三天了。我姓林，电话19900001111"}, "lat": {"29.5001"}, "long": {"124.4902"}, "address_string": {"临江区向阳街道东风路12号"},
		"first_name": {"小舟"}, "last_name": {"林"}, "phone": {"19900001111"}, "email": {"lin@example.com"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func (w *town) file(v url.Values, header ...string) filed {
	w.t.Helper()
	status, body, _ := w.call("POST", "/open311/v2/requests.json", v.Encode(), header...)
	if status != 200 {
		w.t.Fatalf("filing answers %d %s", status, body)
	}
	return decode[[]filed](w.t, body)[0]
}

func (w *town) cases() (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), `select count(*) from event where step = 'file'`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *town) caseOf(f filed) casework.Case {
	w.t.Helper()
	id, err := w.docket.ByCode(w.t.Context(), f.Code)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.docket.Case(w.t.Context(), casework.System, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// cards brings the public cards up to date.
func (w *town) cards() {
	w.t.Helper()
	follower := supervision.Cards(w.docket.Keys, locale.Zone, w.docket.Now)
	for deadline := time.Now().Add(30 * time.Second); ; {
		if err := follower.CatchUpAll(w.t.Context(), w.pool); err != nil {
			w.t.Fatal(err)
		}
		var behind int
		if err := w.pool.QueryRow(w.t.Context(), `select count(*) from event e, follower f where f.name = 'cards' and (e.xid, e.seq) > (f.xid, f.seq)`).Scan(&behind); err != nil {
			w.t.Fatal(err)
		}
		if behind == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatal("the cards stay behind")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const bureau = casework.UnitCode("d-linjiang-chengguan")

var (
	clerk  = casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
	worker = casework.Actor{Kind: casework.ByStaff, StaffID: 2, Unit: bureau, Units: []casework.UnitCode{bureau}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
)

const answerText = "林小舟您好，路灯已修复，有问题请拨19911112222。"

// answer takes a filed case to its reply, ten minutes a step.
func (w *town) answer(f filed) {
	w.t.Helper()
	id := w.caseOf(f).ID
	ref := casework.Ref{ID: id}
	for _, do := range []func(ctx context.Context) error{
		func(ctx context.Context) error {
			return w.desk.Dispatch(ctx, clerk, ref, casework.Order{Lead: bureau, Advice: "内部提示"})
		},
		func(ctx context.Context) error { return w.docket.Sign(ctx, worker, ref) },
		func(ctx context.Context) error {
			_, err := w.docket.Reveal(ctx, worker, id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact, Basis: casework.BasisDuty})
			return err
		},
		func(ctx context.Context) error {
			return w.docket.Contact(ctx, worker, ref, casework.ContactResult{Means: "phone", Reached: true, Note: "内部记录"})
		},
		func(ctx context.Context) error {
			return w.docket.Reply(ctx, worker, ref, casework.Reply{Text: answerText})
		},
	} {
		w.now = w.now.Add(10 * time.Minute)
		if err := do(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// golden holds an answer against its file; the numbers that differ from run to run are named first.
func golden(t *testing.T, name, got string, names ...string) {
	t.Helper()
	got = strings.NewReplacer(names...).Replace(got)
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

func TestAnswersHaveThePublishedShape(t *testing.T) {
	w := newTown(t)
	golden(t, "discovery.xml", w.get("/open311/discovery.xml"))
	golden(t, "discovery.json", w.get("/open311/v2/discovery.json", "Accept-Language", "en"))
	golden(t, "definition.xml", w.get("/open311/v2/services/010501.xml?jurisdiction_id=990100", "Accept-Language", "en"))
	golden(t, "definition.json", w.get("/open311/v2/services/unsorted.json"))
	f := w.file(lamp("attribute[publish]", "true"))
	w.answer(f)
	w.cards()
	names := []string{f.Number, "NUMBER", f.Token, "TOKEN", f.Code, "CODE"}
	golden(t, "requests.xml", w.get("/open311/v2/requests.xml?service_code=010501"), names...)
	golden(t, "requests.json", w.get("/open311/v2/requests.json?status=closed", "Accept-Language", "en"), names...)
	golden(t, "request_code.xml", w.get("/open311/v2/requests/"+f.Number+".xml", "Authorization", "Bearer "+f.Code), names...)
	golden(t, "token.xml", w.get("/open311/v2/tokens/"+f.Token+".xml"), names...)
	golden(t, "token.json", w.get("/open311/v2/tokens/"+f.Token+".json"), names...)
	_, body, _ := w.call("POST", "/open311/v2/requests.xml", lamp().Encode(), "Accept-Language", "en", "Idempotency-Key", "k")
	again := w.file(lamp(), "Idempotency-Key", "k")
	golden(t, "filed.xml", body, again.Number, "NUMBER", again.Token, "TOKEN", again.Code, "CODE")
	_, body, _ = w.call("POST", "/open311/v2/requests.xml", "description=x", "Accept-Language", "en")
	golden(t, "error.xml", body)
	_, body, _ = w.call("POST", "/open311/v2/requests.json", "description=x", "Accept-Language", "en")
	golden(t, "error.json", body)
	for _, path := range []string{"/open311/v2/services.xml", "/open311/v2/requests.xml", "/open311/v2/servicerequestupdates.xml"} {
		status, body, header := w.call("GET", path, "")
		if status != 200 || header.Get("Content-Type") != "text/xml; charset=utf-8" || header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s answers %d %v", path, status, header)
		}
		if err := xml.Unmarshal([]byte(body), new(struct{})); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	all := decode[[]struct {
		Code  string `json:"service_code"`
		Name  string `json:"service_name"`
		Group string `json:"group"`
	}](t, w.get("/open311/v2/services.json"))
	if len(all) < 150 || all[0].Code != intake.Undecided || all[1].Code != "010101" || all[1].Name != "占道经营" || all[1].Group != "城市管理" {
		t.Errorf("%d services, %+v", len(all), all[:2])
	}
}

func TestARequestGoesInByTheSameDoor(t *testing.T) {
	w := newTown(t)
	f := w.file(lamp("media_url", "https://photos.example.com/1.jpg", "attribute[kind]", "help", "attribute[publish]", "1", "attribute[lamp_number]", "A-17"))
	c := w.caseOf(f)
	if c.Channel != casework.Open311 || c.Category != "010501" || c.Kind != casework.Help || !c.Publish || c.State != casework.Registered || c.Owner != casework.Hotline || !c.Due.After(w.now) {
		t.Errorf("%+v", c)
	}
	for _, want := range []string{"路灯不亮", "lamp_number：A-17", "https://photos.example.com/1.jpg"} {
		if !strings.Contains(c.Body, want) {
			t.Errorf("the words do not hold %q: %s", want, c.Body)
		}
	}
	for _, secret := range []string{"19900001111", "林小舟", "lin@example.com"} {
		if strings.Contains(c.Title+c.Body+c.Place, secret) {
			t.Errorf("staff read %q", secret)
		}
	}
	p, ok := intake.ProposalOf(c)
	if !ok || len(p.Candidates) == 0 {
		t.Errorf("no proposal: %+v", p)
	}
	if f.Number == c.Number || f.Number != privacy.PublicNumber(w.docket.Keys, c.ID) || f.URL != base+"/t/"+f.Code || f.Notice == "" || strings.Contains(f.Notice, f.Code) {
		t.Errorf("%+v", f)
	}
	var open bool
	if err := w.pool.QueryRow(t.Context(), `select exists (select 1 from open311_request)`).Scan(&open); err != nil || open {
		t.Errorf("without a scope requests are visible: %v %v", open, err)
	}
}

func TestTheSameRequestCountsOnce(t *testing.T) {
	w := newTown(t)
	first := w.file(lamp(), "Idempotency-Key", "a")
	if again := w.file(lamp(), "Idempotency-Key", "a"); again != first || w.cases() != 1 {
		t.Errorf("%+v is not %+v, %d cases", again, first, w.cases())
	}
	if status, body, _ := w.call("POST", "/open311/v2/requests.xml", lamp("description", "别的事").Encode(), "Idempotency-Key", "a"); status != 409 || !strings.Contains(body, "<code>409</code>") {
		t.Errorf("the same key with other words answers %d %s", status, body)
	}
	// A program with a token and numbers of its own needs no key; without a token its numbers mean nothing.
	key := w.key("fms")
	mine := w.file(lamp("api_key", key, "attribute[fixmystreet_id]", "77"))
	if again := w.file(lamp("api_key", key, "attribute[fixmystreet_id]", "77")); again != mine || w.cases() != 2 {
		t.Errorf("a repeated request is another case: %d", w.cases())
	}
	if other := w.file(lamp("api_key", key, "attribute[fixmystreet_id]", "77", "description", "还有一盏也坏了")); other == mine || w.cases() != 3 {
		t.Errorf("changed words are lost: %d cases", w.cases())
	}
	w.file(lamp("attribute[fixmystreet_id]", "77"))
	w.file(lamp("attribute[fixmystreet_id]", "77"))
	if w.cases() != 5 {
		t.Errorf("%d cases", w.cases())
	}
	if c := w.caseOf(mine); c.ExternalNo != "77" {
		t.Errorf("the program's number is %q", c.ExternalNo)
	}
}

func TestNoRequestIsLostForWhatItCallsItself(t *testing.T) {
	w := newTown(t)
	for name, v := range map[string]url.Values{
		"an unknown service":   lamp("service_code", "POTHOLE-7"),
		"no place at all":      {"service_code": {"unsorted"}, "description": {"东风路12号门前路灯不亮已经三天了"}},
		"an unknown address":   lamp("address_id", "545483"),
		"no pin on the map":    lamp("address_id", "#NOTPINPOINTED#", "lat", "", "long", ""),
		"the middle of nought": lamp("lat", "0", "long", "0"),
	} {
		c := w.caseOf(w.file(v))
		if c.Category != "010501" {
			t.Errorf("%s: category %q", name, c.Category)
		}
		if code := v.Get("service_code"); code == "POTHOLE-7" && !strings.Contains(c.Body, code) {
			t.Errorf("%s: the code is lost: %s", name, c.Body)
		}
	}
	if c := w.caseOf(w.file(url.Values{"service_code": {"010502"}, "lat": {"29.5"}, "long": {"124.49"}})); c.Category != "010502" || !strings.Contains(c.Body, "井盖") || c.Territory != "990101001" {
		t.Errorf("a request without words: %+v", c)
	}
	if c := w.caseOf(w.file(lamp("address_string", "", "address_id", "990101001"))); c.Territory != "990101001" {
		t.Errorf("territory %q", c.Territory)
	}
}
