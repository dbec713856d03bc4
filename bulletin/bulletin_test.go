package bulletin_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/bulletin"
	"huiyin/casework"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/pg/pgtest"
	"huiyin/routing"
	"huiyin/staff"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

// office is a book with two publishers and somebody who is none.
type office struct {
	*bulletin.Book
	pool               *pgxpool.Pool
	bai, yan, operator casework.Actor
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{pool: pgtest.DB(t)}
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	if err := staff.SyncUnits(t.Context(), o.pool, demo.Units(city)); err != nil {
		t.Fatal(err)
	}
	o.Book = &bulletin.Book{DB: o.pool, City: city, Now: func() time.Time { return noon }}
	person := func(login string, role casework.Role) casework.Actor {
		a := casework.Actor{Kind: casework.ByStaff, Unit: casework.Hotline, Roles: []casework.Role{role}}
		err := o.pool.QueryRow(t.Context(), `insert into account (login, name, password_hash, unit, roles, created_at) values ($1, $1, 'none', 'hotline', $2, $3) returning id`, login, a.Roles, noon).Scan(&a.StaffID)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	o.bai, o.yan, o.operator = person("bai", casework.Publisher), person("yan", casework.Supervisor), person("qin", casework.Operator)
	return o
}

func field(err error) string {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

func lights() bulletin.Content {
	return bulletin.Content{Title: bulletin.Words{ZH: "路灯三天内亮起来", EN: "Lights within three days"}, Body: bulletin.Words{ZH: "老旧街巷的路灯不亮。", EN: "Lanes are dark."}, Lead: "c-chengguan", Categories: []string{"010501"},
		Promise: bulletin.Words{ZH: "三天内修复。", EN: "Repaired within three days."}, Due: "2026-12-30", Plan: []bulletin.Step{{Due: "2026-11-30", What: bulletin.Words{ZH: "逐盏登记", EN: "Register every light"}}}}
}

func TestNothingIsPublicByTheWordOfOnePerson(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	if _, err := o.Draft(ctx, o.operator, bulletin.Theme, "2026-11", lights()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an operator drafts: %v", err)
	}
	id, err := o.Draft(ctx, o.bai, bulletin.Theme, "2026-11", lights())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.One(ctx, bulletin.Theme, "2026-11"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is public: %v", err)
	}
	if err := o.Publish(ctx, o.bai, id, noon); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who drafted it published it: %v", err)
	}
	if err := o.Publish(ctx, o.yan, id, noon.Add(-time.Hour)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a draft that changed since it was read was published: %v", err)
	}
	if err := o.Publish(ctx, o.yan, id, noon); err != nil {
		t.Fatal(err)
	}
	list, err := o.Public(ctx, bulletin.Theme, 10)
	if err != nil || len(list) != 1 || list[0].Title.ZH != "路灯三天内亮起来" {
		t.Errorf("public: %+v, %v", list, err)
	}
	// Who writes last is the drafter: the first drafter may then publish.
	second, err := o.Draft(ctx, o.yan, bulletin.Theme, "2026-11", lights())
	if err != nil || second == id {
		t.Fatalf("a further version: %d, %v", second, err)
	}
	if err := o.Publish(ctx, o.yan, second, noon); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who drafted the correction published it: %v", err)
	}
	if err := o.Publish(ctx, o.bai, second, noon); err != nil {
		t.Fatal(err)
	}
	if list, err := o.One(ctx, bulletin.Theme, "2026-11"); err != nil || len(list) != 2 || list[0].Version != 2 {
		t.Errorf("history: %+v, %v", list, err)
	}
}

