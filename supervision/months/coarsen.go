package months

import (
	"huiyin/casework"
	"huiyin/supervision"
)

// coarsen makes rows that stand for fewer than MinShown of their kind say less: the rows of a unit with so few go to the unit above it, those of a unit in a
// district with so few lose the district, and those of a cell with so few lose the category. What lost its category must not be so few either that it tells which
// it was not: the smallest of the other categories of the unit in the district loses it too. It is decided once, here: every figure is made of the coarsened rows. parents names the unit above each.
func coarsen(rows []kind, parents map[casework.UnitCode]casework.UnitCode) {
	blur := func(key func(*kind) string, less func(*kind) bool) {
		n := map[string]int{}
		for i := range rows {
			n[key(&rows[i])] += rows[i].n
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
		blur(func(r *kind) string { return string(r.Unit) }, func(r *kind) bool {
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
	blur(func(r *kind) string { return r.District }, func(r *kind) bool { r.District = ""; return true })
	part := func(r *kind) string { return string(r.Unit) + "|" + r.District }
	blur(part, func(r *kind) bool { r.District = ""; return true })
	blur(func(r *kind) string { return part(r) + "|" + r.Category }, func(r *kind) bool { r.Category = ""; return true })
	complement(rows, part)
}

// complement takes the category also from the smallest cells of a part of the rows, until those without one are none or at least MinShown.
func complement(rows []kind, part func(*kind) string) {
	of := map[string]map[string]int{}
	for i := range rows {
		r := &rows[i]
		if of[part(r)] == nil {
			of[part(r)] = map[string]int{}
		}
		of[part(r)][r.Category] += r.n
	}
	gone := map[string]bool{}
	for p, n := range of {
		for n[""] > 0 && n[""] < supervision.MinShown && len(n) > 1 {
			least := ""
			for c, k := range n {
				if c != "" && (least == "" || k < n[least] || k == n[least] && c < least) {
					least = c
				}
			}
			gone[p+"|"+least] = true
			n[""] += n[least]
			delete(n, least)
		}
	}
	for i := range rows {
		if r := &rows[i]; gone[part(r)+"|"+r.Category] {
			r.Category = ""
		}
	}
}
