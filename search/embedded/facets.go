package embedded

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

const (
	counted   = 2000  // documents read to count; of more than twice as many, a part drawn by chance is read and the numbers are multiplied
	bound     = 20000 // read at most, where the expectation was wrong
	maxValues = 60    // values of one facet
)

// facets counts what the stage finds: all of it, or one in so many documents where that would be more than anybody waits for. Facets.About says that numbers were multiplied.
func (e *Engine) facets(ctx context.Context, q search.Query, sight casework.Sight, s *stage) (*search.Facets, error) {
	if s == nil {
		return &search.Facets{}, nil
	}
	if err := e.known.fresh(ctx, e.DB); err != nil {
		return nil, err
	}
	_, documents := e.known.expected(*s, q, sight)
	one := oneIn(documents)
	f, err := e.count(ctx, q, sight, *s, one)
	switch {
	case err != nil:
		return nil, err
	case one > 1 && f.Total == 0, // an index from before there were parts, or a wrong expectation
		one == 1 && f.AtLeast: // there are more than was expected
		again := 1
		if one == 1 {
			again = oneIn(bound)
		}
		if other, err := e.count(ctx, q, sight, *s, again); err != nil || other.Total > 0 {
			return other, err
		}
	}
	return f, nil
}

// oneIn is the largest part in which about so many documents are counted.
func oneIn(documents float64) int {
	one := 1
	for _, n := range parts {
		if documents/float64(one) > 2*counted {
			one = n
		}
	}
	return one
}

// count counts what is in one of so many documents.
func (e *Engine) count(ctx context.Context, q search.Query, sight casework.Sight, s stage, one int) (*search.Facets, error) {
	f := &search.Facets{About: one > 1}
	st := &statement{}
	conds, ok := e.tokens(st, q, sight, s, one)
	if !ok {
		*st = statement{}
		conds = nil
		for _, w := range s.bringing() {
			conds = append(conds, st.onText(w))
		}
		conds = slices.Concat(joined(s, conds), st.filters(q, sight), st.dates(q, false))
		one, f.About = 1, false
	}
	if s.some {
		conds = append(conds, s.enough(st))
	}
	sql := fmt.Sprintf(`with m as materialized (select d.state, d.kind, left(d.category, %d) as category, d.district, d.lead_unit, to_char(d.filed_at at time zone %s, 'YYYY-MM') as month
		from search_document d%s limit %d)
		select case when grouping(state) = 0 then 'state' when grouping(kind) = 0 then 'kind' when grouping(category) = 0 then 'category'
			when grouping(district) = 0 then 'district' when grouping(lead_unit) = 0 then 'unit' when grouping(month) = 0 then 'month' else '' end as facet,
			coalesce(state, kind, category, district, lead_unit, month, '') as value, count(*)::int as n
		from m group by grouping sets ((), (state), (kind), (category), (district), (lead_unit), (month)) order by 1, 3 desc, 2`,
		categoryLevel(q), e.zone(st), where(conds), bound+1)
	rows, err := e.DB.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, st.args...)...)
	if err != nil {
		return nil, fmt.Errorf("count facets: %w", err)
	}
	into := map[string]*[]search.Count{"state": &f.States, "kind": &f.Kinds, "category": &f.Categories, "district": &f.Districts, "unit": &f.Units, "month": &f.Months}
	var facet string
	var c search.Count
	_, err = pgx.ForEachRow(rows, []any{&facet, &c.Value, &c.N}, func() error {
		list, known := into[facet]
		switch {
		case !known:
			f.Total, f.AtLeast = one*min(c.N, bound), c.N > bound
		case c.Value != "" && (len(*list) < maxValues || facet == "month"):
			c.N *= one
			*list = append(*list, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count facets: %w", err)
	}
	newestFirst(f.Months)
	return f, nil
}

// tokens are the conditions by which hits are counted: the inverted index alone wherever it can be trusted, since reading twenty thousand texts takes longer than anybody waits. Of words of three characters and more
// it counts now and then a document in which their pieces stand apart.
func (e *Engine) tokens(st *statement, q search.Query, sight casework.Sight, s stage, one int) (conds []string, ok bool) {
	var part []words.Token
	if one > 1 {
		part = []words.Token{partLabel(one)}
	}
	alone := !s.some // else the text is read for whether it is enough
	index, ok := st.onIndex(s, e.labels(q, sight), part, &e.known, alone)
	if !ok {
		return nil, false
	}
	conds = append(append([]string{index}, st.filters(q, sight)...), st.dates(q, true)...)
	for _, w := range s.bringing() {
		if !s.some && (len(ways(w, nil)) == 0 || slices.ContainsFunc(w.Forms, func(f words.Form) bool { return len(f.Not) > 0 })) {
			conds = append(conds, st.onText(w))
		}
	}
	return conds, true
}

func newestFirst(months []search.Count) {
	slices.SortFunc(months, func(a, b search.Count) int { return strings.Compare(b.Value, a.Value) })
}

// zone is the city's zone by its name, or by its offset where it has no name that the database knows.
func (e *Engine) zone(st *statement) string {
	if e.Zone == nil {
		return "'UTC'"
	}
	if strings.Contains(e.Zone.String(), "/") {
		return st.arg(e.Zone.String()) + "::text"
	}
	_, offset := e.Now().In(e.Zone).Zone()
	return "make_interval(secs => " + st.arg(offset) + ")"
}
