package datause_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func catchUp(t *testing.T, town *caseworktest.Town) {
	t.Helper()
	ctx := context.Background()
	deadline := time.Now().Add(30 * time.Second)
	for {
		if err := datause.Follower(town.Zone).CatchUpAll(ctx, town.Pool); err != nil {
			t.Fatal(err)
		}
		var behind int
		if err := town.Pool.QueryRow(ctx, `select count(*) from event e, follower f where f.name = $1 and (e.xid, e.seq) > (f.xid, f.seq)`, datause.FollowerName).Scan(&behind); err != nil {
			t.Fatal(err)
		}
		if behind == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the uses stay behind")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func reveal(t *testing.T, town *caseworktest.Town, by casework.Actor, id casework.CaseID, p casework.Purpose, automatic bool, fields ...casework.PersonalField) {
	t.Helper()
	_, err := town.Reveal(context.Background(), by, id, fields, casework.Use{Purpose: p, Basis: casework.BasisDuty, Automatic: automatic})
	if err != nil {
		t.Fatal(err)
	}
}

var words = datause.Words{
	Action: func(u datause.Use) string { return locale.EN.T(datause.ActionNames[u.Purpose]) },
	Unit:   func(u casework.UnitCode) string { return "the " + string(u) },
}

// play lets five reads happen: two by the hotline, one by the lead street's district, one by the lead itself, one by a machine.
func play(t *testing.T, town *caseworktest.Town) casework.CaseID {
	t.Helper()
	town.Open(t, "另一件")
	id := town.Send(t, "噪音", caseworktest.Willow)
	town.Pass(time.Minute)
	reveal(t, town, caseworktest.Clerk(), id, casework.ForTriage, false, casework.FieldBody)
	town.Pass(time.Minute)
	reveal(t, town, caseworktest.Clerk(), id, casework.ForTriage, false, casework.FieldBody, casework.FieldPlace)
	town.Pass(time.Minute)
	reveal(t, town, caseworktest.Worker(caseworktest.River, caseworktest.Willow), id, casework.ForHandling, false, casework.FieldBody)
	town.Pass(time.Minute)
	reveal(t, town, caseworktest.Worker(caseworktest.Willow), id, casework.ForContact, false, casework.FieldPhone)
	town.Pass(time.Minute)
	reveal(t, town, casework.System, id, casework.ForLetter, true, casework.FieldEmail, casework.FieldCode)
	reveal(t, town, casework.Resident(id), id, casework.ForOwn, false, casework.FieldBody) // the own data: no use by others
	return id
}

func TestTotalsCountEveryUseOnce(t *testing.T) {
	town := caseworktest.New(t)
	ctx := context.Background()
	play(t, town)
	catchUp(t, town)
	if _, err := town.Pool.Exec(ctx, `update follower set xid = '0', seq = 0 where name = $1`, datause.FollowerName); err != nil {
		t.Fatal(err)
	}
	catchUp(t, town) // the whole history a second time
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, town.Zone)
	got, err := datause.Totals(ctx, town.Pool, datause.Span{From: day, Until: day.AddDate(0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if got.AsOf.IsZero() {
		t.Error("nobody knows how fresh the totals are")
	}
	got.AsOf = time.Time{}
	want := datause.CityTotals{
		Purposes: []datause.PurposeTotal{
			{Purpose: casework.ForTriage, Tally: datause.Tally{Human: 2}},
			{Purpose: casework.ForContact, Tally: datause.Tally{Human: 1}},
			{Purpose: casework.ForHandling, Tally: datause.Tally{Human: 1}},
			{Purpose: casework.ForLetter, Tally: datause.Tally{Automatic: 1}},
		},
		Units: []datause.UnitTotal{
			{Unit: casework.Hotline, Tally: datause.Tally{Human: 2, Automatic: 1}, Cases: 2},
			{Unit: caseworktest.River, Tally: datause.Tally{Human: 1}},
			{Unit: caseworktest.Willow, Tally: datause.Tally{Human: 1}, Cases: 1},
		},
		All: datause.Tally{Human: 4, Automatic: 1}, Cases: 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n, ok := got.PerHundred(); !ok || n != 200 {
		t.Errorf("%v uses for a hundred cases", n)
	}
	if empty, err := datause.Totals(ctx, town.Pool, datause.Span{From: day.AddDate(0, 0, 1), Until: day.AddDate(0, 0, 2)}); err != nil || empty.All.Sum() != 0 {
		t.Errorf("the next day has %d uses, %v", empty.All.Sum(), err)
	}
}

func TestAUseWithoutAPartInTheCaseIsCountedApart(t *testing.T) {
	town := caseworktest.New(t)
	ctx := context.Background()
	id := town.Send(t, "噪音", caseworktest.Urban)
	// Row-level security lets no such read through; the counter must see one that got past it.
	_, err := town.Pool.Exec(ctx, `insert into event (case_id, at, step, state_from, state_to, actor, staff_id, role, unit, round, leg, data)
		values ($1, $2, 'use', 'dispatched', 'dispatched', 'staff', 77, 'handler', 'd-harbour', 1, 1, '{"fields":["phone"],"purpose":"handling","basis":"pipl_13_3"}')`, id, town.Now())
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, town)
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, town.Zone)
	got, err := datause.Totals(ctx, town.Pool, datause.Span{From: day, Until: day.AddDate(0, 0, 1)})
	if err != nil || got.Unassigned != 1 {
		t.Errorf("%d uses without a part in the case, want 1 (%v)", got.Unassigned, err)
	}
}

func TestResidentSeesEveryUse(t *testing.T) {
	town := caseworktest.New(t)
	ctx := context.Background()
	id := play(t, town)
	got, err := datause.ForCase(ctx, town.Docket, casework.Resident(id), id)
	if err != nil {
		t.Fatal(err)
	}
	var line []string
	for _, u := range got.Uses {
		line = append(line, string(u.Unit)+"/"+string(u.Purpose))
		if u.Automatic != (u.Person == "") {
			t.Errorf("a use by %q is automatic: %v", u.Person, u.Automatic)
		}
	}
	if s := strings.Join(line, " "); s != "hotline/letter s-willow/contact d-river/handling hotline/triage hotline/triage" {
		t.Errorf("uses: %s", s)
	}
	if got.Uses[3].Person != got.Uses[4].Person || got.Uses[3].Person == got.Uses[2].Person {
		t.Error("the mark of a person does not tell people apart")
	}
	other := town.Open(t, "别人的")
	if _, err := datause.ForCase(ctx, town.Docket, casework.Resident(other.ID), id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another resident asks: %v", err)
	}
}

func TestLookUpsOfTheCallerAndReadingsOfTheMailAreShownAndCounted(t *testing.T) {
	town := caseworktest.New(t)
	ctx := context.Background()
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, town.Zone)
	before := town.Open(t, "早先的事") // has the same caller
	look := func() {
		t.Helper()
		town.Pass(time.Minute)
		if _, err := town.Caller(ctx, caseworktest.Clerk(), "13800001111"); err != nil {
			t.Fatal(err)
		}
	}
	look()
	town.Pass(time.Minute)
	later := town.Open(t, "后来的事")
	look()
	if _, err := town.Caller(ctx, caseworktest.Clerk(), "13900000000"); err != nil { // somebody else
		t.Fatal(err)
	}
	key := casework.Key{7}
	if err := town.Keep(ctx, casework.Kept{Key: key, Channel: casework.Email, Verdict: "quarantine"}, []byte("letter")); err != nil {
		t.Fatal(err)
	}
	town.Pass(time.Minute)
	if _, _, err := town.KeptRaw(ctx, caseworktest.Clerk(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := pgtest.OwnerPool(t).Exec(ctx, `update submission set case_id = $1 where key = $2`, later.ID, key[:]); err != nil { // the letter became the later case
		t.Fatal(err)
	}
	town.Pass(time.Minute)
	if _, err := pgtest.OwnerPool(t).Exec(ctx, `with a as (insert into account (login, name, password_hash, unit, roles, must_change, created_at) values ('ning', 'Ning', 'none', 'hotline', '{operator}', false, $2) returning id),
		c as (insert into call (id, source, external_id, state, staff_id, began_at, answered_at, moved_at, touched, case_id) select gen_random_uuid(), a.id, 'c', 'talking', a.id, $2, $2, $2, 1, $1 from a returning id, staff_id)
		insert into call_use (call_id, at, staff_id, role, unit, purpose) select id, $2, staff_id, 'operator', 'hotline', 'answer' from c`, later.ID, town.Now()); err != nil { // and so did a call
		t.Fatal(err)
	}
	for id, want := range map[casework.CaseID]string{before.ID: "lookup lookup", later.ID: "call mail lookup"} {
		got, err := datause.ForCase(ctx, town.Docket, casework.Resident(id), id)
		if err != nil {
			t.Fatal(err)
		}
		var means []string
		for _, u := range got.Uses {
			means = append(means, string(u.Means))
			if u.Unit != casework.Hotline || u.Person == "" || locale.ZH.T(u.ActionName()) == u.ActionName() {
				t.Errorf("%+v does not say who and what", u)
			}
		}
		if strings.Join(means, " ") != want {
			t.Errorf("shown: %q, want %q", means, want)
		}
	}
	total, err := datause.Totals(ctx, town.Pool, datause.Span{From: day, Until: day.AddDate(0, 0, 1)})
	if err != nil || total.Lookups != 3 || total.Mails != 1 {
		t.Errorf("%d look-ups, %d mails, %v", total.Lookups, total.Mails, err)
	}
}

func TestFindUsageHasTheShapeOfTheDataTracker(t *testing.T) {
	town := caseworktest.New(t)
	ctx := context.Background()
	start := town.Now()
	id := play(t, town)
	me := casework.Resident(id)
	got, err := datause.FindUsage(ctx, town.Docket, me, id, datause.Window{Offset: 1, Limit: 2}, words)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(got)
	want := `{"totalUsages":5,"usages":[{"logtime":"2026-11-02T09:04:00+08:00","action":"looked at your contact details to reach you","receiverCode":"s-willow","receiverName":"the s-willow","receiverSystem":"huiyin"},` +
		`{"logtime":"2026-11-02T09:03:00+08:00","action":"looked at your report to handle the case","receiverCode":"d-river","receiverName":"the d-river","receiverSystem":"huiyin"}]}`
	if string(body) != want {
		t.Errorf("written %s\nwant    %s", body, want)
	}
	for _, c := range []struct {
		name  string
		w     datause.Window
		total int
	}{
		{"all", datause.Window{}, 5},
		{"from the third minute", datause.Window{From: start.Add(3 * time.Minute)}, 3},
		{"until the first minute", datause.Window{Until: start.Add(time.Minute)}, 1},
		{"beyond the end", datause.Window{Offset: 9}, 5},
	} {
		got, err := datause.FindUsage(ctx, town.Docket, me, id, c.w, words)
		if err != nil || got.TotalUsages != c.total {
			t.Errorf("%s: %d usages, want %d (%v)", c.name, got.TotalUsages, c.total, err)
		}
	}
	for _, w := range []datause.Window{{Offset: -1}, {Limit: 1001}, {Limit: -1}, {From: start, Until: start.Add(-time.Hour)}} {
		if _, err := datause.FindUsage(ctx, town.Docket, me, id, w, words); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", w, err)
		}
	}
}

func TestInventoryNamesEveryFieldPurposeAndBasis(t *testing.T) {
	var fields []casework.PersonalField
	for _, i := range datause.Inventory() {
		fields = append(fields, i.Field)
		for _, key := range []string{i.Name, i.Why, i.Keep, datause.BasisNames[i.Basis]} {
			if key == "" || locale.ZH.T(key) == key || locale.EN.T(key) == key {
				t.Errorf("%s: %q has no text", i.Field, key)
			}
		}
		for _, p := range i.Purposes {
			if datause.PurposeNames[p] == "" || datause.ActionNames[p] == "" {
				t.Errorf("the purpose %s has no name", p)
			}
		}
	}
	for _, f := range casework.PersonalFields {
		if !slices.Contains(fields, f) {
			t.Errorf("the inventory does not name %s", f)
		}
	}
	if len(fields) != len(casework.PersonalFields) {
		t.Errorf("the inventory has %d fields of %d", len(fields), len(casework.PersonalFields))
	}
	for _, p := range append(slices.Clone(casework.Purposes), casework.ForLetter, casework.ForPublish, casework.ForExport, casework.ForOwn) {
		if datause.PurposeNames[p] == "" || datause.ActionNames[p] == "" {
			t.Errorf("the purpose %s has no name", p)
		}
	}
}
