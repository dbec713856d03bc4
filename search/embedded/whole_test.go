package embedded

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"huiyin/casework"
	"huiyin/search"
)

// Hits that were all read are counted as the database counts them, and the same filters hold for both.
func TestHitsThatWereAllReadAreCounted(t *testing.T) {
	e, pool := filled(t, 6000)
	for _, q := range []search.Query{
		{Text: "快递丢失 学府路"},
		{Text: "油烟扰民", Districts: []string{"990103"}, Category: "04"},
		{Text: "油烟扰民", Districts: []string{"990103", "990104"}, Category: "0402"},
		{Text: "电梯故障", Category: "0402"},
		{Text: "电梯故障", Districts: []string{"990101"}, States: casework.States[:6]},
	} {
		q.Facets = true
		found, err := e.Find(t.Context(), q, casework.Sight{All: true})
		if err != nil {
			t.Fatal(err)
		}
		var total int
		if err := pool.QueryRow(t.Context(), `select count(*) from search_document where ($1::text[] is null or district = any ($1)) and starts_with(category, $2) and ($3::text[] is null or state = any ($3))
			and (select bool_and(strpos(body, w) > 0) from unnest(string_to_array($4, ' ')) w)`, q.Districts, q.Category, statesOrNull(q.States), q.Text).Scan(&total); err != nil {
			t.Fatal(err)
		}
		if total == 0 || found.Facets.Total < total || found.Facets.About || found.Facets.AtLeast {
			t.Errorf("%+v: %d in the table, counted %+v", q, total, found.Facets)
		}
		counted, err := e.count(t.Context(), q, casework.Sight{All: true}, stage{words: e.Lexicon.Parse(q.Text)}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(counted, found.Facets); d != "" {
			t.Errorf("%+v: counted by the database and of what was read: %s", q, d)
		}
	}
}

// statesOrNull are the states of a filter, null where there is none.
func statesOrNull(states []casework.State) []string {
	if states == nil {
		return nil
	}
	return texts(states)
}
