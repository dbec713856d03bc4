package looktest

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/demo"
	"huiyin/follow"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/topics"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/staff"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/web"
	"huiyin/web/admin"
	"huiyin/web/live"
	"huiyin/web/shell"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// town is the pages of a small city that has lived for three months, served on an address of its own.
type town struct {
	base   string
	pool   *pgxpool.Pool
	docket *casework.Docket
	desk   *routing.Desk
	door   *intake.Door
	routes []shell.Route
	log    journal
}

type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

const mailbox = "12345@localhost"

// newTown fills the city and serves it; it is Friday 20 November 2026, 10:00, and time goes on.
func newTown(t testing.TB) *town { return newTownHearing(t, nil) }

// newTownHearing is newTown whose keys tell of every field that is decrypted.
func newTownHearing(t testing.TB, hear func(field, owner string)) *town {
	t.Helper()
	begun, clock := time.Now(), time.Date(2026, 11, 20, 10, 0, 0, 0, locale.Zone)
	now := func() time.Time { return clock.Add(time.Since(begun)) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := rulebook.Base(os.DirFS("../../demo/city"))
	must(err)
	inForce, err := rulebook.Read(files, 0)
	must(err)
	rules, terms := inForce.City, inForce.Terms
	w := &town{pool: pgtest.DB(t)}
	keys, register := seal.NewForTest(), staff.New(w.pool)
	register.Now, keys.Opened = now, hear
	city := &demo.City{Pool: w.pool, Keys: keys, Rules: rules, Terms: terms, Staff: register, Now: now}
	must(city.Fill(t.Context(), demo.Plan{Cases: 60, Months: 3, Seed: 12345, Scenes: true}, nil))
	w.docket = &casework.Docket{DB: w.pool, Keys: keys, Now: now, Zone: rules.TZ, Compare: topics.Alike}
	desk := &routing.Desk{Docket: w.docket, City: rules, Terms: terms, Now: now}
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	door := intake.New(intake.Settings{Docket: w.docket, City: rules, Terms: terms, Mailboxes: []string{mailbox}, Now: now, Log: log})
	w.desk, w.door = desk, door
	clock = clock.AddDate(0, 0, -20)
	must(w.work(t.Context(), door, desk))
	clock = clock.AddDate(0, 0, 20)
	must(w.work(t.Context(), door, desk))
	if _, err := w.docket.SweepBreaches(t.Context(), 500); err != nil {
		t.Fatal(err)
	}
	for _, f := range []follow.Follower{supervision.Figures(rules.TZ), supervision.Channels(rules.TZ), supervision.OnTheWall(now), supervision.Cards(keys, rules.TZ, now), datause.Follower(rules.TZ)} {
		must(f.CatchUpAll(t.Context(), w.pool))
	}
	ledger := &translog.Log{DB: w.pool, Keys: keys, Origin: "linlan.example/log", Now: now}
	must(ledger.Follower().CatchUpAll(t.Context(), w.pool))
	if _, err := ledger.SweepRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	closer := &months.Closer{DB: w.pool, Zone: rules.TZ, Now: now, Enter: ledger.Enter}
	if _, err := closer.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := (&gaming.Watch{DB: w.pool, Zone: rules.TZ, Now: now, Limits: gaming.Standard()}).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := closer.SweepDay(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := supervision.SweepTopics(t.Context(), w.docket, rules); err != nil {
		t.Fatal(err)
	}
	lexicon := search.Lexicon(rules)
	engine := &embedded.Engine{DB: w.pool, Lexicon: lexicon, Now: now, Zone: rules.TZ}
	if _, err := search.Reindex(t.Context(), w.pool, engine, rules, nil); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	w.base = "http://" + listener.Addr().String()
	hub := live.New(w.pool, log, &live.Cases{}, &live.Calls{})
	watching, unwatch := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() { hub.Run(watching); close(watched) }()
	cfg := web.Config{
		Pool: w.pool, Docket: w.docket, Desk: desk, Door: door, City: rules, Terms: terms, Book: rulebook.New(w.pool, files, now), Rules: inForce, Checks: func(context.Context) []admin.Finding { return nil },
		Staff: register, Keys: keys, Live: hub, Search: search.Service{Docket: w.docket, Lexicon: lexicon, Engine: engine}, BaseURL: w.base, Mailbox: mailbox, Now: now, Log: log,
	}
	w.routes = web.Routes(cfg)
	server := web.New(cfg)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Shutdown(5 * time.Second); err != nil {
			t.Error(err)
		}
		<-ended //nolint:errcheck // it ended because it was shut down
		unwatch()
		<-watched
		if t.Failed() {
			w.log.mu.Lock()
			defer w.log.mu.Unlock()
			for line := range strings.Lines(w.log.buf.String()) {
				if strings.Contains(line, "level=ERROR") {
					t.Log(line)
				}
			}
		}
	})
	return w
}

