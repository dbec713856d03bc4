package words

import (
	"hash/fnv"
	"slices"
	"testing"
)

// Tokens are kept in the index: another hash would find nothing in one that is there.
func TestTokensStayWhatTheyAre(t *testing.T) {
	of := func(kind, piece string) Token {
		h := fnv.New32a()
		_, _ = h.Write([]byte(kind + piece))
		return Token(h.Sum32())
	}
	var want []Token
	for _, piece := range []string{"噪音", "音大"} {
		want = append(want, of("b", piece))
	}
	want = append(want, of("b", "1路"), of("t", "301"))
	slices.Sort(want)
	if got := TextTokens("噪音大,301路"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	want = []Token{of("~", "chang jiang"), of("~", "zhang jiang"), of("~", "jiang lu"), of("^", "cj"), of("^", "zj"), of("^", "jl"), of("^", "cjl"), of("^", "zjl")}
	slices.Sort(want)
	if got := SoundTokens("长江路"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
