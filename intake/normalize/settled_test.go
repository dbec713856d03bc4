package normalize

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The short way of Plain, for texts with nothing to change, ends where the long one does.
func TestPlainLeavesWhatHasNothingToChange(t *testing.T) {
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"路灯坏了", "我住在临江区", "7", "ａ", "(lu)", "&amp;", "&", "，", "（", "小区", "門口", "璺", "鐏", "璺伅", "Ж", "a", " ", "\n", "é", "\ufeff", "（", "(", ")", "wǎng", "5", "“", "……", "ä¸", "鏐", "\xff", "\ufffd"})
		text := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		d := newDraft(text)
		if settled(text) && len(text) > 6 {
			short++
		}
		d.mend()
		d.simplify()
		if got, want := Plain(text), string(d.runes); got != want {
			t.Fatalf("%q: %q instead of %q", text, got, want)
		}
	})
	if short == 0 {
		t.Error("no text went the short way")
	}
}
