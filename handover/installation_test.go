package handover_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/demo"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/web/api"
	"huiyin/web/resident"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// hotline is one installation: its own database, keys and clock, and HTTP on loopback.
type hotline struct {
	*handover.Service
	t    *testing.T
	name string
	pool *pgxpool.Pool
	desk *routing.Desk
	app  *fiber.App
	addr string
	now  atomic.Pointer[time.Time]
	log  *bytes.Buffer
	wire *wire
}

// apart is a test of its own to pgtest, so that each installation has its own database.
type apart struct{ testing.TB }

func newHotline(t *testing.T, code, name string) *hotline {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	must(t, err)
	terms, err := sla.Standard()
	must(t, err)
	h := &hotline{t: t, name: name, pool: pgtest.DB(&apart{t}), log: &bytes.Buffer{}, wire: &wire{}}
	start := time.Date(2026, 11, 18, 10, 20, 30, 0, locale.Zone)
	h.now.Store(&start)
	clock := func() time.Time { return *h.now.Load() }
	quiet := slog.New(slog.NewTextHandler(h.log, nil))
	docket := &casework.Docket{DB: h.pool, Keys: seal.NewForTest(), Now: clock, Zone: city.TZ}
	h.desk = &routing.Desk{Docket: docket, City: city, Terms: terms, Now: clock}
	must(t, staff.SyncUnits(t.Context(), h.pool, demo.Units(city)))
	door := intake.New(intake.Settings{Docket: docket, City: city, Terms: terms, Now: clock, Log: quiet})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.addr = l.Addr().String()
	h.Service = handover.New(handover.Settings{DB: h.pool, Docket: docket, Door: door, City: city, Keys: docket.Keys, BaseURL: h.url(), Now: clock, Log: quiet, Client: &http.Client{Transport: h.wire}})
	h.app = shell.New(shell.Config{City: shell.City{ZH: name, EN: name}, Secret: bytes.Repeat([]byte("s"), 32), Now: clock, Log: slog.New(slog.DiscardHandler)})
	shell.Mount(h.app, shell.Routes())
	shell.Mount(h.app, (&api.Handovers{Service: h.Service, BaseURL: h.url(), City: name}).Routes())
	shell.Mount(h.app, resident.New(resident.Config{DB: h.pool, Docket: docket, Desk: h.desk, Door: door, City: city, Keys: docket.Keys, Now: clock, BaseURL: h.url()}).Routes())
	go func() { _ = h.app.Listener(l) }()
	t.Cleanup(func() { _ = h.app.Shutdown() })
	_, err = h.MakeKey(t.Context(), code)
	must(t, err)
	return h
}

func (h *hotline) url() string { return "http://" + h.addr }

// pass lets time go by for all of them.
func pass(d time.Duration, all ...*hotline) {
	for _, h := range all {
		next := h.now.Load().Add(d)
		h.now.Store(&next)
	}
}

// meet makes two hotlines partners, each from what the other publishes.
func meet(t *testing.T, a, b *hotline, kinds ...casework.Kind) {
	t.Helper()
	for _, pair := range [][2]*hotline{{a, b}, {b, a}} {
		var card struct{ Code, Name, URL, Key string }
		status, body := get(t, http.DefaultClient, pair[1].url()+handover.PathKey)
		if status != http.StatusOK {
			t.Fatalf("the card of %s: %d %s", pair[1].name, status, body)
		}
		must(t, json.Unmarshal([]byte(body), &card))
		key, err := handover.ParseKey(card.Key)
		must(t, err)
		must(t, pair[0].AddPartner(t.Context(), handover.Partner{Code: card.Code, Name: card.Name, URL: card.URL, Key: key, Kinds: kinds}))
	}
}

// file takes a case in, as a resident would send it.
func (h *hotline) file(words string) casework.Receipt {
	h.t.Helper()
	var key casework.Key
	copy(key[:], words)
	r, err := h.Door.File(h.t.Context(), intake.Submission{Channel: casework.Web, Key: key, Kind: casework.Complaint, Text: words, Place: "湖城区滨湖路8号2单元301室",
		Person: casework.Person{Name: "林小舟", Phone: "19900001234", Email: "lin@example.org"}, Files: []casework.Attachment{{Name: "a.txt", Data: []byte("照片")}}})
	must(h.t, err)
	return r
}

func clerk() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Operator, casework.Dispatcher}}
}

const lead casework.UnitCode = "c-chengguan"

func worker() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: lead, Units: []casework.UnitCode{lead}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
}

// drain lets the followers read and the messages go.
func (h *hotline) drain() int {
	h.t.Helper()
	must(h.t, h.Follower().CatchUpAll(h.t.Context(), h.pool))
	n, err := h.Drain(h.t.Context())
	must(h.t, err)
	return n
}

// only is the one case of an installation.
func (h *hotline) only() casework.Case {
	h.t.Helper()
	page, err := h.Docket.List(h.t.Context(), casework.System, casework.Query{})
	must(h.t, err)
	if len(page.Cases) != 1 {
		h.t.Fatalf("%s has %d cases", h.name, len(page.Cases))
	}
	c, err := h.Docket.Case(h.t.Context(), casework.System, page.Cases[0].ID)
	must(h.t, err)
	return c
}

// page is what the resident reads.
func (h *hotline) page(code string) string {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	status, body := get(h.t, &http.Client{Jar: jar}, h.url()+"/t/"+code)
	if status != http.StatusOK {
		h.t.Fatalf("the resident's page: %d", status)
	}
	return body
}

func get(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	res, err := client.Get(address)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(body)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func shows(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("%q is not on the page", w)
		}
	}
}

// count tells how often a step stands in the history.
func count(t *testing.T, h *hotline, id casework.CaseID, step casework.Step) int {
	t.Helper()
	d, err := h.Docket.Dossier(t.Context(), casework.System, id)
	must(t, err)
	n := 0
	for _, e := range d.Events {
		if e.Step == step {
			n++
		}
	}
	return n
}

// handed is the one handover of a case.
func handed(t *testing.T, h *hotline, id casework.CaseID) handover.Sent {
	t.Helper()
	list, err := h.Of(t.Context(), clerk(), id)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d handovers", len(list))
	}
	return list[0]
}

func post(t *testing.T, address string, body []byte) (int, string) {
	t.Helper()
	res, err := http.Post(address, "application/json", bytes.NewReader(body))
	must(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(answer)
}

// wire is the line to the other installations: it can be down, lose answers, and remembers what went last.
type wire struct {
	down, lose atomic.Bool
	sent       atomic.Pointer[[]byte]
}

func (w *wire) last() []byte { return *w.sent.Load() }

// RoundTrip sends over real HTTP, unless the line is down.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.sent.Store(&body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if w.down.Load() {
		return nil, errors.New("the line is down")
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && w.lose.Load() {
		_ = res.Body.Close()
		return nil, errors.New("the answer got lost")
	}
	return res, err
}
