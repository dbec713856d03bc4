package board_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/net/html"

	"huiyin/datause"
	"huiyin/demo"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/staff"
	"huiyin/supervision"
	"huiyin/web/board"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// town is the demonstration city's rules on a database of its own, with the public pages before it.
type town struct {
	t     *testing.T
	pool  *pgxpool.Pool
	keys  *seal.Keyring
	city  *routing.City
	terms *sla.Terms
	app   *fiber.App
	now   time.Time
}

func newTown(t *testing.T) *town {
	rules, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, pool: pgtest.DB(t), keys: seal.NewForTest(), city: rules, terms: terms, now: time.Date(2026, 11, 20, 15, 0, 0, 0, locale.Zone)}
	if err := staff.SyncUnits(t.Context(), w.pool, demo.Units(rules)); err != nil {
		t.Fatal(err)
	}
	w.app = shell.New(shell.Config{City: shell.City{ZH: rules.Name.ZH, EN: rules.Name.EN}, BaseURL: "https://linlan.example", Secret: bytes.Repeat([]byte("s"), 32), Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	pages := &board.Pages{DB: w.pool, City: rules, Search: search.NewPublic(w.pool, rules, search.Lexicon(rules))}
	shell.Mount(w.app, pages.Routes())
	shell.Mount(w.app, pages.FindRoutes())
	shell.Mount(w.app, []shell.Route{{Path: "/api/v1/figures", Handler: pages.Figures, Door: shell.API}})
	return w
}

// fill lives three months of cases.
func (w *town) fill(cases int) {
	w.t.Helper()
	c := &demo.City{Pool: w.pool, Keys: w.keys, Rules: w.city, Terms: w.terms, Staff: staff.New(w.pool), Now: func() time.Time { return w.now }}
	if err := c.Fill(w.t.Context(), demo.Plan{Cases: cases, Months: 3, Seed: 5}, nil); err != nil {
		w.t.Fatal(err)
	}
	w.catchUp()
}

// catchUp lets every follower of the public pages read to the end of the history.
func (w *town) catchUp() {
	w.t.Helper()
	ctx := context.Background()
	followers := map[string]func() error{
		supervision.FiguresFollower:  func() error { return supervision.Figures(w.city.TZ).CatchUpAll(ctx, w.pool) },
		supervision.ChannelsFollower: func() error { return supervision.Channels(w.city.TZ).CatchUpAll(ctx, w.pool) },
		"cards": func() error {
			return supervision.Cards(w.keys, w.city.TZ, func() time.Time { return w.now }).CatchUpAll(ctx, w.pool)
		},
		datause.FollowerName: func() error { return datause.Follower(w.city.TZ).CatchUpAll(ctx, w.pool) },
	}
	for name, read := range followers {
		for deadline := time.Now().Add(30 * time.Second); ; {
			if err := read(); err != nil {
				w.t.Fatal(err)
			}
			var behind int
			if err := w.pool.QueryRow(ctx, `select count(*) from event e, follower f where f.name = $1 and (e.xid, e.seq) > (f.xid, f.seq)`, name).Scan(&behind); err != nil {
				w.t.Fatal(err)
			}
			if behind == 0 {
				break
			}
			if time.Now().After(deadline) {
				w.t.Fatalf("%s stays behind", name)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func (w *town) get(path string) (int, string) {
	w.t.Helper()
	res, err := w.app.Test(httptest.NewRequest("GET", path, nil), -1)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (w *town) ok(path string) string {
	w.t.Helper()
	status, body := w.get(path)
	if status != 200 {
		w.t.Fatalf("%s answers %d: %.300s", path, status, body)
	}
	return body
}

// The register names every program that reads what residents write, with what is known of it.
func TestDataUseHoldsTheAlgorithmRegister(t *testing.T) {
	w := newTown(t)
	type both struct {
		ZH string `json:"zh-CN"`
		EN string `json:"en"`
	}
	var f struct {
		Algorithms []struct {
			Code        string
			Description both
			Performance both  `json:"model_performance"`
			Human       both  `json:"human_decisions_and_review"`
			Here        *both `json:"performance_here"`
		}
	}
	if err := json.Unmarshal([]byte(w.ok("/data-use.json")), &f); err != nil {
		t.Fatal(err)
	}
	want := []string{"routing", "duplicates", "topics", "masking", "replies", "warning"}
	if len(f.Algorithms) != len(want) {
		t.Fatalf("%d entries, want %d", len(f.Algorithms), len(want))
	}
	page := html.UnescapeString(w.ok("/en/data-use"))
	for i, a := range f.Algorithms {
		if a.Code != want[i] || a.Description.ZH == "" || a.Performance.EN == "" || a.Human.ZH == "" || strings.Contains(a.Performance.ZH, "algorithm.") {
			t.Errorf("%+v", a)
		}
		if !strings.Contains(page, a.Description.EN) {
			t.Errorf("the page does not say of %s: %s", a.Code, a.Description.EN)
		}
		if counted := a.Code == "duplicates" || a.Code == "warning"; counted != (a.Here != nil) {
			t.Errorf("what the city counted of %s: %v", a.Code, a.Here)
		}
	}
}

func TestDataUsePageSaysTheTotals(t *testing.T) {
	w := newTown(t)
	w.fill(80)
	span := datause.Span{From: supervision.Month(202611).Start(locale.Zone), Until: supervision.Month(202612).Start(locale.Zone)}
	want, err := datause.Totals(t.Context(), w.pool, span)
	if err != nil || want.All.Sum() == 0 {
		t.Fatalf("no uses to compare: %+v, %v", want, err)
	}
	f := w.file("/data-use.json")
	if *f.Figures["people"].Numerator != float64(want.All.Human) || *f.Figures["per_hundred"].Denominator != want.Cases || *f.Figures["unassigned"].Numerator != float64(want.Unassigned) {
		t.Errorf("published %+v, the totals are %+v", f.Figures, want)
	}
	body := w.ok("/en/data-use")
	for _, p := range want.Purposes {
		rows := tableRow(t, body, locale.EN.T(datause.PurposeNames[p.Purpose]))
		if len(rows) != 1 || !cmp.Equal(rows[0][1:], []string{strconv.Itoa(p.Human), strconv.Itoa(p.Automatic), strconv.Itoa(p.Sum())}) {
			t.Errorf("%s: the page says %v, the totals %+v", p.Purpose, rows, p)
		}
	}
	for _, i := range datause.Inventory() {
		if !strings.Contains(body, html.EscapeString(locale.EN.T(i.Why))) {
			t.Errorf("the page does not say why %s is held", i.Field)
		}
	}
}

func TestMonthsWithoutFiguresSayWhy(t *testing.T) {
	w := newTown(t)
	if body := w.ok("/board"); !strings.Contains(body, locale.ZH.T("board.none_yet")) {
		t.Error("a city without cases does not say so")
	}
	for _, path := range []string{"/en/districts", "/departments", "/departments/c-chengguan", "/districts/990101", "/cases", "/data-use", "/board.json", "/board.csv", "/cases.json", "/data-use.csv"} {
		w.ok(path)
	}
	w.fill(40)
	for path, key := range map[string]string{"/board?month=2026-12": "2026年12月还没有开始", "/board?month=2019-01": "更早的月份没有数字", "/data-use?month=2019-01": "更早的月份没有数字"} {
		if body := w.ok(path); !strings.Contains(body, key) || strings.Contains(body, "data-figure") {
			t.Errorf("%s does not say %q", path, key)
		}
	}
	for path, want := range map[string]int{"/board?month=nonsense": 422, "/board.json?month=2026-13": 422, "/districts/123456": 404, "/districts/990101001": 404, "/departments/nobody": 404, "/departments/nobody.json": 404, "/streets": 200, "/streets/990101001": 303, "/streets/s-linjiang-xiangyang": 303, "/streets/c-chengguan": 404,
		"/cases/nothing": 404, "/cases?district=1": 422, "/cases?page=-1": 422, "/cases?kind=x": 422, "/cases?unit=x": 422, "/cases?outcome=x": 422, "/cases?category=zz": 422} {
		if status, _ := w.get(path); status != want {
			t.Errorf("%s answers %d, want %d", path, status, want)
		}
	}
}

func TestABoardIsDrawnAnewAsSoonAsTheFiguresMove(t *testing.T) {
	w := newTown(t)
	w.fill(40)
	received := func() int { return *w.file("/board.json").Figures["received"].Denominator }
	before := received()
	if again := received(); again != before {
		t.Errorf("the same board says %d and then %d", before, again)
	}
	w.marked(1, nil, true)
	if n := received(); n != before {
		t.Errorf("before the follower read it, %d cases became %d", before, n)
	}
	w.catchUp()
	if n := received(); n != before+1 {
		t.Errorf("after the follower read it, %d cases became %d", before, n)
	}
}

// Only what is of one kind stands side by side, four columns at most, and the numbers are those of the pages.
func TestComparePageSetsPeersSideBySide(t *testing.T) {
	w := newTown(t)
	w.fill(120)
	for path, want := range map[string][]string{
		"/compare": {"先选第一个"},
		"/compare?a=990101&b=990102&c=990101&month=2026-10":                          {"临江区", "能不能下结论", "data-plot=\"solved\""},
		"/compare?a=990101&b=d-linjiang&month=2026-10":                               {"只能在同级同类之间比较", "就能比较了"},
		"/compare?a=city&month=2026-10&with=2026-09":                                 {"2026年9月 · 临澜市", "2026年10月 · 临澜市"},
		"/compare?a=990101&b=990102&c=990103&month=2026-10&with=2026-09":             {"最多四列"},
		"/compare?a=990101&b=990102&month=2020-01":                                   {"本系统从"},
		"/en/compare?a=d-linjiang&b=d-chenghu&c=d-wangchao&d=d-qingyu&month=2026-10": {"What follows"},
	} {
		body := w.ok(path)
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
	}
	for _, path := range []string{"/compare?a=nobody", "/compare?a=990101&b=990101000000"} {
		if status, _ := w.get(path); status != 404 {
			t.Errorf("%s answers %d", path, status)
		}
	}
}

// The page of channels and hops, the page of the check of replies, and their files say the same.
func TestHopsChannelsAndFlagsArePublic(t *testing.T) {
	w := newTown(t)
	w.fill(150)
	for path, want := range map[string][]string{
		"/channels?month=2026-10":    {"每条渠道还通不通", "一次派到", "尚未启用", "没有写入公开账本"},
		"/en/channels":               {"How many departments a case passes through", "Not in use yet"},
		"/replies?month=2026-10":     {"提示了什么", "答复被提示的占比"},
		"/en/replies?month=2026-10":  {"Replies flagged"},
		"/channels?month=2020-01":    {"本系统从"},
		"/departments/d-linjiang":    {"一次派到", "初次满意率", "最终满意率"},
		"/replies.json?month=2020-1": nil,
	} {
		status, body := w.get(path)
		if want == nil {
			if status != 422 && status != 400 {
				t.Errorf("%s answers %d", path, status)
			}
			continue
		}
		for _, text := range want {
			if status != 200 || !strings.Contains(body, text) {
				t.Errorf("%s answers %d and does not say %q", path, status, text)
			}
		}
	}
	var channels struct {
		Stale    bool
		Channels []struct {
			Channel string
			Recent  *int
			Dormant bool
		}
	}
	if err := json.Unmarshal([]byte(w.ok("/channels.json")), &channels); err != nil || channels.Stale || len(channels.Channels) != 7 || channels.Channels[0].Channel != "phone" || *channels.Channels[0].Recent < 5 {
		t.Errorf("%+v %v", channels, err)
	}
	var replies struct {
		City struct {
			Flagged figure
			Flags   map[string]*int
		}
		Units []struct {
			Code  string
			Flags map[string]*int
		}
	}
	if err := json.Unmarshal([]byte(w.ok("/replies.json?month=2026-10")), &replies); err != nil || replies.City.Flagged.Denominator == nil || len(replies.Units) == 0 {
		t.Fatalf("%+v %v", replies, err)
	}
	for _, u := range replies.Units {
		for flag, n := range u.Flags {
			if n != nil && *n < supervision.MinShown {
				t.Errorf("%s is told %d times of %s", flag, *n, u.Code)
			}
		}
	}
}
