package register_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/routing"
	"huiyin/routing/register"
	"huiyin/routing/sla"
)

func TestOnlyWhatTheModelIsSureOfGoesAlone(t *testing.T) {
	town := caseworktest.New(t)
	const unit casework.UnitCode = "c-gongdian"
	if _, err := town.Pool.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level) values ('c-gongdian', '供电', 'Power', 'utility')`); err != nil {
		t.Fatal(err)
	}
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	by := admin(t, town.Pool)
	r := &register.Register{DB: town.Pool, Now: town.Now}
	desk := &routing.Desk{Docket: town.Docket, City: city, Terms: terms, Now: town.Now}
	m, card := trained(t)
	id, err := r.Add(t.Context(), m, card, register.Comparison{}, by.StaffID)
	if err != nil {
		t.Fatal(err)
	}
	version := register.Version(id)
	open := func(change func(*casework.Filing, *routing.Proposal)) casework.CaseID {
		t.Helper()
		f := town.Filing("小区停电")
		f.Category, f.Territory, f.At = "", "", town.Now()
		p := routing.Proposal{Version: "1", Model: version, Auto: true, Kind: casework.Complaint, Urgency: casework.Normal, Candidates: []routing.Candidate{{Unit: unit, P: 0.97}}}
		change(&f, &p)
		f.Proposal = p
		receipt, err := town.Docket.Open(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return receipt.ID
	}
	nothing := func(*casework.Filing, *routing.Proposal) {}
	early := open(nothing)
	town.Pass(time.Minute)
	sweep := func(want int) {
		t.Helper()
		if n, err := r.SweepAlone(t.Context(), desk); err != nil || n != want {
			t.Errorf("%d cases went alone, want %d: %v", n, want, err)
		}
	}
	sweep(0)
	for _, alone := range []bool{false, true} {
		if err := r.Switch(t.Context(), by, id, alone, "试用"); err != nil {
			t.Fatal(err)
		}
	}
	sweep(0) // what was filed before waits for people
	town.Pass(time.Minute)
	sure := open(nothing)
	kept := []casework.CaseID{
		early,
		open(func(_ *casework.Filing, p *routing.Proposal) { p.Auto = false }),
		open(func(_ *casework.Filing, p *routing.Proposal) { p.Model = "M99" }),
		open(func(f *casework.Filing, _ *routing.Proposal) { f.Secret = true }),
		open(func(f *casework.Filing, _ *routing.Proposal) { f.Kind = casework.Report }),
		open(func(f *casework.Filing, _ *routing.Proposal) { f.Urgency = casework.Critical }),
		open(func(_ *casework.Filing, p *routing.Proposal) { p.Emergency.Number = "119" }),
	}
	sweep(1)
	c, err := town.Docket.Case(t.Context(), casework.System, sure)
	if err != nil || c.State != casework.Dispatched || c.Lead != unit {
		t.Errorf("%+v %v", c.State, err)
	}
	for i, one := range kept {
		if c, err := town.Docket.Case(t.Context(), casework.System, one); err != nil || c.State != casework.Registered {
			t.Errorf("case %d of those that wait is %s: %v", i, c.State, err)
		}
	}
	now, err := r.InForce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if u, err := r.UsedSince(t.Context(), now); err != nil || u.Alone != 1 || u.Dispatches != 1 || u.Overridden() != 0 {
		t.Errorf("%+v %v", u, err)
	}
	if err := r.Switch(t.Context(), by, id, false, "停"); err != nil {
		t.Fatal(err)
	}
	open(nothing)
	sweep(0) // stopped
}
