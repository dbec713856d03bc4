package register_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/demo"
	"huiyin/routing"
	"huiyin/routing/register"
)

// What operators left as it was proposed, and what they changed, moves how reliable a rule is taken to be.
func TestOperatorsMoveTheReliabilityOfRules(t *testing.T) {
	town := caseworktest.New(t)
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	r := &register.Register{DB: town.Pool, Now: town.Now}
	p := routing.Propose(city, routing.Input{Text: "我要投诉楼下半夜施工噪音"})
	source := p.Sure.Kind.Source
	before := routing.Tallies(nil).Reliable(source)
	for i := range 3 {
		f := town.Filing("夜间施工")
		f.Kind = []casework.Kind{p.Kind, casework.Consultation, casework.Consultation}[i]
		f.Proposal = p
		if _, err := town.Docket.Open(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := r.SweepTally(t.Context()); err != nil || n != 0 {
		t.Errorf("nobody has looked at any case, counted %d: %v", n, err)
	}
	if _, err := town.Pool.Exec(t.Context(), `begin; select set_config('huiyin.scope', 'system', true); update cases set state = 'accepted'; commit`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if n, err := r.SweepTally(t.Context()); err != nil || n != want {
			t.Errorf("kept %d counts, want %d: %v", n, want, err)
		}
	}
	kept, number, err := r.Tallied(t.Context())
	if last, missed := r.LastTally(t.Context()); missed != nil || last != number || number == 0 {
		t.Errorf("count %d, the last is %d: %v", number, last, missed)
	}
	if err != nil || kept[source] != (routing.Tally{Kept: 1, Of: 3}) {
		t.Fatalf("%+v %v", kept, err)
	}
	if after := kept.Reliable(source); after >= before {
		t.Errorf("two of three were changed, and the rule is taken for %v after %v", after, before)
	}
	again := routing.ProposeWith(city, &routing.Learned{Kept: kept}, routing.Input{Text: "我要投诉楼下半夜施工噪音"})
	if again.Sure.Kind.P >= p.Sure.Kind.P || again.Kind != p.Kind || len(again.Candidates) != len(p.Candidates) {
		t.Errorf("proposed again: %+v after %+v", again.Sure.Kind, p.Sure.Kind)
	}
}

// A guess that was too unsure to stand ready is no proof of anything where nobody chose it.
func TestAnUnsureGuessCountsOnlyWhereSomebodyChoseIt(t *testing.T) {
	town := caseworktest.New(t)
	r := &register.Register{DB: town.Pool, Now: town.Now}
	city, err := routing.LoadCity(demo.CityFS)
	if err != nil {
		t.Fatal(err)
	}
	p := routing.Propose(city, routing.Input{Text: "我要投诉楼下半夜施工噪音"})
	p.Sure.Kind.P, p.Sure.Category.P, p.Sure.Territory.Source, p.Sure.Urgency.Source = 0.4, 0.4, "", ""
	for range 20 {
		f := town.Filing("夜间施工")
		f.Kind, f.Category, f.Proposal = p.Kind, p.Category.Code, p
		id, err := town.Docket.Open(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if err := town.Docket.Classify(t.Context(), caseworktest.Clerk(), casework.Ref{ID: id.ID}, casework.Classification{Kind: p.Kind}); err != nil {
			t.Fatal(err)
		}
		if err := town.Docket.Accept(t.Context(), caseworktest.Clerk(), casework.Ref{ID: id.ID}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.SweepTally(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, _, err := r.Tallied(t.Context())
	if err != nil || kept[p.Sure.Kind.Source] != (routing.Tally{Kept: 20, Of: 20}) || kept[p.Sure.Category.Source] != (routing.Tally{}) {
		t.Errorf("%+v %v", kept, err)
	}
}
