package meili

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/meilisearch/meilisearch-go"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

// scope are the conditions of filters and sight.
func scope(q search.Query, sight casework.Sight) []string {
	var all []string
	if !sight.All {
		all = append(all, among("parties", sight.Units))
	}
	if len(q.Units) > 0 {
		all = append(all, among("parties", q.Units))
	}
	if len(q.Districts) > 0 {
		all = append(all, among("district", q.Districts))
	}
	if q.Category != "" {
		all = append(all, "categories = "+quoted(q.Category))
	}
	if len(q.States) > 0 {
		all = append(all, among("state", q.States))
	}
	if len(q.Kinds) > 0 {
		all = append(all, among("kind", q.Kinds))
	}
	if !q.Since.IsZero() {
		all = append(all, "filed >= "+strconv.FormatInt(q.Since.UnixMicro(), 10))
	}
	if !q.Until.IsZero() {
		all = append(all, "filed < "+strconv.FormatInt(q.Until.UnixMicro(), 10))
	}
	return all
}

func among[T ~string](name string, values []T) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = quoted(string(v))
	}
	return name + " IN [" + strings.Join(list, ", ") + "]"
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// onTokens is the condition on the pieces of a stage; indexed is false where no piece helps, as with single characters.
func onTokens(s stage) (conditions []string, indexed bool) {
	list := s.words
	if s.some {
		list = words.Bringing(list)
	}
	for _, w := range list {
		var arms []string
		for _, f := range w.Forms {
			if len(f.Tokens) == 0 {
				arms = nil
				break
			}
			arms = append(arms, all(f.Tokens))
		}
		if arms != nil {
			conditions = append(conditions, "("+strings.Join(arms, " OR ")+")")
		} else if s.some {
			return nil, false
		}
	}
	if len(conditions) == 0 {
		return nil, false
	}
	if s.some {
		return []string{"(" + strings.Join(conditions, " OR ") + ")"}, true
	}
	return conditions, true
}

func all(tokens []words.Token) string {
	list := make([]string, len(tokens))
	for i, t := range tokens {
		list[i] = "tokens = " + strconv.FormatUint(uint64(uint32(t)), 10) //nolint:gosec // the same bits, without a sign
	}
	return "(" + strings.Join(list, " AND ") + ")"
}

// facetsOf reads what the server counted. It counts documents that have the pieces of the words: of longer words now and then one more than are found by the text.
func facetsOf(r meilisearch.SearchResponse, q search.Query) (*search.Facets, error) {
	var counts map[string]map[string]int
	if err := decode(r.FacetDistribution, &counts); err != nil {
		return nil, fmt.Errorf("read facets: %w", err)
	}
	f := &search.Facets{Total: int(min(r.TotalHits, counted)), AtLeast: r.TotalHits > counted}
	level := len(q.Category)/2*2 + 2
	for name, into := range map[string]*[]search.Count{"state": &f.States, "kind": &f.Kinds, "categories": &f.Categories, "district": &f.Districts, "lead": &f.Units, "month": &f.Months} {
		for value, n := range counts[name] {
			if value == "" || name == "categories" && (len(value) != level || !strings.HasPrefix(value, q.Category)) {
				continue
			}
			*into = append(*into, search.Count{Value: value, N: n})
		}
		slices.SortFunc(*into, func(a, b search.Count) int {
			if name == "month" {
				return strings.Compare(b.Value, a.Value)
			}
			return cmp.Or(b.N-a.N, strings.Compare(a.Value, b.Value))
		})
	}
	return f, nil
}

// rule is what a token of one sight lets through.
func rule(sight casework.Sight) any {
	if sight.All {
		return map[string]any{}
	}
	return map[string]any{"filter": among("parties", sight.Units)}
}

func fingerprint(sight casework.Sight) string {
	if sight.All {
		return "*"
	}
	units := slices.Sorted(slices.Values(sight.Units))
	body, err := json.Marshal(units)
	if err != nil {
		panic(err) // strings always can be written
	}
	return string(body)
}
