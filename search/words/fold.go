// Package words reads Chinese as residents and staff type it: one form for every way of writing, the words of the hotline and their synonyms, and their sounds.
package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Folded is a text in the one form that search compares: simplified, half width, lower case, without blanks beside Chinese characters.
// Character i of Runes came from the byte At[i] of the original; one more entry of At is the original's length.
type Folded struct {
	Runes []rune
	At    []int
}

// String is the folded text.
func (f Folded) String() string { return string(f.Runes) }

// Fold brings a text to the form that search compares.
func Fold(s string) string { return FoldWithPositions(s).String() }

// FoldWithPositions folds a text and remembers where each character stood.
func FoldWithPositions(s string) Folded {
	f := Folded{Runes: make([]rune, 0, len(s)/2), At: make([]int, 0, len(s)/2+1)}
	blank := -1 // where a run of blanks began that is not yet written
	for at, r := range s {
		r = foldRune(r)
		switch {
		case r == 0:
			continue
		case unicode.IsSpace(r):
			if blank < 0 {
				blank = at
			}
			continue
		}
		if n := len(f.Runes); blank >= 0 && n > 0 && !isHan(f.Runes[n-1]) && !isHan(r) {
			f.Runes, f.At = append(f.Runes, ' '), append(f.At, blank)
		}
		blank = -1
		f.Runes, f.At = append(f.Runes, r), append(f.At, at)
	}
	f.At = append(f.At, len(s))
	return f
}

// foldRune is the one form of a character; 0 for what nobody sees.
func foldRune(r rune) rune {
	if r < 0x80 {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return 0
		}
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if p := width.LookupRune(r); p.Kind() == width.EastAsianFullwidth {
		if n := p.Narrow(); n != 0 {
			r = n
		}
	}
	if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
		return 0
	}
	if s, ok := tables().simplified[r]; ok {
		return s
	}
	return unicode.ToLower(r)
}

// isHan tells whether a character is written without blanks between words.
func isHan(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// isWord tells whether a character belongs to a word: Chinese, a letter, or a digit.
func isWord(r rune) bool { return isHan(r) || unicode.IsLetter(r) || unicode.IsDigit(r) }

// isLetters tells whether a word is plain Latin letters only.
func isLetters(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

// runs cuts folded text into its words of one script: each is all Chinese, or has no Chinese character.
func runs(text []rune, visit func(run []rune, han bool)) {
	for i := 0; i < len(text); {
		if !isWord(text[i]) {
			i++
			continue
		}
		han, j := isHan(text[i]), i+1
		for j < len(text) && isWord(text[j]) && isHan(text[j]) == han {
			j++
		}
		visit(text[i:j], han)
		i = j
	}
}

// Simplified is the simplified character that stands for a traditional one or a variant; any other character is itself.
func Simplified(r rune) rune {
	t := tables()
	if !t.traditional.has(r) {
		return r
	}
	if s, ok := t.simplified[r]; ok {
		return s
	}
	return r
}
