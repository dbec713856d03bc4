package topics

import (
	"bufio"
	"embed"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed data/*.txt
var data embed.FS

// lists is what the data files say of words.
type lists struct {
	edges         map[rune]bool     // characters that no phrase begins or ends with
	areas         map[rune][]area   // endings of the names of areas, by their last character
	longer        []rune            // characters after which the ending of an area is the beginning of another word
	openers       map[rune][][]rune // words before the matter, by their last character
	plain         map[string]bool   // words that say neither where nor what
	counts        map[string]bool   // what is counted in any place: buildings, floors
	ending, after []string          // of the names of places; words that come after one
	greetings     []*regexp.Regexp  // at the beginning of a text
	matters       map[string]bool   // words for what comes from everywhere at any time
}

// area is an ending of the names of areas.
type area struct {
	ending []rune
	except []string // words with this ending that name no area
	part   bool     // of a district: a street, a town
}

var wordLists = sync.OnceValue(func() lists {
	l := lists{edges: map[rune]bool{}, areas: map[rune][]area{}, openers: map[rune][][]rune{}, plain: map[string]bool{}, counts: map[string]bool{}, matters: map[string]bool{}}
	for _, line := range lines("edges.txt") {
		for _, r := range line {
			l.edges[r] = true
		}
	}
	part := false
	for _, line := range lines("areas.txt") {
		f := strings.Fields(line)
		if f[0] == "--" {
			part = true
			continue
		}
		if f[0] == "+" {
			l.longer = []rune(strings.Join(f[1:], ""))
			continue
		}
		ending := []rune(f[0])
		last := ending[len(ending)-1]
		l.areas[last] = append(l.areas[last], area{ending, f[1:], part})
	}
	for _, word := range lines("openers.txt") {
		runes := []rune(word)
		last := runes[len(runes)-1]
		l.openers[last] = append(l.openers[last], runes)
	}
	places := lines("places.txt")
	l.ending, l.after = strings.Fields(places[0]), strings.Fields(places[1])
	for word := range strings.FieldsSeq(places[2]) {
		l.counts[word] = true
	}
	for _, line := range lines("greetings.txt") {
		l.greetings = append(l.greetings, regexp.MustCompile("^"+line))
	}
	for _, line := range lines("plain.txt") {
		for word := range strings.FieldsSeq(line) {
			l.plain[word] = true
		}
	}
	for _, line := range lines("matters.txt") {
		for word := range strings.FieldsSeq(line) {
			l.matters[word] = true
		}
	}
	return l
})

// endsAt tells whether something that no name goes on from ends with a character: the name of an area, or a word that makes no topic.
func (l lists) endsAt(runes []rune, at int) bool {
	if _, ok := l.areaEnding(runes, at); ok {
		return true
	}
	for n := 2; n <= min(longestPlain, at+1); n++ {
		if word := string(runes[at+1-n : at+1]); l.plain[word] || l.matters[word] {
			return true
		}
	}
	return l.opens(runes, at)
}

// opens tells whether an opener ends with a character.
func (l lists) opens(runes []rune, at int) bool {
	return slices.ContainsFunc(l.openers[runes[at]], func(word []rune) bool {
		from := at + 1 - len(word)
		return from >= 0 && slices.Equal(runes[from:at+1], word)
	})
}

// meaning tells whether a run of characters can be a phrase.
func (l lists) meaning(run []rune) bool { return !l.edges[run[0]] && !l.edges[run[len(run)-1]] }

// Bounds of the stem of an area's name, in characters.
const longestStem = 4

// areaEnding gives where the name of an area that ends with character i begins; ok is false where none does.
func (l lists) areaEnding(runes []rune, i int) (begin int, ok bool) {
	for _, a := range l.areas[runes[i]] {
		stem := i + 1 - len(a.ending)
		if stem < 1 || !slices.Equal(runes[stem:i+1], a.ending) {
			continue
		}
		begin := stem
		for begin > 0 && stem-begin < longestStem && l.inStem(runes, begin-1, stem) {
			begin--
		}
		n := stem - begin
		if n == 0 || n == 1 && !latin(runes[begin]) {
			continue
		}
		name := string(runes[begin : i+1])
		if slices.ContainsFunc(a.except, func(word string) bool { return strings.HasSuffix(name, word) }) {
			continue
		}
		return begin, true
	}
	return 0, false
}

// goesOn tells whether what follows makes the name of an area longer, such as a street's office.
func (l lists) goesOn(next []rune) bool {
	return len(next) > 0 && slices.ContainsFunc(l.longer, func(r rune) bool { return next[0] == r })
}

// part tells whether the name of an area is that of a part of a district.
func (l lists) part(name []rune) bool {
	return slices.ContainsFunc(l.areas[name[len(name)-1]], func(a area) bool {
		n := len(name) - len(a.ending)
		return a.part && n > 0 && slices.Equal(name[n:], a.ending)
	})
}

// inStem tells whether character k can belong to the stem of an area's name that ends before stem.
func (l lists) inStem(runes []rune, k, stem int) bool {
	r := runes[k]
	if !joins(r) || l.edges[r] || latin(r) != latin(runes[stem-1]) {
		return false
	}
	if _, ends := l.areas[r]; ends && k < stem-1 {
		return false
	}
	return !l.opens(runes, k)
}

func latin(r rune) bool { return r < 0x80 }

// area tells whether a phrase ends like the name of an area, so that it is no more than one, or a piece of one.
func (l lists) area(text []rune) bool {
	for _, a := range l.areas[text[len(text)-1]] {
		if n := len(text) - len(a.ending); n >= 0 && slices.Equal(text[n:], a.ending) && !slices.ContainsFunc(a.except, func(word string) bool { return strings.HasSuffix(string(text), word) }) {
			return true
		}
	}
	return false
}

// beginsWithArea tells whether a phrase begins with the name of an area.
func (l lists) beginsWithArea(text []rune) bool {
	for i := range text {
		if from, ok := l.areaEnding(text, i); ok && from == 0 {
			return true
		}
	}
	return false
}

// greeting is how many bytes at the beginning of a text only greet.
func (l lists) greeting(text string) int {
	at := 0
	for again := true; again; {
		again = false
		for _, g := range l.greetings {
			if n := len(g.FindString(text[at:])); n > 0 {
				at += n
				again = true
			}
		}
	}
	return at
}

// Bounds of a word of plain.txt and matters.txt, in characters.
const longestPlain = 5

// numbered matches what counts the parts of any place.
var numbered = regexp.MustCompile(`\p{N}`)

// names tells whether a phrase is a name: it has at least two characters that belong to no common word, however it is cut into words.
func (l lists) names(text []rune) bool {
	if end := string(text[len(text)-1]); l.counts[end] && numbered.MatchString(string(text)) {
		return false
	}
	return rest(text, func(word string) bool { return l.plain[word] || l.matters[word] }) >= 2
}

// says tells whether a phrase says what the matter is: it has at least two characters beside the words that say nothing.
func (l lists) says(text []rune) bool {
	return rest(text, func(word string) bool { return l.plain[word] }) >= 2
}

// rest is how many characters of a phrase belong to no word of a kind, where it is cut so that they are the fewest.
func rest(text []rune, known func(string) bool) int {
	left := make([]int, len(text)+1)
	for i := 1; i <= len(text); i++ {
		left[i] = left[i-1] + 1
		for n := 1; n <= min(longestPlain, i); n++ {
			if left[i-n] < left[i] && known(string(text[i-n:i])) {
				left[i] = left[i-n]
			}
		}
	}
	return left[len(text)]
}

// lines reads a data file without comments and empty lines.
func lines(name string) []string {
	in, err := data.Open("data/" + name)
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	defer in.Close()
	var out []string
	for s := bufio.NewScanner(in); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
