package mail

import (
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

var utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)

// rtfStart is what the dictionary of compressed RTF holds before the first byte ([MS-OXRTFCP] 2.1.2.1).
const rtfStart = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// unpackRTF undoes the compression of a letter's RTF ([MS-OXRTFCP]); a damaged end gives what came before it. One token of two bytes
// gives at most 17, so that the result is bounded by the input.
func unpackRTF(b []byte) []byte {
	if len(b) < 16 {
		return nil
	}
	raw, kind := binary.LittleEndian.Uint32(b[4:]), string(b[8:12])
	limit := int(min(raw, 4*maxText))
	in := b[16:]
	if kind == "MELA" {
		return in[:min(len(in), limit)]
	}
	if kind != "LZFu" {
		return nil
	}
	var dict [4096]byte
	at := copy(dict[:], rtfStart)
	var out []byte
	put := func(c byte) {
		out = append(out, c)
		dict[at] = c
		at = (at + 1) % len(dict)
	}
	for len(in) > 0 && len(out) < limit {
		control := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(in) > 0 && len(out) < limit; bit++ {
			if control>>bit&1 == 0 {
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return out
			}
			token := int(in[0])<<8 | int(in[1])
			in = in[2:]
			from, n := token>>4, token&15+2
			if from == at {
				return out // the end
			}
			for range n {
				put(dict[from])
				from = (from + 1) % len(dict)
			}
		}
	}
	return out
}

// hiddenGroups are destinations of RTF that hold no words of the letter.
var hiddenGroups = map[string]bool{"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "object": true, "header": true, "footer": true, "xmlnstbl": true, "listtable": true, "themedata": true}

// rtfState is what a group of RTF may change and its end undoes.
type rtfState struct {
	hidden bool // a destination without words
	mute   bool // \htmlrtf: words that stand a second time beside the HTML they came from
	skip   int  // \uc: how many characters stand in for one \u
}

// rtfText is the words of RTF: paragraphs on lines of their own, pictures, fonts and hidden destinations gone.
func (p *parser) rtfText(b []byte) string {
	var out strings.Builder
	var raw []byte // bytes of the code page, not yet decoded
	charset := "windows-1252"
	state := rtfState{skip: 1}
	var stack []rtfState
	flush := func() {
		if len(raw) > 0 {
			out.WriteString(p.decode(raw, charset))
			raw = nil
		}
	}
	standIn := 0 // characters still to pass over after \u
	say := func(c byte) {
		if standIn > 0 {
			standIn--
		} else if !state.hidden && !state.mute {
			raw = append(raw, c)
		}
	}
	for i := 0; i < len(b) && out.Len() < 2*maxText; i++ {
		switch c := b[i]; c {
		case '{':
			if len(stack) < 1000 {
				stack = append(stack, state)
			}
			standIn = 0
		case '}':
			if n := len(stack); n > 0 {
				state, stack = stack[n-1], stack[:n-1]
			}
			standIn = 0
		case '\r', '\n':
		case '\\':
			word, number, next := rtfControl(b, i+1)
			i = next - 1
			switch word {
			case "'":
				say(byte(number))
			case "u":
				if !state.hidden && !state.mute {
					flush()
					out.WriteRune(rune(uint16(number))) // #nosec G115 -- negative numbers are the upper half of 16 bits
				}
				standIn = state.skip
			case "uc":
				state.skip = min(max(number, 0), 10)
			case "ansicpg":
				flush()
				if number > 0 {
					charset = codepage(uint32(number)) // #nosec G115 -- rtfControl bounds it
				}
			case "par", "line", "row", "sect", "page":
				if !state.hidden { // also where it is mute: HTML within RTF has its line ends there
					flush()
					out.WriteByte('\n')
				}
			case "tab", "cell":
				say('\t')
			case "htmlrtf":
				state.mute = number != 0
			case "*":
				state.hidden = true
			case "\\", "{", "}":
				say(word[0])
			case "~":
				say(' ')
			case "_", "-":
			default:
				state.hidden = state.hidden || hiddenGroups[word]
			}
		default:
			say(c)
		}
	}
	flush()
	return out.String()
}

// rtfControl reads the control word after a backslash, its number (1 where there is none, as \htmlrtf means) and where it ends.
func rtfControl(b []byte, i int) (word string, number, next int) {
	if i >= len(b) {
		return "", 0, i
	}
	if b[i] == '\'' {
		if i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]) {
			return "'", int(unhex(b[i+1])<<4 | unhex(b[i+2])), i + 3
		}
		return "", 0, i + 1
	}
	j := i
	for j < len(b) && j-i < 32 && (b[j] >= 'a' && b[j] <= 'z' || b[j] >= 'A' && b[j] <= 'Z') {
		j++
	}
	if j == i {
		return string(b[i : i+1]), 1, i + 1
	}
	word, number = string(b[i:j]), 1
	k := j
	if k < len(b) && b[k] == '-' {
		k++
	}
	for k < len(b) && k-j < 8 && b[k] >= '0' && b[k] <= '9' {
		k++
	}
	if n, err := strconv.Atoi(string(b[j:k])); err == nil {
		number, j = n, k
	}
	if j < len(b) && b[j] == ' ' {
		j++
	}
	return word, number, j
}
