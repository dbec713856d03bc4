package intake

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
)

// Bounds of the short fields, in runes. Text has casework.MaxBody, and what is longer is refused by the one who can ask again.
const (
	maxTitle    = 200
	maxHeadline = 40 // of a title made from the text
	maxPlace    = 500
	maxName     = 100
	maxContact  = 254
	maxExternal = 100
)

// tidy brings the words into the form that is kept: valid UTF-8, one kind of line end, no control characters, nothing at the edges.
func (s *Submission) tidy() {
	s.Title = line(s.Title, maxTitle)
	s.Text = lines(s.Text)
	s.Place = line(s.Place, maxPlace)
	s.ExternalNo = line(s.ExternalNo, maxExternal)
	s.Person = casework.Person{Name: line(s.Person.Name, maxName), Phone: line(s.Person.Phone, maxName), Email: line(s.Person.Email, maxContact), Address: line(s.Person.Address, maxPlace)}
	if s.Language == "" {
		s.Language = languageOf(s.Title, s.Text)
	}
}

// lineEnds are the ways a line ends, and what stands for them. Safe for concurrent use.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n")

// lines tidies a text of several lines: at most one empty line between two others.
func lines(s string) string {
	if tidied(s) {
		return s
	}
	return tidyLines(s)
}

func tidyLines(s string) string {
	s = lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	var b strings.Builder
	empty := 0
	for l := range strings.SplitSeq(s, "\n") {
		l = strings.TrimRightFunc(strings.Map(printable, l), unicode.IsSpace)
		if l == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString(strings.Repeat("\n", 1+min(empty, 1)))
		}
		empty = 0
		b.WriteString(l)
	}
	return strings.TrimSpace(b.String())
}

// tidied tells of a text that lines would leave as it is. It looks at each character once: nearly every text is like that, and each is asked for twice.
// Of the blanks it knows the plain one; a text with others is tidied.
func tidied(s string) bool {
	last, before := '\n', '\n' // the two in front
	for i, size := 0, 0; i < len(s); i += size {
		if b := s[i]; b >= 0xE4 && b <= 0xE9 && i+2 < len(s) && s[i+1]>>6 == 2 && s[i+2]>>6 == 2 { // Chinese, and no more of it is asked
			last, before, size = 0x4E00, last, 3
			continue
		}
		var r rune
		switch r, size = utf8.DecodeRuneInString(s[i:]); {
		case r >= 0x3001 && r < 0xD800, r > ' ' && r < 0x7f: // most
		case i == 0 && r <= ' ':
			return false
		case r == ' ', r == '\t':
		case r == '\n' && last != ' ' && last != '\t' && (last != '\n' || before != '\n'):
		case r == utf8.RuneError && size == 1, r > 0x7f && unicode.IsSpace(r), printable(r) < 0, r < ' ', r == 0x2028, r == 0x2029:
			return false
		}
		last, before = r, last
	}
	return last != ' ' && last != '\t' && (last != '\n' || s == "")
}

// line tidies a text of one line and cuts it at a number of runes.
func line(s string, limit int) string {
	if tidied(s) && !strings.ContainsAny(s, "\n\t") && !strings.Contains(s, "  ") {
		return cut(s, limit)
	}
	return tidyLine(s, limit)
}

func tidyLine(s string, limit int) string {
	s = strings.Join(strings.Fields(strings.Map(printable, lines(s))), " ")
	return cut(s, limit)
}

func cut(s string, limit int) string {
	if !longer(s, limit) {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit]))
}

// longer tells whether a text has more runes than a limit.
func longer(s string, limit int) bool { return len(s) > limit && utf8.RuneCountInString(s) > limit }

// printable drops control characters and the marks that turn the direction of text, which make one name look like another.
func printable(r rune) rune {
	switch {
	case r == '\t', r == '\n':
		return r
	case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF:
		return -1
	}
	return r
}

// languageOf tells the language to answer in: English where there are letters and no Han character.
func languageOf(texts ...string) locale.Lang {
	letters := false
	for _, s := range texts {
		for _, r := range s {
			if unicode.Is(unicode.Han, r) {
				return locale.ZH
			}
			letters = letters || unicode.IsLetter(r)
		}
	}
	if letters {
		return locale.EN
	}
	return locale.ZH
}

// Masked tidies words of a person and pairs them with the copy that staff see.
func (d *Door) Masked(s string, p casework.Person) casework.Masked { return d.masked(lines(s), p) }

// masked pairs words with the copy that staff see: what the rules of privacy and the city's model find, and what the person told about themselves, is hidden.
func (d *Door) masked(s string, p casework.Person) casework.Masked {
	clear, _ := d.masker.Mask(s)
	if !tellsOf(s, p) {
		return casework.Masked{Original: s, Clear: clear}
	}
	return casework.Masked{Original: s, Clear: hideOwn([]rune(s), []rune(clear), p)}
}

// tellsOf tells whether anything that a person told about themselves stands in a text.
func tellsOf(s string, p casework.Person) bool {
	for _, own := range []string{p.Name, p.Phone, p.Email, p.Address} {
		if own != "" && strings.Contains(s, own) {
			return true
		}
	}
	return false
}

// hideOwn hides the person's own name, phone number and addresses wherever they stand in the text; both texts have the same number of runes.
func hideOwn(text, clear []rune, p casework.Person) string {
	for _, own := range []struct {
		value string
		least int
	}{{p.Name, 2}, {p.Phone, 5}, {p.Email, 5}, {p.Address, 6}} {
		word := []rune(own.value)
		if len(word) < own.least || len(text) != len(clear) {
			continue
		}
		for at := 0; at+len(word) <= len(text); at++ {
			if !slices.Equal(text[at:at+len(word)], word) {
				continue
			}
			for i := at + 1; i < at+len(word); i++ {
				clear[i] = '*'
			}
			at += len(word) - 1
		}
	}
	return string(clear)
}

// headline is the title as given, or the first sentence of the body: cut at the same place in the original and in the masked copy.
func (d *Door) headline(title string, body casework.Masked, p casework.Person) casework.Masked {
	if title != "" {
		return d.masked(title, p)
	}
	text, clear := []rune(body.Original), []rune(body.Clear)
	end := min(len(text), maxHeadline)
	for i, r := range text[:end] {
		if i >= 4 && (r == '\n' || unicode.Is(unicode.Sentence_Terminal, r) && r != '.' || r == '.' && (i+1 == len(text) || unicode.IsSpace(text[i+1]))) {
			end = i
			break
		}
	}
	if len(clear) != len(text) {
		clear = text[:0]
	}
	one := func(r []rune) string { return strings.Join(strings.Fields(string(r[:min(end, len(r))])), " ") }
	return casework.Masked{Original: one(text), Clear: one(clear)}
}

func invalid(field string) error { return fault.New(fault.Invalid, "fault.invalid").At(field) }

func contains[T comparable](all []T, v T) bool { return slices.Contains(all, v) }

func or[T ~string](given, otherwise T) T {
	if given != "" {
		return given
	}
	return otherwise
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
