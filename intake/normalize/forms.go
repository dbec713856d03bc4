package normalize

import (
	_ "embed"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"huiyin/search/words"
)

//go:embed data/lookalikes.txt
var lookalikeFile string

// lookalikes is the Latin letter that a letter of another alphabet is drawn like.
var lookalikes = func() map[rune]rune {
	out := map[rune]rune{}
	for line := range strings.Lines(lookalikeFile) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for pair := range strings.FieldsSeq(line) {
			r := []rune(pair)
			out[r[0]] = r[1]
		}
	}
	return out
}()

var entity = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});`)

// entities reads HTML's names for characters. A name that HTML does not know stays.
func (d *draft) entities() {
	if !slices.Contains(d.runes, '&') {
		return
	}
	text := string(d.runes)
	for _, m := range backwards(runeRanges(text, entity)) {
		plain := html.UnescapeString(string(d.runes[m[0]:m[1]]))
		if r := []rune(plain); len(r) <= 2 && r[0] != '&' || plain == "&" {
			d.replace(m[0], m[1], r)
			d.repairs[Entities] = true
		}
	}
}

// plainForms makes full-width, circled, bold and compatibility forms plain and leaves out what nobody sees. Chinese punctuation is full-width and stays.
func (d *draft) plainForms() {
	first := slices.IndexFunc(d.runes, func(r rune) bool { return !ordinary(r) })
	if first < 0 {
		return
	}
	n := len(d.runes) // nearly all take one place afterwards too
	runes, at := append(make([]rune, 0, n), d.runes[:first]...), append(make([]int, 0, n), d.at[:first]...)
	for i := first; i < len(d.runes); i++ {
		r := d.runes[i]
		if ordinary(r) {
			runes, at = append(runes, r), append(at, d.at[i])
			continue
		}
		plain, repair := plainForm(r)
		if repair != "" {
			d.repairs[repair] = true
		}
		for _, p := range plain {
			runes, at = append(runes, p), append(at, d.at[i])
		}
	}
	d.runes, d.at = runes, at
}

// ordinary tells of nearly every character of an ordinary text that it is plain already: ASCII, Chinese characters and punctuation.
func ordinary(r rune) bool {
	return r >= ' ' && r < 0x7f || r == '\n' || r == '\t' || r > 0x3000 && r <= 0x303F || r >= 0x3400 && r <= 0x9FFF || r == 0xFF0C || r == 0xFF01 || r == 0xFF1F || r == 0xFF1A || r == 0xFF1B
}

func plainForm(r rune) ([]rune, string) {
	switch {
	case r < 0x80 && (r >= ' ' && r != 0x7f || r == '\n' || r == '\t'):
		return []rune{r}, ""
	case r == '\r':
		return nil, ""
	case r == 0x3000:
		return []rune{' '}, FullWidth
	case r >= 0xFF10 && r <= 0xFF19, r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A, r == 0xFF20, r == 0xFF0B, r == 0xFF0D, r == 0xFF0F, r == 0xFF05, r == 0xFF03, r == 0xFF0E:
		return []rune{r - 0xFF01 + '!'}, FullWidth
	case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r >= 0xFE00 && r <= 0xFE0F:
		return nil, Invisible
	case r == 0xA0 || r >= 0x2000 && r <= 0x200A || r == 0x202F || r == 0x205F:
		return []rune{' '}, Forms
	case r >= 0x2460 && r <= 0x24FF, r >= 0x2E80 && r <= 0x2FDF, r >= 0xF900 && r <= 0xFAFF, r >= 0x1D400 && r <= 0x1D7FF, r >= 0x2F800 && r <= 0x2FA1F, r >= 0xFF66 && r <= 0xFFDC, r >= 0x2070 && r <= 0x209C, r >= 0x3200 && r <= 0x32FF:
		if plain := []rune(norm.NFKC.String(string(r))); len(plain) > 0 && plain[0] != r {
			return plain, Forms
		}
	}
	return []rune{r}, ""
}

// lookalikes changes letters that are drawn like Latin ones where Latin letters or digits stand beside them: a word that is Russian stays Russian.
func (d *draft) lookalikes() {
	for i := 0; i < len(d.runes); i++ {
		if r := d.runes[i]; r >= 0x3400 && r <= 0x9FFF {
			continue // nothing there is drawn like a Latin letter
		}
		start, plain, foreign, other := i, 0, 0, 0
		for i < len(d.runes) && (unicode.IsLetter(d.runes[i]) || unicode.IsDigit(d.runes[i])) && !unicode.Is(unicode.Han, d.runes[i]) {
			switch r := d.runes[i]; {
			case r < 0x80:
				plain++
			case lookalikes[r] != 0:
				foreign++
			default:
				other++
			}
			i++
		}
		if foreign == 0 || plain == 0 || other > 0 {
			continue
		}
		for j := start; j < i; j++ {
			if l := lookalikes[d.runes[j]]; l != 0 {
				d.runes[j] = l
				d.repairs[Lookalikes] = true
			}
		}
	}
}

// simplify changes traditional characters into simplified ones, one for one.
func (d *draft) simplify() {
	for i, r := range d.runes {
		if s := words.Simplified(r); s != r {
			d.runes[i] = s
			d.repairs[Traditions] = true
		}
	}
}
