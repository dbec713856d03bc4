package intake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is left as it is because it is tidy is what tidying would make of it.
func TestTidyWordsAreLeftAsTheyAre(t *testing.T) {
	tidy := 0
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"路灯", "坏了", "a", "b ", " ", "  ", "\n", "\n\n", "\t", "\r", "\u3000", "\u2028", "\u00a0", "\x00", "\ufeff", "\ufffd", "\xff", "\u202e", "。", "7", "é"})
		s := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		if want := tidyLines(s); lines(s) != want || tidied(s) && want != s {
			t.Fatalf("%q: %q, tidied %v", s, want, tidied(s))
		}
		if want := tidyLine(s, 8); line(s, 8) != want {
			t.Fatalf("%q: a line of %q instead of %q", s, line(s, 8), want)
		}
		if tidied(s) && len(s) > 6 {
			tidy++
		}
	})
	if tidy == 0 {
		t.Error("no text was tidy")
	}
	for _, s := range []string{"路灯坏了。\n\n请修 一下", "a", ""} {
		if !tidied(s) {
			t.Errorf("%q is not known as tidy", s)
		}
	}
}
