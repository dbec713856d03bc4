package normalize

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed data/boilerplate.txt
var boilerplateFile string

//go:embed data/broken.txt
var brokenFile string

var boilerplates = func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for line := range strings.Lines(boilerplateFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, regexp.MustCompile(`(?i)`+line))
		}
	}
	return out
}()

// broken matches runs of what cannot be got back.
var broken = func() *regexp.Regexp {
	var list []string
	for line := range strings.Lines(brokenFile) {
		if !strings.HasPrefix(line, "#") {
			for word := range strings.FieldsSeq(line) {
				list = append(list, regexp.QuoteMeta(word))
			}
		}
	}
	return regexp.MustCompile(`(?:` + strings.Join(list, "|") + `)+`)
}()

// garbled finds what a wrong table made of text.
func (d *draft) garbled() []Damage { return append(d.marks(broken, Garbled), d.misread()...) }

// boilerplate finds what programs and advertisers added.
func (d *draft) boilerplate() []Damage {
	var out []Damage
	for _, p := range boilerplates {
		out = append(out, d.marks(p, Boilerplate)...)
	}
	return out
}

func (d *draft) marks(p *regexp.Regexp, why string) []Damage {
	var out []Damage
	for _, m := range runeRanges(string(d.runes), p) {
		from, to := d.input(m[0], m[1])
		out = append(out, Damage{Start: from, End: to, Why: why})
	}
	return out
}

// runeRanges gives the matches in runes; empty ones are left out.
func runeRanges(text string, p *regexp.Regexp) [][2]int {
	var out [][2]int
	runes, at := 0, 0
	for _, m := range p.FindAllStringIndex(text, -1) {
		if m[0] == m[1] {
			continue
		}
		start := runes + utf8.RuneCountInString(text[at:m[0]])
		end := start + utf8.RuneCountInString(text[m[0]:m[1]])
		out = append(out, [2]int{start, end})
		runes, at = end, m[1]
	}
	return out
}

func backwards(list [][2]int) [][2]int {
	slices.Reverse(list)
	return list
}

// table writes the byte or bytes that a character was read from by a wrong table; nothing where it cannot come from there.
type table func(r rune) []byte

// wrongTables are those by which UTF-8 is read when nobody says what it is: Latin-1 with Windows' additions, as browsers read it, and GBK.
var wrongTables = []table{
	func(r rune) []byte {
		if r >= 0x80 && r <= 0xFF {
			return []byte{byte(r)}
		}
		if b, ok := charmap.Windows1252.EncodeRune(r); ok && r > 0xFF {
			return []byte{b}
		}
		return nil
	},
	func(r rune) []byte {
		if r < 0x80 {
			return nil
		}
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
		if err != nil {
			return nil
		}
		return b
	},
}

// recode finds runs that are UTF-8 read by a wrong table, and reads them again. A run is changed only if it becomes Chinese that is shorter: what
// people really wrote does not do that.
func (d *draft) recode() {
	for _, t := range wrongTables {
		for start := 0; start < len(d.runes); {
			plain, end := d.rightly(start, t)
			if plain != nil {
				d.replace(start, end, plain)
				d.repairs[Recoded] = true
				end = start + len(plain)
			}
			start = max(end, start+1)
		}
	}
}

// rightly gives what a run beginning at start was before a table misread it, nil where it was not misread, and where the run ends.
func (d *draft) rightly(start int, t table) (plain []rune, end int) {
	read, end := d.bytesFrom(start, t)
	if plain = []rune(string(read)); end-start > 1 && len(plain) < end-start && chinese(plain) {
		return plain, end
	}
	return nil, end
}

// bytesFrom gives the bytes that a run beginning at start was read from by a table, and where the run ends; no bytes where they are no UTF-8.
func (d *draft) bytesFrom(start int, t table) (read []byte, end int) {
	const glance = 12 // bytes after which a run that is no UTF-8 is given up
	valid := true
	for end = start; end < len(d.runes) && d.runes[end] >= 0x80; end++ {
		if !valid {
			continue
		}
		b := t(d.runes[end])
		if b == nil {
			break
		}
		read = append(read, b...)
		if r, size := utf8.DecodeRune(read); len(read) <= glance && utf8.FullRune(read) && r == utf8.RuneError && size <= 1 {
			valid = false
		}
	}
	if !valid || !utf8.Valid(read) {
		return nil, end
	}
	return read, end
}

// misread finds runs of Chinese that look like UTF-8 read as GBK and cannot be read again since bytes were lost on the way: in such text two of
// three characters have a byte from E4 to E9 in them, with which UTF-8 begins most Chinese characters; in real text few have.
func (d *draft) misread() []Damage {
	const least, most = 4, 0xE9
	var out []Damage
	for i := 0; i < len(d.runes); i++ {
		start, odd, lost := i, 0, 0
		for ; i < len(d.runes) && (unicode.Is(unicode.Han, d.runes[i]) || d.runes[i] == unicode.ReplacementChar); i++ {
			if d.runes[i] == unicode.ReplacementChar {
				lost++
			}
			if b := wrongTables[1](d.runes[i]); len(b) == 2 && (b[0] >= 0xE4 && b[0] <= most && b[1] < 0xC0 || b[0] < 0xC0 && b[1] >= 0xE4 && b[1] <= most) {
				odd++
			}
		}
		if n := i - start; n >= least && lost > 0 && 2*(odd+lost) >= n {
			from, to := d.input(start, i)
			out = append(out, Damage{Start: from, End: to, Why: Garbled})
		}
	}
	return out
}

// chinese tells whether a run is common Chinese characters and their punctuation.
func chinese(run []rune) bool {
	han := 0
	for _, r := range run {
		switch {
		case r >= 0x4E00 && r <= 0x9FFF:
			han++
		case r >= 0x3000 && r <= 0x303F, r >= 0xFF00 && r <= 0xFFEF, r >= 0x2010 && r <= 0x2027:
		default:
			return false
		}
	}
	return han > 0
}
