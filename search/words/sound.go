package words

import "slices"

import "strings"

// maxSyllable is the longest reading in letters, such as "zhuang".
const maxSyllable = 6

// Syllables cuts typed pinyin in every possible way, at most eight: "xian" is xian, and xi an. None where it cannot be pinyin.
func Syllables(typed string) [][]string {
	typed = strings.ReplaceAll(strings.ReplaceAll(typed, "lyu", "lv"), "nyu", "nv")
	var out [][]string
	var cut func(rest string, so []string)
	cut = func(rest string, so []string) {
		if len(out) == 8 {
			return
		}
		if rest == "" {
			out = append(out, append([]string(nil), so...))
			return
		}
		for n := min(maxSyllable, len(rest)); n > 0; n-- {
			if syllables()[rest[:n]] {
				cut(rest[n:], append(so, rest[:n]))
			}
		}
	}
	if len(typed) <= 64 {
		cut(typed, nil)
	}
	return out
}

// sounds are all readings of a Chinese word, at most sixteen; none where a character has no reading.
func sounds(word []rune) [][]string {
	out := [][]string{nil}
	for _, r := range word {
		list := readings()[r]
		if len(list) == 0 {
			return nil
		}
		next := make([][]string, 0, len(out)*len(list))
		for _, so := range out {
			for _, s := range list {
				if len(next) < 16 {
					next = append(next, append(so[:len(so):len(so)], s))
				}
			}
		}
		out = next
	}
	return out
}

// initials are the first letters of syllables.
func initials(sound []string) string {
	b := make([]byte, len(sound))
	for i, s := range sound {
		b[i] = s[0]
	}
	return string(b)
}

// canBeInitials tells whether letters can be the first letters of readings: no reading begins with i, u or v.
func canBeInitials(letters string) bool {
	return len(letters) >= 2 && len(letters) <= 12 && isLetters(letters) && !strings.ContainsAny(letters, "iuv")
}

// reads tells whether a character can be read so.
func reads(r rune, syllable string) bool {
	return slices.Contains(readings()[r], syllable)
}

// begins tells whether a reading of a character begins with a letter.
func begins(r rune, letter byte) bool {
	for _, s := range readings()[r] {
		if s[0] == letter {
			return true
		}
	}
	return false
}
