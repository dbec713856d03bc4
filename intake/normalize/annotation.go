package normalize

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// bracketed is something in round brackets that could be a reading: Latin letters with or without tone marks, tone numbers, blanks, apostrophes.
var bracketed = regexp.MustCompile(`[(（][\p{Latin}\p{Mn}1-5 '’·]{1,40}[)）]`)

// annotations leaves out readings (注音) written behind their characters: the letters must be a reading of what stands before them, so that a
// foreign word in brackets stays. Example: the character for net, followed by (wǎng).
func (d *draft) annotations() {
	if !slices.Contains(d.runes, '(') && !slices.Contains(d.runes, 0xFF08) {
		return
	}
	for _, m := range backwards(runeRanges(string(d.runes), bracketed)) {
		said := plainReading(string(d.runes[m[0]+1 : m[1]-1]))
		if said != "" && d.reads(m[0], said) {
			d.replace(m[0], m[1], nil)
			d.repairs[Annotation] = true
		}
	}
}

// plainReading is pinyin without tones, blanks and marks; v for ü.
func plainReading(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case r == 0x308: // two dots: u becomes v
			if t, ok := strings.CutSuffix(b.String(), "u"); ok {
				b.Reset()
				b.WriteString(t + "v")
			}
		case unicode.IsLetter(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

var everyReading = pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(rune, pinyin.Args) []string { return nil }}

// reads tells whether the characters right before end can be read so.
func (d *draft) reads(end int, said string) bool {
	rest := []string{said}
	for i := end - 1; i >= 0 && i >= end-8 && unicode.Is(unicode.Han, d.runes[i]); i-- {
		var next []string
		for _, r := range rest {
			for _, reading := range pinyin.SinglePinyin(d.runes[i], everyReading) {
				for _, form := range []string{reading, strings.ReplaceAll(reading, "v", "u"), strings.ReplaceAll(reading, "u", "v")} {
					before, fits := strings.CutSuffix(r, form)
					if fits && before == "" {
						return true
					}
					if fits && !slices.Contains(next, before) {
						next = append(next, before)
					}
				}
			}
		}
		rest = next
	}
	return false
}
