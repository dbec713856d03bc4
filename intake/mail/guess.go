package mail

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// doubleByte: charsets of East Asia, whose characters take three bytes in UTF-8.
func doubleByte(name string) bool {
	switch name {
	case "gb18030", "big5", "euc-kr", "shift_jis", "euc-jp":
		return true
	}
	return false
}

// hanUTF8: valid, and Chinese as UTF-8 has it, in sequences of three bytes. Words of GB 2312 may be valid as sequences of two: the bytes
// of thanks (D0BB D0BB) and of notice (CDA8 D6AA) are.
func hanUTF8(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	two, more := 0, 0
	for _, r := range string(b) {
		switch n := utf8.RuneLen(r); {
		case n == 2:
			two++
		case n > 2:
			more++
		}
	}
	return more > 0 && more >= two
}

// mostlyUTF8: UTF-8 with a few broken sequences, as after a cut in the middle of a character.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > 0 && good >= 6*bad
}

// pairsOnly: every byte above 0x7F belongs to a pair of GB 2312, and there are at least four such pairs.
func pairsOnly(b []byte) bool {
	pairs := 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 >= len(b) || b[i] < 0xA1 || b[i] > 0xF7 || b[i+1] < 0xA1 || b[i+1] == 0xFF {
			return false
		}
		pairs++
		i++
	}
	return pairs >= 4
}

// guess reads undeclared bytes: UTF-8 if they are, else the hint, else whatever their pairs speak for.
func guess(b []byte, hint string) string {
	if utf8.Valid(b) && (!doubleByte(canonical(hint)) || hanUTF8(b) || !adjacent(b)) {
		return string(b)
	}
	if !utf8.Valid(b) && mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	if name := canonical(hint); name != "" && name != "utf-8" && !stateful(name) {
		if e := encodingOf(name); e != nil && !latin(name) {
			if s := decodeWith(e, b); !strings.ContainsRune(s, utf8.RuneError) {
				return s
			}
		}
	}
	return decodeWith(countPairs(b).encoding(), b)
}

// adjacent tells whether bytes above 0x7F stand in runs of four or more: whole words, not single letters with accents.
func adjacent(b []byte) bool {
	run := 0
	for _, c := range b {
		if c < 0x80 {
			run = 0
			continue
		}
		if run++; run >= 4 {
			return true
		}
	}
	return false
}

// pairs counts what tells the double-byte charsets from each other and from the single-byte ones.
type pairs struct {
	all    int // bytes that lead a pair
	low    int // of these, with an ASCII byte or one below 0xA1 after them
	big5   int // of these, within Big5
	alone  int // bytes above 0x7F that lead nothing
	accent int // bytes above 0x7F between letters of words in ASCII, as in Stra\xdfe
	ascii  int // letters of ASCII
	kana   int // pairs that are kana in Shift_JIS
	eucs   int // pairs that are kana in EUC-JP
}

func countPairs(b []byte) pairs {
	var n pairs
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c < 0x80 {
			if c|0x20 >= 'a' && c|0x20 <= 'z' {
				n.ascii++
			}
			continue
		}
		if (i == 0 || b[i-1] < 0x80) && (i+1 == len(b) || b[i+1] < 0x80) && c >= 0xA0 {
			n.accent++
		}
		if c == 0x80 || c == 0xFF || i+1 >= len(b) || b[i+1] < 0x40 || b[i+1] == 0x7F || b[i+1] == 0xFF {
			if i+3 < len(b) && c >= 0x81 && c != 0xFF && b[i+1] >= '0' && b[i+1] <= '9' && b[i+2] >= 0x81 {
				n.all++ // four-byte form of GB 18030
				i += 3
				continue
			}
			n.alone++
			continue
		}
		n.all++
		if b[i+1] < 0xA1 {
			n.low++
		}
		if c >= 0xA4 && c <= 0xF9 && (b[i+1] < 0x7F || b[i+1] >= 0xA1) {
			n.big5++
		}
		if c == 0x82 && b[i+1] >= 0x9F || c == 0x83 && b[i+1] <= 0x96 {
			n.kana++
		}
		if c == 0xA4 || c == 0xA5 {
			n.eucs++
		}
		i++
	}
	return n
}

// encoding decides by the counts. Chinese in GB 18030 is the rule at a hotline; the others need a clear sign.
func (n pairs) encoding() encoding.Encoding {
	switch high := n.all + n.alone; {
	case n.alone*3 > n.all || n.all > 0 && n.all < 4 && n.low == n.all:
		return charmap.Windows1252
	case n.accent*10 >= high*9 && n.ascii > 4*high: // single letters with accents, scattered over words
		return charmap.Windows1252
	case n.all >= 8 && n.kana*4 > n.all:
		return japanese.ShiftJIS
	case n.all >= 8 && n.eucs*3 > n.all && n.low == 0:
		return japanese.EUCJP
	case n.low*6 > n.all && n.big5*20 >= n.all*19:
		return traditionalchinese.Big5
	}
	return simplifiedchinese.GB18030
}
