package datause_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/fault"
)

// Who else used data of a unit's cases, and of whose cases the unit did, is told by counterpart and purpose; fewer than five are not.
func TestADepartmentTellsWithWhomItSharedData(t *testing.T) {
	town := caseworktest.New(t)
	ids := []casework.CaseID{town.Send(t, "噪音", caseworktest.Willow), town.Send(t, "油烟", caseworktest.Willow)}
	for i := range 9 {
		town.Pass(time.Minute)
		reveal(t, town, caseworktest.Clerk(), ids[i%2], casework.ForTriage, false, casework.FieldBody)
		reveal(t, town, caseworktest.Worker(caseworktest.Willow), ids[0], casework.ForContact, false, casework.FieldPhone) // its own
		reveal(t, town, casework.System, ids[1], casework.ForLetter, true, casework.FieldEmail)                            // a machine's
		if i < 6 {
			reveal(t, town, caseworktest.Worker(caseworktest.River, caseworktest.Willow), ids[1], casework.ForHandling, false, casework.FieldBody)
		}
		if i < 2 {
			reveal(t, town, caseworktest.Worker(caseworktest.River, caseworktest.Willow), ids[1], casework.ForContact, false, casework.FieldBody)
		}
	}
	catchUp(t, town)
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, town.Zone)
	of := func(unit casework.UnitCode) datause.UnitUses {
		t.Helper()
		u, err := datause.OfUnit(t.Context(), town.Pool, unit, datause.Span{From: day, Until: day.AddDate(0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if g := of(caseworktest.Willow).Given; len(g.Cells) != 1 || g.Cells[0] != (datause.Share{Unit: casework.Hotline, Purpose: casework.ForTriage, N: 9}) || g.Others != 8 || g.Hidden {
		t.Errorf("Willow gave %+v: the two by River go along with the six", g)
	}
	if g := of(caseworktest.River).Taken; len(g.Cells) != 0 || g.Others != 8 {
		t.Errorf("River took %+v", g)
	}
	if g := of(caseworktest.Willow).Taken; len(g.Cells) != 0 || g.Others != 0 || g.Hidden {
		t.Errorf("Willow took %+v", g)
	}
	if g := of(casework.Hotline).Taken; len(g.Cells) != 1 || g.Cells[0].Unit != caseworktest.Willow || g.Cells[0].N != 9 {
		t.Errorf("the hotline took %+v", g)
	}
}

// Every search by which somebody could come to a resident is shown to the privacy officer and counted in public, without what was looked for.
func TestSearchesAreShownToTheOfficerAndCounted(t *testing.T) {
	town := caseworktest.New(t)
	ctx := t.Context()
	town.Open(t, "路灯")
	if _, err := town.Caller(ctx, caseworktest.Clerk(), "13800001111"); err != nil {
		t.Fatal(err)
	}
	town.Pass(time.Minute)
	if _, err := town.Pool.Exec(ctx, `insert into search_use (at, staff_id, role, unit, way, key, asked, found) values ($1, null, 'operator', 'hotline', 'number', '\x01', null, 1), ($1::timestamptz + interval '1 second', null, 'supervisor', 'hotline', 'export', null, '{}', 40)`, town.Now()); err != nil {
		t.Fatal(err)
	}
	officer := casework.Actor{Kind: casework.ByStaff, StaffID: 31, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Privacy}}
	all, err := datause.Traces(ctx, town.Pool, officer, 10)
	if err != nil || len(all) != 3 || all[0].Way != "export" || all[0].Found != 40 || all[1].Way != "number" || all[2].Way != "contact" || all[2].Found != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	for _, by := range []casework.Actor{caseworktest.Clerk(), caseworktest.Worker(caseworktest.Urban)} {
		if _, err := datause.Traces(ctx, town.Pool, by, 10); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%v reads them: %v", by.Roles, err)
		}
	}
	day := time.Date(2026, 11, 2, 0, 0, 0, 0, town.Zone)
	total, err := datause.Totals(ctx, town.Pool, datause.Span{From: day, Until: day.AddDate(0, 0, 1)})
	if err != nil || total.Lookups != 1 || total.Searches != 1 || total.Files != 1 {
		t.Errorf("%d by contact, %d by number or code, %d files, %v", total.Lookups, total.Searches, total.Files, err)
	}
}
