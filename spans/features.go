package spans

import (
	_ "embed"
	"strings"
	"unicode"
)

// numerals are the Chinese characters that count (数字), one after another.
//
//go:embed data/numerals.txt
var numerals string

// What is seen of a character: itself and its neighbours in ones, twos and threes, what sort of characters they are, and whether words of a
// list begin, go on or end here.

// fold makes alike what is written in several ways: full-width forms and capital letters.
func fold(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		r = r - 0xFF01 + '!'
	case r == 0x3000:
		return ' '
	}
	return unicode.ToLower(r)
}

// class is a character's class.
func class(r rune) uint64 {
	switch {
	case r == 0:
		return 0
	case r >= '0' && r <= '9':
		return 1
	case unicode.Is(unicode.Han, r):
		if strings.ContainsRune(numerals, r) {
			return 2
		}
		return 3
	case unicode.IsLetter(r):
		return 4
	case unicode.IsSpace(r):
		return 5
	}
	return 6
}

// key is a feature's number: the sum of what it is made of. Two features that fall together share their weight, which training bears.
func key(parts ...uint64) uint64 {
	h := uint64(0x9E3779B97F4A7C15)
	for _, p := range parts {
		h ^= p
		h *= 0xBF58476D1CE4E5B9
		h ^= h >> 31
	}
	return h
}

// longest is the length in runes of the longest listed word that is looked for.
const longest = 8

// lexicon is the lists by word.
type lexicon map[string]uint64 // word → the lists it stands in, one bit each

func newLexicon(lists [][]string) lexicon {
	l := lexicon{}
	for i, words := range lists {
		for _, w := range words {
			l[w] |= 1 << i
		}
	}
	return l
}

// marks says of every character which lists' words, and which sorts of ordinary words, begin, are inside, or end there: sixteen bits each.
func (l lexicon) marks(text []rune) []uint64 {
	out := make([]uint64, len(text))
	known := ordinary()
	for i := range text {
		length, in := known.longest(text[i:])
		in <<= mostLists
		for n := min(longest, len(text)-i); n > 0 && n >= length; n-- {
			listed := l[string(text[i:i+n])]
			if listed == 0 {
				continue
			}
			if n > length {
				length, in = n, 0
			}
			in |= listed
			break // the longest word that begins here
		}
		if length == 0 {
			continue
		}
		out[i] |= in
		for j := i + 1; j < i+length-1; j++ {
			out[j] |= in << 16
		}
		out[i+length-1] |= in << 32
	}
	return out
}

// features gives each character's features, in a fixed order.
func (l lexicon) features(text string) [][]uint64 {
	var runes []rune
	for _, r := range text {
		runes = append(runes, fold(r))
	}
	marks, pairs := l.marks(runes), pairsOf(runes)
	at := func(i int) uint64 {
		if i < 0 || i >= len(runes) {
			return 0
		}
		return uint64(runes[i])
	}
	class := func(i int) uint64 {
		if i < 0 || i >= len(runes) {
			return 0
		}
		return class(runes[i])
	}
	mark := func(i int) uint64 {
		if i < 0 || i >= len(marks) {
			return 0
		}
		return marks[i]
	}
	out := make([][]uint64, len(runes))
	for i := range runes {
		f := make([]uint64, 0, 26)
		f = append(f, key(1))
		for d := -2; d <= 2; d++ {
			f = append(f, key(2, uint64(d+8), at(i+d)))
		}
		for d := -2; d <= 1; d++ {
			f = append(f, key(3, uint64(d+8), at(i+d), at(i+d+1)))
		}
		for d := -2; d <= 0; d++ {
			f = append(f, key(4, uint64(d+8), at(i+d), at(i+d+1), at(i+d+2)))
		}
		f = append(f, key(5, at(i-1), at(i+1)), key(15, at(i-3), at(i-2), at(i-1)), key(16, at(i+1), at(i+2), at(i+3)), key(17, at(i-3)), key(18, at(i+3)))
		f = append(f, key(19, at(i-2), at(i)), key(20, at(i), at(i+2)), key(21, at(i-1), at(i), class(i+1), class(i+2)), key(22, at(i+1), at(i), class(i-1), class(i-2)))
		f = append(f, key(23, at(i), pairs.again(runes, i)))
		f = append(f, key(6, class(i-1), class(i), class(i+1)), key(7, class(i-2), class(i-1), class(i), class(i+1), class(i+2)))
		f = append(f, key(8, run(runes, i)))
		if m := mark(i); m != 0 {
			f = append(f, key(9, m))
		}
		if m := mark(i - 1); m != 0 {
			f = append(f, key(10, m), key(11, m, at(i)))
		}
		if m := mark(i + 1); m != 0 {
			f = append(f, key(12, m))
		}
		switch {
		case i == 0:
			f = append(f, key(13))
		case i == len(runes)-1:
			f = append(f, key(14))
		}
		out[i] = f
	}
	return out
}

// pairs counts the places where two characters stand together.
type pairs map[[2]rune]uint64

func pairsOf(runes []rune) pairs {
	p := pairs{}
	for i := 1; i < len(runes); i++ {
		p[[2]rune{runes[i-1], runes[i]}]++
	}
	return p
}

// again tells in how many other places of the text the two characters here stand together, up to two: names come back.
func (p pairs) again(runes []rune, i int) uint64 {
	if i+1 >= len(runes) {
		return 0
	}
	return min(p[[2]rune{runes[i], runes[i+1]}]-1, 2)
}

// run describes the run of digits and letters around a character, and what follows it: "602号" is told from "3-602" so.
func run(runes []rune, i int) uint64 {
	c := class(runes[i])
	if c != 1 && c != 2 && c != 4 {
		return 0
	}
	from, to := i, i
	for from > 0 && class(runes[from-1]) == c {
		from--
	}
	for to < len(runes)-1 && class(runes[to+1]) == c {
		to++
	}
	var before, after uint64
	if from > 0 {
		before = uint64(runes[from-1])
	}
	if to < len(runes)-1 {
		after = uint64(runes[to+1])
	}
	return key(c, before, after, uint64(min(to-from, 5)))
}
