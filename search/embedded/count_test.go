package embedded

import (
	"math"
	"testing"

	"huiyin/casework"
	"huiyin/search"
)

// Of more than anybody waits for, one in several is counted and the numbers are multiplied: near the truth for every value, and the months not only the oldest.
func TestManyHitsAreCountedByAPart(t *testing.T) {
	e, pool := filled(t, many)
	for _, text := range []string{"市容环境", ""} {
		f, err := e.Find(t.Context(), search.Query{Text: text, Facets: true}, casework.Sight{All: true})
		if err != nil {
			t.Fatal(err)
		}
		if f.Facets == nil || !f.Facets.About {
			t.Fatalf("%q is counted whole: %+v", text, f.Facets)
		}
		var total int
		if err := pool.QueryRow(t.Context(), `select count(*) from search_document where strpos(body, $1) > 0 or $1 = ''`, text).Scan(&total); err != nil {
			t.Fatal(err)
		}
		if off := math.Abs(float64(f.Facets.Total-total)) / float64(total); off > 0.1 {
			t.Errorf("%q: %d counted of %d", text, f.Facets.Total, total)
		}
		if len(f.Facets.Months) < 5 || len(f.Facets.Districts) < 6 {
			t.Errorf("%q: %+v", text, f.Facets)
		}
		sum := 0
		for _, c := range f.Facets.Months {
			sum += c.N
		}
		if sum != f.Facets.Total {
			t.Errorf("%q: %d by months, %d in all", text, sum, f.Facets.Total)
		}
	}
	// An index from before there were parts is counted whole, as far as a bound.
	if _, err := pool.Exec(t.Context(), `update search_document set tokens = array(select t from unnest(tokens) t where not t = any ($1))`, partLabels()); err != nil {
		t.Fatal(err)
	}
	f, err := e.Find(t.Context(), search.Query{Text: "市容环境", Facets: true}, casework.Sight{All: true})
	if err != nil || f.Facets.About || f.Facets.Total < 1000 {
		t.Errorf("%+v, %v", f.Facets, err)
	}
}

func partLabels() (all []int32) {
	for _, one := range parts {
		all = append(all, partLabel(one))
	}
	return all
}

// A storm of cases about one matter does not make whoever asks for another read everything there is.
func TestAStormOfOneMatterIsNotTakenForTheWhole(t *testing.T) {
	for _, c := range []struct {
		found          int
		holds, thought float64
		least, most    float64 // of the documents asked for next
	}{
		{0, 2000, 0.15, 7000, 14000},
		{10, 2000, 0.15, 7000, 14000},
		{100, 2000, 0.15, 3500, 4500},
		{0, 100000, 0.003, 350000, 700000},
		{15, 1000, 0.3, 4000, 8000},
	} {
		if next := ranking / seenIn(c.found, c.holds, c.thought); next < c.least || next > c.most {
			t.Errorf("after %d of %.0f documents %.0f are asked for", c.found, c.holds, next)
		}
	}
}
