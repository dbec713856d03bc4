package transcript

import (
	"bytes"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Sizes of EBU STL (EBU Tech 3264): one block that tells of the whole, then one for each part of a subtitle.
const (
	stlHead  = 1024
	stlBlock = 128
	stlWords = 16 // where the words of a block begin
)

// isSTL tells the binary form of EBU STL by the name of its version.
func isSTL(raw []byte) bool {
	return len(raw) >= stlHead && bytes.HasPrefix(raw[3:], []byte("STL")) && bytes.HasPrefix(raw[8:], []byte(".01"))
}

// fromSTL reads EBU STL. Times count frames; comments are left out; the rest of a subtitle may stand in further blocks.
func fromSTL(raw []byte) (Transcript, error) {
	t := Transcript{Format: FormSTL}
	frames := 25.0
	if string(raw[6:8]) == "30" {
		frames = 30
	}
	table := string(raw[12:14])
	body, open := raw[stlHead:], false
	for ; len(body) >= stlBlock; body = body[stlBlock:] {
		b := body[:stlBlock]
		if b[15] != 0 || b[3] == 0xFE { // a comment, user data
			continue
		}
		words := stlText(b[stlWords:], table)
		if open {
			t.Turns[len(t.Turns)-1].Text += words
		} else {
			t.Turns = append(t.Turns, Turn{Start: stlTime(b[5:9], frames), End: stlTime(b[9:13], frames), Text: words})
		}
		open = b[3] != 0xFF // more blocks of this subtitle follow
	}
	for i := range t.Turns {
		t.Turns[i] = named(t.Turns[i])
	}
	return t, nil
}

func stlTime(b []byte, frames float64) *float64 {
	return seconds(float64(b[0])*3600 + float64(b[1])*60 + float64(b[2]) + float64(b[3])/frames)
}

// stlText reads the words of a block: 0x8A ends a row, 0x8F fills, other codes below 0x20 and from 0x80 to 0x9F say how it looks.
func stlText(b []byte, table string) string {
	var out strings.Builder
	pages := map[string]*charmap.Charmap{"01": charmap.ISO8859_5, "02": charmap.ISO8859_6, "03": charmap.ISO8859_7, "04": charmap.ISO8859_8}
	page := pages[table]
	var mark rune
	for _, c := range b {
		switch {
		case c == 0x8F:
			return norm.NFC.String(out.String())
		case c == 0x8A:
			out.WriteByte('\n')
		case c < 0x20 || c >= 0x7F && c < 0xA0:
		case page != nil:
			out.WriteRune(page.DecodeByte(c))
		case c >= 0xC1 && c <= 0xCF && latinMarks[c-0xC1] != 0:
			mark = latinMarks[c-0xC1] // in ISO 6937 the accent stands before its letter
			continue
		default:
			out.WriteRune(latin(c))
			if mark != 0 {
				out.WriteRune(mark)
			}
		}
		mark = 0
	}
	return norm.NFC.String(out.String())
}

// latinMarks are the accents of ISO 6937 from 0xC1 on.
var latinMarks = [...]rune{0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0, 0x30A, 0x327, 0, 0x30B, 0x328, 0x30C}

// latinSigns are the signs and letters of ISO 6937 that ISO 8859-1 has elsewhere or not at all.
var latinSigns = map[byte]rune{0xA4: '$', 0xA9: '\u2018', 0xAA: '\u201C', 0xAC: '\u2190', 0xAD: '\u2191', 0xAE: '\u2192', 0xAF: '\u2193', 0xB4: '\u00D7', 0xB8: '\u00F7', 0xB9: '\u2019', 0xBA: '\u201D',
	0xD0: '\u2015', 0xD5: '\u266A', 0xE1: '\u00C6', 0xE2: '\u0110', 0xE8: '\u0141', 0xE9: '\u00D8', 0xEA: '\u0152', 0xEC: '\u00DE', 0xF1: '\u00E6', 0xF2: '\u0111', 0xF3: '\u00F0', 0xF5: '\u0131', 0xF8: '\u0142',
	0xF9: '\u00F8', 0xFA: '\u0153', 0xFB: '\u00DF', 0xFC: '\u00FE'}

func latin(c byte) rune {
	if r, ok := latinSigns[c]; ok {
		return r
	}
	return charmap.ISO8859_1.DecodeByte(c)
}
