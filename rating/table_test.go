package rating

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiyin/casework"
)

// A reader has every page and file: the city, each unit, each unit with those below it, and the others as one; and knows how the table is decided.
// tree is a small city: a below the hotline h, b and c below a.
var (
	tree = []casework.UnitCode{"a", "b", "c", "h"}
)

// Of all cities of this size with the same publication there are two at least for whatever count of one to four: no reader knows it, whatever he subtracts. Each unit
// has any number of bad and of good ratings, together up to a bound.
func TestNobodyFindsACountBelowFiveBySubtraction(t *testing.T) {
	for _, size := range []struct{ units, bad, good int }{{1, 12, 12}, {2, 14, 14}, {3, 13, 6}, {3, 6, 13}, {4, 17, 0}, {4, 0, 17}, {4, 7, 6}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			type cell struct {
				published string
				what      string
			}
			values := map[cell]map[int]bool{}
			n := make([][2]int, size.units)
			var walk func(i, bad, good int)
			walk = func(i, bad, good int) {
				if i < size.units {
					for n[i][0] = 0; n[i][0] <= bad; n[i][0]++ {
						for n[i][1] = 0; n[i][1] <= good; n[i][1]++ {
							walk(i+1, bad-n[i][0], good-n[i][1])
						}
					}
					return
				}
				var s Sheet
				for i, k := range n {
					s.Counts = append(s.Counts, Count{Unit: tree[i], Level: 1, N: k[0]}, Count{Unit: tree[i], Level: 5, N: k[1]})
				}
				seen := tables(t, s, tree[:size.units])
				for i, k := range n {
					for what, v := range map[string]int{"bad": k[0], "good": k[1], "all": k[0] + k[1]} {
						key := cell{seen, fmt.Sprint(what, i)}
						if values[key] == nil {
							values[key] = map[int]bool{}
						}
						values[key][v] = true
					}
				}
			}
			walk(0, size.bad, size.good)
			for key, v := range values {
				if len(v) > 1 {
					continue
				}
				for only := range v {
					if only > 0 && only < Least {
						t.Fatalf("%s is surely %d where this is published: %s", key.what, only, key.published)
					}
				}
			}
		})
	}
}

// tables is what all surfaces are functions of: the figures of units that stand alone, and of the rest. TestEverySurfaceIsMadeOfTheTable has that they are.
func tables(t testing.TB, s Sheet, units []casework.UnitCode) string {
	t.Helper()
	table := Decide(s, units)
	var b strings.Builder
	put := func(name string, r Report) {
		_, _ = fmt.Fprint(&b, name, r.Levels, r.WalkBy, r.Figures, ";")
	}
	for _, u := range table.Alone() {
		put(string(u), table.Of(func(code casework.UnitCode) bool { return code == u }))
	}
	put("rest", table.Rest())
	return b.String()
}

// The levels of a unit that stands alone: of all five-level counts with the same publication there are two at least for whatever level has one to four.
func TestNobodyFindsALevelBelowFiveOfAUnit(t *testing.T) {
	values := map[string][5]map[int]bool{}
	const most = 7
	var n [5]int
	var walk func(i int)
	walk = func(i int) {
		if i < 5 {
			for n[i] = 0; n[i] <= most; n[i]++ {
				walk(i + 1)
			}
			return
		}
		var s Sheet
		sum := 0
		for i, k := range n {
			s.Counts = append(s.Counts, Count{Unit: "a", Level: Level(i + 1), N: k})
			sum += k
		}
		if sum > 2*most { // above, the bound on a level would stand for knowledge that nobody has
			return
		}
		seen := tables(t, s, tree[:1])
		v, ok := values[seen]
		if !ok {
			for i := range v {
				v[i] = map[int]bool{}
			}
			values[seen] = v
		}
		for i, k := range n {
			v[i][k] = true
		}
	}
	walk(0)
	for seen, v := range values {
		for i := range v {
			if len(v[i]) > 1 {
				continue
			}
			for only := range v[i] {
				if only > 0 && only < Least {
					t.Fatalf("level %d is surely %d where this is published: %s", i+1, only, seen)
				}
			}
		}
	}
}

