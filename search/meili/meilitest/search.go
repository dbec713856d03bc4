package meilitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// query is one search.
type query struct {
	IndexUID    string   `json:"indexUid"`
	Q           string   `json:"q"`
	Offset      int      `json:"offset"`
	Limit       *int     `json:"limit"`
	Page        int      `json:"page"`
	HitsPerPage *int     `json:"hitsPerPage"`
	Filter      any      `json:"filter"`
	Facets      []string `json:"facets"`
	Sort        []string `json:"sort"`
	Retrieve    []string `json:"attributesToRetrieve"`
	Strategy    string   `json:"matchingStrategy"`
	Locales     []string `json:"locales"`
	Score       bool     `json:"showRankingScore"`
}

func (s *Server) searchOne(c *call) (int, any, *problem) {
	var q query
	if p := c.read(&q); p != nil {
		return 0, nil, p
	}
	q.IndexUID = c.PathValue("index")
	r, p := s.search(c, q)
	return http.StatusOK, r, p
}

func (s *Server) searchMany(c *call) (int, any, *problem) {
	var in struct {
		Queries []query `json:"queries"`
	}
	if p := c.read(&in); p != nil {
		return 0, nil, p
	}
	results := []map[string]any{}
	for i, q := range in.Queries {
		r, p := s.search(c, q)
		if p != nil {
			p.Message = fmt.Sprintf("Inside `.queries[%d]`: %s", i, p.Message)
			return 0, nil, p
		}
		r["indexUid"] = q.IndexUID
		results = append(results, r)
	}
	return http.StatusOK, map[string]any{"results": results}, nil
}

// locales are a few of those that the server knows.
var locales = []string{"cmn", "zho", "eng", "jpn", "kor", "fra", "deu", "zh", "en", "ja", "ko", "fr", "de"}

func (s *Server) search(c *call, q query) (map[string]any, *problem) {
	rule, ok := c.scope.index(q.IndexUID)
	if !ok {
		return nil, forbidden()
	}
	x := s.indexes[q.IndexUID]
	if x == nil {
		return nil, noIndex(q.IndexUID)
	}
	for _, l := range q.Locales {
		if !slices.Contains(locales, l) {
			return nil, wrong(http.StatusBadRequest, "invalid_search_locales", "Unknown value `%s` at `.locales[0]`.", l)
		}
	}
	asked, p := x.condition(q.Filter)
	if p != nil {
		return nil, p
	}
	allowed, p := x.parse(rule)
	if p != nil {
		return nil, p
	}
	hits, p := x.find(q, both(asked, allowed))
	if p != nil {
		return nil, p
	}
	return x.answer(q, hits)
}

// hit is a document that was found.
type hit struct {
	key   string
	score float64
}

func (x *index) find(q query, fits holds) ([]hit, *problem) {
	order, p := x.sorting(q.Sort)
	if p != nil {
		return nil, p
	}
	terms := x.terms(q.Q)
	var hits []hit
	for _, key := range x.order {
		doc := x.read[key]
		if !fits(doc) {
			continue
		}
		if score, ok := x.matches(doc, terms, q.Strategy); ok {
			hits = append(hits, hit{key, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), order(x.read[a.key], x.read[b.key]))
	})
	return hits, nil
}

