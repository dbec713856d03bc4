package embedded

import (
	"math"
	"testing"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

// How frequent a token is in all documents is told by some of them, and drawn anew only where there are many more.
func TestASampleTellsHowFrequentTokensAre(t *testing.T) {
	e, pool := filled(t, many)
	if err := e.known.fresh(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"噪音", "工资", "学府", "谢谢"} {
		token := words.TextTokens(piece)[0]
		var n float64
		if err := pool.QueryRow(t.Context(), `select count(*) from search_document where tokens @> array[$1::integer]`, token).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if part := e.known.share(token); n < 100 || math.Abs(part-n/many) > 0.01 {
			t.Errorf("%s: a part of %.4f, in truth %.4f", piece, part, n/many)
		}
	}
	if part := e.known.share(words.Label("unit", "nobody")); part > 1.0/1000 {
		t.Errorf("what nothing has is in %.4f", part)
	}
	if n, err := e.Sample(t.Context(), pool); n != 0 || err != nil {
		t.Errorf("drawn again at once: %d, %v", n, err)
	}
	if _, err := pool.Exec(t.Context(), `update search_sample set documents = documents / 2`); err != nil {
		t.Fatal(err)
	}
	before := e.known.drawnAt
	if n, err := e.Sample(t.Context(), pool); n < many/2 || err != nil {
		t.Errorf("of twice as many documents %d are drawn, %v", n, err)
	}
	if err := e.known.read(t.Context(), pool); err != nil || !e.known.drawnAt.After(before) {
		t.Errorf("the new sample is not taken up: %v, %v", e.known.drawnAt, err)
	}
}

// Before anything was drawn, and where the sample was deleted, every question is answered.
func TestNoSampleIsNeeded(t *testing.T) {
	e, pool := filled(t, 3000)
	if _, err := pool.Exec(t.Context(), `delete from search_sample`); err != nil {
		t.Fatal(err)
	}
	found, err := e.Find(t.Context(), search.Query{Text: "快递丢失 学府路", Facets: true}, casework.Sight{All: true})
	if err != nil || len(found.Hits) == 0 || found.Facets.Total == 0 {
		t.Errorf("%+v, %v", found, err)
	}
}
