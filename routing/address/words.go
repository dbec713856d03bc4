package address

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed data/words.txt
var wordFile string

var (
	words         = sections(wordFile)
	levelWords    = [...][]string{Province: words["province"], City: words["city"], District: words["district"], Street: words["street"], Community: words["community"]}
	levelEnds     = [...]wordList{newWordList(levelWords[Province]), newWordList(levelWords[City]), newWordList(levelWords[District]), newWordList(levelWords[Street]), newWordList(levelWords[Community])}
	nationalities = words["nationalities"]
	notAfter      = newWordList(words["not after"])
	zoneWords     = newWordList(words["zones"])
	numerals      = words["numerals"][0]
	telling       = setOf(words["telling"][0])
)

// sections reads a word file: [heading], then words separated by white space; # begins a comment line.
func sections(file string) map[string][]string {
	out := map[string][]string{}
	heading := ""
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			heading = line[1 : len(line)-1]
		case !strings.HasPrefix(line, "# ") && line != "":
			out[heading] = append(out[heading], strings.Fields(line)...)
		}
	}
	return out
}

func setOf(characters string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range characters {
		set[r] = true
	}
	return set
}

// wordList is words by their first and their last characters.
type wordList struct {
	first, last map[rune][][]rune
}

func newWordList(words []string) wordList {
	l := wordList{map[rune][][]rune{}, map[rune][][]rune{}}
	for _, w := range words {
		r := []rune(w)
		l.first[r[0]] = append(l.first[r[0]], r)
		l.last[r[len(r)-1]] = append(l.last[r[len(r)-1]], r)
	}
	return l
}

// begins gives the length of the longest word that a text begins with, 0 for none.
func (l wordList) begins(text []rune) (n int) {
	if len(text) == 0 {
		return 0
	}
	for _, w := range l.first[text[0]] {
		if len(w) > n && len(w) <= len(text) && slices.Equal(text[:len(w)], w) {
			n = len(w)
		}
	}
	return n
}

// ends tells whether a text ends with one of the words.
func (l wordList) ends(text []rune) bool {
	if len(text) == 0 {
		return false
	}
	return slices.ContainsFunc(l.last[text[len(text)-1]], func(w []rune) bool {
		return len(w) <= len(text) && slices.Equal(text[len(text)-len(w):], w)
	})
}
