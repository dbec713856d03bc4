package seal

import (
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func compatible(s string) string { return string(appendCompatible(nil, s)) }

// A hash that is made of another form finds nothing that was hashed before: each character, alone and beside others, has the form of the Unicode tables.
func TestTheShortWayToTheCompatibleFormIsTheLongOne(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if s := "a" + string(r) + "，"; compatible(s) != norm.NFKC.String(s) {
			t.Errorf("%U becomes %+q, not %+q", r, compatible(s), norm.NFKC.String(s))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.OneOf(rapid.SampledFrom([]rune("a1 \n，。！：（）　ＡＺ～路灯一龥々「」\u302A\u3099\u0301é…—“”①㎡가")), rapid.Rune())).Draw(t, "runes"))
		if rapid.Bool().Draw(t, "broken") {
			s += "\xe4\xb8"
		}
		if compatible(s) != norm.NFKC.String(s) {
			t.Fatalf("%+q becomes %+q, not %+q", s, compatible(s), norm.NFKC.String(s))
		}
	})
}
