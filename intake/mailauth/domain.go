package mailauth

import (
	"bytes"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// cutLast cuts an address at its last @; the domain comes in lower case.
func cutLast(address string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", false
	}
	return address[:at], strings.ToLower(strings.TrimSuffix(address[at+1:], ".")), true
}

// plainDomain tells whether a name can be asked about: two labels or more of what host names are made of.
func plainDomain(domain string) bool {
	return len(domain) <= 253 && strings.Contains(domain, ".") && !strings.HasPrefix(domain, ".") && !strings.Contains(domain, "..") &&
		!strings.ContainsFunc(domain, func(r rune) bool {
			return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		})
}

// organisation is the part of a domain that somebody registered.
func organisation(domain string) string {
	org, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return org
}

// aligned tells whether a proven domain speaks for the author's (RFC 7489 section 3.1).
func aligned(proven, author string, strict bool) bool {
	if proven == "" {
		return false
	}
	if strict {
		return strings.EqualFold(proven, author)
	}
	return organisation(strings.ToLower(proven)) == organisation(author)
}

// oneAuthor tells whether a message has one From field: of two, a signature covers one and a reader sees the other.
func oneAuthor(raw []byte) bool {
	n := 0
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		if raw = rest; len(bytes.TrimRight(line, "\r")) == 0 {
			break
		}
		if name, _, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(bytes.TrimRight(name, " \t"), []byte("from")) {
			n++
		}
	}
	return n == 1
}
