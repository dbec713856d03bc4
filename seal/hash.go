package seal

import (
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tink-crypto/tink-go/v2/prf"
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
// give the same 32 bytes, and without the key nobody can try values. Nothing hashes to nil, so that empty never equals empty.
func (k *Keyring) Hash(kind, value string) []byte {
	v := normalise(kind, value)
	if v == "" {
		return nil
	}
	return compute(k.hashes.PRFs[k.hashes.PrimaryID], hashSize, "hash", kind, v)
}

// Token is the bearer secret that belongs to a purpose and its parts (for example "rate", case, round): always the same,
// so it need not be stored; 26 lower-case base32 characters.
func (k *Keyring) Token(purpose string, parts ...string) string {
	return token(k.tokens.PRFs[k.tokens.PrimaryID], purpose, parts)
}

// CheckToken tells whether a token is the one of this purpose and parts, in constant time; case and surrounding spaces of
// the token mean nothing. Tokens of every key version are accepted.
func (k *Keyring) CheckToken(tok, purpose string, parts ...string) bool {
	given := []byte(strings.ToLower(strings.TrimSpace(tok)))
	ok := 0
	for _, p := range k.tokens.PRFs {
		ok |= subtle.ConstantTimeCompare(given, []byte(token(p, purpose, parts)))
	}
	return ok == 1
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func token(p prf.PRF, purpose string, parts []string) string {
	return base32Lower.EncodeToString(compute(p, tokenSize, append([]string{"token", purpose}, parts...)...))
}

// compute hashes the parts, each with its length in front, so that no two lists of parts meet.
func compute(p prf.PRF, size uint32, parts ...string) []byte {
	var in []byte
	for _, s := range parts {
		in = binary.BigEndian.AppendUint32(in, uint32(len(s)))
		in = append(in, s...)
	}
	out, err := p.ComputePRF(in, size)
	if err != nil {
		panic(err) // only for a size above the hash's own
	}
	return out
}

// normalise evens out the ways one value is written.
func normalise(kind, value string) string {
	v := compatible(value)
	switch kind {
	case Phone:
		return normalisePhone(v)
	case Email:
		return strings.ToLower(strings.TrimSpace(v))
	case Name:
		return strings.ToLower(strings.Map(dropIf(unicode.IsSpace), v))
	case Code:
		return strings.ToUpper(strings.Map(dropIf(func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), v))
	}
	return strings.TrimSpace(v)
}

// compatible is the NFKC form (Unicode Standard Annex 15). Of the characters that nearly every text here is made of, those of ASCII and Chinese, it is known
// without the tables: full-width signs become those of ASCII, the others stay. Neighbours of that kind never join.
func compatible(s string) string {
	var b strings.Builder
	from := 0
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf, r >= 0x3001 && r <= 0x3029, r >= 0x4E00 && r <= 0x9FFF:
		case r == 0x3000, r >= 0xFF01 && r <= 0xFF5E:
			b.WriteString(s[from:i])
			from = i + len("\uFF01")
			if r == 0x3000 {
				b.WriteByte(' ')
			} else {
				b.WriteByte(byte(r - 0xFF01 + '!'))
			}
		default:
			return norm.NFKC.String(s)
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
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
