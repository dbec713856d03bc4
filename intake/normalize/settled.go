package normalize

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huiyin/search/words"
)

// settled tells of a text that Plain would leave as it is. It looks at each character once: nearly every text is like that.
func settled(text string) bool {
	kept := keptAlways()
	opened := false // by the bracket in front
	for _, r := range text {
		if r > 0xFFFF || kept[r>>6]&(1<<(r&63)) == 0 || opened && inReading(r) {
			return false
		}
		opened = r == '(' || r == 0xFF08
	}
	return true
}

// inReading tells of the characters that can begin a reading in brackets.
func inReading(r rune) bool {
	return r < 0x2E80 && (r >= '1' && r <= '5' || r == ' ' || r == '\'' || r == 0x2019 || r == 0xB7) || unicode.In(r, unicode.Latin, unicode.Mn)
}

// keptAlways has a bit for each character below U+10000 that no repair changes or leaves out, whatever stands beside it, but a reading in brackets.
var keptAlways = sync.OnceValue(func() *[1 << 10]uint64 {
	misread := beginMisread()
	kept := new([1 << 10]uint64)
	for r := range rune(1 << 16) {
		if r == '&' || r == utf8.RuneError || misread[r] || lookalikes[r] != 0 || words.Simplified(r) != r {
			continue
		}
		if !ordinary(r) {
			if plain, repair := plainForm(r); repair != "" || len(plain) != 1 {
				continue
			}
		}
		kept[r>>6] |= 1 << (r & 63)
	}
	return kept
})

// beginMisread are the characters that the beginning of UTF-8 for Chinese or its punctuation becomes by one of the wrong tables.
func beginMisread() map[rune]bool {
	out := map[rune]bool{}
	decode := simplifiedchinese.GBK.NewDecoder()
	for _, lead := range []byte{0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEF} {
		out[rune(lead)] = true // Latin-1
		for next := byte(0x80); next < 0xC0; next++ {
			if b, err := decode.Bytes([]byte{lead, next}); err == nil {
				for _, r := range string(b) {
					out[r] = true
				}
			}
		}
	}
	return out
}