func TestWhatWasPublishedStaysAndWhatIsTakenDownSaysWhy(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	id, err := o.Draft(ctx, o.bai, bulletin.Theme, "2026-11", lights())
	if err == nil {
		err = o.Publish(ctx, o.yan, id, noon)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`update bulletin set content = '{}'`, `update bulletin set published_at = now()`, `delete from bulletin`, `truncate bulletin`} {
		if _, err := o.pool.Exec(ctx, sql); err == nil {
			t.Errorf("the database takes %q", sql)
		}
	}
	if err := o.Discard(ctx, o.bai, id); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a published text was discarded: %v", err)
	}
	if err := o.TakeDown(ctx, o.bai, id, bulletin.Words{ZH: "数字有误"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("taken down without a reason in both languages: %v", err)
	}
	if err := o.TakeDown(ctx, o.bai, id, bulletin.Words{ZH: "数字有误", EN: "A figure was wrong"}); err != nil {
		t.Fatal(err)
	}
	list, err := o.One(ctx, bulletin.Theme, "2026-11")
	if err != nil || list[0].DownAt == nil || list[0].Down.ZH != "数字有误" {
		t.Errorf("the reason is not told: %+v, %v", list, err)
	}
	if list, err := o.Public(ctx, bulletin.Theme, 10); err != nil || len(list) != 0 {
		t.Errorf("it is still listed: %+v, %v", list, err)
	}
	if n, err := o.TakenDown(ctx); err != nil || n != 1 {
		t.Errorf("counted %d, %v", n, err)
	}
}

func TestADraftIsHeldAgainstItsFormAndHoldsNoPersonalData(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct {
		field  string
		change func(*bulletin.Content)
	}{
		"a telephone number":   {"body_zh", func(c *bulletin.Content) { c.Body.ZH = "请打 13900000000 找负责人。" }},
		"a number in the plan": {"body_zh", func(c *bulletin.Content) { c.Plan[0].What.EN = "Call 13900000000" }},
		"no English":           {"title_en", func(c *bulletin.Content) { c.Title.EN = " " }},
		"an unknown unit":      {"lead", func(c *bulletin.Content) { c.Lead = "c-nobody" }},
		"its own helper":       {"co", func(c *bulletin.Content) { c.Co = []casework.UnitCode{"c-chengguan"} }},
		"an unknown matter":    {"categories", func(c *bulletin.Content) { c.Categories = []string{"999999"} }},
		"no plan":              {"plan", func(c *bulletin.Content) { c.Plan = nil }},
		"a step without a day": {"plan", func(c *bulletin.Content) { c.Plan[0].Due = "soon" }},
		"a day that is none":   {"due", func(c *bulletin.Content) { c.Due = "2026-02-30" }},
	} {
		t.Run(name, func(t *testing.T) {
			content := lights()
			c.change(&content)
			_, err := o.Draft(t.Context(), o.bai, bulletin.Theme, "2026-11", content)
			if fault.KindOf(err) != fault.Invalid || field(err) != c.field {
				t.Errorf("%v at %q", err, field(err))
			}
		})
	}
	if _, err := o.Draft(t.Context(), o.bai, bulletin.Theme, "2026-13", lights()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("month 13: %v", err)
	}
	if _, err := o.Draft(t.Context(), o.bai, bulletin.Typical, "nosuchcard", lights()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a case that is not public: %v", err)
	}
}

func TestTheCatalogueSaysWhatIsOverdue(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	id, err := o.Draft(ctx, o.bai, bulletin.Theme, "2026-11", lights())
	if err == nil {
		err = o.Publish(ctx, o.yan, id, noon)
	}
	if err != nil {
		t.Fatal(err)
	}
	state := func(now time.Time) map[string]bulletin.Duty {
		list, err := bulletin.Catalogue(ctx, o.pool, now)
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]bulletin.Duty{}
		for _, d := range list {
			if _, ok := o.City.Unit(d.Owner); !ok || d.Address == "" || d.Name.EN == "" || d.Basis.ZH == "" {
				t.Errorf("line %+v is not whole", d)
			}
			by[d.ID] = d
		}
		return by
	}
	if by := state(noon.AddDate(0, 0, 31)); by["themes"].Overdue || by["themes"].Last == nil {
		t.Errorf("after 31 days: %+v", by["themes"])
	}
	if by := state(noon.AddDate(0, 0, 31).Add(time.Second)); !by["themes"].Overdue || by["rules"].Overdue || by["typical"].Overdue {
		t.Errorf("after 31 days and a second: %+v; rules %+v; no case yet: %+v", by["themes"], by["rules"], by["typical"])
	}
}
