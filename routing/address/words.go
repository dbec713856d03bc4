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
	nationalities = words["nationalities"]
	notAfter      = words["not after"]
	numerals      = words["numerals"][0]
	zoneWords     = words["zones"]
	telling       = words["telling"][0]
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

// beginsWith gives the longest of the words that a text begins with.
func beginsWith(text []rune, words []string) (n int) {
	for _, w := range words {
		r := []rune(w)
		if len(r) > n && len(r) <= len(text) && slices.Equal(text[:len(r)], r) {
			n = len(r)
		}
	}
	return n
}

// endsWith tells whether a text ends with one of the words.
func endsWith(text []rune, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(string(text), w) })
}
