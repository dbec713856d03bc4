package staff

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"huiyin/fault"
)

// MinPassword is the least number of characters of a password; a passphrase with spaces, in any script, is welcome.
const MinPassword = 12

const (
	maxPassword = 256 // bytes: more adds nothing and costs time
	minDistinct = 5   // different characters
)

//go:embed data/common_passwords.txt
var commonList string

var common = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(commonList) {
		m[w] = true
	}
	return m
}()

// CheckPassword says what is wrong with a new password: fault.Invalid at field "password", nil if it will do.
func CheckPassword(login, password string) error {
	bad := func(key string) error { return fault.New(fault.Invalid, key).At("password") }
	p := norm.NFC.String(password)
	if !utf8.ValidString(p) || utf8.RuneCountInString(p) < MinPassword {
		return fault.New(fault.Invalid, "fault.password_short").At("password").With("Least", MinPassword)
	}
	if len(p) > maxPassword {
		return bad("fault.password_long")
	}
	distinct := map[rune]bool{}
	for _, r := range p {
		distinct[r] = true
	}
	low := strings.ToLower(p)
	if len(distinct) < minDistinct || repeats(low) || common[low] || common[core(low)] || login != "" && core(low) == core(login) {
		return bad("fault.password_common")
	}
	return nil
}

// core is what remains of a password without the digits and signs that people hang around a word.
func core(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// repeats tells whether s is one piece of at most six bytes over and over.
func repeats(s string) bool {
	for n := 1; n <= 6 && n < len(s); n++ {
		if strings.HasPrefix(strings.Repeat(s[:n], len(s)/n+1), s) {
			return true
		}
	}
	return false
}

// NewPassword makes a password to be told to a person once: 20 characters without look-alikes, about 98 bits.
func NewPassword() string {
	const alphabet = "abcdefghjkmnpqrstuvwxyz23456789" // 31 characters
	b := make([]byte, 0, 24)
	for n := 0; n < 20; {
		var c [1]byte
		_, _ = rand.Read(c[:]) // never fails: crypto/rand ends the process instead
		if c[0] >= 248 {
			continue // 248 = 8 × 31, so that each character is equally likely
		}
		if n > 0 && n%5 == 0 {
			b = append(b, '-')
		}
		b = append(b, alphabet[c[0]%31])
		n++
	}
	return string(b)
}

// hash makes the stored form of a password.
func (r *Register) hash(ctx context.Context, password string) (string, error) {
	leave, err := r.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	h, err := argon2id.CreateHash(norm.NFC.String(password), r.params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return h, nil
}

// matches compares a password with a stored hash.
func (r *Register) matches(ctx context.Context, password, hash string) (bool, error) {
	leave, err := r.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if len(password) > maxPassword {
		password = "" // nobody's: compared all the same, so that the time tells nothing
	}
	ok, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}

// enter waits for one of the places at which passwords are hashed.
func (r *Register) enter(ctx context.Context) (leave func(), err error) {
	select {
	case r.hashing <- struct{}{}:
		return func() { <-r.hashing }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "fault.unavailable", ctx.Err())
	}
}

// decoyHash is a well-formed hash of no known password.
func decoyHash(p *argon2id.Params) string {
	b := make([]byte, p.SaltLength+p.KeyLength)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Iterations, p.Parallelism, enc.EncodeToString(b[:p.SaltLength]), enc.EncodeToString(b[p.SaltLength:]))
}
