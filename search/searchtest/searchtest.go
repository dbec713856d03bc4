// Package searchtest holds what every search engine must do, whatever it is made of.
package searchtest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/search"
)

// Bench is an engine on an empty index, with the querier its writes go through.
type Bench struct {
	Engine search.Engine
	Q      pg.Querier
}

// Now is the time at which the suite's engines live: documents are filed before it.
var Now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

// Run runs the whole suite; open gives a fresh engine, with the standard vocabulary and Now as its clock.
func Run(t *testing.T, open func(t testing.TB) Bench) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, open func(t testing.TB) Bench)
	}{
		{"understands", understands}, {"orders", orders}, {"filters", filters}, {"counts", counts}, {"keeps", keeps}, {"shows only what is in sight", sights}, {"pages", pages}, {"takes anything", anything},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}

// shelf holds documents under short names.
type shelf struct {
	Bench
	t     *testing.T
	names map[casework.CaseID]string
	ids   map[string]casework.CaseID
	docs  map[string]search.Document
}

func newShelf(t *testing.T, open func(t testing.TB) Bench) *shelf {
	return &shelf{Bench: open(t), t: t, names: map[casework.CaseID]string{}, ids: map[string]casework.CaseID{}, docs: map[string]search.Document{}}
}

// put stores a document under a name; title only, unless change says more.
func (s *shelf) put(name, title string, change ...func(*search.Document)) {
	s.t.Helper()
	d, known := s.docs[name]
	if !known {
		id, err := uuid.NewV7()
		if err != nil {
			s.t.Fatal(err)
		}
		d = search.Document{Case: id, FiledAt: Now.Add(-time.Duration(30-len(s.docs)) * time.Hour), State: casework.Registered, Kind: casework.Complaint, Number: "2611" + name}
		s.ids[name], s.names[id] = id, name
	}
	d.Version++
	d.Title = title
	for _, c := range change {
		c(&d)
	}
	s.docs[name] = d
	if err := s.Engine.Put(s.t.Context(), s.Q, []search.Document{d}); err != nil {
		s.t.Fatal(err)
	}
}

var everything = casework.Sight{All: true}

func (s *shelf) find(q search.Query) search.Found {
	s.t.Helper()
	found, err := s.Engine.Find(s.t.Context(), q, everything)
	if err != nil {
		s.t.Fatalf("%q: %v", q.Text, err)
	}
	return found
}

func (s *shelf) list(found search.Found) []string {
	names := []string{}
	for _, h := range found.Hits {
		names = append(names, s.names[h.Case])
	}
	return names
}

// want checks the names found, in any order.
func (s *shelf) want(q search.Query, names ...string) {
	s.t.Helper()
	got := s.list(s.find(q))
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		s.t.Errorf("%+v: found %q, want %q", q, got, names)
	}
}
