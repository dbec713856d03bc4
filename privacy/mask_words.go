package privacy

import (
	"embed"
	"strings"
)

// The words that the rules look for are data, one file a subject, in sections.
//
//go:embed data/*.txt
var data embed.FS

var (
	numberWords  = sections("data/numbers.txt")
	plateWords   = sections("data/plates.txt")
	addressWords = sections("data/addresses.txt")
	nameWords    = sections("data/names.txt")

	numerals     = readNumerals(numberWords["numerals"])
	numeralMarks = marksOf(numerals)
	phoneCues    = newLexicon(numberWords["phone cues"])
	identityCues = newLexicon(numberWords["identity cues"])
	bankCues     = newLexicon(numberWords["bank cues"])
	licenceCues  = newLexicon(numberWords["licence cues"])
	documentCues = newLexicon(numberWords["document cues"])
	chatCues     = newLexicon(numberWords["chat cues"])
	fillers      = newLexicon(numberWords["fillers"])
	quantities   = newLexicon(numberWords["quantities"])
	orderCues    = newLexicon(numberWords["order cues"])
	extensions   = newLexicon(numberWords["extensions"])

	provinces     = newSet(plateWords["provinces"])
	services      = newSet(plateWords["services"])
	plateSuffixes = newSet(plateWords["suffixes"])
	plateCues     = newLexicon(plateWords["cues"])

	strongParts = newLexicon(addressWords["strong"])
	weakParts   = newLexicon(addressWords["weak"])
	places      = newLexicon(addressWords["places"])
	notParts    = newLexicon(addressWords["not after"])

	surnames         = newSet(nameWords["surnames"])
	doubtfulSurnames = newSet(nameWords["doubtful surnames"])
	compoundSurnames = newLexicon(nameWords["compound surnames"])
	strongCues       = newLexicon(nameWords["strong cues"])
	weakCues         = newLexicon(nameWords["weak cues"])
	nameFillers      = newSet(nameWords["fillers"])
	titles           = newLexicon(nameWords["titles"])
	nameStops        = newSet(nameWords["stops"])
	notNames         = newLexicon(nameWords["not names"])
	listWords        = newSet(nameWords["list words"])
)

// sections reads a word file: [heading], then words separated by white space; # begins a comment line.
func sections(file string) map[string][]string {
	b, err := data.ReadFile(file)
	if err != nil {
		panic(err) // the file is embedded
	}
	out := map[string][]string{}
	heading := ""
	for line := range strings.Lines(string(b)) {
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

// newSet holds the words of one rune.
func newSet(words []string) map[rune]bool {
	m := make(map[rune]bool, len(words))
	for _, w := range words {
		if r := []rune(w); len(r) == 1 {
			m[r[0]] = true
		}
	}
	return m
}

// readNumerals maps a numeral to the digit written behind it.
func readNumerals(words []string) map[rune]rune {
	m := make(map[rune]rune, len(words))
	for _, w := range words {
		r := []rune(w)
		m[r[0]] = r[1]
	}
	return m
}

// marks is a bit for each of some runes, by its last 13 bits: nearly every place of a text is passed over by it.
type marks [128]uint64

func (m *marks) add(r rune)      { m[r>>6&127] |= 1 << (r & 63) }
func (m *marks) may(r rune) bool { return m[r>>6&127]&(1<<(r&63)) != 0 }

// marksOf marks the runes of a table.
func marksOf[V any](table map[rune]V) *marks {
	m := new(marks)
	for r := range table {
		m.add(r)
	}
	return m
}

// numeral is the digit that a Chinese numeral stands for, 0 for any other rune.
func numeral(r rune) rune {
	if !numeralMarks.may(r) {
		return 0
	}
	return numerals[r]
}

// lexicon finds words in a text, forwards by their first rune and backwards by their last.
type lexicon struct {
	first, last map[rune][][]rune
	begins      *marks // the runes that a word may begin with
}

func (l lexicon) may(r rune) bool { return l.begins.may(r) }

func newLexicon(words []string) lexicon {
	l := lexicon{first: map[rune][][]rune{}, last: map[rune][][]rune{}, begins: new(marks)}
	for _, w := range words {
		r := []rune(w)
		l.begins.add(r[0])
		l.first[r[0]] = append(l.first[r[0]], r)
		l.last[r[len(r)-1]] = append(l.last[r[len(r)-1]], r)
	}
	return l
}

// at gives the length of the longest word that begins at i, 0 for none.
func (l lexicon) at(text []rune, i int) int {
	best := 0
	if i < 0 || i >= len(text) || !l.may(text[i]) {
		return 0
	}
	for _, w := range l.first[text[i]] {
		if len(w) > best && i+len(w) <= len(text) && equal(text[i:i+len(w)], w) {
			best = len(w)
		}
	}
	return best
}

// before gives the length of the longest word that ends at end, 0 for none.
func (l lexicon) before(text []rune, end int) int {
	best := 0
	if end <= 0 || end > len(text) {
		return 0
	}
	for _, w := range l.last[text[end-1]] {
		if len(w) > best && len(w) <= end && equal(text[end-len(w):end], w) {
			best = len(w)
		}
	}
	return best
}

// near tells whether a word ends at most window runes before i.
func (l lexicon) near(text []rune, i, window int) bool {
	for end := i; end > 0 && end >= i-window; end-- {
		if l.before(text, end) > 0 {
			return true
		}
	}
	return false
}

func equal(a, b []rune) bool {
	for i := range b {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
