package meili

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/meilisearch/meilisearch-go"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

const (
	candidates = 300                 // newest documents of a stage that are ranked
	windowed   = 1000                // newest documents read for what no token finds, such as a single character
	native     = 60                  // documents that the server itself holds to be the best
	nearWanted = 10                  // below so many hits, documents with a part of the words are shown too
	fades      = 60 * 24 * time.Hour // a case this old is worth e times less for its age
)

// stage is one way to read a query: all of these words, or (some) as many as make up half of what was asked.
type stage struct {
	words []words.Word
	some  bool
	base  float64
}

type row struct {
	id    casework.CaseID
	score float64
	filed int64
	near  bool
}

// answer gathers the hits of the stages.
type answer struct {
	e      *Engine
	client meilisearch.ServiceManager
	q      search.Query
	scope  []string
	want   int
	rows   []row
	seen   map[casework.CaseID]bool
	facets *search.Facets // of the first stage that found something
	read   []document     // what the server itself found best, whether we agree or not
}

// Find asks in the stages of the embedded engine, and checks and ranks what the server proposes by the same rules. It fails with fault.Unavailable where the server does.
func (e *Engine) Find(ctx context.Context, q search.Query, sight casework.Sight) (search.Found, error) {
	if q.Limit <= 0 {
		q.Limit = search.DefaultLimit
	}
	typed := e.lexicon.Parse(q.Text)
	if len(typed) == 0 && strings.TrimSpace(q.Text) != "" {
		return search.Found{}, nil // punctuation only
	}
	if sight.None() {
		return search.Found{Facets: noFacets(q)}, nil
	}
	client, err := e.ticket(ctx, sight)
	if err != nil {
		return search.Found{}, err
	}
	a := &answer{e: e, client: client, q: q, scope: scope(q, sight), want: q.Offset + q.Limit + 1, seen: map[casework.CaseID]bool{}}
	instead, err := a.stages(ctx, typed)
	if err != nil {
		return search.Found{}, err
	}
	found := a.page()
	found.Instead = instead
	if q.Facets {
		if found.Facets = a.facets; found.Facets == nil {
			found.Facets = noFacets(q)
		}
	}
	return found, nil
}

func noFacets(q search.Query) *search.Facets {
	if !q.Facets {
		return nil
	}
	return &search.Facets{}
}

// stages asks until there is enough: as typed with synonyms, in parts, by sound or by likeness where nothing was found, and some of the words.
func (a *answer) stages(ctx context.Context, typed []words.Word) (instead []string, err error) {
	if err := a.run(ctx, stage{words: typed, base: 30}); err != nil {
		return nil, err
	}
	split := a.e.lexicon.Split(typed)
	if split != nil && len(a.rows) < a.want {
		if err := a.run(ctx, stage{words: split, base: 20}); err != nil {
			return nil, err
		}
	}
	for _, respell := range []func() ([]words.Word, []string){
		func() ([]words.Word, []string) { return a.e.lexicon.Respell(typed) },
		func() ([]words.Word, []string) { return a.e.lexicon.Correct(typed, bodies(a.read)) },
	} {
		if len(a.rows) > 0 {
			break
		}
		list, spelling := respell()
		if list == nil {
			continue
		}
		if err := a.run(ctx, stage{words: list, base: 10}); err != nil {
			return nil, err
		}
		if len(a.rows) > 0 {
			instead = spelling
		}
	}
	parts := typed
	if split != nil {
		parts = split
	}
	if len(a.rows) < nearWanted && len(parts) > 1 {
		return instead, a.run(ctx, stage{words: parts, some: true})
	}
	return instead, nil
}

func bodies(list []document) []string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.Body
	}
	return out
}

