package casework_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"sync"
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

// at once runs the same thing many times at the same moment and gives the errors.
func atOnce(n int, run func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWon checks that one of several at once succeeded and the others were told of a conflict.
func oneWon(t *testing.T, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("the loser heard %v", err)
		}
	}
	if won != 1 {
		t.Fatalf("%d of %d succeeded: %v", won, len(errs), errs)
	}
}

func TestOfSeveralAtOnceOneWins(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "派单").ID
	units := []casework.UnitCode{Urban, River, Willow, Harbour}
	oneWon(t, atOnce(8, func(i int) error {
		return town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: units[i%4], Clocks: town.Clocks()})
	}))
	id = town.Answered(t, "评价", River)
	oneWon(t, atOnce(8, func(int) error {
		_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
		return err
	}))
	must(t, town.Close(ctx, casework.System, refOf(id)))
	_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 1})
	wants(t, err, fault.Conflict, "fault.rated_before")
	id = town.Answered(t, "重办", River)
	oneWon(t, atOnce(8, func(int) error {
		_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Round: 1, Solved: casework.SolvedNo, Satisfaction: 1, Text: casework.Masked{Original: "x", Clear: "x"}, RedoClocks: town.Clocks()})
		return err
	}))
	if c := state(t, town, id); c.Round != 2 {
		t.Fatalf("round %d", c.Round)
	}
	id = town.Send(t, "退单", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(id), "R1", "不是我们", "清单", Urban))
	errs := atOnce(2, func(i int) error {
		if i == 0 {
			return town.Sign(ctx, Worker(River), refOf(id))
		}
		return town.DecideReturn(ctx, Clerk(), refOf(id), true, "")
	})
	if c := state(t, town, id); errs[1] != nil || c.State != casework.Accepted || c.Owner != casework.Hotline {
		t.Fatalf("%v, %s owned by %s", errs, c.State, c.Owner)
	}
}

func TestTheSameKeyFromManyHandsIsOneCase(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("同一件")
	ids := make([]casework.CaseID, 32)
	for _, err := range atOnce(32, func(i int) error {
		if i%4 == 3 { // an import among the doors
			r, err := town.OpenAll(ctx, []casework.Filing{town.Filing("别的"), f})
			if err == nil {
				ids[i] = r[1].ID
			}
			return err
		}
		r, err := town.Docket.Open(ctx, f)
		ids[i] = r.ID
		return err
	}) {
		must(t, err)
	}
	for _, id := range ids {
		if id != ids[0] || id == uuid.Nil {
			t.Fatalf("%v", ids)
		}
	}
}