// sorting reads "name:asc" and "name:desc".
func (x *index) sorting(by []string) (func(a, b map[string]any) int, *problem) {
	allowed := x.strings("sortableAttributes")
	for _, one := range by {
		name, way, ok := strings.Cut(one, ":")
		if !ok || way != "asc" && way != "desc" {
			return nil, wrong(http.StatusBadRequest, "invalid_search_sort", "Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`, found `%s`.", one)
		}
		if !slices.Contains(allowed, name) {
			return nil, wrong(http.StatusBadRequest, "invalid_search_sort", "Attribute `%s` is not sortable.", name)
		}
	}
	return func(a, b map[string]any) int {
		for _, one := range by {
			name, way, _ := strings.Cut(one, ":")
			d := compareValues(a[name], b[name])
			if way == "desc" {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return 0
	}, nil
}

func compareValues(a, b any) int {
	if n, ok := a.(float64); ok {
		if m, ok := b.(float64); ok {
			return cmp.Compare(n, m)
		}
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// terms are the words of a query, each with its synonyms.
func (x *index) terms(q string) [][]string {
	var synonyms map[string][]string
	_ = json.Unmarshal(x.settings["synonyms"], &synonyms) // as they were set
	var out [][]string
	for w := range strings.FieldsFuncSeq(strings.ToLower(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
		out = append(out, append([]string{w}, synonyms[w]...))
	}
	return out
}

// matches tells how well the words of a query are in a document: whole, at the beginning of a word, or a little misspelt.
func (x *index) matches(doc map[string]any, terms [][]string, strategy string) (float64, bool) {
	score, found := 0.0, 0
	for _, term := range terms {
		best := 0.0
		for i, attribute := range x.searched(doc) {
			text := strings.ToLower(textOf(doc[attribute]))
			for k, w := range term {
				if q := quality(text, w) / float64(1+i) / float64(1+min(k, 1)); q > best {
					best = q
				}
			}
		}
		if best > 0 {
			found++
			score += best
		} else if strategy == "all" {
			return 0, false
		}
	}
	return score, found > 0 || len(terms) == 0
}

func (x *index) searched(doc map[string]any) []string {
	list := x.strings("searchableAttributes")
	if len(list) == 1 && list[0] == "*" {
		list = nil
		for name := range doc {
			list = append(list, name)
		}
		slices.Sort(list)
	}
	return list
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, textOf(one))
		}
		return strings.Join(parts, " ")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func quality(text, word string) float64 {
	if word[0] >= 0x80 { // Chinese: anywhere
		if strings.Contains(text, word) {
			return 1
		}
		return 0
	}
	best := 0.0
	for t := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch {
		case t == word:
			return 1
		case strings.HasPrefix(t, word):
			best = max(best, 0.8)
		case len(word) >= 9 && edits(t, word) <= 2, len(word) >= 5 && edits(t, word) <= 1:
			best = max(best, 0.5)
		}
	}
	return best
}

// edits is how many letters two words differ by; exchanged neighbours are one.
func edits(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			step := 1
			if a[i-1] == b[j-1] {
				step = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+step)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// answer cuts the page out of the hits and counts facets.
func (x *index) answer(q query, hits []hit) (map[string]any, *problem) {
	var pagination struct {
		Most int `json:"maxTotalHits"`
	}
	_ = json.Unmarshal(x.settings["pagination"], &pagination) // as it was set
	out := map[string]any{"query": q.Q, "processingTimeMs": 0}
	total := min(len(hits), pagination.Most)
	counted := hits
	hits = hits[:total]
	if q.HitsPerPage != nil || q.Page > 0 {
		size := 20
		if q.HitsPerPage != nil {
			size = *q.HitsPerPage
		}
		page, pages := max(q.Page, 1), 0
		if size > 0 {
			pages = (total + size - 1) / size
		}
		out["page"], out["hitsPerPage"], out["totalHits"], out["totalPages"] = page, size, total, pages
		hits = hits[min((page-1)*size, total):min(page*size, total)]
	} else {
		limit := 20
		if q.Limit != nil {
			limit = *q.Limit
		}
		out["limit"], out["offset"], out["estimatedTotalHits"] = limit, q.Offset, total
		hits = hits[min(q.Offset, total):min(q.Offset+limit, total)]
	}
	list := []json.RawMessage{}
	shown := q.Retrieve
	if d := x.strings("displayedAttributes"); len(d) > 0 && d[0] != "*" {
		shown = slices.DeleteFunc(slices.Clone(d), func(name string) bool {
			return len(q.Retrieve) > 0 && !slices.Contains(q.Retrieve, "*") && !slices.Contains(q.Retrieve, name)
		})
	}
	for _, h := range hits {
		list = append(list, only(x.read[h.key], x.docs[h.key], shown))
	}
	out["hits"] = list
	if len(q.Facets) == 0 {
		return out, nil
	}
	distribution, p := x.facets(q.Facets, counted)
	out["facetDistribution"], out["facetStats"] = distribution, map[string]any{}
	return out, p
}

func (x *index) facets(names []string, hits []hit) (map[string]map[string]int, *problem) {
	out := map[string]map[string]int{}
	if slices.Contains(names, "*") {
		names = x.filterableNames()
	}
	for _, name := range names {
		if equal, _ := x.filterable(name); !equal {
			return nil, wrong(http.StatusBadRequest, "invalid_search_facets", "Invalid facet distribution: Attribute `%s` is not filterable.", name)
		}
		out[name] = map[string]int{}
		for _, h := range hits {
			values, many := x.read[h.key][name].([]any)
			if !many {
				values = []any{x.read[h.key][name]}
			}
			for _, v := range values {
				if v != nil {
					out[name][textOf(v)]++
				}
			}
		}
	}
	return out, nil
}