// run asks one stage: the newest documents that have the pieces, and those that the server itself thinks best. Both are checked on the text and ranked here.
func (a *answer) run(ctx context.Context, s stage) error {
	condition, indexed := onTokens(s)
	limit := max(candidates, a.want)
	if !indexed && len(s.words) > 0 {
		limit = windowed
	}
	filter := strings.Join(append(slices.Clone(a.scope), condition...), " AND ")
	page := int64(limit)
	first := &meilisearch.SearchRequest{IndexUID: a.e.index, Sort: []string{"filed:desc", primary + ":desc"}, AttributesToRetrieve: []string{primary, "filed", "title", "body"}, HitsPerPage: &page, Page: 1}
	if filter != "" {
		first.Filter = filter
	}
	if a.q.Facets && a.facets == nil {
		first.Facets = []string{"state", "kind", "categories", "district", "lead", "month"}
	}
	queries := []*meilisearch.SearchRequest{first}
	if s.base == 30 && len(s.words) > 0 {
		best := &meilisearch.SearchRequest{IndexUID: a.e.index, Query: a.q.Text, Locales: []string{"cmn"}, MatchingStrategy: meilisearch.All, AttributesToRetrieve: first.AttributesToRetrieve, Limit: native}
		if len(a.scope) > 0 {
			best.Filter = strings.Join(a.scope, " AND ")
		}
		queries = append(queries, best)
	}
	r, err := a.client.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: queries})
	if err != nil {
		return away(fmt.Errorf("search: %w", err))
	}
	if len(r.Results) != len(queries) {
		return away(fmt.Errorf("search: %d answers to %d questions", len(r.Results), len(queries)))
	}
	var rows []row
	for i := range r.Results {
		docs, err := documents(r.Results[i].Hits)
		if err != nil {
			return err
		}
		if i == 1 {
			a.read = docs
		}
		for _, d := range docs {
			if one, fits := a.rank(d, s); fits && !slices.ContainsFunc(rows, func(o row) bool { return o.id == one.id }) {
				rows = append(rows, one)
			}
		}
	}
	if len(rows) > 0 && a.q.Facets && a.facets == nil {
		if a.facets, err = facetsOf(r.Results[0], a.q); err != nil {
			return err
		}
	}
	a.add(rows)
	return nil
}

func (a *answer) add(rows []row) {
	slices.SortFunc(rows, a.before)
	for _, r := range rows {
		if !a.seen[r.id] && len(a.rows) < a.want {
			a.seen[r.id] = true
			a.rows = append(a.rows, r)
		}
	}
}

func (a *answer) before(x, y row) int {
	if a.q.Sort != search.Newest && x.score != y.score {
		return int(math.Copysign(1, y.score-x.score))
	}
	if x.filed != y.filed {
		return int(min(max(y.filed-x.filed, -1), 1))
	}
	return slices.Compare(y.id[:], x.id[:])
}

// rank checks a document on its text and tells what it is worth.
func (a *answer) rank(d document, s stage) (row, bool) {
	id, err := uuid.Parse(d.ID)
	if err != nil {
		return row{}, false // not of ours
	}
	age := a.e.now().Sub(time.UnixMicro(d.Filed))
	r := row{id: id, filed: d.Filed, near: s.some, score: s.base + math.Exp(-max(0, age.Seconds())/fades.Seconds())}
	found := 0.0
	for _, w := range s.words {
		if worth := w.Worth(d.Title, d.Body); worth > 0 {
			found += w.Weight
			r.score += w.Weight * worth
		} else if !s.some {
			return r, false
		}
	}
	if s.some && found < words.Half(s.words) {
		return r, false
	}
	if len(s.words) > 1 && strings.Contains(d.Body, words.Joined(s.words)) {
		r.score += words.Together
	}
	return r, true
}

func (a *answer) page() search.Found {
	rows := a.rows
	if a.q.Sort == search.Newest {
		slices.SortStableFunc(rows, a.before)
	}
	var found search.Found
	found.More = len(rows) > a.q.Offset+a.q.Limit
	rows = rows[min(a.q.Offset, len(rows)):min(a.q.Offset+a.q.Limit, len(rows))]
	for _, r := range rows {
		found.Hits = append(found.Hits, search.Match{Case: r.id, Score: r.score, Near: r.near})
	}
	return found
}

func documents(hits meilisearch.Hits) ([]document, error) {
	out := make([]document, len(hits))
	for i, h := range hits {
		if err := h.DecodeInto(&out[i]); err != nil {
			return nil, fmt.Errorf("read hits: %w", err)
		}
	}
	return out, nil
}
