package embedded

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"huiyin/search"
)

// properties are what hits are counted by.
type properties struct{ state, kind, category, district, unit string }

const propertyColumns = "d.state, d.kind, d.category, d.district, d.lead_unit"

func (p *properties) into() []any { return []any{&p.state, &p.kind, &p.category, &p.district, &p.unit} }

// countRows counts hits that were all read anyway: no question to the database, and no document in which the pieces of a word stand apart.
func (e *Engine) countRows(rows []row, q search.Query) *search.Facets {
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	states, kinds, categories, districts, units, months := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	level := categoryLevel(q)
	for _, r := range rows {
		states[r.of.state]++
		kinds[r.of.kind]++
		categories[cut(r.of.category, level)]++
		districts[r.of.district]++
		units[r.of.unit]++
		months[r.filed.In(zone).Format("2006-01")]++
	}
	f := &search.Facets{Total: len(rows), States: mostFirst(states), Kinds: mostFirst(kinds), Categories: mostFirst(categories), Districts: mostFirst(districts), Units: mostFirst(units)}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		f.Months = append(f.Months, search.Count{Value: month, N: months[month]})
	}
	newestFirst(f.Months)
	return f
}

// mostFirst are the values of a facet, the most frequent first; what has no value is left out.
func mostFirst(of map[string]int) []search.Count {
	var list []search.Count
	for v, n := range of {
		if v != "" {
			list = append(list, search.Count{Value: v, N: n})
		}
	}
	slices.SortFunc(list, func(a, b search.Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Value, b.Value)) })
	return list[:min(len(list), maxValues)]
}

// categoryLevel is how many digits of a category are counted: the first level, or the one below the category asked for.
func categoryLevel(q search.Query) int { return len(q.Category)/2*2 + 2 }
