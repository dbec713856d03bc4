package meili_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/search/meili"
	"huiyin/search/meili/meilitest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a town whose cases go to a server.
type house struct {
	*caseworktest.Town
	server  *meilitest.Server
	feed    *meili.Feed
	here    *embedded.Engine
	service search.Service
	now     time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Town: caseworktest.New(t), server: meilitest.New(t, "master"), now: time.Now()}
	lexicon := search.Lexicon(city)
	h.feed = &meili.Feed{DB: h.Pool, City: city, Engine: meili.New(meili.Settings{URL: h.server.URL, Key: "master", Lexicon: lexicon, Now: h.Town.Now, Zone: city.TZ})}
	h.here = &embedded.Engine{DB: h.Pool, Lexicon: lexicon, Now: h.Town.Now, Zone: city.TZ}
	standby := &search.Standby{Server: h.feed.Engine, Here: h.here, Now: func() time.Time { return h.now }, Ready: h.ready()}
	h.service = search.Service{Engine: standby, Docket: h.Docket, Lexicon: lexicon}
	return h
}

func (h *house) ready() func(context.Context) error {
	return func(ctx context.Context) error {
		s, err := meili.Look(ctx, h.Pool, h.server.URL)
		if err == nil && !s.Filled {
			err = errors.New("not filled")
		}
		return err
	}
}

func (h *house) index(t *testing.T) {
	t.Helper()
	if err := search.Follower(h.here, h.feed.City, meili.Note).CatchUpAll(t.Context(), h.Pool); err != nil {
		t.Fatal(err)
	}
}

func (h *house) sweep(t *testing.T, want int) {
	t.Helper()
	if n, err := h.feed.Sweep(t.Context()); err != nil || n != want {
		t.Fatalf("%d sent, %v; want %d", n, err, want)
	}
}

