package casework

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The short ways of texts with nothing to change end where the long ones do.
func TestTextsWithNothingToChangeStayWhole(t *testing.T) {
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"路灯", "a", " ", "  ", "\n", "\t", "\x00", "\u3000", "\ufffd", "\xff", "。"})
		s := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		if got, want := clean(s, 9), cleaned(s, 9); got != want {
			t.Fatalf("clean %q: %q instead of %q", s, got, want)
		}
		if got, want := spaced(s), strings.Join(strings.Fields(s), " "); got != want {
			t.Fatalf("spaced %q: %q instead of %q", s, got, want)
		}
		if n, ok := tidy(s); ok && n > 2 {
			short++
		}
	})
	if short == 0 {
		t.Error("no text went the short way")
	}
}
