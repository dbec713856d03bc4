package datause

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"huiyin/casework"
)

// Whatever was shared, nothing under five can be read off the page, nor had by taking what is shown from the whole.
func TestNoSmallShareCanBeToldApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []Share
		whole := 0
		for i, n := range rapid.SliceOfN(rapid.IntRange(1, 30), 0, 12).Draw(t, "cells") {
			cells = append(cells, Share{Unit: casework.UnitCode(fmt.Sprintf("u%d", i)), Purpose: casework.ForHandling, N: n})
			whole += n
		}
		count := len(cells)
		s := suppressed(cells)
		shown := 0
		for _, c := range s.Cells {
			if c.N < FewUses {
				t.Fatalf("%d is shown", c.N)
			}
			shown += c.N
		}
		rest, left := whole-shown, count-len(s.Cells)
		switch {
		case left == 0:
			if rest != 0 || s.Others != 0 || s.Hidden {
				t.Fatalf("nothing is left out, and yet %+v", s)
			}
		case len(s.Cells) > 0 && (left == 1 || rest < FewUses || s.Others != rest || s.Hidden):
			t.Fatalf("%d cells of together %d are left out: %+v", left, rest, s)
		case len(s.Cells) == 0 && s.Others == 0 && !s.Hidden, s.Others != 0 && s.Others != rest:
			t.Fatalf("%d cells of together %d are left out: %+v", left, rest, s)
		}
	})
}
