package words

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Lexicon is the vocabulary of one city: the words of the hotline with their synonyms, and the names the city gave. It is read only and safe for use by many goroutines.
type Lexicon struct {
	groups    [][]string          // words that mean the same
	groupOf   map[string][]int    // by word
	known     map[string]bool     // every word, to segment by
	plain     map[string]bool     // words that say little
	crossings map[string][]string // by word: where it is none
	bySound   map[string][]string // words by their readings joined, "zaoyin"
	byInitial map[string][]string // words by the first letters of their readings, "zy"
	longest   int                 // of known, in characters
}

// Standard is the vocabulary without names of a city.
var Standard = sync.OnceValue(func() *Lexicon { return New(nil) })

// New is the vocabulary of the data files with a city's names: of categories, units, districts, streets, roads.
func New(names []string) *Lexicon {
	l := &Lexicon{groupOf: map[string][]int{}, known: map[string]bool{}, plain: map[string]bool{}, crossings: map[string][]string{},
		bySound: map[string][]string{}, byInitial: map[string][]string{}}
	for _, line := range lines("synonyms.txt") {
		var group []string
		for word := range strings.FieldsSeq(line) {
			word = Fold(word)
			group = append(group, word)
			l.groupOf[word] = append(l.groupOf[word], len(l.groups))
			l.learn(word)
		}
		l.groups = append(l.groups, group)
	}
	for _, line := range lines("plain.txt") {
		for word := range strings.FieldsSeq(line) {
			word = Fold(word)
			if _, means := l.groupOf[word]; !means {
				l.plain[word] = true
			}
			l.learn(word)
		}
	}
	for _, line := range lines("crossings.txt") {
		f := strings.Fields(line)
		for _, context := range f[1:] {
			l.crossings[Fold(f[0])] = appendNew(l.crossings[Fold(f[0])], Fold(context))
		}
		l.learn(Fold(f[0]))
	}
	for _, name := range names {
		l.learn(Fold(name))
	}
	return l
}

// learn adds a word to segment by and to find by its sound.
func (l *Lexicon) learn(word string) {
	n := utf8.RuneCountInString(word)
	if n == 0 || n > 16 || l.known[word] {
		return
	}
	l.known[word] = true
	l.longest = max(l.longest, n)
	if n < 2 || l.plain[word] {
		return
	}
	for _, so := range sounds([]rune(word)) {
		joined := strings.Join(so, "")
		l.bySound[joined] = appendNew(l.bySound[joined], word)
		l.byInitial[initials(so)] = appendNew(l.byInitial[initials(so)], word)
	}
}

// Synonyms are the other words of the groups a word is in, the usual ones first.
func (l *Lexicon) Synonyms(word string) []string {
	var out []string
	for _, g := range l.groupOf[Fold(word)] {
		for _, other := range l.groups[g] {
			if other != Fold(word) {
				out = appendNew(out, other)
			}
		}
	}
	return out
}

// Table is every word with the others of its groups, for engines that want synonyms told beforehand.
func (l *Lexicon) Table() map[string][]string {
	table := make(map[string][]string, len(l.groupOf))
	for word := range l.groupOf {
		table[word] = l.Synonyms(word)
	}
	return table
}

// Groups is how many groups of synonyms the vocabulary has.
func (l *Lexicon) Groups() int { return len(l.groups) }

// segment is a piece of a query: a known word, or what stands between known words.
type segment struct {
	text  string
	known bool
}

// segments cuts a folded Chinese word at the words it knows, the longest first at each place; single characters between them are joined to unknown pieces.
func (l *Lexicon) segments(word []rune) []segment {
	var out []segment
	unknown := 0 // begin of the piece not known
	flush := func(end int) {
		if unknown < end {
			out = append(out, segment{string(word[unknown:end]), false})
		}
	}
	for i := 0; i < len(word); {
		n := min(l.longest, len(word)-i)
		for n >= 2 && !l.known[string(word[i:i+n])] {
			n--
		}
		if n < 2 {
			if n == 1 && l.plain[string(word[i])] && unknown == i {
				i++
				unknown = i
				continue
			}
			i++
			continue
		}
		flush(i)
		out = append(out, segment{string(word[i : i+n]), true})
		i += n
		unknown = i
	}
	flush(len(word))
	return slices.DeleteFunc(out, func(s segment) bool { return utf8.RuneCountInString(s.text) < 2 && len(out) > 1 })
}

// Known are the known words of more than one character in a text that say something, in the order in which they stand.
func (l *Lexicon) Known(text string) []string {
	var out []string
	runs([]rune(Fold(text)), func(run []rune, han bool) {
		if !han {
			return
		}
		for _, s := range l.segments(run) {
			if s.known && !l.saysLittle(s.text) {
				out = appendNew(out, s.text)
			}
		}
	})
	return out
}

// homophones are the known words that sound like a Chinese word and are not it.
func (l *Lexicon) homophones(word string) []string {
	var out []string
	for _, so := range sounds([]rune(word)) {
		for _, w := range l.bySound[strings.Join(so, "")] {
			if w != word && utf8.RuneCountInString(w) == utf8.RuneCountInString(word) {
				out = appendNew(out, w)
			}
		}
	}
	return out
}
