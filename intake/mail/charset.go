package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// canonical brings a charset label found in the wild to the name we decode by. GB 18030 contains GBK, which contains GB 2312, and
// mailers declare the smallest while sending the largest, so all three are read as GB 18030.
func canonical(label string) string {
	l := strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`+" \t;"))
	l = strings.TrimPrefix(l, "charset=")
	l = strings.TrimPrefix(l, "x-")
	if i := strings.IndexAny(l, " ;\t*"); i > 0 {
		l = l[:i]
	}
	switch strings.NewReplacer("_", "-", " ", "").Replace(l) {
	case "gb2312", "gbk", "gb18030", "cp936", "ms936", "936", "windows-936", "gb-2312", "gb-18030", "gb2312-80", "gb-2312-80", "csgb2312", "euc-cn", "euccn",
		"iso-gb2312", "gb2312-charset", "chinese", "csgbk", "gb", "iso-ir-58", "gb-2312-1980", "simplified", "gbk2312", "cngb":
		return "gb18030"
	case "big5", "big-5", "big5-hkscs", "big5hkscs", "cn-big5", "cp950", "950", "windows-950", "csbig5", "big5-eten", "zh-tw":
		return "big5"
	case "utf-8", "utf8", "unicode-1-1-utf-8", "utf8mb4", "utf-8n", "cp65001", "65001", "utf":
		return "utf-8"
	case "utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "cp65000":
		return "utf-7"
	case "us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us", "646", "7bit", "8bit", "binary", "unknown-8bit", "unknown", "default", "none", "user-defined", "default-charset", "":
		return ""
	case "iso-2022-cn", "iso-2022-cn-ext", "csiso2022cn":
		return "iso-2022-cn"
	case "iso-2022-kr", "csiso2022kr":
		return "iso-2022-kr"
	case "hz", "hz-gb-2312":
		return "hz"
	case "ks-c-5601-1987", "ks-c-5601", "ksc5601", "euc-kr", "cp949", "949", "windows-949", "uhc":
		return "euc-kr"
	case "cp932", "ms932", "windows-31j", "sjis", "shift-jis", "932":
		return "shift_jis"
	}
	return strings.ReplaceAll(l, "_", "-")
}

// encodingOf finds the decoder of a canonical name; nil when nobody knows it.
func encodingOf(name string) encoding.Encoding {
	switch name {
	case "gb18030":
		return simplifiedchinese.GB18030
	case "big5":
		return traditionalchinese.Big5
	case "hz":
		return simplifiedchinese.HZGB2312
	case "euc-kr":
		return korean.EUCKR
	case "shift_jis":
		name = "shift-jis"
	case "iso-8859-1", "latin1", "latin-1", "iso8859-1", "8859-1":
		return charmap.Windows1252
	}
	if e, err := htmlindex.Get(name); err == nil && e != encoding.Replacement {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
		return e
	}
	if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
		return e
	}
	if rest, ok := strings.CutPrefix(name, "iso"); ok && !strings.HasPrefix(rest, "-") {
		if e, err := htmlindex.Get("iso-" + rest); err == nil && e != encoding.Replacement {
			return e
		}
	}
	if rest, ok := strings.CutPrefix(name, "cp"); ok {
		if e, err := htmlindex.Get("windows-" + rest); err == nil {
			return e
		}
	}
	return nil
}

// decode turns bytes of a declared charset into valid UTF-8, believing the bytes more than the label.
func (p *parser) decode(b []byte, label string) string {
	name := canonical(label)
	high := hasHigh(b)
	if high && sevenBit(name) && utf8.Valid(b) { // the label promises seven bits
		p.mend("charset_wrong")
		return string(b)
	}
	switch name {
	case "utf-7":
		if !high {
			return fromUTF7(string(b))
		}
	case "iso-2022-cn":
		return decodeWith(simplifiedchinese.GB18030, shiftOut(b))
	case "iso-2022-kr":
		return decodeWith(korean.EUCKR, shiftOut(b))
	}
	if !high && !stateful(name) {
		return string(b)
	}
	if strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || name == "unicode" {
		if e := encodingOf(name); e != nil && bytes.IndexByte(b, 0) >= 0 {
			return decodeWith(e, b)
		}
	}
	if utf8.Valid(b) && !stateful(name) {
		switch {
		case name == "utf-8":
			return string(b)
		case name == "":
			p.mend("charset_guess")
			return guess(b, p.hint)
		case doubleByte(name) && hanUTF8(b), !doubleByte(name) && likelyUTF8(b):
			p.mend("charset_wrong")
			return string(b)
		}
	}
	switch name {
	case "":
		p.mend("charset_guess")
		return guess(b, p.hint)
	case "utf-8":
		p.mend("charset_wrong")
		if mostlyUTF8(b) {
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
		return guess(b, "")
	}
	e := encodingOf(name)
	if e == nil {
		p.mend("charset_unknown")
		return guess(b, p.hint)
	}
	if latin(name) && pairsOnly(b) {
		p.mend("charset_wrong")
		return decodeWith(simplifiedchinese.GB18030, b)
	}
	return decodeWith(e, b)
}

// sevenBit: charsets whose bytes are all ASCII.
func sevenBit(name string) bool {
	return strings.HasPrefix(name, "iso-2022") || name == "hz" || name == "utf-7"
}

func stateful(name string) bool {
	return sevenBit(name) || strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || strings.HasPrefix(name, "ebcdic") || name == "unicode"
}

func latin(name string) bool {
	return name == "iso-8859-1" || name == "windows-1252" || name == "latin1" || name == "iso-8859-15"
}

func decodeWith(e encoding.Encoding, b []byte) string {
	out, err := e.NewDecoder().Bytes(b)
	if err != nil && len(out) == 0 {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func hasHigh(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// likelyUTF8: valid, with at least one sequence of three bytes or two of two, which other charsets hardly produce by chance.
func likelyUTF8(b []byte) bool {
	score := 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return false
		}
		score += n - 1
		i += n
	}
	return score >= 2
}

// shiftOut turns the shifted half of ISO-2022-CN and -KR into the 8-bit form of the same characters.
func shiftOut(b []byte) []byte {
	out, shifted := make([]byte, 0, len(b)), false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0x1B && i+3 < len(b) && b[i+1] == '$':
			i += 3
		case c == 0x0E:
			shifted = true
		case c == 0x0F:
			shifted = false
		case c == '\n':
			shifted = false
			out = append(out, c)
		case shifted && c > ' ' && c < 0x7F:
			out = append(out, c|0x80)
		default:
			out = append(out, c)
		}
	}
	return out
}

// fromUTF7 reads RFC 2152; what is not well formed stays as it is.
func fromUTF7(s string) string {
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '+')
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i+1:]
		n := 0
		for n < len(s) && (s[n] >= 'A' && s[n] <= 'Z' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= '0' && s[n] <= '9' || s[n] == '+' || s[n] == '/') {
			n++
		}
		raw, err := base64.RawStdEncoding.DecodeString(s[:n])
		if n == 0 || err != nil || len(raw) < 2 {
			out.WriteByte('+')
			if n == 0 && strings.HasPrefix(s, "-") {
				s = s[1:]
			}
			continue
		}
		units := make([]uint16, len(raw)/2)
		for j := range units {
			units[j] = uint16(raw[2*j])<<8 | uint16(raw[2*j+1])
		}
		out.WriteString(string(utf16.Decode(units)))
		s = strings.TrimPrefix(s[n:], "-")
	}
}
