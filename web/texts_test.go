package web

import (
	"strings"
	"testing"
	"time"

	"huiyin/demo"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/seal"
	"huiyin/search"
	"huiyin/staff"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The public search answers with articles in force, in the reader's language, what was looked for marked, with whoever answers for them and until when they hold; and with none where nothing fits.
func TestTheSearchOffersArticlesInForce(t *testing.T) {
	pool := pgtest.DB(t)
	rules, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, rules.TZ) }
	register := staff.New(pool)
	register.Now = now
	town := demo.City{Pool: pool, Keys: seal.NewForTest(), Rules: rules, Terms: terms, Staff: register, Now: now}
	if err := town.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	base := &knowledge.Base{DB: pool, Now: now, Zone: rules.TZ}
	public := search.NewPublic(pool, rules, search.Lexicon(rules), textsOf(base, rules, "/help/answers/"))
	ask := func(lang locale.Lang, text string) []search.Article {
		f, err := public.Find(t.Context(), lang, text, 1, 25)
		if err != nil {
			t.Fatal(err)
		}
		return f.Articles
	}
	for text, want := range map[string]string{"水费": "water-bill", "shuifei": "water-bill", "停电": "power-cut", "养狗": "dog-licence", "噪音": "noise-hours", "躁音": "noise-hours"} {
		list := ask(locale.ZH, text)
		if len(list) == 0 || list[0].Path != "/help/answers/"+want {
			t.Errorf("%q: %+v", text, list)
			continue
		}
		if a := list[0]; !a.Headline.Hits() && !a.Found.Hits() || a.Owner == "" || a.Basis == "" || a.Since.IsZero() {
			t.Errorf("%q: %+v", text, a)
		}
	}
	if list := ask(locale.EN, "water bill"); len(list) == 0 || list[0].Path != "/help/answers/water-bill" || !strings.Contains(strings.ToLower(list[0].Headline.String()), "water") || !list[0].Headline.Hits() {
		t.Errorf("in English: %+v", list)
	}
	for _, text := range []string{"火星移民", "量子计算机", "x"} {
		if list := ask(locale.ZH, text); len(list) > 0 {
			t.Errorf("%q finds %q", text, list[0].Title)
		}
	}
	// What is out of date is not offered from the next day on.
	fund := func() (until *time.Time) {
		for _, a := range ask(locale.ZH, "老楼加装电梯补贴") {
			if a.Path == "/help/answers/lift-fund" {
				until = a.Until
			}
		}
		return until
	}
	until := fund()
	if until == nil {
		t.Fatal("the article with a last day is not offered")
	}
	base.Now = func() time.Time { return until.AddDate(0, 0, 1).Add(12 * time.Hour) }
	if fund() != nil {
		t.Error("an article out of date is offered")
	}
}
