package knowledge_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/compare"
	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shelf is a knowledge base beside a town, whose clock it shares.
type shelf struct {
	*knowledge.Base
	town *caseworktest.Town
	t    *testing.T
}

func open(t *testing.T) shelf {
	town := caseworktest.New(t)
	return shelf{Base: &knowledge.Base{DB: town.Pool, Now: town.Now, Zone: town.Zone}, town: town, t: t}
}

func (s shelf) do(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s shelf) wants(err error, key string) {
	s.t.Helper()
	if fault.KeyOf(err) != key {
		s.t.Errorf("%v, want %s", err, key)
	}
}

func day(s string) time.Time {
	d, err := knowledge.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func bill() knowledge.Content {
	return knowledge.Content{
		Title: knowledge.Text{ZH: "水费怎么交", EN: "Paying a water bill"}, Asked: knowledge.Questions{ZH: []string{"在哪里交水费", " 在哪里交水费 ", ""}, EN: []string{"how to pay my water bill"}},
		Body:  knowledge.Text{ZH: "每吨 2.75 元。\n\n1. 手机\n2. 营业厅", EN: "2.75 yuan a tonne."},
		Basis: knowledge.Text{ZH: "《供水条例》第五条", EN: "Water Regulations, article 5"}, Link: "https://law.example/5", ValidFrom: day("2026-01-01"), ReviewOn: day("2027-01-01"),
	}
}

var (
	author    = caseworktest.Worker(caseworktest.Urban)
	chief     = caseworktest.Chief(caseworktest.Urban)
	publisher = caseworktest.Clerk()
)

// published is an article in force.
func (s shelf) published(code string, c knowledge.Content) {
	s.t.Helper()
	_, err := s.Save(s.t.Context(), author, code, caseworktest.Urban, 0, c)
	s.do(err)
	s.do(s.Review(s.t.Context(), chief, code, 1))
	s.do(s.Publish(s.t.Context(), publisher, code, 1))
}

func (s shelf) offers(text string) []string {
	s.t.Helper()
	found, err := s.Find(s.t.Context(), knowledge.Query{Text: text})
	s.do(err)
	var codes []string
	for _, f := range found {
		codes = append(codes, f.Code)
	}
	return codes
}

func TestAnArticleNeedsASecondPerson(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	_, err := s.Save(ctx, caseworktest.Worker(caseworktest.River), "bill", caseworktest.Urban, 0, bill())
	s.wants(err, "fault.forbidden")
	code, err := s.Save(ctx, author, "bill", caseworktest.Urban, 0, bill())
	s.do(err)
	if _, err := s.Public(ctx, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is public: %v", err)
	}
	s.wants(s.Publish(ctx, publisher, code, 1), "fault.article_unreviewed")
	s.wants(s.Review(ctx, author, code, 1), "fault.article_own")
	s.do(s.Review(ctx, chief, code, 1))
	s.wants(s.Publish(ctx, chief, code, 1), "fault.forbidden")
	again := bill()
	again.Body.ZH = "每吨 2.80 元。"
	_, err = s.Save(ctx, author, code, caseworktest.Urban, 1, again) // what was reviewed is not what stands now
	s.do(err)
	s.wants(s.Publish(ctx, publisher, code, 1), "fault.article_unreviewed")
	s.do(s.Review(ctx, publisher, code, 1))
	s.do(s.Publish(ctx, publisher, code, 1))
	a, err := s.Public(ctx, code)
	s.do(err)
	if a.Body.ZH != "每吨 2.80 元。" || a.Number != 1 || !cmp.Equal(a.Asked.ZH, []string{"在哪里交水费"}) || a.State != knowledge.Published {
		t.Errorf("%+v", a)
	}
	// Who writes at the hotline cannot publish the own words either.
	_, err = s.Save(ctx, publisher, "own", casework.Hotline, 0, bill())
	s.do(err)
	s.do(s.Review(ctx, casework.Actor{Kind: casework.BySystem}, "own", 1))
	s.wants(s.Publish(ctx, publisher, "own", 1), "fault.article_own")
}

func TestVersionsAreKeptAndTheDifferenceIsShown(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	s.published("bill", bill())
	now := bill()
	now.Body.ZH = strings.Replace(now.Body.ZH, "2.75", "2.90", 1)
	_, err := s.Save(ctx, author, "bill", caseworktest.Urban, 0, now)
	s.wants(err, "fault.article_code_taken")
	_, err = s.Save(ctx, author, "bill", caseworktest.Urban, 1, now)
	s.do(err)
	if a, err := s.Public(ctx, "bill"); err != nil || !strings.Contains(a.Body.ZH, "2.75") {
		t.Errorf("a draft stands in place of what is in force: %v", err)
	}
	_, err = s.Save(ctx, caseworktest.Clerk(), "bill", caseworktest.Urban, 1, bill()) // looked at before the draft
	s.wants(err, "fault.article_moved")
	s.do(s.Review(ctx, chief, "bill", 2))
	s.do(s.Publish(ctx, publisher, "bill", 2))
	a, versions, err := s.Staff(ctx, author, "bill")
	s.do(err)
	if a.Number != 2 || len(versions) != 2 || versions[1].State != knowledge.Replaced || versions[1].EndedAt == nil || !strings.Contains(versions[1].Body.ZH, "2.75") {
		t.Errorf("%+v", versions)
	}
	old, _ := versions[1].Whole()
	new, _ := versions[0].Whole()
	var gone, came string
	for _, p := range compare.Sentences(old, new) {
		switch {
		case p.Old && !p.New:
			gone += p.Text
		case p.New && !p.Old:
			came += p.Text
		}
	}
	if strings.TrimSpace(gone) != "每吨 2.75 元。" || strings.TrimSpace(came) != "每吨 2.90 元。" {
		t.Errorf("gone %q, came %q", gone, came)
	}
	if _, err := s.town.Pool.Exec(ctx, `update article_version set body_zh = 'x' where version = 1`); err == nil {
		t.Error("what was published was changed")
	}
	s.do(s.Withdraw(ctx, publisher, "bill", 2))
	if _, err := s.Public(ctx, "bill"); fault.KindOf(err) != fault.Gone {
		t.Errorf("withdrawn: %v", err)
	}
	if got := s.offers("交水费"); got != nil {
		t.Errorf("a withdrawn article is offered: %v", got)
	}
}

func TestWhatIsOutOfDateIsOfferedToNobody(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	c := bill()
	last := day("2026-11-05")
	c.ExpiresOn, c.ReviewOn = &last, day("2026-11-04")
	s.published("bill", c)
	ahead := bill()
	ahead.ValidFrom = day("2026-11-10")
	s.published("ahead", ahead)
	if got := s.offers("交水费"); !cmp.Equal(got, []string{"bill"}) {
		t.Errorf("on 2 November: %v", got)
	}
	stale := func() int {
		n, err := s.Stale(ctx, []casework.UnitCode{caseworktest.Urban})
		s.do(err)
		return n
	}
	if n := stale(); n != 0 {
		t.Errorf("%d stale on the second", n)
	}
	s.town.Pass(2 * 24 * time.Hour) // the day by which it was to be looked at
	if got := s.offers("交水费"); !cmp.Equal(got, []string{"bill"}) || stale() != 1 {
		t.Errorf("on the 4th: %v, %d stale", got, stale())
	}
	s.wants(s.Still(ctx, author, "bill", 1, day("2026-11-04")), "fault.article_day")
	s.do(s.Still(ctx, author, "bill", 1, day("2026-12-01")))
	if n := stale(); n != 0 {
		t.Errorf("%d stale after it was looked at", n)
	}
	s.town.Pass(2 * 24 * time.Hour) // the 6th: its last day is over
	if got := s.offers("交水费"); got != nil || stale() != 1 {
		t.Errorf("on the 6th: %v, %d stale", got, stale())
	}
	if _, err := s.Public(ctx, "bill"); fault.KindOf(err) != fault.Gone {
		t.Errorf("an expired article can be read: %v", err)
	}
	s.wants(s.Answered(ctx, "bill", knowledge.Resident, true), "fault.no_such_article")
	told := 0
	n, err := s.SweepStale(ctx, func(_ context.Context, _ pgx.Tx, a knowledge.Article) error {
		told++
		if a.State != knowledge.Expired || !a.Stale {
			t.Errorf("%+v", a)
		}
		return nil
	})
	if err != nil || n != 1 || told != 1 {
		t.Errorf("%d told of %d, %v", told, n, err)
	}
	s.town.Pass(5 * 24 * time.Hour)
	if got := s.offers("交水费"); !cmp.Equal(got, []string{"ahead"}) {
		t.Errorf("on the 11th: %v", got)
	}
	f, err := s.Figures(ctx)
	if err != nil || f != (knowledge.Figures{Articles: 2, InDate: 1, Month: 2}) {
		t.Errorf("%+v %v", f, err)
	}
}

func TestFeedbackAndUseAreCounted(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	s.published("bill", bill())
	for _, helped := range []bool{true, true, false} {
		s.do(s.Answered(ctx, "bill", knowledge.Resident, helped))
	}
	s.do(s.Answered(ctx, "bill", knowledge.Staff, true))
	cites, err := s.Cited(ctx, []string{"bill@1", "bill@9", "none@1", "; drop table", "bill@1x"})
	s.do(err)
	if want := []casework.Cite{{Code: "bill", Version: 1, ZH: "水费怎么交", EN: "Paying a water bill"}}; !cmp.Equal(cites, want) {
		t.Fatalf("%+v", cites)
	}
	s.do(s.Used(ctx, cites))
	a, _, err := s.Staff(ctx, author, "bill")
	s.do(err)
	if want := (knowledge.Counts{Helped: 2, NotHelped: 1, StaffHelped: 1, Used: 1}); a.Counts != want {
		t.Errorf("%+v", a.Counts)
	}
}

func TestWhatIsNotWholeIsRefused(t *testing.T) {
	s := open(t)
	for field, change := range map[string]func(*knowledge.Content){
		"title_en":   func(c *knowledge.Content) { c.Title.EN = " " },
		"asked_zh":   func(c *knowledge.Content) { c.Asked.ZH = nil },
		"body_zh":    func(c *knowledge.Content) { c.Body.ZH = strings.Repeat("水", knowledge.MaxBody+1) },
		"basis_zh":   func(c *knowledge.Content) { c.Basis.ZH = "" },
		"link":       func(c *knowledge.Content) { c.Link = "javascript:alert(1)" },
		"expires_on": func(c *knowledge.Content) { last := day("2025-01-01"); c.ExpiresOn = &last },
		"review_on":  func(c *knowledge.Content) { c.ReviewOn = time.Time{} },
		"body_en":    func(c *knowledge.Content) { c.Body.EN += " Call 13900001234." },
		"title_zh":   func(c *knowledge.Content) { c.Title.ZH = "身份证 990100196501010012 怎么换" },
		"asked_en":   func(c *knowledge.Content) { c.Asked.EN = []string{"who answers 13900001234"} },
	} {
		c := bill()
		change(&c)
		_, err := s.Save(t.Context(), author, "", caseworktest.Urban, 0, c)
		var known *fault.Error
		if !errors.As(err, &known) || known.Kind != fault.Invalid || known.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err := s.Save(t.Context(), author, "new", caseworktest.Urban, 0, bill())
	s.wants(err, "fault.article_code")
	code, err := s.Save(t.Context(), author, "", caseworktest.Urban, 0, bill())
	s.do(err)
	s.do(s.Withdraw(t.Context(), author, code, 1))
	_, _, err = s.Staff(t.Context(), author, code)
	s.wants(err, "fault.no_such_article")
}

func TestRowsOfAFileBecomeDrafts(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	row := map[string]string{"code": "bill", "owner": "c-urban", "title_zh": "水费", "title_en": "Water bill", "asked_zh": "怎么交水费|在哪交", "body_zh": "去营业厅。", "body_en": "At the office.", "basis_zh": "条例", "basis_en": "Regulations", "expires_on": "2027-05-01"}
	get := func(column string) string { return row[column] }
	system := casework.Actor{Kind: casework.BySystem}
	for round, want := range []bool{true, false} {
		code, owner, c, err := s.FromRow(get)
		s.do(err)
		kept, changed, err := s.Bring(ctx, system, code, owner, c)
		if err != nil || kept != "bill" || changed != want {
			t.Errorf("round %d: %s %t %v", round, kept, changed, err)
		}
	}
	a, versions, err := s.Staff(ctx, system, "bill")
	if err != nil || len(versions) != 1 || a.State != knowledge.Draft || len(a.Asked.ZH) != 2 || a.ExpiresOn == nil || a.ReviewOn.Sub(a.ValidFrom) < 180*24*time.Hour {
		t.Errorf("%+v %v", a, err)
	}
	row["expires_on"] = "1.5.2027"
	if _, _, _, err := s.FromRow(get); fault.KeyOf(err) != "fault.article_day" {
		t.Errorf("%v", err)
	}
}

func TestBodiesAreParagraphsAndLists(t *testing.T) {
	got := knowledge.Blocks("一段。\n还是这段。\n\n- 甲\n- 乙\n1. 先\n2、后\n收尾")
	want := []knowledge.Block{{Text: "一段。\n还是这段。"}, {Items: []string{"甲", "乙"}}, {Items: []string{"先", "后"}, Numbered: true}, {Text: "收尾"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s := knowledge.Short("水费每两个月交一次。\n\n更多", 4); s != "水费每两…" {
		t.Error(s)
	}
}
