package search_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/search/embedded"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// desk is a town whose cases can be searched.
type desk struct {
	*caseworktest.Town
	search.Service
	city   *routing.City
	engine *embedded.Engine
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Town: caseworktest.New(t), city: city}
	lex := search.Lexicon(city)
	d.engine = &embedded.Engine{DB: d.Pool, Lexicon: lex, Now: d.Town.Now, Zone: city.TZ}
	d.Service = search.Service{Engine: d.engine, Docket: d.Town.Docket, Lexicon: lex}
	return d
}

// index lets the follower read the history to its end.
func (d *desk) index(t *testing.T) {
	t.Helper()
	if err := search.Follower(d.engine, d.city).CatchUpAll(t.Context(), d.Pool); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) find(t *testing.T, by casework.Actor, text string) search.Result {
	t.Helper()
	r, err := d.Find(t.Context(), by, search.Query{Text: text, Facets: true})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

func titles(r search.Result) string {
	var all []string
	for _, h := range r.Hits {
		all = append(all, h.Case.Title)
	}
	return strings.Join(all, ",")
}

func TestFollowerKeepsTheIndexAsTheHistorySays(t *testing.T) {
	d := newDesk(t)
	id := d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	d.index(t)
	clerk := caseworktest.Clerk()
	if got := titles(d.find(t, clerk, "噪声")); got != "夜市噪音扰民" {
		t.Errorf("噪声 finds %q", got)
	}
	if r := d.find(t, clerk, "加派巡查"); len(r.Hits) != 0 {
		t.Errorf("found before it was said: %q", titles(r))
	}
	d.Work(t, id, caseworktest.Urban)
	d.index(t)
	r := d.find(t, clerk, "加派巡查")
	if titles(r) != "夜市噪音扰民" || r.Hits[0].Case.State != casework.Replied || !r.Hits[0].Text.Hits() || !strings.Contains(r.Hits[0].Text.String(), "加派巡查") {
		t.Errorf("the answer is not found: %+v", r.Hits)
	}
	if r.Facets.Total != 1 || len(r.Facets.States) != 1 || r.Facets.States[0].Value != string(casework.Replied) {
		t.Errorf("facets %+v", r.Facets)
	}
}

func TestNobodyFindsWhatIsOutOfScope(t *testing.T) {
	d := newDesk(t)
	d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	d.Send(t, "码头噪音很大", caseworktest.Harbour)
	d.index(t)
	for _, c := range []struct {
		by   casework.Actor
		want string
	}{
		{caseworktest.Clerk(), "码头噪音很大,夜市噪音扰民"},
		{caseworktest.Worker(caseworktest.Urban), "夜市噪音扰民"},
		{caseworktest.Worker(caseworktest.Harbour), "码头噪音很大"},
		{caseworktest.Worker(caseworktest.River, caseworktest.Willow), ""},
	} {
		r := d.find(t, c.by, "噪音")
		if got := titles(r); got != c.want && got != "夜市噪音扰民,码头噪音很大" {
			t.Errorf("%s finds %q, want %q", c.by.Unit, got, c.want)
		}
		if r.Facets.Total != len(r.Hits) {
			t.Errorf("%s: %d hits, but %d counted", c.by.Unit, len(r.Hits), r.Facets.Total)
		}
		for _, text := range []string{"13800001111", "lin@example.org"} {
			want := 0
			if c.by.Unit == casework.Hotline {
				want = 2
			}
			if got := len(d.find(t, c.by, text).Hits); got != want {
				t.Errorf("%s finds %d cases by %s, want %d", c.by.Unit, got, text, want)
			}
		}
	}
	for _, by := range []casework.Actor{casework.Resident(casework.CaseID{1}), {}, {Kind: casework.ByStaff, Unit: casework.Hotline, Roles: []casework.Role{casework.Admin}}} {
		if _, err := d.Find(t.Context(), by, search.Query{Text: "噪音"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%v searches: %v", by.Roles, err)
		}
	}
}

// An index that says more than it may is no leak: what it names is read again in the actor's scope.
func TestALyingIndexShowsNothing(t *testing.T) {
	d := newDesk(t)
	id := d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	d.Engine = liar{id}
	r, err := d.Find(t.Context(), caseworktest.Worker(caseworktest.Harbour), search.Query{Text: "噪音"})
	if err != nil || len(r.Hits) != 0 {
		t.Errorf("found %q, %v", titles(r), err)
	}
}

type liar struct{ id casework.CaseID }

func (l liar) Put(context.Context, pg.Querier, []search.Document) error  { return nil }
func (l liar) Drop(context.Context, pg.Querier, []casework.CaseID) error { return nil }
func (l liar) Find(context.Context, search.Query, casework.Sight) (search.Found, error) {
	return search.Found{Hits: []search.Match{{Case: l.id}}}, nil
}

func TestNumbersContactsAndCodesFindTheirCaseAtOnce(t *testing.T) {
	d := newDesk(t)
	f := d.Filing("路灯不亮")
	f.ExternalNo = "HK20171231113718"
	r, err := d.Town.Docket.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	other := d.Filing("井盖丢失")
	other.Person = casework.Person{Phone: "13900002222"}
	if _, err := d.Town.Docket.Open(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	// The index is empty: these are found without it.
	for _, c := range []struct{ text, by string }{
		{r.Number, search.ByNumber}, {" " + r.Number + " ", search.ByNumber}, {"hk20171231113718", search.ByNumber}, {"HK20171231113718", search.ByNumber},
		{"13800001111", search.ByContact}, {"138 0000 1111", search.ByContact}, {"+8613800001111", search.ByContact}, {"１３８００００１１１１", search.ByContact}, {"Lin@Example.org", search.ByContact},
		{r.Code, search.ByCode}, {strings.ToLower(strings.ReplaceAll(r.Code, "-", "")), search.ByCode},
	} {
		if got := d.find(t, caseworktest.Clerk(), c.text); titles(got) != "路灯不亮" || got.By != c.by {
			t.Errorf("%q finds %q by %s, want by %s", c.text, titles(got), got.By, c.by)
		}
	}
	if got := d.find(t, caseworktest.Worker(caseworktest.Urban), r.Code); len(got.Hits) != 0 {
		t.Errorf("a code opens a case out of scope: %q", titles(got))
	}
}

func TestWhatWasFoundIsMarked(t *testing.T) {
	d := newDesk(t)
	d.Open(t, "楼下烧烤店Ｎｏｉｓｅ噪音擾民")
	d.index(t)
	for text, want := range map[string]string{"噪声": "噪音", "扰民": "擾民", "NOISE": "Ｎｏｉｓｅ", "zaoyin": "噪音", "烧烤店 噪音": "烧烤店+噪音", `"噪音扰民"`: "噪音擾民", "造音": "噪音", "skd": "烧烤店"} {
		r := d.find(t, caseworktest.Clerk(), text)
		if len(r.Hits) != 1 {
			t.Errorf("%q finds %d", text, len(r.Hits))
			continue
		}
		var marked []string
		for _, p := range r.Hits[0].Title {
			if p.Hit {
				marked = append(marked, p.Text)
			}
		}
		if got := strings.Join(marked, "+"); got != want {
			t.Errorf("%q marks %q, want %q", text, got, want)
		}
		if text == "造音" && r.Instead != "噪音" {
			t.Errorf("造音 was searched as %q", r.Instead)
		}
	}
}

func TestTheIndexHoldsNoPersonalData(t *testing.T) {
	d := newDesk(t)
	f := d.Filing("路灯不亮")
	if _, err := d.Town.Docket.Open(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	d.index(t)
	var n int
	err := d.Pool.QueryRow(t.Context(), `select count(*) from search_document where body like any ($1)`, []string{"%13800001111%", "%林小舟%", "%lin@example%", "%301 室%", "%301室%"}).Scan(&n)
	if err != nil || n != 0 {
		t.Errorf("%d documents with personal data, %v", n, err)
	}
}

func TestReindexMakesAllAnewAndGoesOnBesideTheFollower(t *testing.T) {
	d := newDesk(t)
	for range 5 {
		d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	}
	heard := 0
	n, err := search.Reindex(t.Context(), d.Pool, d.engine, d.city, func(done int) { heard = done })
	if err != nil || n != 5 || heard != 5 {
		t.Fatalf("%d, %d, %v", n, heard, err)
	}
	d.index(t)
	if got := len(d.find(t, caseworktest.Clerk(), "夜市").Hits); got != 5 {
		t.Errorf("%d of 5 found", got)
	}
	broken := errors.New("full disk")
	if _, err := search.Reindex(t.Context(), d.Pool, failing{broken}, d.city, nil); !errors.Is(err, broken) {
		t.Errorf("a failure is hidden: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Put(context.Context, pg.Querier, []search.Document) error  { return f.err }
func (f failing) Drop(context.Context, pg.Querier, []casework.CaseID) error { return f.err }
func (f failing) Find(context.Context, search.Query, casework.Sight) (search.Found, error) {
	return search.Found{}, f.err
}
