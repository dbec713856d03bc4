package months

import (
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/supervision"
)

// coarsen makes rows that stand for fewer than MinShown of their kind say less: they lose the category, then the district, and the rows of a unit with so few
// go to the unit above it. It is decided once, here: every figure is made of the coarsened rows. parents names the unit above each.
func coarsen(rows []Row, parents map[casework.UnitCode]casework.UnitCode) {
	blur := func(key func(*Row) string, less func(*Row) bool) {
		n := map[string]int{}
		for i := range rows {
			n[key(&rows[i])]++
		}
		few := map[string]bool{}
		for k, count := range n {
			few[k] = count < supervision.MinShown
		}
		for i := range rows {
			if r := &rows[i]; few[key(r)] {
				less(r)
			}
		}
	}
	for range 10 { // up the house, level by level
		moved := false
		blur(func(r *Row) string { return string(r.Unit) }, func(r *Row) bool {
			up := parents[r.Unit]
			if up == "" || up == r.Unit {
				return false
			}
			r.Unit, moved = up, true
			return true
		})
		if !moved {
			break
		}
	}
	cell := func(r *Row) string { return strings.Join([]string{string(r.Unit), r.District, r.Category}, "|") }
	blur(cell, func(r *Row) bool { r.Category = ""; return true })
	blur(cell, func(r *Row) bool { r.District = ""; return true })
	blur(func(r *Row) string { return r.District }, func(r *Row) bool { r.District = ""; return true })
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.ID, b.ID) }) // the order says nothing either
}
