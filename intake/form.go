package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"net/mail"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
)

// Form is what the pages of the web form gathered, or what an operator typed while listening (window, phone).
type Form struct {
	Nonce    string           // the hidden value of the form: at least 16 characters, new for each form handed out
	Channel  casework.Channel // zero: web
	By       casework.Actor   // zero: the resident
	Kind     casework.Kind    // empty: the rules decide
	Category string           // empty: the rules decide
	Title    string
	Text     string
	Place    string
	Point    *routing.Point
	Name     string
	Phone    string
	Email    string
	Address  string
	Language locale.Lang
	Publish  bool
	Secret   bool
	Files    []casework.Attachment
}

const leastNonce = 16

// Submission checks the form and makes the common record. Its key is of the nonce and of what was written: the same form sent twice is one
// case; sent again with changed words it is another, since no word may be lost. Errors: fault.Invalid with the field, fault.TooLarge.
func (f Form) Submission() (Submission, error) {
	s := Submission{
		Channel: or(f.Channel, casework.Web), By: f.By, Kind: f.Kind, Category: f.Category, Title: f.Title, Text: f.Text, Place: f.Place, Point: f.Point,
		Person: casework.Person{Name: f.Name, Phone: f.Phone, Email: f.Email, Address: f.Address}, Language: f.Language, Publish: f.Publish, Secret: f.Secret, Files: f.Files,
	}
	if len(f.Nonce) < leastNonce {
		return s, fault.New(fault.Invalid, "fault.stale_form")
	}
	s.tidy()
	if s.Text == "" {
		return s, fault.New(fault.Invalid, "fault.text_needed").At("text")
	}
	if err := s.check(); err != nil {
		return s, err
	}
	h := sha256.New()
	put := func(part []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	for _, part := range []string{"web", f.Nonce, string(s.Kind), s.Category, s.Title, s.Text, s.Place, s.Person.Name, s.Person.Phone, s.Person.Email, s.Person.Address} {
		put([]byte(part))
	}
	for _, file := range s.Files {
		put(file.Data)
	}
	h.Sum(s.Key[:0])
	return s, nil
}

// check holds what a person typed against the limits, so that it can be corrected: the field is named.
func (s *Submission) check() error {
	if longer(s.Text, casework.MaxBody) {
		return fault.New(fault.TooLarge, "fault.body_too_long").At("text").With("Limit", casework.MaxBody)
	}
	if s.Person.Email != "" && !isEmail(s.Person.Email) {
		return fault.New(fault.Invalid, "fault.email_form").At("email")
	}
	if s.Person.Phone != "" && !isPhone(s.Person.Phone) {
		return fault.New(fault.Invalid, "fault.phone_form").At("phone")
	}
	return casework.CheckFiles(s.Files)
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || strings.ContainsAny(s, " \t\r\n<>,;\"") {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return domain != "" && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}

// IsPhone reports whether what somebody typed can be a telephone number, before anything is filed.
func IsPhone(s string) bool { return isPhone(line(s, maxName)) }

// isPhone takes digits with the signs people put between them: 3 (a short number) to 20 digits. What begins as a mobile number of the mainland does, and has
// nine, ten or twelve digits, was typed wrong: nobody can be reached under it.
func isPhone(s string) bool {
	var first [2]rune
	n := 0
	for _, r := range s {
		switch {
		case r >= 0xFF10 && r <= 0xFF19:
			r += '0' - 0xFF10
			fallthrough
		case r >= '0' && r <= '9':
			if n < len(first) {
				first[n] = r
			}
			n++
		case !strings.ContainsRune(betweenDigits+extension, r):
			return false
		}
	}
	if (n == 9 || n == 10 || n == 12) && first[0] == '1' && first[1] >= '3' && !strings.ContainsAny(s, "+\uFF0B"+extension) {
		return false
	}
	return n >= 3 && n <= 20
}

// betweenDigits are the signs that people put into a number; extension those before the number of a desk behind it.
const (
	betweenDigits = "+-() /.*\u3000\uFF0B\uFF0D\uFF08\uFF09\u2014"
	extension     = "#xX\u8f6c"
)
