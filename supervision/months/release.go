package months

import (
	"bytes"
	"slices"

	"github.com/google/uuid"

	"huiyin/supervision"
)

type rowID = uuid.UUID

// release chooses which of the changes since the last day may be told now. Of every cell either no change is told or at least supervision.MinShown, and of a cell of
// which any is told at least as many stay untold: so neither two days nor a day and the closed month differ by fewer, and nothing can be read of a single case from
// a difference. A row that went from one cell to another is told in both or in none.
func release(told, now map[rowID]held) []rowID {
	var changed []rowID
	for id, s := range now {
		if before, ok := told[id]; !ok || before != s {
			changed = append(changed, id)
		}
	}
	for id := range told {
		if _, ok := now[id]; !ok {
			changed = append(changed, id)
		}
	}
	slices.SortFunc(changed, func(a, b rowID) int { return bytes.Compare(a[:], b[:]) }) // their numbers are random: which ones wait says nothing
	cells := func(id rowID) []Cell {
		var list []Cell
		for _, side := range []map[rowID]held{told, now} {
			if s, ok := side[id]; ok && !slices.Contains(list, s.Value().Cell) {
				list = append(list, s.Value().Cell)
			}
		}
		return list
	}
	touching := map[Cell][]rowID{}
	for _, id := range changed {
		for _, c := range cells(id) {
			touching[c] = append(touching[c], id)
		}
	}
	held := map[rowID]bool{}
	for _, ids := range touching {
		wait := supervision.MinShown
		if len(ids) < 2*supervision.MinShown {
			wait = len(ids)
		}
		for _, id := range ids[:wait] {
			held[id] = true
		}
	}
	for again := true; again; {
		again = false
		for _, ids := range touching {
			n := 0
			for _, id := range ids {
				if !held[id] {
					n++
				}
			}
			if n == 0 || n >= supervision.MinShown {
				continue
			}
			again = true
			for _, id := range ids {
				held[id] = true
			}
		}
	}
	return slices.DeleteFunc(changed, func(id rowID) bool { return held[id] })
}
