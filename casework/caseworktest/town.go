// Package caseworktest sets up a small town for tests: a few units, people who act, and a clock that moves only when told.
package caseworktest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/routing/topics"
	"huiyin/seal"
)

// Town is a docket with units and people.
type Town struct {
	*casework.Docket
	Pool *pgxpool.Pool
	now  time.Time
}

// The town's units: a city department, a district, a street below it, and another district.
const (
	Urban   casework.UnitCode = "c-urban"
	River   casework.UnitCode = "d-river"
	Willow  casework.UnitCode = "s-willow"
	Harbour casework.UnitCode = "d-harbour"
)

// New makes a town on a fresh database; it is Monday 2 November 2026, 09:00 in the city.
func New(t testing.TB) *Town {
	pool := pgtest.DB(t)
	zone := time.FixedZone("CST", 8*3600)
	town := &Town{Pool: pool, now: time.Date(2026, 11, 2, 9, 0, 0, 0, zone)}
	town.Docket = &casework.Docket{DB: pool, Keys: seal.NewForTest(), Now: func() time.Time { return town.now }, Zone: zone, Compare: topics.Alike}
	_, err := pool.Exec(context.Background(), `insert into unit (code, name_zh, name_en, level, parent) values
		('hotline','热线','Hotline','hotline',null), ('c-urban','城管','Urban','city',null),
		('d-river','临江','River','district',null), ('s-willow','柳街','Willow','street','d-river'), ('d-harbour','港区','Harbour','district',null) on conflict do nothing`)
	if err != nil {
		t.Fatal(err)
	}
	return town
}

// Pass lets time go by.
func (town *Town) Pass(d time.Duration) { town.now = town.now.Add(d) }

// Clerk is a person of the hotline with every hotline role.
func Clerk() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline},
		Roles: []casework.Role{casework.Operator, casework.Dispatcher, casework.Supervisor}}
}

// Caller follows up for the hotline and handles nothing.
func Caller() casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 2, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Callback}}
}

// Worker is liaison and handler of a unit, seeing the units given below it.
func Worker(unit casework.UnitCode, below ...casework.UnitCode) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 10, Unit: unit, Units: append([]casework.UnitCode{unit}, below...), Roles: []casework.Role{casework.Liaison, casework.Handler}}
}

// Chief is the leader of a unit.
func Chief(unit casework.UnitCode) casework.Actor {
	return casework.Actor{Kind: casework.ByStaff, StaffID: 11, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{casework.Leader}}
}

// Clocks are a unit's three limits from now on: one, one and five days.
func (town *Town) Clocks() []casework.Promise {
	day := 24 * time.Hour
	return []casework.Promise{
		{Name: casework.ClockSign, Due: town.now.Add(day), WorkingDays: 1, Policy: "test@1", Calendar: "test@1"},
		{Name: casework.ClockContact, Due: town.now.Add(day), WorkingDays: 1, Policy: "test@1", Calendar: "test@1"},
		{Name: casework.ClockHandle, Due: town.now.Add(5 * day), WorkingDays: 5, Policy: "test@1", Calendar: "test@1"},
	}
}

// Filing is a complaint as a resident would send it on the web.
func (town *Town) Filing(words string) casework.Filing {
	var key casework.Key
	_, _ = rand.Read(key[:])
	return casework.Filing{
		Key: key, Channel: casework.Web, Kind: casework.Complaint, Category: "urban", Territory: "river", Urgency: casework.Normal, Publish: true, RealName: true,
		Title: casework.Masked{Original: words, Clear: words}, Body: casework.Masked{Original: words + " 13800001111", Clear: words + " 1**********"},
		Place:  casework.Masked{Original: "柳街 8 号 2 单元 301 室", Clear: "柳街 8 号"},
		Person: casework.Person{Name: "林小舟", Phone: "13800001111", Email: "lin@example.org"},
		Total:  casework.Promise{Name: casework.ClockTotal, Due: town.now.Add(5 * 24 * time.Hour), WorkingDays: 5, Policy: "test@1", Calendar: "test@1"},
	}
}

// Open files a case and returns its receipt.
func (town *Town) Open(t testing.TB, words string) casework.Receipt {
	t.Helper()
	r, err := town.Docket.Open(context.Background(), town.Filing(words))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Send files a case and dispatches it to a unit.
func (town *Town) Send(t testing.TB, words string, lead casework.UnitCode) casework.CaseID {
	t.Helper()
	r := town.Open(t, words)
	if err := town.Dispatch(context.Background(), Clerk(), casework.Ref{ID: r.ID}, casework.Order{Lead: lead, Clocks: town.Clocks()}); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// Answered files, dispatches, signs, contacts and replies.
func (town *Town) Answered(t testing.TB, words string, lead casework.UnitCode) casework.CaseID {
	t.Helper()
	id := town.Send(t, words, lead)
	town.Work(t, id, lead)
	return id
}

// Work takes a dispatched case to the reply.
func (town *Town) Work(t testing.TB, id casework.CaseID, lead casework.UnitCode) {
	t.Helper()
	ctx, ref, by := context.Background(), casework.Ref{ID: id}, Worker(lead)
	for _, err := range []error{
		town.Sign(ctx, by, ref),
		town.Contact(ctx, by, ref, casework.ContactResult{Means: "phone", Reached: true}),
		town.Begin(ctx, by, ref),
		town.Reply(ctx, by, ref, casework.Reply{Text: "已清理并加派巡查。"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
