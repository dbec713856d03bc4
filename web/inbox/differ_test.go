package inbox

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTwoAnswersAreComparedBySentence(t *testing.T) {
	got := differ("已到现场。已清理油污。请放心！", "已到现场。摊贩已劝离。请放心！")
	want := []piece{{"已到现场。", true, true}, {"已清理油污。", true, false}, {"摊贩已劝离。", false, true}, {"请放心！", true, true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if differ("", "x") != nil || differ(strings.Repeat("x。", 700), "x") != nil {
		t.Error("compares what cannot be compared")
	}
}

func TestNothingIsLostOrInventedByComparing(t *testing.T) {
	text := rapid.StringMatching(`[甲乙丙]{1,2}(。[甲乙丙]{1,2}){0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "theirs"), text.Draw(t, "mine")
		var theirs, mine string
		for _, p := range differ(a, b) {
			if p.Theirs {
				theirs += p.Text
			}
			if p.Mine {
				mine += p.Text
			}
		}
		plain := func(s string) string { return strings.ReplaceAll(s, "。", "") }
		if plain(theirs) != plain(a) || plain(mine) != plain(b) {
			t.Fatalf("%q and %q became %q and %q", a, b, theirs, mine)
		}
	})
}
