package mail

import (
	"bytes"
	"strings"
)

// clean is a header value as valid UTF-8: undeclared 8-bit bytes are guessed, encoded words are left alone.
func (p *parser) clean(raw string) string {
	if !hasHigh([]byte(raw)) {
		return raw
	}
	said := guess([]byte(raw), p.hint)
	if said != raw {
		p.mend("header_8bit")
	}
	return said
}

// text is a header value as a person reads it: encoded words decoded, control characters gone, one line.
func (p *parser) text(raw string) string { return oneLine(p.words(p.clean(raw))) }

// encodedWord is one =?charset?encoding?text?= with its bytes.
type encodedWord struct {
	charset string
	data    []byte
}

// words decodes RFC 2047 encoded words. Neighbours of one charset are joined as bytes first, because mailers cut in the middle of a
// character; words with blanks inside, without their end, and inside quotation marks are read too.
func (p *parser) words(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var run []encodedWord
	flush := func() {
		for i := 0; i < len(run); {
			j, joined := i, []byte(nil)
			for j < len(run) && run[j].charset == run[i].charset {
				joined = append(joined, run[j].data...)
				j++
			}
			said := p.decode(joined, run[i].charset)
			if whole, cut := strings.CutSuffix(said, "\uFFFD"); cut { // a mailer cut the value in the middle of its last character
				p.mend("header_word")
				said = whole
			}
			out.WriteString(said)
			i = j
		}
		run = nil
	}
	for len(s) > 0 {
		i := strings.Index(s, "=?")
		if i < 0 {
			flush()
			out.WriteString(s)
			break
		}
		w, n, ok := p.word(s[i:])
		if !ok {
			flush()
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		if between := s[:i]; len(run) == 0 || strings.Trim(between, " \t\r\n") != "" {
			flush()
			out.WriteString(between)
		}
		run = append(run, w)
		s = s[i+n:]
	}
	flush()
	return out.String()
}

// word reads the encoded word at the start of s and tells its length.
func (p *parser) word(s string) (encodedWord, int, bool) {
	rest := s[2:]
	charset, rest, ok := strings.Cut(rest, "?")
	if !ok || charset == "" || len(charset) > 60 || strings.ContainsAny(charset, " \t=<>@") {
		return encodedWord{}, 0, false
	}
	if len(rest) < 2 || rest[1] != '?' {
		return encodedWord{}, 0, false
	}
	enc := rest[0] | 0x20
	if enc != 'b' && enc != 'q' {
		return encodedWord{}, 0, false
	}
	body := rest[2:]
	end, n := strings.Index(body, "?="), 2
	if enc == 'q' && end >= 0 && !strings.HasPrefix(body[end:], "?==?") && end+2 < len(body) && isHex(body[end+2]) && end+3 < len(body) && isHex(body[end+3]) {
		// "?=3D": a question mark before an escape, not the end of the word
		if again := strings.Index(body[end+2:], "?="); again >= 0 && !strings.ContainsAny(body[end:end+2+again], " \t") {
			end += 2 + again
		}
	}
	if end < 0 {
		p.mend("header_word")
		end, n = len(body), 0
	}
	size := len(s) - len(body) + end + n
	text := body[:end]
	charset, _, _ = strings.Cut(strings.ToLower(charset), "*")
	if !ascii(text) { // bare bytes inside a word: clean has made them UTF-8
		p.mend("header_word")
		charset = "utf-8"
	}
	if enc == 'b' {
		if strings.ContainsAny(text, " \t") {
			p.mend("header_word")
		}
		data, _ := fromBase64([]byte(text))
		return encodedWord{charset, data}, size, true
	}
	data, _ := fromQuoted(bytes.ReplaceAll([]byte(text), []byte("_"), []byte(" ")), true)
	return encodedWord{charset, data}, size, true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f' }

// oneLine removes what would make a header value more than one readable line: controls, bidirectional overrides, doubled blanks.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unsafeRune(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// unsafeRune: controls, and the marks that make text read differently from what it says.
func unsafeRune(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}
