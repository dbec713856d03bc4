package search_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/staff"
)

// show puts a card up as the follower does, and tells its number.
func show(t *testing.T, d *desk, c casework.Case) (casework.CaseID, string) {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	town := d.Open(t, "路灯不亮").ID
	body := `{"number":"` + strings.ToUpper(id.String()[:13]) + `","filed_on":"2026-11-02","district":"` + c.Place + `","category":"` + c.Category + `","kind":"complaint","unit":"c-chengguan","outcome":"closed","steps":[]}`
	_, err = d.Pool.Exec(t.Context(), `insert into public_card (case_id, number, filed_on, district, category, kind, unit, outcome, card, made_at) values ($1, $2, '2026-11-02', $3, $4, 'complaint', 'c-chengguan', 'closed', $5, $6)`,
		town, strings.ToUpper(id.String()[:13]), c.Place, c.Category, body, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return town, strings.ToUpper(id.String()[:13])
}

func TestThePublicFindsCardsByWhatTheyMean(t *testing.T) {
	d := newDesk(t)
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	var linjiang string
	for _, x := range city.Districts() {
		if x.Name.ZH == "临江区" {
			linjiang = x.Code
		}
	}
	lights, _ := show(t, d, casework.Case{Place: linjiang, Category: "010501"})
	_, noise := show(t, d, casework.Case{Place: linjiang, Category: "010401"})
	_, far := show(t, d, casework.Case{Place: "990109", Category: "010401"})
	s := search.NewPublic(d.Pool, city, d.Lexicon, func(_ context.Context, _ locale.Lang, text string, _ int) ([]search.Text, error) {
		if strings.Contains(text, "居住证") || text == "juzhuzheng" {
			return []search.Text{{Path: "/help/permit", Title: "居住证怎么办", Body: "带身份证到派出所办理居住证，当场受理。", Owner: "临江区公安分局"}}, nil
		}
		return nil, nil
	})
	ask := func(text string, want int, numbers ...string) {
		t.Helper()
		f, err := s.Find(t.Context(), locale.ZH, text, 1, 25)
		if err != nil || len(f.Cards) != want || f.Total != want {
			t.Errorf("%q finds %d cards of %d by %+v, %v; want %d", text, len(f.Cards), f.Total, f.Meanings, err, want)
		}
		for _, n := range numbers {
			found := false
			for _, c := range f.Cards {
				found = found || c.Card().Number == n
			}
			if !found {
				t.Errorf("%q does not find %s", text, n)
			}
		}
	}
	ask("噪音", 2, noise, far)
	ask("声音太大", 2, noise, far)
	ask("zaoyin", 2)
	ask("躁音", 2)
	ask("噪音 临江区", 1, noise)
	ask("路灯", 1)
	ask("street lights", 1)
	ask("临江区", 2)
	ask("我想看看临江区的路灯", 1)
	ask("火星移民", 0)
	ask("", 0)
	ask("%_'\\", 0)
	ask(noise, 1, noise)
	// What is withheld from now on is not found a moment later.
	if err := privacy.Keep(t.Context(), d.Pool, lights, time.Now(), time.Now(), privacy.PublicCase{}, privacy.WithheldSecret); err != nil {
		t.Fatal(err)
	}
	ask("路灯", 0)
	for _, asked := range []string{"居住证怎么办", "居住证", "juzhuzheng"} {
		f, err := s.Find(t.Context(), locale.ZH, asked, 1, 25)
		if err != nil || len(f.Articles) != 1 {
			t.Fatalf("articles %+v, %v", f.Articles, err)
		}
		if a := f.Articles[0]; !a.Headline.Hits() || !a.Found.Hits() || a.Headline.String() != a.Title || a.Owner == "" {
			t.Errorf("%q: %+v", asked, a)
		}
	}
}

func TestSavedSearchesTellOfNewCases(t *testing.T) {
	d := newDesk(t)
	now := d.Town.Now()
	shelf := search.Shelf{DB: d.Pool, Now: func() time.Time { return now }}
	register := staff.New(d.Pool)
	account, err := register.Add(t.Context(), 0, staff.NewAccount{Login: "lin", Name: "L", Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}, Password: "linlan-echo-2026"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{" ", strings.Repeat("长", 41)} {
		if err := shelf.Save(t.Context(), account.ID, name, search.Query{}, search.OnPage); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	d.index(t)
	now = now.Add(time.Minute)
	for range 2 { // the same name again replaces
		if err := shelf.Save(t.Context(), account.ID, "夜市", search.Query{Text: "噪音", Limit: 7}, search.OnPage); err != nil {
			t.Fatal(err)
		}
	}
	if err := shelf.Save(t.Context(), account.ID, "不提醒", search.Query{Text: "噪音"}, search.Quiet); err != nil {
		t.Fatal(err)
	}
	alerts := search.Alerts{Shelf: shelf, Search: d.Service, Staff: register}
	want := func(fresh int) search.Saved {
		t.Helper()
		if _, err := alerts.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := shelf.Of(t.Context(), account.ID)
		if err != nil || len(list) != 2 || list[1].Query.Text != "噪音" || list[1].Fresh != fresh || list[0].Fresh != 0 {
			t.Fatalf("%+v, %v; want %d", list, err, fresh)
		}
		return list[1]
	}
	now = now.Add(10 * time.Minute)
	want(0)
	d.Town.Pass(now.Sub(d.Town.Now()))
	d.Send(t, "码头噪音很大", caseworktest.Harbour)
	d.Send(t, "井盖丢失", caseworktest.Harbour)
	d.index(t)
	now = now.Add(10 * time.Minute)
	saved := want(1)
	now = now.Add(10 * time.Minute)
	want(1) // told once
	if err := shelf.Opened(t.Context(), account.ID+1, saved.ID); err != nil {
		t.Fatal(err)
	}
	want(1)
	if err := shelf.Opened(t.Context(), account.ID, saved.ID); err != nil {
		t.Fatal(err)
	}
	want(0)
	if err := shelf.Forget(t.Context(), account.ID, saved.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := shelf.Of(t.Context(), account.ID); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatIsTakenAwayAndLookedUpLeavesATrace(t *testing.T) {
	d := newDesk(t)
	id := d.Send(t, "夜市噪音扰民", caseworktest.Urban)
	d.Send(t, "码头噪音很大", caseworktest.Harbour)
	d.index(t)
	hits, err := d.Export(t.Context(), caseworktest.Clerk(), search.Query{Text: "噪音"})
	if err != nil || len(hits) != 2 {
		t.Fatalf("%d, %v", len(hits), err)
	}
	c, err := d.Town.Docket.Case(t.Context(), caseworktest.Clerk(), id)
	if err != nil {
		t.Fatal(err)
	}
	d.find(t, caseworktest.Clerk(), c.Number)
	var exports, numbers int
	var clear int
	err = d.Pool.QueryRow(t.Context(), `select count(*) filter (where way = 'export' and found = 2 and asked->>'Text' = '噪音'), count(*) filter (where way = 'number' and found = 1 and length(key) = 32),
		count(*) filter (where search_use::text like '%' || $1 || '%') from search_use`, c.Number).Scan(&exports, &numbers, &clear)
	if err != nil || exports != 1 || numbers != 1 || clear != 0 {
		t.Errorf("%d exports, %d numbers, %d in clear, %v", exports, numbers, clear, err)
	}
	if _, err := d.Pool.Exec(t.Context(), `delete from search_use`); err == nil {
		t.Error("traces can be removed")
	}
	if r, err := d.Similar(t.Context(), caseworktest.Clerk(), id, 5); err != nil || titles(r) != "码头噪音很大" {
		t.Errorf("similar: %q, %v", titles(r), err)
	}
	if _, err := d.Similar(t.Context(), caseworktest.Worker(caseworktest.Harbour), id, 5); fault.KindOf(err) != fault.NotFound {
		t.Errorf("similar to a case out of scope: %v", err)
	}
}
