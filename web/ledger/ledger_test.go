package ledger_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/note"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/follow"
	"huiyin/opendata"
	"huiyin/pg/pgtest"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/rulebook"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/translog/verify"
	"huiyin/web/board"
	"huiyin/web/ledger"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is an installation with some months behind it, as the world sees it and as the keeper of its database does.
type house struct {
	*caseworktest.Town
	t      *testing.T
	log    *translog.Log
	closer *months.Closer
	url    string
	owner  *pgxpool.Pool
	cases  []casework.CaseID
	tables opendata.Source
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{Town: caseworktest.New(t), t: t, owner: pgtest.OwnerPool(t)}
	zone := time.FixedZone("CST", 8*3600)
	h.log = &translog.Log{DB: h.Pool, Keys: h.Keys, Origin: "linlan.example/log", Now: h.Now}
	h.closer = &months.Closer{DB: h.Pool, Zone: zone, Now: h.Now, Enter: h.log.Enter}
	city, err := routing.LoadCity(demo.CityFS)
	must(t, err)
	app := shell.New(shell.Config{City: shell.City{ZH: "临澜市", EN: "Linlan"}, Secret: bytes.Repeat([]byte("s"), 32), Now: h.Now, Log: slog.New(slog.DiscardHandler)})
	shell.Mount(app, shell.Routes())
	shell.Mount(app, (&board.Pages{DB: h.Pool, City: city}).Routes())
	files, err := rulebook.Base(demo.CityFS)
	must(t, err)
	rules, err := rulebook.Read(files, 0)
	must(t, err)
	h.tables = opendata.Source{DB: h.Pool, City: city, Holiday: rules.Terms.Calendar, Book: rulebook.New(h.Pool, files, h.Now), BaseURL: "https://linlan.example", Now: h.Now,
		Ratings: &rating.Book{DB: h.Pool, Keys: h.Keys, Desk: &routing.Desk{Docket: h.Docket, City: city, Terms: rules.Terms, Now: h.Now}, Zone: city.TZ, Now: h.Now}}
	shell.Mount(app, (&ledger.Pages{DB: h.Pool, Log: h.log, City: city, Data: h.tables, BaseURL: "https://linlan.example"}).Routes())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	h.url = "http://" + l.Addr().String()
	return h
}

// live files cases in November, answers them, and closes the month in December.
func (h *house) live(n int) *house {
	h.t.Helper()
	ctx := h.t.Context()
	for i := range n {
		id := h.Open(h.t, strings.Repeat("路", i+1)).ID
		h.cases = append(h.cases, id)
		must(h.t, h.Dispatch(ctx, caseworktest.Clerk(), casework.Ref{ID: id}, casework.Order{Lead: []casework.UnitCode{caseworktest.River, caseworktest.Urban}[i%2], Clocks: h.Clocks()}))
		h.Pass(time.Hour)
		h.Work(h.t, id, []casework.UnitCode{caseworktest.River, caseworktest.Urban}[i%2])
	}
	h.settle()
	h.Pass(40 * 24 * time.Hour)
	closed, err := h.closer.Sweep(ctx)
	must(h.t, err)
	if closed != 1 {
		h.t.Fatalf("%d months closed", closed)
	}
	return h
}

func (h *house) settle() {
	h.t.Helper()
	zone := time.FixedZone("CST", 8*3600)
	for _, f := range []follow.Follower{supervision.Figures(zone), supervision.Cards(h.Keys, zone, h.Now), datause.Follower(zone), h.log.Follower()} {
		must(h.t, f.CatchUpAll(h.t.Context(), h.Pool))
	}
	_, err := h.log.SweepRecords(h.t.Context())
	must(h.t, err)
}

func (h *house) verify(o verify.Options) *verify.Report {
	h.t.Helper()
	r, err := (&verify.Site{URL: h.url}).Run(h.t.Context(), o, nil)
	must(h.t, err)
	return r
}

func (h *house) head() []byte {
	h.t.Helper()
	head, err := h.log.Head(h.t.Context())
	must(h.t, err)
	return []byte(head.Signed)
}

