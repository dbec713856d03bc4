package warning_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause/warning"
	"huiyin/fault"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type guarded struct {
	*caseworktest.Town
	t     *testing.T
	watch *warning.Watch
	owner *pgxpool.Pool
}

func guard(t *testing.T) *guarded {
	g := &guarded{Town: caseworktest.New(t), t: t, owner: pgtest.OwnerPool(t)}
	g.watch = &warning.Watch{Limits: warning.Standard, Zone: time.FixedZone("Asia/Shanghai", 8*3600), Now: g.Now}
	for _, id := range []int{1, 2, 10, 11, 20, 21, 22, 23, 24, 25, 26, 27} {
		if _, err := g.owner.Exec(t.Context(), `insert into account (id, login, name, password_hash, unit, created_at) overriding system value values ($1, $2, $2, 'x', 'hotline', now()) on conflict do nothing`, id, fmt.Sprintf("p%d", id)); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func operator(id int64) casework.Actor {
	a := caseworktest.Clerk()
	a.StaffID = id
	return a
}

func (g *guarded) read(by casework.Actor, id casework.CaseID, purpose casework.Purpose) {
	g.t.Helper()
	if _, err := g.Reveal(g.t.Context(), by, id, []casework.PersonalField{casework.FieldName, casework.FieldPhone}, casework.Use{Purpose: purpose}); err != nil {
		g.t.Fatal(err)
	}
}

// raised reads the history, and tells how many warnings of each rule there are.
func (g *guarded) raised() map[warning.Rule]int {
	g.t.Helper()
	if err := g.watch.Follower().CatchUpAll(g.t.Context(), g.Pool); err != nil {
		g.t.Fatal(err)
	}
	if _, err := g.watch.Sweep(g.t.Context(), g.Pool); err != nil {
		g.t.Fatal(err)
	}
	all, err := warning.List(g.t.Context(), g.Pool, casework.System, 1000)
	if err != nil {
		g.t.Fatal(err)
	}
	n := map[warning.Rule]int{}
	for _, w := range all {
		n[w.Rule]++
		if late := w.RaisedAt.Sub(w.At); late > time.Minute {
			g.t.Errorf("%s was raised %v after it happened", w.Rule, late)
		}
	}
	return n
}

// number gives each case a person of its own: pass 0 for the same one.
func (g *guarded) number(words string, n int) casework.CaseID {
	g.t.Helper()
	f := g.Filing(words)
	f.Person.Phone = fmt.Sprintf("139%08d", n)
	r, err := g.Docket.Open(g.t.Context(), f)
	if err != nil {
		g.t.Fatal(err)
	}
	return r.ID
}

func TestEachPatternIsAWarning(t *testing.T) {
	for rule, misdeed := range map[warning.Rule]func(g *guarded){
		warning.Bulk: func(g *guarded) {
			for i := range warning.Standard.Bulk {
				g.read(operator(20), g.number(fmt.Sprint("事", i), i), casework.ForSupervise)
				g.Pass(20 * time.Second)
			}
		},
		warning.Idle: func(g *guarded) {
			for i := range warning.Standard.Idle {
				g.read(operator(20), g.number(fmt.Sprint("事", i), i), casework.ForTriage)
				g.Pass(time.Minute)
			}
		},
		warning.ManyReaders: func(g *guarded) {
			id := g.number("名人的事", 1)
			for i := range warning.Standard.ManyReaders {
				g.Pass(time.Hour)
				g.read(operator(int64(20+i)), id, casework.ForTriage)
			}
		},
		warning.Sealed: func(g *guarded) {
			f := g.Filing("请为我保密")
			f.Secret = true
			r, err := g.Docket.Open(g.t.Context(), f)
			if err != nil {
				g.t.Fatal(err)
			}
			if err := g.Accept(g.t.Context(), operator(21), casework.Ref{ID: r.ID}); err != nil {
				g.t.Fatal(err)
			}
			g.read(operator(20), r.ID, casework.ForTriage)
		},
		warning.OffHours: func(g *guarded) {
			for i := range warning.Standard.OffHours {
				id := g.number(fmt.Sprint("事", i), i)
				if err := g.Dispatch(g.t.Context(), operator(21), casework.Ref{ID: id}, casework.Order{Lead: caseworktest.River, Clocks: g.Clocks()}); err != nil {
					g.t.Fatal(err)
				}
			}
			g.Pass(14 * time.Hour) // 23:00
			page, err := g.List(g.t.Context(), casework.System, casework.Query{})
			if err != nil {
				g.t.Fatal(err)
			}
			for _, c := range page.Cases {
				g.read(caseworktest.Worker(caseworktest.River), c.ID, casework.ForContact)
			}
		},
		warning.Dormant: func(g *guarded) {
			now := g.Now()
			g.sql(`update account set slept_since = $1, last_seen_at = $2 where id = 20`, now.AddDate(0, 0, -90), now)
		},
		warning.NewNetwork: func(g *guarded) {
			now := g.Now()
			g.sql(`insert into account_network values (20, 'old', $1, $1), (20, 'new', $2, $2)`, now.AddDate(0, -2, 0), now)
			for i := range warning.Standard.NewNetwork {
				g.Pass(time.Minute)
				g.read(operator(20), g.number(fmt.Sprint("事", i), i), casework.ForTriage)
			}
		},
		warning.Search: func(g *guarded) {
			for i := range warning.Standard.Search {
				g.sql(`insert into lookup_use (at, staff_id, role, unit, contact, found) values ($1, 20, 'operator', 'hotline', $2, 0)`, g.Now(), fmt.Append(nil, "c", i))
			}
		},
		warning.Export: func(g *guarded) {
			for i := range warning.Standard.Export {
				id := g.number(fmt.Sprint("事", i), i)
				_, err := g.Reveal(g.t.Context(), operator(20), id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForSupervise, Receiver: "file"})
				if err != nil {
					g.t.Fatal(err)
				}
			}
		},
	} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			g := guard(t)
			misdeed(g)
			if got := g.raised(); got[rule] == 0 {
				t.Errorf("raised %v", got)
			}
			before := g.raised()[rule]
			if again := g.raised()[rule]; again != before {
				t.Errorf("%d warnings became %d", before, again)
			}
		})
	}
}

