package embedded

import (
	"context"
	"slices"
	"testing"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/search"
)

// An index that is built anew finds everything, also what has no Chinese word, and what was written while it was built; and is kept as the one before it was.
func TestAnIndexBuiltAnewHoldsEverything(t *testing.T) {
	e, pool := filled(t, 300)
	docs := synthetic(300)
	docs[0].Title, docs[0].Body, docs[0].Place, docs[0].Names = "street light", "the lamp is out", "", nil
	var before, after []string
	options := `select coalesce(array_agg(o order by o), '{}') from pg_class, unnest(reloptions) o where oid = 'search_document'::regclass`
	if err := pool.QueryRow(t.Context(), options).Scan(&before); err != nil {
		t.Fatal(err)
	}
	late := docs[299]
	late.Version, late.Body = 9, "新写的一句话 quokka"
	n, err := e.Build(t.Context(), pgtest.OwnerPool(t), func(ctx context.Context, each func([]search.Document) error) error {
		if err := e.Put(ctx, pool, []search.Document{late}); err != nil {
			return err
		}
		return each(docs)
	})
	if err != nil || n != 300 {
		t.Fatal(n, err)
	}
	if err := pool.QueryRow(t.Context(), options).Scan(&after); err != nil || !slices.Equal(before, after) || len(after) < 6 {
		t.Errorf("the table is kept in order by %v, before by %v; %v", after, before, err)
	}
	for text, want := range map[string]casework.CaseID{"street lamp": docs[0].Case, "quokka": late.Case, "xinxiedeyijuhua": late.Case} {
		if f, err := e.Find(t.Context(), search.Query{Text: text}, casework.Sight{All: true}); err != nil || len(f.Hits) == 0 || f.Hits[0].Case != want {
			t.Errorf("%q: %+v, %v", text, f, err)
		}
	}
	docs[1].Version, docs[1].Body = 9, "再写的一句话 wombat"
	if err := e.Put(t.Context(), pool, docs[1:2]); err != nil {
		t.Fatal(err)
	}
	if f, err := e.Find(t.Context(), search.Query{Text: "wombat"}, casework.Sight{All: true}); err != nil || len(f.Hits) != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}
