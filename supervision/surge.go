package supervision

import (
	"cmp"
	"slices"
	"time"

	"huiyin/routing"
)

// A matter surges at a place when at least SurgeLeast cases about it were filed there within SurgeWindow, and that is at least SurgeTimes as many as in
// the same hours of any of the SurgeDays days before. The rule is plain so that whoever reads the wall can check it by counting.
const (
	SurgeWindow = 2 * time.Hour
	SurgeDays   = 7
	SurgeLeast  = 3
	SurgeTimes  = 2
)

// Surge is a matter whose number at one place stands out.
type Surge struct {
	Category  string // the matter
	Territory string // a street; a district where the cases are spread over its streets; empty for the whole city
	Now       int    // cases filed within the window
	Most      int    // the most within the same hours of one of the days before
}

// filedCount is how many cases about a matter came from an area in the window of one day: day 0 is today, 7 a week ago.
type filedCount struct {
	Category, Territory string
	Day, N              int
}

// surges applies the rule street by street; then to the districts with what is left, so that no case is told twice; then to the city. The greatest come first.
func surges(city *routing.City, rows []filedCount) []Surge {
	type key struct{ category, place string }
	var out []Surge
	everywhere := func(string) string { return "" }
	for level, placeOf := range []func(code string) string{city.Street, city.District, everywhere} {
		days := map[key]*[SurgeDays + 1]int{}
		for _, r := range rows {
			k := key{r.Category, placeOf(r.Territory)}
			if days[k] == nil {
				days[k] = new([SurgeDays + 1]int)
			}
			days[k][r.Day] += r.N
		}
		named := map[key]bool{}
		for k, n := range days {
			s := Surge{Category: k.category, Territory: k.place, Now: n[0], Most: slices.Max(n[1:])}
			if (k.place != "" || level == 2) && s.Now >= SurgeLeast && s.Now >= SurgeTimes*s.Most {
				out = append(out, s)
				named[k] = true
			}
		}
		rows = slices.DeleteFunc(rows, func(r filedCount) bool { return named[key{r.Category, placeOf(r.Territory)}] })
	}
	slices.SortFunc(out, func(a, b Surge) int {
		return cmp.Or(cmp.Compare(b.Now, a.Now), cmp.Compare(a.Most, b.Most), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Territory, b.Territory))
	})
	return out
}
