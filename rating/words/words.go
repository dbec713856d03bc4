// Package words reads a rating out of plain words, the answer to a letter or what was said on the telephone; what is not plain is told as doubtful and never guessed.
package words

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Solved is what was said about whether the matter is solved: empty, yes, partly or no.
type Solved string

// What may be said.
const (
	NotSaid Solved = ""
	Yes     Solved = "yes"
	Partly  Solved = "partly"
	No      Solved = "no"
)

// Rating is what was read.
type Rating struct {
	Level    int    // 1 to 5; 0: none was said plainly
	Solved   Solved // as far as it was said plainly
	Quote    string // the words that say the level, as they were found
	Doubtful bool   // there are words of a rating, and they are not plain: a person reads them
}

// Sure reports whether a level was said, plainly.
func (r Rating) Sure() bool { return r.Level != 0 && !r.Doubtful }

// Spoken reports whether anything of a rating was said at all.
func (r Rating) Spoken() bool { return r.Level != 0 || r.Doubtful }

// MaxRunes is how much of a text is read: who rates says it at the beginning. A longer text is read to here and no further.
const MaxRunes = 400

// shortRunes is how long an answer may be to count as a rating: in a long letter the same words tell a story.
const shortRunes = 120

type lexicon struct {
	Levels    map[int][]string `yaml:"levels"`
	Numbers   map[string]int   `yaml:"numbers"`
	After     []string         `yaml:"after"`
	Solved    []string         `yaml:"solved"`
	Partly    []string         `yaml:"partly"`
	Unsolved  []string         `yaml:"unsolved"`
	Negations []string         `yaml:"negations"`
	Doubt     []string         `yaml:"doubt"`
}

//go:embed words.yaml
var file []byte

// phrase is one of the lexicon's, in the form in which texts are compared.
type phrase struct {
	text   string
	level  int
	solved Solved
}

// book is the lexicon as it is used: phrases with the longest first.
type book struct {
	phrases   []phrase
	doubts    []string
	negations []string
	after     []string
	numbers   map[string]int
}

var lex = read(file)

func read(file []byte) book {
	var l lexicon
	if err := yaml.Unmarshal(file, &l); err != nil || len(l.Levels) != 5 {
		panic(fmt.Sprintf("words.yaml: %v", err)) // the file is part of the program, and read by a test
	}
	b := book{negations: l.Negations, after: l.After, numbers: l.Numbers}
	for _, level := range slices.Sorted(maps.Keys(l.Levels)) {
		for _, text := range l.Levels[level] {
			b.phrases = append(b.phrases, phrase{text: even(text), level: level})
		}
	}
	for solved, list := range map[Solved][]string{Yes: l.Solved, Partly: l.Partly, No: l.Unsolved} {
		for _, text := range list {
			b.phrases = append(b.phrases, phrase{text: even(text), solved: solved})
		}
	}
	slices.SortFunc(b.phrases, func(x, y phrase) int {
		if n := len(y.text) - len(x.text); n != 0 {
			return n
		}
		return strings.Compare(x.text, y.text)
	})
	for _, text := range l.Doubt {
		b.doubts = append(b.doubts, even(text))
	}
	return b
}

// Parse reads a rating out of an answer. It looks at no more than MaxRunes.
func Parse(text string) Rating {
	t, whole := bounded(text)
	t = even(t)
	if n, ok := alone(t); ok && whole {
		return Rating{Level: n, Quote: t}
	}
	r, several := find(t)
	if !r.Spoken() {
		return r
	}
	if several || strings.ContainsRune(t, '?') || !whole || len([]rune(t)) > shortRunes || doubted(t) {
		r.Level, r.Doubtful = 0, true
	}
	return r
}

// bounded is the beginning of a text, and whether that is all of it.
func bounded(text string) (string, bool) {
	n := 0
	for i := range text {
		if n == MaxRunes {
			return text[:i], false
		}
		n++
	}
	return text, true
}

// even brings a text into the one form: lower case, half width, no space beside a Han character and one between other words.
func even(text string) string {
	var b strings.Builder
	space := false
	var last rune
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case r == 0:
			r = ' ' // marks what was found already
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		case r == 0x2019:
			r = '\''
		}
		r = unicode.ToLower(r)
		if space && last != 0 && !unicode.Is(unicode.Han, last) && !unicode.Is(unicode.Han, r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		space, last = false, r
	}
	return b.String()
}

// alone reads an answer that is a number and nothing else.
func alone(t string) (int, bool) {
	t = strings.TrimFunc(t, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) })
	for _, a := range lex.after {
		t = strings.TrimSuffix(t, a)
	}
	n, ok := lex.numbers[t]
	return n, ok
}

// without is the text with a found phrase taken out.
func without(t string, from, to int) string {
	return t[:from] + strings.Repeat("\x00", to-from) + t[to:]
}

// find takes the phrases out of the text, the longest first, so that none is found inside another. several: more than one level, or more than
// one word on the solution, was said, or what was said is turned around.
func find(t string) (r Rating, several bool) {
	left := t
	for _, p := range lex.phrases {
		for i := at(left, p.text); i >= 0; i = at(left, p.text) {
			several = several || negated(left[:i])
			left = without(left, i, i+len(p.text))
			switch {
			case p.level != 0 && r.Level != 0 && r.Level != p.level, p.level == 0 && r.Solved != NotSaid && r.Solved != p.solved:
				several = true
			case p.level != 0:
				r.Level, r.Quote = p.level, p.text
			default:
				r.Solved = p.solved
			}
		}
	}
	if r.Level == 0 {
		return Rating{}, false // words on the solution alone are words to be read, not a rating
	}
	return r, several
}

// negated reports whether what stands before a phrase turns it around.
func negated(before string) bool {
	before = strings.TrimRight(before, " ")
	return slices.ContainsFunc(lex.negations, func(no string) bool {
		if !strings.HasSuffix(before, no) {
			return false
		}
		return no == "n't" || border(before, len(before)-len(no), len(before))
	})
}

// at finds a phrase; one of letters begins and ends at the borders of words.
func at(t, phrase string) int {
	for from := 0; from <= len(t)-len(phrase); {
		i := strings.Index(t[from:], phrase)
		if i < 0 {
			return -1
		}
		i += from
		if border(t, i, i+len(phrase)) {
			return i
		}
		from = i + 1
	}
	return -1
}

func border(t string, from, to int) bool {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	if from > 0 && letter(t[from]) && letter(t[from-1]) {
		return false
	}
	return to >= len(t) || !letter(t[to-1]) || !letter(t[to])
}

func doubted(t string) bool {
	return slices.ContainsFunc(lex.doubts, func(d string) bool { return at(t, d) >= 0 })
}