// work gives the hotline and one department what their lists are for: a case to dispatch, one to sign, one under way, one that is asked back.
func (w *town) work(ctx context.Context, door *intake.Door, desk *routing.Desk) error {
	unit := casework.UnitCode("d-linjiang-chengguan")
	for i, text := range []string{"烧烤摊占了人行道，油烟很大。", "早市散了以后垃圾没人扫。", "广告牌松了，刮风就响。", "工地半夜施工，孩子睡不着。"} {
		s, err := intake.Form{Nonce: rand.Text(), Text: text, Place: "临江区向阳街道东风路", Name: "何女士", Phone: "19900000001", Publish: true}.Submission()
		if err != nil {
			return err
		}
		r, err := door.File(ctx, s)
		if err != nil {
			return err
		}
		ref := casework.Ref{ID: r.ID}
		if i > 0 {
			err = desk.Dispatch(ctx, caseworktest.Clerk(), ref, casework.Order{Lead: unit})
		}
		if err == nil && i > 1 {
			err = w.docket.Sign(ctx, caseworktest.Worker(unit), ref)
		}
		if err == nil && i > 2 {
			err = w.docket.AskReturn(ctx, caseworktest.Worker(unit), ref, "R1", "夜间施工由住建部门管", "职责清单", "d-linjiang-zhujian")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// oneCase is a case for which a condition on cases c holds.
func (w *town) oneCase(t testing.TB, where string) casework.CaseID {
	t.Helper()
	var id casework.CaseID
	err := pg.InTx(t.Context(), w.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(context.Background(), `select c.id from cases c where `+where+` order by c.filed_at limit 1`).Scan(&id)
	})
	if err != nil {
		t.Fatalf("no case where %s: %v", where, err)
	}
	return id
}

// code is the tracking code of such a case.
func (w *town) code(t testing.TB, where string) string {
	t.Helper()
	id := w.oneCase(t, where)
	got, err := w.docket.Reveal(t.Context(), casework.Resident(id), id, []casework.PersonalField{casework.FieldCode}, casework.Use{Purpose: casework.ForOwn})
	if err != nil {
		t.Fatal(err)
	}
	return got[casework.FieldCode]
}

// caller is somebody who has sent forms before a browser looks at what they see.
type caller struct {
	t    testing.TB
	base string
	http *http.Client
}

func (w *town) newCaller(t testing.TB) *caller {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &caller{t: t, base: w.base, http: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// get reads a page.
func (c *caller) get(path string) string {
	c.t.Helper()
	res, err := c.http.Get(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.body(path, res)
}

func (c *caller) body(path string, res *http.Response) string {
	c.t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		c.t.Fatalf("%s answers %d:\n%s", path, res.StatusCode, body)
	}
	return string(body)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// send fills in the form of a page that has this action, and follows where it leads.
func (c *caller) send(page, action string, fields map[string]string) string {
	c.t.Helper()
	_, form, ok := strings.Cut(c.get(page), `action="`+action+`"`)
	if !ok {
		c.t.Fatalf("%s has no form for %s", page, action)
	}
	form, _, _ = strings.Cut(form, "</form>")
	all := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(form, -1) {
		all[m[1]] = m[2]
	}
	maps.Copy(all, fields)
	values := url.Values{}
	for k, v := range all {
		values.Set(k, v)
	}
	res, err := c.http.PostForm(c.base+action, values)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.body(action, res)
}

// signIn makes a caller a member of staff of the demonstration city.
func (w *town) signIn(t testing.TB, login string) *caller {
	t.Helper()
	c := w.newCaller(t)
	c.get("/login")
	values := url.Values{"login": {login}, "password": {demo.Password}}
	for _, m := range hidden.FindAllStringSubmatch(c.get("/login"), -1) {
		values.Set(m[1], m[2])
	}
	values.Set("next", "/me")
	res, err := c.http.PostForm(c.base+"/login", values)
	if err != nil {
		t.Fatal(err)
	}
	c.body("/login", res)
	return c
}