func (g *guarded) sql(sql string, args ...any) {
	g.t.Helper()
	if _, err := g.owner.Exec(g.t.Context(), sql, args...); err != nil {
		g.t.Fatal(err)
	}
}

// A day of ordinary work: operators take calls and open what they dispatch, units call the residents of their cases, supervisors check a few.
func TestOrdinaryWorkIsNoWarning(t *testing.T) {
	g := guard(t)
	dice := rand.New(rand.NewPCG(1, 2))
	ctx := t.Context()
	for i := range 240 { // ten hours, 24 calls an hour over three operators
		by := operator(int64(20 + i%3))
		id := g.number(fmt.Sprint("电话", i), i)
		if dice.IntN(3) == 0 {
			g.read(by, id, casework.ForTriage)
		}
		if err := g.Dispatch(ctx, by, casework.Ref{ID: id}, casework.Order{Lead: caseworktest.River, Clocks: g.Clocks()}); err != nil {
			t.Fatal(err)
		}
		g.read(caseworktest.Worker(caseworktest.River), id, casework.ForContact)
		if err := g.Sign(ctx, caseworktest.Worker(caseworktest.River), casework.Ref{ID: id}); err != nil {
			t.Fatal(err)
		}
		if dice.IntN(30) == 0 {
			g.read(operator(27), id, casework.ForSupervise)
		}
		g.Pass(150 * time.Second)
	}
	if got := g.raised(); len(got) != 0 {
		t.Errorf("ordinary work raised %v", got)
	}
}

func TestAWarningIsJudgedOnceByThePrivacyOfficer(t *testing.T) {
	g := guard(t)
	g.sql(`insert into warning (key, rule, at, raised_at, staff_id, measure) values ('x', 'bulk', now(), now(), 20, 99)`)
	officer := casework.Actor{Kind: casework.ByStaff, StaffID: 27, Unit: casework.Hotline, Roles: []casework.Role{casework.Privacy}}
	ctx := t.Context()
	if _, err := warning.List(ctx, g.Pool, operator(20), 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an operator saw the warnings: %v", err)
	}
	all, err := warning.List(ctx, g.Pool, officer, 10)
	if err != nil || len(all) != 1 || all[0].Login != "p20" {
		t.Fatalf("%+v %v", all, err)
	}
	id := all[0].ID
	for _, bad := range []struct {
		by            casework.Actor
		verdict, note string
	}{{operator(20), warning.Harmless, "x"}, {officer, "fine", "x"}, {officer, warning.Harmless, " "}} {
		if err := warning.Judge(ctx, g.Pool, bad.by, id, bad.verdict, bad.note, g.Now()); err == nil {
			t.Errorf("judged %q %q", bad.verdict, bad.note)
		}
	}
	if err := warning.Told(ctx, g.Pool, officer, id, true, g.Now()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a duty before a misuse was found: %v", err)
	}
	if err := warning.Judge(ctx, g.Pool, officer, id, warning.Misuse, "查看了无关人员", g.Now()); err != nil {
		t.Fatal(err)
	}
	if err := warning.Judge(ctx, g.Pool, officer, id, warning.Harmless, "改口", g.Now()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("judged twice: %v", err)
	}
	for _, persons := range []bool{false, true} {
		if err := warning.Told(ctx, g.Pool, officer, id, persons, g.Now()); err != nil {
			t.Error(err)
		}
	}
	if c, err := warning.Count(ctx, g.Pool, time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1)); err != nil || c.Misuse != 1 || c.Open != 0 {
		t.Errorf("%+v %v", c, err)
	}
}
