// Package compare shows what two texts have in common and what only one of them says, sentence by sentence.
package compare

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Piece is a run of sentences of two texts: in both, only in the older, or only in the newer.
type Piece struct {
	Text     string
	Old, New bool
}

// sentencesMost bounds a comparison, which takes time and memory by its square: an article or an answer has some dozens of sentences.
const sentencesMost = 600

// Sentences compares two texts by their longest common run of sentences. Texts of more sentences than can be compared are wholly different.
func Sentences(old, now string) []Piece {
	a, b := cut(old), cut(now)
	if len(a) > sentencesMost || len(b) > sentencesMost {
		return []Piece{{Text: old, Old: true}, {Text: now, New: true}}
	}
	same := make([][]int, len(a)+1)
	for i := range same {
		same[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			same[i][j] = max(same[i+1][j], same[i][j+1])
			if equal(a[i], b[j]) {
				same[i][j] = same[i+1][j+1] + 1
			}
		}
	}
	var out []Piece
	add := func(text string, old, now bool) {
		if n := len(out); n > 0 && out[n-1].Old == old && out[n-1].New == now {
			out[n-1].Text += text
			return
		}
		out = append(out, Piece{text, old, now})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && equal(a[i], b[j]):
			add(b[j], true, true)
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			add(a[i], true, false)
			i++
		default:
			add(b[j], false, true)
			j++
		}
	}
	return out
}

func equal(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// cut cuts a text behind its full stops, exclamation and question marks, semicolons and line ends, in full width or half.
func cut(s string) []string {
	var out []string
	for s != "" {
		end := len(s)
		if at := strings.IndexAny(s, "\u3002\uff01\uff1f\uff1b!?;\n"); at >= 0 {
			_, n := utf8.DecodeRuneInString(s[at:])
			end = at + n
		}
		out = append(out, s[:end])
		s = s[end:]
	}
	return slices.DeleteFunc(out, func(one string) bool { return strings.TrimSpace(one) == "" })
}
