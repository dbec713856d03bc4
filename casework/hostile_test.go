package casework_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

var own = casework.Use{Purpose: casework.ForOwn}

func TestAUnitCannotWriteItselfIntoOtherScopes(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "范围", River)
	for _, unit := range []casework.UnitCode{`x","d-river`, `"d-river"`, `{d-river}`, `x,d-river`, `d-river}`, `x'}'::text[]||'{d-river`, `\"d-river`, `d-river\`, "NULL", "", "*", "％", "d-rive\u200br", "D-RIVER", "d-river\n", "d-river\x00", "d-river\xff", casework.UnitCode(strings.Repeat("u", 1<<20))} {
		by := casework.Actor{Kind: casework.ByStaff, StaffID: 9, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Liaison}}
		if _, err := town.Case(ctx, by, id); fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.20q reads it: %v", unit, err)
		}
		if p, err := town.List(ctx, by, casework.Query{}); len(p.Cases) != 0 {
			t.Errorf("%.20q lists it: %v", unit, err)
		}
	}
	none := casework.Actor{Kind: casework.ByStaff, StaffID: 9, Unit: River, Units: []casework.UnitCode{River}, Roles: []casework.Role{casework.Auditor, casework.Admin}}
	_, err := town.Case(ctx, none, id)
	wants(t, err, fault.NotFound, "fault.no_such_case")
}

func TestARoleGivenByMistakeOpensNothing(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Send(t, "越权", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(id), "R1", "不是我们", "清单", Urban))
	all := append([]casework.Role{casework.ResidentRole, casework.SystemRole}, casework.Roles...)
	unit := casework.Actor{Kind: casework.ByStaff, StaffID: 9, Unit: River, Units: []casework.UnitCode{River}, Roles: all}
	wants(t, town.DecideReturn(ctx, unit, refOf(id), false, "不同意"), fault.Forbidden, "fault.not_your_step")
	wants(t, town.Supervise(ctx, unit, refOf(id), "routine", "x"), fault.Forbidden, "fault.not_your_step")
	wants(t, town.Withdraw(ctx, unit, refOf(id)), fault.Forbidden, "fault.not_your_step")
	hotline := casework.Actor{Kind: casework.ByStaff, StaffID: 8, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline, River}, Roles: all}
	wants(t, town.Sign(ctx, hotline, refOf(id)), fault.Forbidden, "fault.not_your_step")
}

func TestOnlyTheLeadSpeaksAndDecidesForTheUnits(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "会办").ID
	must(t, town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: River, Co: []casework.UnitCode{Harbour}, Clocks: town.Clocks()}))
	must(t, town.Sign(ctx, Worker(River), refOf(id)))
	must(t, town.AskExtension(ctx, Worker(River), refOf(id), 5, town.Now().Add(9*24*time.Hour), "检测"))
	wants(t, town.DecideExtension(ctx, Chief(Harbour), refOf(id), true, ""), fault.Forbidden, "fault.not_lead")
	wants(t, town.Record(ctx, Worker(Harbour), refOf(id), "我们认为", true, nil), fault.Forbidden, "fault.not_lead")
	must(t, town.Record(ctx, Worker(Harbour), refOf(id), "给主办", false, nil))
	wants(t, town.CoHandle(ctx, Clerk(), refOf(id), []casework.UnitCode{"nowhere"}, time.Time{}), fault.Invalid, "fault.unit_needed")
	must(t, town.DecideExtension(ctx, Chief(River), refOf(id), true, ""))
	must(t, town.AskReturn(ctx, Worker(River), refOf(id), "R1", "不是我们", "清单", ""))
	must(t, town.DecideReturn(ctx, Clerk(), refOf(id), true, ""))
	for _, gone := range []casework.Actor{Worker(Harbour), Worker(River), Chief(Harbour)} {
		_, err := town.Case(ctx, gone, id)
		wants(t, err, fault.NotFound, "fault.no_such_case")
		_, err = town.Dossier(ctx, gone, id)
		wants(t, err, fault.NotFound, "fault.no_such_case")
		_, err = town.Uses(ctx, gone, id)
		wants(t, err, fault.NotFound, "fault.no_such_case")
		_, err = town.RevealMessages(ctx, gone, id, casework.Use{Purpose: casework.ForHandling})
		wants(t, err, fault.NotFound, "fault.no_such_case")
		if since, err := town.PausedSince(ctx, gone, id); !since.IsZero() || err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatHangsOnACaseFollowsItsScope asks the tables themselves, past every function.
func TestWhatHangsOnACaseFollowsItsScope(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Answered(t, "表", River)
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into pause (case_id, leg, from_at, until_at, reason) values ($1, 1, now(), now(), 'x')`, id)
		return err
	}))
	other := town.Send(t, "问", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(other), "R1", "x", "x", ""))
	for _, table := range []string{"cases", "person", "message", "submission", "event", "request", "pause"} {
		for unit, want := range map[string]bool{"d-river": true, "d-harbour": false} {
			var n int
			must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "unit", "huiyin.units": "{" + unit + "}"}, func(tx pgx.Tx) error {
				return tx.QueryRow(ctx, `select count(*) from `+table).Scan(&n)
			}))
			if (n > 0) != want {
				t.Errorf("%s sees %d rows of %s", unit, n, table)
			}
		}
		var n int
		must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "none"}, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from `+table).Scan(&n)
		}))
		if n != 0 {
			t.Errorf("scope none sees %d rows of %s", n, table)
		}
	}
}

func TestFilesAndWordsAtTheirLimits(t *testing.T) {
	t.Parallel()
	town := New(t)
	file := func(n int) casework.Attachment {
		return casework.Attachment{Name: "a", Type: "image/png", Data: bytes.Repeat([]byte{7}, n)}
	}
	m := func(s string) casework.Masked { return casework.Masked{Original: s, Clear: s} }
	long := func(n int) string { return strings.Repeat("长", n) }
	for name, c := range map[string]struct {
		change func(*casework.Filing)
		key    string
	}{
		"10 MB":      {func(f *casework.Filing) { f.Files = []casework.Attachment{file(10 << 20)} }, ""},
		"over 10 MB": {func(f *casework.Filing) { f.Files = []casework.Attachment{file(10<<20 + 1)} }, "fault.file_too_large"},
		"25 MB": {func(f *casework.Filing) {
			f.Files = []casework.Attachment{file(10 << 20), file(10 << 20), file(5 << 20)}
		}, ""},
		"over 25 MB": {func(f *casework.Filing) {
			f.Files = []casework.Attachment{file(10 << 20), file(10 << 20), file(5<<20 + 1)}
		}, "fault.files_too_large"},
		"20 empty files": {func(f *casework.Filing) { f.Files = make([]casework.Attachment, 20) }, ""},
		"21 files":       {func(f *casework.Filing) { f.Files = make([]casework.Attachment, 21) }, "fault.files_too_large"},
		"hostile names": {func(f *casework.Filing) {
			for _, n := range []string{"../../etc/passwd", "a\x00b", "\xff\xfe", "\u202egnp.exe", strings.Repeat("n", 1<<20), "<script>"} {
				f.Files = append(f.Files, casework.Attachment{Name: n, Type: n, Data: []byte("x")})
			}
		}, ""},
		"20,000 runes":   {func(f *casework.Filing) { f.Body = m(long(20000)) }, ""},
		"20,001 runes":   {func(f *casework.Filing) { f.Body = m(long(20001)) }, "fault.body_too_long"},
		"title of 1 MB":  {func(f *casework.Filing) { f.Title = m(long(1 << 20)) }, "fault.field_too_long"},
		"place of 501":   {func(f *casework.Filing) { f.Place = m(long(501)) }, "fault.field_too_long"},
		"name of 1 MB":   {func(f *casework.Filing) { f.Person.Name = long(1 << 20) }, "fault.field_too_long"},
		"name of 100":    {func(f *casework.Filing) { f.Person.Name = long(100) }, ""},
		"phone of 41":    {func(f *casework.Filing) { f.Person.Phone = strings.Repeat("1", 41) }, "fault.field_too_long"},
		"email of 255":   {func(f *casework.Filing) { f.Person.Email = strings.Repeat("e", 255) }, "fault.field_too_long"},
		"address of 501": {func(f *casework.Filing) { f.Person.Address = long(501) }, "fault.field_too_long"},
		"hostile bytes": {func(f *casework.Filing) {
			bad := "a\x00b\xed\xa0\x80c\xff\u0000\u0085\ufffe"
			f.Title, f.Body, f.Place, f.Person, f.ExternalNo, f.Reason = m(bad), m(bad), m(bad), casework.Person{Name: bad, Phone: bad, Email: bad, Address: bad}, bad, bad
		}, ""},
	} {
		f := town.Filing("限")
		c.change(&f)
		r, err := town.Docket.Open(ctx, f)
		if fault.KeyOf(err) != c.key && err != nil || err == nil && c.key != "" {
			t.Errorf("%s: %v, want %q", name, err, c.key)
		}
		if _, errAll := town.OpenAll(ctx, []casework.Filing{f}); (err == nil) != (errAll == nil) {
			t.Errorf("%s: one by one %v, many %v", name, err, errAll)
		}
		if err != nil {
			continue
		}
		d, err := town.Dossier(ctx, Clerk(), r.ID)
		must(t, err)
		for _, info := range d.Files {
			if _, data, err := town.RevealFile(ctx, casework.Resident(r.ID), r.ID, info.ID, own); err != nil || len(data) != info.Size {
				t.Errorf("%s: file comes back with %d of %d bytes: %v", name, len(data), info.Size, err)
			}
		}
		_, err = town.Reveal(ctx, casework.Resident(r.ID), r.ID, casework.PersonalFields, own)
		must(t, err)
	}
	if _, err := town.Docket.Open(ctx, casework.Filing{}); err == nil {
		t.Error("nothing was filed")
	}
	f := town.Filing("无键")
	f.Key = casework.Key{}
	if _, err := town.Docket.Open(ctx, f); err == nil {
		t.Error("two submissions without a key would be one case")
	}
}

func TestOneCodeCannotFillTheDisk(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "补充").ID
	by := casework.Resident(id)
	say := func(n int, files ...casework.Attachment) error {
		text := strings.Repeat("新", n)
		return town.Add(ctx, by, refOf(id), casework.Addition{Channel: casework.Web, Text: casework.Masked{Original: text, Clear: text}, Files: files})
	}
	wants(t, say(20001), fault.TooLarge, "fault.body_too_long")
	must(t, say(1, casework.Attachment{Data: make([]byte, 10<<20)}, casework.Attachment{Data: make([]byte, 10<<20)}))
	wants(t, say(1, casework.Attachment{Data: make([]byte, 6<<20)}), fault.TooLarge, "fault.files_too_large")
	for range 49 {
		must(t, say(1))
	}
	wants(t, say(1), fault.Conflict, "fault.too_many_notes")
	town.Pass(25 * time.Hour)
	must(t, say(1))
	_, err := town.Reveal(ctx, by, town.Open(t, "别人").ID, []casework.PersonalField{casework.FieldBody}, own)
	wants(t, err, fault.NotFound, "fault.no_such_case")
	if p, err := town.List(ctx, by, casework.Query{}); err != nil || len(p.Cases) != 1 {
		t.Fatalf("a code lists %d cases: %v", len(p.Cases), err)
	}
}

func TestAResidentGetsNothingThatOfficesWroteForEachOther(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "内部").ID
	must(t, town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: River, Clocks: town.Clocks(), Advice: "当事人多次来访"}))
	must(t, town.Sign(ctx, Worker(River), refOf(id)))
	photo := []casework.Attachment{{Name: "inside.png", Type: "image/png", Data: []byte("x")}}
	must(t, town.Record(ctx, Worker(River), refOf(id), "内部照片", false, photo))
	must(t, town.Supervise(ctx, Clerk(), refOf(id), "listed", "领导批示"))
	_, err := town.Reveal(ctx, Worker(River), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact})
	must(t, err)
	all, err := town.Dossier(ctx, Worker(River), id)
	must(t, err)
	d, err := town.Dossier(ctx, casework.Resident(id), id)
	must(t, err)
	for _, e := range d.Events {
		if e.Step == casework.StepUse || strings.Contains(string(e.Data), "来访") || strings.Contains(string(e.Data), "批示") {
			t.Errorf("the resident reads %s %s", e.Step, e.Data)
		}
		if e.Step == casework.StepDispatch && !strings.Contains(string(e.Data), `"lead":"d-river"`) {
			t.Errorf("%s", e.Data)
		}
	}
	if len(d.Files) != 0 || len(all.Files) != 1 || len(d.Requests) != 0 {
		t.Fatalf("%d files", len(d.Files))
	}
	_, _, err = town.RevealFile(ctx, casework.Resident(id), id, all.Files[0].ID, own)
	wants(t, err, fault.NotFound, "fault.no_such_file")
}

func TestAUnitCannotTryNumbersOnItsCases(t *testing.T) {
	t.Parallel()
	town := New(t)
	town.Send(t, "举报", River)
	q := casework.Query{Contact: town.Keys.Hash("phone", "13800001111")}
	_, err := town.List(ctx, Worker(River), q)
	wants(t, err, fault.Forbidden, "fault.forbidden")
	if p, err := town.List(ctx, Clerk(), q); err != nil || len(p.Cases) != 1 {
		t.Fatal(err)
	}
}

func TestAListWithEqualTimesShowsEachOnce(t *testing.T) {
	t.Parallel()
	town := New(t)
	for range 23 {
		town.Open(t, "同时")
	}
	for _, newest := range []bool{false, true} {
		seen := map[casework.CaseID]bool{}
		q := casework.Query{Limit: 4, Newest: newest}
		for {
			p, err := town.List(ctx, Clerk(), q)
			must(t, err)
			for _, c := range p.Cases {
				seen[c.ID] = true
			}
			if q.After = p.Next; q.After == "" {
				break
			}
		}
		if len(seen) != 23 {
			t.Errorf("newest %v: %d of 23", newest, len(seen))
		}
	}
	for _, after := range []string{"x", ".", "1y2p0ij32e8e7." + uuid.NewString(), "-1y2p0ij32e8e8." + uuid.NewString(), "1.{}", "zzzzzzzzzzzzzzzzzzzz." + uuid.NewString()} {
		_, err := town.List(ctx, Clerk(), casework.Query{After: after})
		wants(t, err, fault.Invalid, "fault.bad_cursor")
	}
	_, err := town.List(ctx, Clerk(), casework.Query{Number: "a\x00b"})
	wants(t, err, fault.Invalid, "fault.invalid")
}
