package replycheck

import (
	"bufio"
	"embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed data/*.txt
var data embed.FS

// patterns is what the data files say.
type patterns struct {
	opening, mark, forward, basis, finding, action, promise, way, ask, numbered *regexp.Regexp
	common                                                                      *regexp.Regexp
	joins                                                                       map[rune]bool // characters that only join words
}

var standard = sync.OnceValue(func() patterns {
	anyOf := func(name string) *regexp.Regexp {
		return regexp.MustCompile("(?:" + strings.Join(lines(name), ")|(?:") + ")")
	}
	var words []string
	for _, line := range lines("common.txt") {
		words = append(words, strings.Fields(line)...)
	}
	slices.SortFunc(words, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	joins := map[rune]bool{}
	for _, line := range lines("joining.txt") {
		for _, r := range line {
			joins[r] = true
		}
	}
	return patterns{joins: joins, opening: anyOf("opening.txt"), mark: anyOf("mark.txt"), forward: anyOf("forward.txt"), basis: anyOf("basis.txt"), finding: anyOf("finding.txt"), action: anyOf("action.txt"),
		promise: anyOf("promise.txt"), way: anyOf("way.txt"), ask: anyOf("ask.txt"), numbered: anyOf("numbered.txt"), common: regexp.MustCompile(strings.Join(words, "|"))}
})

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
