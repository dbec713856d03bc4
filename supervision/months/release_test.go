package months

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"unique"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/supervision"
)

func cell(unit string, n int) (Cell, Told) {
	return Cell{Unit: casework.UnitCode(unit)}, Told{Part: supervision.PartLeg, Extensions: n}
}

// differing counts for each cell the rows that differ between two sides.
func differing(a, b map[rowID]held) map[Cell]int {
	n := map[Cell]int{}
	ids := map[rowID]bool{}
	for id := range a {
		ids[id] = true
	}
	for id := range b {
		ids[id] = true
	}
	for id := range ids {
		x, inA := a[id]
		y, inB := b[id]
		if inA && inB && x == y {
			continue
		}
		if inA {
			n[x.Value().Cell]++
		}
		if inB && (!inA || x.Value().Cell != y.Value().Cell) {
			n[y.Value().Cell]++
		}
	}
	return n
}

func apply(told, now map[rowID]held, ids []rowID) map[rowID]held {
	next := map[rowID]held{}
	maps.Copy(next, told)
	for _, id := range ids {
		if s, ok := now[id]; ok {
			next[id] = s
		} else {
			delete(next, id)
		}
	}
	return next
}

// Nine new cases of a unit wait; of ten, five are told and five wait.
func TestFewChangesWait(t *testing.T) {
	now := map[rowID]held{}
	for i := range 10 {
		if n := len(release(nil, now)); n != 0 {
			t.Errorf("%d of %d changes are told", n, i)
		}
		c, told := cell("c-urban", 1)
		now[uuid.New()] = unique.Make(state{c, told})
	}
	if n := len(release(nil, now)); n != 5 {
		t.Errorf("%d of ten changes are told", n)
	}
}

// A row that moves to a unit of which too little changed is not told on the other side either.
func TestAMoveIsToldInBothCellsOrInNone(t *testing.T) {
	told, now := map[rowID]held{}, map[rowID]held{}
	from, what := cell("c-urban", 0)
	to, _ := cell("d-river", 0)
	for i := range 30 {
		id := uuid.New()
		told[id] = unique.Make(state{from, what})
		if now[id] = unique.Make(state{from, what}); i < 3 {
			now[id] = unique.Make(state{to, what})
		} else if i < 20 {
			now[id] = unique.Make(state{from, Told{Part: supervision.PartLeg, Extensions: 1}})
		}
	}
	for _, id := range release(told, now) {
		if now[id].Value().Cell == to {
			t.Fatal("a move was told to a unit with three changes")
		}
	}
}

// Whatever happens in whatever order: neither two days nor a day and the closed month differ by one to four rows in a cell.
func TestNoDifferenceTellsOfFewerThanMayBeShown(t *testing.T) {
	units := []string{"c-urban", "d-river", "s-willow"}
	rapid.Check(t, func(t *rapid.T) {
		told, now := map[rowID]held{}, map[rowID]held{}
		var ids []rowID
		tally := Tally{}
		for day := range rapid.IntRange(1, 6).Draw(t, "days") {
			for i := range rapid.IntRange(0, 40).Draw(t, fmt.Sprint("events", day)) {
				unit := rapid.SampledFrom(units).Draw(t, fmt.Sprint("unit", day, i))
				if len(ids) == 0 || rapid.Bool().Draw(t, fmt.Sprint("new", day, i)) {
					id := uuid.New()
					c, s := cell(unit, 0)
					ids, now[id] = append(ids, id), unique.Make(state{c, s})
					continue
				}
				id := rapid.SampledFrom(ids).Draw(t, fmt.Sprint("which", day, i))
				c, s := cell(unit, now[id].Value().Extensions+1) // a case never comes to be as it was
				now[id] = unique.Make(state{c, s})
			}
			chosen := release(told, now)
			next := apply(told, now, chosen)
			for c, n := range differing(told, next) {
				if n < supervision.MinShown {
					t.Fatalf("day %d tells of %d rows of %s", day, n, c.Unit)
				}
			}
			left := differing(next, now)
			for c := range differing(told, next) {
				if left[c] < supervision.MinShown {
					t.Fatalf("day %d leaves %d rows of %s for the closing", day, left[c], c.Unit)
				}
			}
			for _, one := range changes(november, "2026-11-21", told, now, chosen) {
				if err := tally.Take(one); err != nil {
					t.Fatal(err)
				}
			}
			told = next
		}
		want := Tally{}
		for _, s := range told {
			want[s.Value()]++
		}
		if fmt.Sprint(len(want)) != fmt.Sprint(len(tally)) {
			t.Fatalf("%d kinds of rows from the changes, %d told", len(tally), len(want))
		}
		for s, n := range want {
			if tally[s] != n {
				t.Fatalf("%+v: %d from the changes, %d told", s, tally[s], n)
			}
		}
	})
}

// What a day tells of rows gives the very figures that the rows give, but for hours.
func TestTheRowsOfADayGiveTheFiguresOfTheWholeRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole []supervision.Row
		tally := Tally{}
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			c := countRow(t, i)
			whole = append(whole, c)
			tally[stateOf(of(november, 1, "", c))]++
		}
		report, err := tally.Report(november, "2026-11-21", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.City.Figures {
			code, _, _ := strings.Cut(f.Definition, "@")
			d, _ := supervision.Define(code)
			want := supervision.Fold(d, supervision.One(november), whole)
			want.State = supervision.Proven
			if fmt.Sprint(want) != fmt.Sprint(f) {
				t.Fatalf("%s: %v from the whole rows, %v from those of a day", f.Definition, want, f)
			}
		}
	})
}