func fetch(address string) (string, error) {
	res, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLogSaysNothingOfAPerson(t *testing.T) {
	h := build(t).live(6)
	for _, path := range []string{"/log/tile/entries/000.p/20", "/log/checkpoint", "/log/key", "/log", "/en/log", "/reports", "/reports/2026-11", "/en/reports/2026-11", "/reports/2026-11.json", "/reports.json", "/log/audit.json"} {
		res, err := fetch(h.url + path)
		must(t, err)
		for _, never := range []string{"林小舟", "13800001111", "lin@mail.example", "路路", h.cases[0].String()} {
			if strings.Contains(res, never) {
				t.Errorf("%s says %q", path, never)
			}
		}
	}
}

func TestAMonthIsCorrectedByAnotherEditionOnly(t *testing.T) {
	h := build(t).live(14)
	must(t, h.Redo(t.Context(), caseworktest.Clerk(), casework.Ref{ID: h.cases[0]}, "答非所问", h.Clocks()))
	h.settle()
	if _, err := h.closer.Revise(t.Context(), 202611, ""); err == nil {
		t.Error("a correction without a reason")
	}
	_, err := h.closer.Revise(t.Context(), 202611, "发回一件")
	must(t, err)
	r := h.verify(verify.Options{})
	if !r.OK() || len(r.Months) != 2 {
		t.Fatalf("%d editions, %q", len(r.Months), r.Mismatches)
	}
	page, err := fetch(h.url + "/reports/2026-11")
	must(t, err)
	if !strings.Contains(page, "发回一件") || !strings.Contains(page, "第 2 版") {
		t.Error("the page does not say that it is a correction")
	}
}

// A month that was closed before a definition came has no figure of it, and one that was closed by an earlier version keeps that version: both verify as they were
// closed; the next closing is by the definitions of the day.
func TestAMonthClosedBeforeADefinitionCameStillVerifies(t *testing.T) {
	all := supervision.Definitions
	t.Cleanup(func() { supervision.Definitions = all })
	supervision.Definitions = slices.DeleteFunc(slices.Clone(all), func(d supervision.Definition) bool {
		return slices.Contains([]string{"satisfied_first", "satisfied_final", "hops_one", "hops_two", "hops_more", "flagged", "doubtful"}, d.Code)
	})
	for i, d := range supervision.Definitions {
		for _, old := range supervision.Retired {
			if old.Code == d.Code {
				supervision.Definitions[i] = old
			}
		}
	}
	h := build(t).live(14)
	supervision.Definitions = all
	r := h.verify(verify.Options{})
	if !r.OK() || len(r.Months) != 1 || r.Months[0].Figures == 0 {
		t.Fatalf("%+v, %q", r.Months, r.Mismatches)
	}
	before := r.Months[0].Figures
	_, err := h.closer.Revise(t.Context(), 202611, "按新口径补算")
	must(t, err)
	if r = h.verify(verify.Options{}); !r.OK() || len(r.Months) != 2 || r.Months[1].Figures <= before {
		t.Fatalf("%+v, %q", r.Months, r.Mismatches)
	}
}

// The page of one unit says what the closed report says of it, in the edition that its address names.
func TestAUnitOfAClosedMonthHasAPageOfItsOwn(t *testing.T) {
	h := build(t).live(14)
	raw, err := fetch(h.url + "/reports/2026-11.json")
	must(t, err)
	var report months.Report
	must(t, json.Unmarshal([]byte(raw), &report))
	if len(report.Units) == 0 {
		t.Fatal("no unit in the report")
	}
	for _, u := range report.Units {
		page, err := fetch(h.url + "/reports/2026-11/" + u.Code)
		must(t, err)
		sent, _ := u.Get("dispatched")
		for _, want := range []string{months.Digest([]byte(raw))[:12], ">" + sent.Numerator.String() + "<", "https://linlan.example/reports/2026-11/" + u.Code + "?revision=1"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page of %s does not say %q", u.Code, want)
			}
		}
	}
	for _, path := range []string{"/reports/2026-11/nobody", "/reports/2026-10/" + report.Units[0].Code, "/reports/2026-11/" + report.Units[0].Code + "?revision=2"} {
		res, err := http.Get(h.url + path)
		must(t, err)
		must(t, res.Body.Close())
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, res.StatusCode)
		}
	}
}