// TestTwoThousandThingsAtOnce lets steps, reads, additions, sweeps and merges meet on few cases: nobody waits in a circle, and the
// history of each case stays unbroken whichever way it is read.
func TestTwoThousandThingsAtOnce(t *testing.T) {
	t.Parallel()
	town := New(t)
	var cases []casework.CaseID
	for range 6 {
		cases = append(cases, town.Open(t, "乱").ID)
	}
	var mu sync.Mutex
	started, real := time.Now(), town.Now()
	town.Docket.Now = func() time.Time { // an hour every few milliseconds, so that sweeps find something
		return real.Add(time.Since(started) * 300000)
	}
	clocks := func() []casework.Promise {
		now, day := town.Docket.Now(), 24*time.Hour
		return []casework.Promise{{Name: casework.ClockSign, Due: now.Add(day), Policy: "p", Calendar: "c"}, {Name: casework.ClockContact, Due: now.Add(day), Policy: "p", Calendar: "c"},
			{Name: casework.ClockHandle, Due: now.Add(5 * day), Policy: "p", Calendar: "c"}}
	}
	units := []casework.UnitCode{Urban, River, Willow}
	words := casework.Masked{Original: "新情况", Clear: "新情况"}
	did := map[string]int{}
	run := func(r *rand.Rand) (string, error) {
		id := cases[r.IntN(len(cases))]
		ref, unit := refOf(id), units[r.IntN(3)]
		worker, chief := Worker(unit), Chief(unit)
		resident := casework.Resident(id)
		switch name := []string{"dispatch", "sign", "contact", "begin", "reply", "ask_return", "decide_return", "ask_extension", "decide_extension", "pause", "resume", "rate", "redo",
			"sweep", "sweep", "reveal", "reveal", "add", "merge", "unmerge", "split", "unsplit", "dossier", "open"}[r.IntN(24)]; name {
		case "dispatch":
			return name, town.Dispatch(ctx, Clerk(), ref, casework.Order{Lead: unit, Clocks: clocks()})
		case "sign":
			return name, town.Sign(ctx, worker, ref)
		case "contact":
			return name, town.Contact(ctx, worker, ref, casework.ContactResult{Means: "phone", Reached: true})
		case "begin":
			return name, town.Begin(ctx, worker, ref)
		case "reply":
			return name, town.Reply(ctx, worker, ref, casework.Reply{Text: "好"})
		case "ask_return":
			return name, town.AskReturn(ctx, worker, ref, "R1", "不是", "清单", Harbour)
		case "decide_return":
			return name, town.DecideReturn(ctx, Clerk(), ref, r.IntN(2) == 0, "理由")
		case "ask_extension":
			return name, town.AskExtension(ctx, worker, ref, 5, town.Docket.Now().Add(20*24*time.Hour), "检测")
		case "decide_extension":
			return name, town.DecideExtension(ctx, chief, ref, r.IntN(2) == 0, "理由")
		case "pause":
			return name, town.Pause(ctx, worker, ref, "请补充")
		case "resume":
			return name, town.Resume(ctx, worker, ref, town.Docket.Now().Add(48*time.Hour))
		case "rate":
			_, err := town.Rate(ctx, resident, ref, casework.Rating{Solved: casework.SolvedNo, Satisfaction: 2, Text: words, RedoClocks: clocks()})
			return name, err
		case "redo":
			return name, town.Redo(ctx, Clerk(), ref, "未解决", clocks())
		case "sweep":
			_, err := town.SweepBreaches(ctx, 50)
			return name, err
		case "reveal":
			_, err := town.Reveal(ctx, worker, id, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForHandling})
			return name, err
		case "add":
			return name, town.Add(ctx, resident, ref, casework.Addition{Channel: casework.Web, Text: words})
		case "merge":
			return name, town.Merge(ctx, Clerk(), ref, cases[r.IntN(len(cases))])
		case "unmerge":
			return name, town.Unmerge(ctx, Clerk(), ref)
		case "split":
			p := casework.Parting{Part: town.Filing("另一件"), Title: "剩下的", Body: "剩下的"}
			p.Part.Total.Due = town.Docket.Now().Add(5 * 24 * time.Hour)
			_, err := town.Split(ctx, Clerk(), ref, p)
			return name, err
		case "unsplit":
			parts, err := town.Siblings(ctx, Clerk(), id)
			if err != nil || len(parts) == 0 {
				return name, fault.New(fault.Conflict, "fault.not_split")
			}
			return name, town.Unsplit(ctx, Clerk(), refOf(parts[len(parts)-1].ID))
		case "dossier":
			_, err := town.Dossier(ctx, worker, id)
			return name, err
		default:
			f := town.Filing("又一件")
			f.Total.Due = town.Docket.Now().Add(5 * 24 * time.Hour)
			_, err := town.Docket.Open(ctx, f)
			return name, err
		}
	}
	for _, err := range atOnce(10, func(i int) error {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		for range 200 {
			name, err := run(r)
			switch kind := fault.KindOf(err); {
			case err == nil:
				mu.Lock()
				did[name]++
				mu.Unlock()
			case kind == fault.Internal || kind == fault.Unavailable:
				return err
			}
		}
		return nil
	}) {
		must(t, err)
	}
	t.Log(did)
	for _, order := range []string{"seq", "xid, seq"} {
		var gaps int
		must(t, town.Pool.QueryRow(ctx, `select count(*) from (select state_from, lag(state_to) over (partition by case_id order by `+order+`) as was from event) e where was is not null and state_from <> was`).Scan(&gaps))
		if gaps != 0 {
			t.Errorf("history by %s has %d gaps", order, gaps)
		}
	}
	var wrong int
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from cases a join cases b on b.id = a.merged_into and b.state = 'merged'`).Scan(&wrong)
	}))
	if wrong != 0 {
		t.Errorf("%d cases follow a case that follows another", wrong)
	}
	must(t, town.Pool.QueryRow(ctx, `select count(*) from clock k where (k.breached_at is not null) <> exists (select 1 from event e where e.case_id = k.case_id and e.step = 'breach' and e.data->>'clock' = k.name and (e.data->>'leg')::int = k.leg)`).Scan(&wrong))
	if wrong != 0 {
		t.Errorf("%d clocks and breaches disagree", wrong)
	}
	must(t, town.Pool.QueryRow(ctx, `select count(*) - count(distinct (case_id, data->>'clock', data->>'leg')) from event where step = 'breach'`).Scan(&wrong))
	if wrong != 0 {
		t.Errorf("%d breaches were written twice", wrong)
	}
}

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
