package words

import (
	"slices"
	"unicode/utf8"
)

// Token is a hashed piece of a text, as the index keeps it. Two pieces may share a token: what is found by tokens is checked on the text.
type Token = int32

// maxTokens bounds what one document puts into the index.
const maxTokens = 6000

// The kinds of piece; each hashes differently.
const (
	pairKind     = 'b' // two neighbouring characters, at least one of them Chinese
	shortKind    = 'w' // a Latin or numeric word of one or two characters
	tripleKind   = 't' // three neighbouring characters of a longer Latin or numeric word
	soundKind    = '~' // the readings of two neighbouring characters
	initialsKind = '^' // the first letters of the readings of two or three neighbouring characters
	labelKind    = '#' // a property of the document, such as its unit
)

func token(kind byte, piece string) Token { return Token(hash(begin(kind), piece)) }

// begin and hash are FNV-1a, written out because every piece of every text goes through them.
func begin(kind byte) uint32 { return (2166136261 ^ uint32(kind)) * 16777619 }

func hash(h uint32, piece string) uint32 {
	for i := range len(piece) {
		h = (h ^ uint32(piece[i])) * 16777619
	}
	return h
}

// pair is the token of two neighbouring characters.
func pair(a, b rune) Token {
	var buf [2 * utf8.UTFMax]byte
	h := begin(pairKind)
	for _, c := range utf8.AppendRune(utf8.AppendRune(buf[:0], a), b) {
		h = (h ^ uint32(c)) * 16777619
	}
	return Token(h)
}

// Label is the token of a property, such as Label("unit", "c-urban").
func Label(name, value string) Token { return token(labelKind, name+":"+value) }

// TextTokens are the tokens of folded text, sorted, each once.
func TextTokens(folded string) []Token { return tidy(textTokens([]rune(folded), nil)) }

func textTokens(text []rune, out []Token) []Token {
	for i := 0; i+1 < len(text); i++ {
		a, b := text[i], text[i+1]
		if isWord(a) && isWord(b) && (isHan(a) || isHan(b)) {
			out = append(out, pair(a, b))
		}
	}
	runs(text, func(run []rune, han bool) {
		switch {
		case han:
		case len(run) <= 2:
			out = append(out, token(shortKind, string(run)))
		default:
			for i := 0; i+3 <= len(run); i++ {
				out = append(out, token(tripleKind, string(run[i:i+3])))
			}
		}
	})
	return out
}

// queryTokens are the tokens that every text with these words in it has. A short Latin word at the edge of the query may go on in the text,
// so only one that stands alone counts.
func queryTokens(text []rune) []Token {
	var out []Token
	for i := 0; i+1 < len(text); i++ {
		if isWord(text[i]) && isWord(text[i+1]) && (isHan(text[i]) || isHan(text[i+1])) {
			out = append(out, token(pairKind, string(text[i:i+2])))
		}
	}
	whole := len(text)
	runs(text, func(run []rune, han bool) {
		switch {
		case han:
		case len(run) >= 3:
			for i := 0; i+3 <= len(run); i++ {
				out = append(out, token(tripleKind, string(run[i:i+3])))
			}
		case len(run) == whole:
			out = append(out, token(shortKind, string(run)))
		}
	})
	return tidy(out)
}

// SoundTokens are the tokens by which pinyin and initials find a text: of its neighbouring readings, and of their first letters.
func SoundTokens(folded string) []Token {
	var out []Token
	all := readings()
	runs([]rune(folded), func(run []rune, han bool) {
		if !han {
			return
		}
		for i := 0; i+1 < len(run); i++ {
			for _, first := range all[run[i]] {
				sound, letter := hash(hash(begin(soundKind), first), " "), hash(begin(initialsKind), first[:1])
				for _, second := range all[run[i+1]] {
					two := hash(letter, second[:1])
					out = append(out, Token(hash(sound, second)), Token(two))
					if i+2 < len(run) {
						for _, third := range all[run[i+2]] {
							out = append(out, Token(hash(two, third[:1])))
						}
					}
				}
			}
		}
	})
	return tidy(out)
}

// Alone tells whether a form counts only where it stands alone, which its token says and its text does not: a Latin or numeric word of one or two characters.
func (f Form) Alone() bool {
	text := []rune(f.Text)
	return len(text) > 0 && len(text) <= 2 && !slices.ContainsFunc(text, func(r rune) bool { return isHan(r) || !isWord(r) })
}

func soundQueryTokens(sound []string) []Token {
	var out []Token
	for i := 0; i+1 < len(sound); i++ {
		out = append(out, token(soundKind, sound[i]+" "+sound[i+1]))
	}
	return tidy(out)
}

func initialsQueryTokens(letters string) []Token {
	var out []Token
	n := min(3, len(letters))
	for i := 0; i+n <= len(letters); i++ {
		out = append(out, token(initialsKind, letters[i:i+n]))
	}
	return tidy(out)
}

// Union is the tokens of all lists, sorted, each once, and not too many.
func Union(lists ...[]Token) []Token { return tidy(slices.Concat(lists...)) }

func tidy(t []Token) []Token {
	slices.Sort(t)
	t = slices.Compact(t)
	return t[:min(len(t), maxTokens)]
}