// anyCity draws a month of a city of some units.
func anyCity(rt *rapid.T) Sheet {
	var s Sheet
	small := rapid.OneOf(rapid.IntRange(0, 6), rapid.IntRange(0, 60))
	for _, u := range tree {
		for l := Level(1); l <= 5; l++ {
			for _, walkBy := range []bool{false, true} {
				s.Counts = append(s.Counts, Count{Unit: u, Level: l, WalkBy: walkBy, N: small.Draw(rt, "n")}, Count{Unit: u, Level: l, WalkBy: walkBy, Doubtful: true, N: small.Draw(rt, "apart")})
			}
		}
		rated := small.Draw(rt, "rated")
		s.Issued = append(s.Issued, Issued{Unit: u, Items: rated + small.Draw(rt, "unrated"), Rated: rated})
		s.Said = append(s.Said, Said{Unit: u, TagSet: "window", Code: "slow", Level: 1, N: small.Draw(rt, "slow")}, Said{Unit: u, TagSet: "window", Code: "kind", Level: 5, N: small.Draw(rt, "kind")})
		for range small.Draw(rt, "righted") {
			s.Righted = append(s.Righted, Righted{Unit: u, Contact: InTime, Rectify: Late})
		}
	}
	return s
}

// Whatever the city: what is printed of people is nobody or five at least, on every surface, the city is the sum of those that stand alone and of the rest, and a unit with those
// below it is the sum of those of them that stand alone. So every surface is made of the table, and no two of them give more by subtraction.
func TestEverySurfaceIsMadeOfTheTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := anyCity(rt)
		table := Decide(s, tree)
		one := func(u casework.UnitCode) Report {
			return table.Of(func(code casework.UnitCode) bool { return code == u })
		}
		sum := func(reports ...Report) map[string]int {
			n := map[string]int{}
			for _, r := range reports {
				n["all"] += r.All
				n["apart"] += r.Apart
				for _, c := range r.Levels {
					n[fmt.Sprint("items bad ", c.Level < 3)] += c.N
				}
				for _, c := range r.WalkBy {
					n[fmt.Sprint("walks bad ", c.Level < 3)] += c.N
				}
				for _, c := range r.Tags {
					n["tag "+c.Label] += c.N
				}
				for _, f := range r.Figures {
					if f.Code != Doubtful {
						n[f.Code] += f.Numerator
						n[f.Code+" of"] += f.Denominator
					}
				}
			}
			return n
		}
		same := func(what string, whole Report, parts ...Report) {
			a, b := sum(whole), sum(parts...)
			for k := range b {
				if a[k] != b[k] {
					rt.Fatalf("%s: %s is %d, its parts %d", what, k, a[k], b[k])
				}
			}
			for _, r := range append(parts, whole) {
				for _, list := range [][]Cell{r.Levels, r.WalkBy, r.Tags} {
					for _, c := range list {
						if !clear5(c.N) {
							rt.Fatalf("%s tells %+v", what, c)
						}
					}
				}
				if !clear5(r.Apart) || !clear5(r.All) {
					rt.Fatalf("%s tells %d and %d apart", what, r.All, r.Apart)
				}
				for _, f := range r.Figures {
					switch f.Code {
					case Satisfied, BadShare, WalkBys:
						if !clear5(f.Numerator) || !clear5(f.Denominator-f.Numerator) {
							rt.Fatalf("%s tells %+v", what, f)
						}
					case Coverage:
						if !clear5(f.Numerator) {
							rt.Fatalf("%s tells %+v", what, f)
						}
					}
				}
			}
		}
		same("the city", table.City(), one("a"), one("b"), one("c"), one("h"), table.Rest())
		same("a with those below", table.Of(func(u casework.UnitCode) bool { return u != "h" }), one("a"), one("b"), one("c"))
	})
}