func TestErasureLeavesTheEntryAndTakesItsMeaning(t *testing.T) {
	h := build(t).live(6)
	id := h.Open(t, "我撤回").ID
	must(t, h.Docket.Withdraw(t.Context(), casework.Resident(id), casework.Ref{ID: id}))
	must(t, h.Erase(t.Context(), casework.System, id, casework.Erasure{Reason: "right"}))
	h.settle()
	if _, err := h.log.Evidence(t.Context(), h.Docket, casework.Resident(id), id); fault.KindOf(err) != fault.Gone {
		t.Errorf("the steps of an erased case: %v", err)
	}
	if n, err := h.log.SweepAudit(t.Context()); err != nil || n != 0 {
		t.Errorf("%d entries do not fit, %v", n, err)
	}
	if r := h.verify(verify.Options{}); !r.OK() {
		t.Errorf("after erasure: %q", r.Mismatches)
	}
}

func TestTheKeyIsTheOneThatSigns(t *testing.T) {
	h := build(t).live(6)
	_, other, err := note.GenerateKey(nil, "linlan.example/log")
	must(t, err)
	if r := h.verify(verify.Options{Key: other}); r.OK() {
		t.Error("a checkpoint was taken for one of another key")
	}
}

// An outsider with the open data and nothing of ours counts a figure again.
func TestOpenDataGivesThePublishedFigures(t *testing.T) {
	h := build(t).live(14)
	var report struct {
		City struct {
			Figures []struct {
				Definition             string
				Numerator, Denominator float64
			}
		}
	}
	raw, err := fetch(h.url + "/reports/2026-11.json")
	must(t, err)
	must(t, json.Unmarshal([]byte(raw), &report))
	published := map[string]float64{}
	for _, f := range report.City.Figures {
		published[f.Definition] = f.Numerator
	}
	lines, err := fetch(h.url + "/data/rows/2026-11.jsonl")
	must(t, err)
	received, onTime := 0.0, 0.0
	n := 0
	for line := range strings.Lines(lines) {
		var r struct {
			Part, Handled string
			Filed, Due    bool
		}
		must(t, json.Unmarshal([]byte(line), &r))
		n++
		if r.Part == "case" && r.Filed {
			received++
		}
		if r.Part == "leg" && r.Due && r.Handled == "in_time" {
			onTime++
		}
	}
	if received == 0 || received != published["received@1"] || onTime != published["on_time@2"] {
		t.Errorf("received %v, on time %v of %d rows; published %v", received, onTime, n, published)
	}
	table, err := fetch(h.url + "/data/rows/2026-11.csv")
	must(t, err)
	if got := strings.Count(table, "\n"); got != n+1 || !strings.HasPrefix(table, "\ufeffm,rev,id,part,unit,") {
		t.Errorf("%d lines of CSV for %d rows", got, n)
	}
	catalogue, err := fetch(h.url + "/data.jsonld")
	must(t, err)
	var c struct {
		Dataset []struct {
			ID           string `json:"dct:identifier"`
			Distribution []struct {
				URL struct {
					ID string `json:"@id"`
				} `json:"dcat:downloadURL"`
			} `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	must(t, json.Unmarshal([]byte(catalogue), &c))
	files := 0
	for _, d := range c.Dataset {
		for _, f := range d.Distribution {
			path := strings.TrimPrefix(f.URL.ID, "https://linlan.example")
			if strings.HasPrefix(path, "/reports") || strings.HasPrefix(path, "/data/") || strings.HasPrefix(path, "/log") {
				if body, err := fetch(h.url + path); err != nil || len(body) == 0 && !strings.HasSuffix(path, ".jsonl") || strings.Contains(body, `{"error"`) {
					t.Errorf("%s: %.80s %v", path, body, err)
				}
				files++
			}
		}
	}
	if files < 60 {
		t.Errorf("%d files of the catalogue were fetched", files)
	}
}