func (h *house) find(t *testing.T, text string) search.Result {
	t.Helper()
	r, err := h.service.Find(t.Context(), caseworktest.Clerk(), search.Query{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheServerHearsOfEveryCaseAndChange(t *testing.T) {
	h := newHouse(t)
	h.Send(t, "夜市噪音扰民", caseworktest.Urban) // before anybody knew of the server
	if err := search.Follower(h.here, h.feed.City).CatchUpAll(t.Context(), h.Pool); err != nil {
		t.Fatal(err)
	}
	if r := h.find(t, "噪音"); !r.Standby || len(r.Hits) != 1 {
		t.Errorf("a server that is not filled is asked: %+v", r)
	}
	h.sweep(t, 1)
	id := h.Send(t, "路灯不亮", caseworktest.Urban)
	h.index(t)
	h.sweep(t, 1)
	h.now = h.now.Add(time.Minute)
	if r := h.find(t, "路灯"); r.Standby || len(r.Hits) != 1 {
		t.Errorf("路灯: %+v", r)
	}
	h.Work(t, id, caseworktest.Urban)
	h.index(t)
	h.sweep(t, 1)
	if r := h.find(t, "加派巡查"); r.Standby || len(r.Hits) != 1 || r.Hits[0].Case.State != casework.Replied {
		t.Errorf("the answer is not found: %+v", r.Hits)
	}
	h.sweep(t, 0)
}

func TestAServerThatIsAwayCostsAMomentOnceAndIsTakenUpAgain(t *testing.T) {
	h := newHouse(t)
	h.Send(t, "夜市噪音扰民", caseworktest.Urban)
	h.index(t)
	h.sweep(t, 1)
	if r := h.find(t, "噪音"); r.Standby {
		t.Fatal("the server is not asked")
	}
	h.server.Slow(time.Minute)
	begun := time.Now()
	if r := h.find(t, "噪音"); !r.Standby || len(r.Hits) != 1 {
		t.Errorf("with a slow server: %+v", r)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("a slow server held a search for %s", took)
	}
	asked := h.server.Asked("POST /multi-search")
	for range 20 {
		if r := h.find(t, "噪音"); !r.Standby || len(r.Hits) != 1 {
			t.Errorf("with a slow server: %+v", r)
		}
	}
	if now := h.server.Asked("POST /multi-search"); now != asked {
		t.Errorf("a server that failed was asked %d times more", now-asked)
	}
	h.server.Slow(0)
	h.server.Down(true)
	h.now = h.now.Add(time.Minute)
	if r := h.find(t, "噪音"); !r.Standby || len(r.Hits) != 1 {
		t.Errorf("without a server: %+v", r)
	}
	h.Send(t, "路灯不亮", caseworktest.Urban)
	h.index(t)
	if n, err := h.feed.Sweep(t.Context()); err == nil {
		t.Errorf("%d sent to a server that is away", n)
	}
	h.server.Down(false)
	h.now = h.now.Add(time.Minute)
	if r := h.find(t, "噪音"); r.Standby {
		t.Error("a server that came back is not asked")
	}
	h.dueAgain(t)
	h.sweep(t, 1)
	if r := h.find(t, "路灯"); r.Standby || len(r.Hits) != 1 {
		t.Errorf("what happened meanwhile is not found: %+v", r)
	}
}

// dueAgain ends the pause after failures.
func (h *house) dueAgain(t *testing.T) {
	t.Helper()
	if _, err := h.Pool.Exec(t.Context(), `update search_pending set taken_til = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
}

// A task that fails is no success though the server took it; what fails is tried again in smaller pieces, and seen meanwhile.
func TestAFailedTaskIsSeenAndTriedAgain(t *testing.T) {
	h := newHouse(t)
	h.sweep(t, 0)
	for i := range 20 {
		h.Send(t, fmt.Sprint("夜市噪音扰民", i), caseworktest.Urban)
	}
	h.index(t)
	h.server.Refuse(func(kind string) string {
		if kind == "documentAdditionOrUpdate" {
			return "no space left on device"
		}
		return ""
	})
	for range 3 {
		if n, err := h.feed.Sweep(t.Context()); err == nil || n != 0 || !strings.Contains(err.Error(), "no space left") {
			t.Fatalf("%d sent, %v", n, err)
		}
		h.dueAgain(t)
	}
	s, err := meili.Look(t.Context(), h.Pool, h.server.URL)
	if err != nil || s.Waiting != 20 || s.Tries != 3 || !strings.Contains(s.Failed, "no space left") || s.Since.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
	h.server.Refuse(nil)
	h.sweep(t, 20)
	if s, err = meili.Look(t.Context(), h.Pool, h.server.URL); err != nil || s.Waiting != 0 || s.Failed != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

// While a new index is built, searches are answered from the old one, and what changes meanwhile is in the new one afterwards.
func TestRebuildLeavesNoGap(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.Send(t, "夜市噪音扰民", caseworktest.Urban)
	}
	h.index(t)
	h.sweep(t, 3)
	n, err := h.feed.Rebuild(t.Context(), func(done int) {
		if done > 3 {
			return
		}
		if r := h.find(t, "噪音"); r.Standby || len(r.Hits) != 3 {
			t.Errorf("while the index is built: %d found, %v", len(r.Hits), r.Standby)
		}
		h.Send(t, "路灯不亮", caseworktest.Urban)
		h.index(t)
		if _, err := h.feed.Sweep(t.Context()); err != nil { // into the old index, which goes
			t.Error(err)
		}
	})
	if err != nil || n < 3 {
		t.Fatalf("%d, %v", n, err)
	}
	if h.server.Len("huiyin_next") != -1 {
		t.Error("the old index is still there")
	}
	if _, err := h.feed.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := h.find(t, "路灯"); r.Standby || len(r.Hits) == 0 {
		t.Errorf("what was filed meanwhile is lost: %+v", r)
	}
	if got := h.server.Len("huiyin"); got < 4 {
		t.Errorf("%d cases", got)
	}
}

// The token by which a unit's searches are made opens that unit's cases only, whatever filter comes with it.
func TestTokensOpenOneSight(t *testing.T) {
	h := newHouse(t)
	h.Send(t, "夜市噪音扰民", caseworktest.Urban)
	h.Send(t, "码头噪音很大", caseworktest.Harbour)
	h.index(t)
	h.sweep(t, 2)
	for range 2 {
		for _, c := range []struct {
			by   casework.Actor
			want int
		}{{caseworktest.Clerk(), 2}, {caseworktest.Worker(caseworktest.Urban), 1}, {caseworktest.Worker(caseworktest.River, caseworktest.Willow), 0}} {
			found, err := h.feed.Engine.Find(t.Context(), search.Query{Text: "噪音"}, c.by.Sight())
			if err != nil || len(found.Hits) != c.want {
				t.Errorf("%s finds %d, %v; want %d", c.by.Unit, len(found.Hits), err, c.want)
			}
		}
	}
	if n := h.server.Asked("POST /keys"); n != 1 {
		t.Errorf("%d keys were made", n)
	}
	if _, err := meili.New(meili.Settings{URL: h.server.URL, Key: uuid.NewString(), Lexicon: h.here.Lexicon, Now: time.Now, Zone: time.UTC}).Find(t.Context(), search.Query{Text: "噪音"}, casework.Sight{All: true}); err == nil {
		t.Error("a wrong key opens the index")
	}
}
