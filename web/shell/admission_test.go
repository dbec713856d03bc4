package shell

import (
	"bytes"
	"html"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
)

// crowd is a house behind a gate, with every place taken.
func crowd(t *testing.T) (h *house, gate *Gate, free func(), got *url.Values) {
	h = &house{t: t, cookies: map[string]string{}, now: time.Date(2026, 11, 27, 9, 0, 0, 0, locale.Zone)}
	gate, got = NewGate(2, 1), &url.Values{}
	gate.usual, gate.again = 20*time.Millisecond, 10*time.Second
	h.app = New(Config{City: City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.NewTextHandler(&h.log, nil)), Now: func() time.Time { return h.now },
		Who: func(*fiber.Ctx) (*Identity, error) { return h.who, nil }, Gate: gate})
	Mount(h.app, []Route{
		{Path: "/page", Handler: h.page},
		{Path: "/form", Handler: h.form},
		{Method: fiber.MethodPost, Path: "/form", Handler: func(c *fiber.Ctx) error {
			*got = url.Values{}
			c.Request().PostArgs().VisitAll(func(k, v []byte) { got.Add(string(k), string(v)) })
			return h.post(c)
		}},
		{Path: "/console", Handler: h.page, Door: Staff},
		{Path: "/api/v1/thing", Handler: h.page, Door: API},
		{Path: "/healthz", Handler: h.page, Door: API, Always: true},
	})
	var leaves []func()
	for range gate.places {
		leave, err := gate.enter(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	return h, gate, func() {
		for _, leave := range leaves {
			leave()
		}
	}, got
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

func TestPastCapacityAResidentKeepsTheWordsAndStaffWork(t *testing.T) {
	h, gate, free, got := crowd(t)
	res, body := h.do("GET", "/page", nil)
	if res.StatusCode != 503 || res.Header.Get("Refresh") == "" || res.Header.Get("Retry-After") == "" || !strings.Contains(body, locale.ZH.T("queue.title")) || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a page past capacity: status %d, headers %v", res.StatusCode, res.Header)
	}
	if _, body := h.do("GET", "/en/page", nil); !strings.Contains(body, locale.EN.T("queue.title")) {
		t.Error("the queue page speaks Chinese to an English reader")
	}
	h.who = &Identity{Name: "Li", Role: "operator", Session: "s"}
	if res, _ := h.do("GET", "/console", nil); res.StatusCode != 200 {
		t.Errorf("staff past capacity: status %d", res.StatusCode)
	}
	h.who = nil
	if res, body := h.do("GET", "/api/v1/thing", nil); res.StatusCode != 503 || !strings.Contains(body, "fault.busy") {
		t.Errorf("a program past capacity: status %d, %s", res.StatusCode, body)
	}
	if res, _ := h.do("GET", "/healthz", nil); res.StatusCode != 200 {
		t.Errorf("how the service is, past capacity: status %d", res.StatusCode)
	}

	words := "路灯坏了 <b>\"两\"盏</b>\n第二行 & 更多"
	res, body = h.do("POST", "/form", url.Values{"text": {words}, "place": {"向阳路"}, "choice": {"a", "b"}, KeyField: {"once"}})
	if res.StatusCode != 503 || res.Header.Get("Refresh") != "" || strings.Contains(body, "<b>") {
		t.Fatalf("a form past capacity: status %d\n%s", res.StatusCode, body)
	}
	kept := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		kept.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	if gate.Turned() == 0 {
		t.Error("nobody was counted as turned away")
	}
	// The form of the queue page, sent as it is, waits longer than a new one and comes in.
	done := make(chan int)
	go func() { res, _ := h.do("POST", "/form", kept); done <- res.StatusCode }()
	time.Sleep(5 * gate.usual)
	free()
	if status := <-done; status != 303 {
		t.Errorf("the kept form was answered with %d", status)
	}
	if got.Get("text") != words || got.Get("place") != "向阳路" || len((*got)["choice"]) != 2 || got.Get(KeyField) != "once" {
		t.Errorf("the handler got %v", *got)
	}
	if res, _ := h.do("GET", "/page", nil); res.StatusCode != 200 {
		t.Errorf("with places free: status %d", res.StatusCode)
	}
}

func TestReadersDoNotWaitForForms(t *testing.T) {
	h, gate, free, _ := crowd(t)
	defer free()
	app := New(Config{City: City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Log: slog.New(slog.NewTextHandler(&h.log, nil)), Now: func() time.Time { return h.now }, Gate: gate, Reading: NewGate(1, 1)})
	Mount(app, []Route{{Path: "/page", Handler: h.page}, {Method: fiber.MethodPost, Path: "/api/v1/thing", Handler: h.page, Door: API}})
	h.app = app
	if res, _ := h.do("GET", "/page", nil); res.StatusCode != 200 {
		t.Errorf("a reader, with every place for forms taken: status %d", res.StatusCode)
	}
	if res, _ := h.do("POST", "/api/v1/thing", nil); res.StatusCode != 503 {
		t.Errorf("a program that sends: status %d", res.StatusCode)
	}
}

func TestATicketIsOursAndEnds(t *testing.T) {
	h, _, free, _ := crowd(t)
	defer free()
	_, body := h.do("POST", "/form", url.Values{"text": {"a"}})
	ticket := regexp.MustCompile(`name="_waited" value="([^"]*)"`).FindStringSubmatch(body)
	if ticket == nil {
		t.Fatal("no ticket")
	}
	s := &request{shell: &shell{Config: Config{Secret: bytes.Repeat([]byte("s"), 32), Now: func() time.Time { return h.now }}}}
	if !s.holdsTicket(ticket[1]) {
		t.Error("a fresh ticket does not hold")
	}
	if s.holdsTicket("z"+ticket[1]) || s.holdsTicket("") || s.holdsTicket(strings.Repeat("x", 1000)) {
		t.Error("a made-up ticket holds")
	}
	h.now = h.now.Add(ticketLife)
	if s.holdsTicket(ticket[1]) {
		t.Error("an old ticket holds")
	}
}
