package seal

import (
	"bytes"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The kinds of value that have exact search; each has its own way of being written, which Hash evens out.
const (
	Phone = "phone" // digits; +86 and 0086 mean nothing; full-width is plain
	Email = "email" // case means nothing
	Name  = "name"  // spaces mean nothing
	Code  = "code"  // tracking code: spaces, dashes and case mean nothing
)

const (
	hashSize  = 32 // HMAC-SHA256, whole
	tokenSize = 16 // 128 bits, 26 characters
)

// Hash is the keyed hash (HMAC-SHA256) of a value for exact search: two spellings of one phone number, address or code
// give the same 32 bytes, and without the key nobody can try values. Nothing hashes to nil, so that empty never equals empty. Several lines are one text.
func (k *Keyring) Hash(kind string, lines ...string) []byte {
	m := k.hashes[0]
	h := m.begin()
	h.add("hash")
	h.add(kind)
	if h.addNormal(kind, lines) == 0 {
		m.end(h)
		return nil
	}
	return m.finish(h, hashSize)
}

// Token is the bearer secret that belongs to a purpose and its parts (for example "rate", case, round): always the same,
// so it need not be stored; 26 lower-case base32 characters.
func (k *Keyring) Token(purpose string, parts ...string) string {
	return k.tokens[0].token(purpose, parts)
}

// CheckToken tells whether a token is the one of this purpose and parts, in constant time; case and surrounding spaces of
// the token mean nothing. Tokens of every key version are accepted.
func (k *Keyring) CheckToken(tok, purpose string, parts ...string) bool {
	given := []byte(strings.ToLower(strings.TrimSpace(tok)))
	ok := 0
	for _, m := range k.tokens {
		ok |= subtle.ConstantTimeCompare(given, []byte(m.token(purpose, parts)))
	}
	return ok == 1
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func (m *mac) token(purpose string, parts []string) string {
	return base32Lower.EncodeToString(m.sum(tokenSize, append([]string{"token", purpose}, parts...)...))
}

// addNormal puts a value after the others in the form that all ways of writing it share, and tells how long that is.
func (h *keyed) addNormal(kind string, lines []string) int {
	from := len(h.in) + 4
	h.in = appendNormal(append(h.in, 0, 0, 0, 0), kind, lines)
	n := len(h.in) - from
	binary.BigEndian.PutUint32(h.in[from-4:], uint32(n)) //nolint:gosec // a text of a case
	return n
}

// appendNormal evens out the ways one value is written.
func appendNormal(b []byte, kind string, lines []string) []byte {
	whole := b
	for i, line := range lines {
		if i > 0 {
			whole = append(whole, '\n') // joins with nothing before or behind it
		}
		whole = appendCompatible(whole, line)
	}
	v := whole[len(b):]
	switch kind {
	case Phone:
		return append(b, normalisePhone(string(v))...)
	case Email:
		return append(b, bytes.ToLower(bytes.TrimSpace(v))...)
	case Name:
		return append(b, bytes.ToLower(bytes.Map(dropIf(unicode.IsSpace), v))...)
	case Code:
		return append(b, bytes.ToUpper(bytes.Map(dropIf(func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), v))...)
	}
	return append(b, bytes.TrimSpace(v)...) // moves it to where the blanks were
}

// appendCompatible appends the NFKC form (Unicode Standard Annex 15). Of the characters that nearly every text here is made of, those of ASCII and Chinese, it is
// known without the tables: full-width signs become those of ASCII, the others stay. Neighbours of that kind never join.
func appendCompatible(b []byte, s string) []byte {
	begin, from := len(b), 0
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf, r >= 0x3001 && r <= 0x3029, r >= 0x4E00 && r <= 0x9FFF:
		case r == 0x3000, r >= 0xFF01 && r <= 0xFF5E:
			b = append(b, s[from:i]...)
			from = i + len("\uFF01")
			if r == 0x3000 {
				b = append(b, ' ')
			} else {
				b = append(b, byte(r-0xFF01+'!'))
			}
		default:
			return append(b[:begin], norm.NFKC.String(s)...)
		}
	}
	return append(b, s[from:]...)
}

// normalisePhone keeps the digits of the national number: a mobile has 11 and begins with 1, a landline with area code begins with 0.
func normalisePhone(v string) string {
	plus := strings.HasPrefix(strings.TrimSpace(v), "+")
	d := strings.Map(dropIf(func(r rune) bool { return r < '0' || r > '9' }), v)
	abroad := false
	if rest, ok := strings.CutPrefix(d, "0086"); ok {
		d, abroad = rest, true
	} else if rest, ok := strings.CutPrefix(d, "86"); ok && (plus || len(rest) == 11 && rest[0] == '1') {
		d, abroad = rest, true
	}
	if abroad && d != "" && d[0] != '0' && !(len(d) == 11 && d[0] == '1') {
		return "0" + d // +86 898 … is 0898 … at home
	}
	return d
}

func dropIf(drop func(rune) bool) func(rune) rune {
	return func(r rune) rune {
		if drop(r) {
			return -1
		}
		return r
	}
}
