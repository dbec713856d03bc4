package compare_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiyin/compare"
)

func TestTwoTextsAreComparedBySentence(t *testing.T) {
	got := compare.Sentences("已到现场。已清理油污。请放心！", "已到现场。摊贩已劝离。请放心！")
	want := []compare.Piece{{"已到现场。", true, true}, {"已清理油污。", true, false}, {"摊贩已劝离。", false, true}, {"请放心！", true, true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	long := strings.Repeat("x。", 700)
	if got, want := compare.Sentences(long, "x。"), []compare.Piece{{long, true, false}, {"x。", false, true}}; !slices.Equal(got, want) {
		t.Error("compares what is too long to be compared")
	}
}

func TestNothingIsLostOrInventedByComparing(t *testing.T) {
	text := rapid.StringMatching(`[甲乙丙]{1,2}(。[甲乙丙]{1,2}){0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "theirs"), text.Draw(t, "mine")
		var theirs, mine string
		for _, p := range compare.Sentences(a, b) {
			if p.Old {
				theirs += p.Text
			}
			if p.New {
				mine += p.Text
			}
		}
		plain := func(s string) string { return strings.ReplaceAll(s, "。", "") }
		if plain(theirs) != plain(a) || plain(mine) != plain(b) {
			t.Fatalf("%q and %q became %q and %q", a, b, theirs, mine)
		}
	})
}
