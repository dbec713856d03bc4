package gaming_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg/pgtest"
	"huiyin/supervision"
	"huiyin/supervision/gaming"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var zone = time.FixedZone("CST", 8*3600)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A unit that records twelve contacts in a minute is found from the history itself, judged by a supervisor outside it, and told in public without cases or names.
func TestASignIsFoundJudgedAndTold(t *testing.T) {
	town := caseworktest.New(t)
	ctx := t.Context()
	var ids []casework.CaseID
	for _, words := range []string{"一", "二", "三", "四", "五", "六", "七"} {
		ids = append(ids, town.Send(t, words, caseworktest.River))
	}
	by := caseworktest.Worker(caseworktest.River)
	for _, id := range ids {
		must(t, town.Sign(ctx, by, casework.Ref{ID: id}))
	}
	town.Pass(time.Hour)
	for _, id := range ids {
		town.Pass(5 * time.Second)
		must(t, town.Contact(ctx, by, casework.Ref{ID: id}, casework.ContactResult{Means: "phone", Reached: true, Note: "已联系"}))
	}
	town.Send(t, "八", caseworktest.Urban)
	town.Send(t, "九", caseworktest.Willow)
	must(t, supervision.Figures(zone).CatchUpAll(ctx, town.Pool))
	w := &gaming.Watch{DB: town.Pool, Zone: zone, Now: town.Now, Limits: gaming.Standard()}
	for i, want := range []int{1, 0, 0} { // found once, whether the units are looked at together or one by one
		w.Bunch = []int{0, 0, 1}[i]
		if n, err := w.Sweep(ctx); err != nil || n != want {
			t.Fatalf("%d. sweep: %d signs, %v", i, n, err)
		}
	}
	if _, err := w.List(ctx, by); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk of the unit reads the list: %v", err)
	}
	boss := casework.Actor{Kind: "staff", StaffID: 1, Unit: casework.Hotline, Roles: []casework.Role{casework.Supervisor}}
	all, err := w.List(ctx, boss)
	must(t, err)
	if len(all) != 1 || all[0].Pattern != gaming.FakeContact || all[0].Found != 7 || all[0].Among != 7 || len(all[0].Evidence) != 7 {
		t.Fatalf("found %+v", all)
	}
	_, err = town.Pool.Exec(ctx, `insert into account (login, name, unit, roles, password_hash, created_at) values ('boss', '督办', 'hotline', '{supervisor}', 'x', now())`)
	must(t, err)
	own := boss
	own.Unit = caseworktest.River
	for _, one := range []struct {
		by              casework.Actor
		verdict, reason string
		kind            fault.Kind
	}{{own, gaming.Explained, "自查没有问题", fault.Forbidden}, {boss, gaming.Confirmed, " ", fault.Invalid}, {boss, "fine", "查过", fault.Invalid}} {
		if err := w.Judge(ctx, one.by, all[0].Month, all[0].Unit, all[0].Pattern, one.verdict, one.reason); fault.KindOf(err) != one.kind {
			t.Errorf("%s by %s: %v", one.verdict, one.by.Unit, err)
		}
	}
	must(t, w.Judge(ctx, boss, all[0].Month, all[0].Unit, all[0].Pattern, gaming.Confirmed, "查了通话记录，没有打过"))
	told, err := gaming.Public(ctx, town.Pool, all[0].Month)
	must(t, err)
	if len(told) != 1 || told[0].Verdict != gaming.Confirmed || told[0].Judge != "" || told[0].Evidence != nil {
		t.Errorf("told %+v", told)
	}
}
