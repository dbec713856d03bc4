package privacy

import (
	"bytes"
	"unicode/utf8"
)

// wideHead are the first two bytes of every full-width digit; wideOnes are the ways to write a one that are not ASCII.
var (
	cardHead = []byte("62")
	wideHead = []byte("\uff11")[:2]
	wideOnes = [][]byte{[]byte("\u4e00"), []byte("\u5e7a"), []byte("\u58f9")}
)

// mailProviders are where people have their own mailboxes.
var mailProviders = bytesOf(numberWords["mail providers"])

// place is where something that never leaves stands, and its kind.
type place struct {
	kind     string // one of found; empty: nothing
	from, to int
}

// find looks for what never leaves: of the kinds that are wanted, the first that it meets, kind by kind. It reads numbers with spaces or dashes between the groups people write, in full-width or
// Chinese digits, and behind the country's number. Markup is a border.
//
// It looks only where one can begin: at each one for a mobile number, at every sixth byte for a run of six digits or more, with which the others begin. What stands there is read at most once to its end, so the time is linear.
func find(body []byte, want kindSet) place {
	for _, seek := range seekers {
		if seek.kinds&want != 0 {
			if one := seek.look(body, want); one.kind != "" {
				return one
			}
		}
	}
	return place{}
}

// seekers look for one or two kinds each, for the first place from the beginning of what they are given.
var seekers = []struct {
	kinds kindSet
	look  func([]byte, kindSet) place
}{{phoneKind, findPhone}, {identityKind | numberKind, findRuns}, {cardKind, findCard}, {phoneKind | identityKind, findWide}, {phoneKind, findSpelled}, {emailKind, findMailbox}, {plateKind, findPlate}}

// hideOnce is the text with three stars for each place of the kinds that are wanted; nil where there is none. However many there are, each seeker reads the text once.
func hideOnce(body []byte, want kindSet) []byte {
	hidden := false
	for _, seek := range seekers {
		if seek.kinds&want == 0 {
			continue
		}
		var out []byte
		rest := body
		for {
			one := seek.look(rest, want)
			if one.kind == "" {
				break
			}
			if out == nil {
				rest, out = bytes.Clone(rest), make([]byte, 0, len(body))
			}
			out = append(append(out, rest[:one.from]...), "**"...)
			rest = rest[one.to-1:] // the last byte is the third star: what follows sees a border before it
			rest[0] = '*'
		}
		if out != nil {
			body, hidden = append(out, rest...), true
		}
	}
	if !hidden {
		return nil
	}
	return body
}

func findPhone(body []byte, _ kindSet) place {
	for i := 0; ; i++ {
		next := bytes.IndexByte(body[i:], '1')
		if next < 0 {
			return place{}
		}
		i += next
		if i+1 < len(body) && (body[i+1] >= '3' && body[i+1] <= '9' || body[i+1] == ' ' || body[i+1] == '-' || body[i+1] >= 0x80) {
			if to := phoneAt(body, i); to > 0 {
				return place{"phone", i, to}
			}
		}
	}
}

// findRuns looks for identity numbers, and for numbers of work orders: twelve digits that begin with a day.
func findRuns(body []byte, want kindSet) place {
	for i := 5; i < len(body); i += 6 {
		if !digit(body[i]) {
			continue
		}
		from, to := i, i+1
		for from > 0 && digit(body[from-1]) {
			from--
		}
		for to < len(body) && digit(body[to]) {
			to++
		}
		i = to - 1 // goes on six bytes behind: the next run begins after to
		switch n := to - from; {
		case want&identityKind != 0 && (n == 6 || n == 17 || n == 18):
			if end := identityAt(body, from); end > 0 {
				return place{"identity", from, end}
			}
		case want&numberKind != 0 && n == 12 && orderNumber(body[from:to]) && cleanBefore(body, from) && (to == len(body) || !wordByte(body[to]) || fullStop(body, to)):
			return place{"number", from, to}
		}
	}
	return place{}
}

// orderNumber tells whether twelve digits are a day of this century's years 20 to 69 and a running number.
func orderNumber(d []byte) bool {
	return d[0] >= '2' && d[0] <= '6' && d[2] <= '1' && d[4] <= '3' && isDay("20"+string(d[:6]))
}

// findCard looks for bank cards of the country's net: they begin with 62, and have sixteen digits or nineteen with the right check digit.
func findCard(body []byte, _ kindSet) place {
	for i := 0; ; i++ {
		next := bytes.Index(body[i:], cardHead)
		if next < 0 {
			return place{}
		}
		i += next
		if s, _ := symbolBefore(body, i); s >= 0 || !cleanBefore(body, i) {
			continue
		}
		for _, n := range []int{19, 16} {
			l, ok := readLoose(body, i, n)
			if ok && (l.last == 0 || l.groups[0] == 4 || l.groups[0] == 6) && l.marks[2] == 0 && endsAt(body, l) && luhn(string(l.digits[:n])) {
				return place{"card", i, l.to}
			}
		}
	}
}

// findWide looks for mobile and identity numbers that begin with a full-width digit.
func findWide(body []byte, want kindSet) place {
	for i := 0; ; i += 2 {
		next := bytes.Index(body[i:], wideHead)
		if next < 0 {
			return place{}
		}
		i += next
		if i+2 >= len(body) || body[i+2] < 0x90 || body[i+2] > 0x99 {
			continue // full-width punctuation
		}
		if body[i+2] == 0x91 && want&phoneKind != 0 {
			if to := phoneAt(body, i); to > 0 {
				return place{"phone", i, to}
			}
		}
		if want&identityKind != 0 {
			if to := identityAt(body, i); to > 0 {
				return place{"identity", i, to}
			}
		}
	}
}

// findSpelled looks for mobile numbers that begin with a Chinese digit.
func findSpelled(body []byte, _ kindSet) place {
	for _, one := range wideOnes {
		for i := 0; ; i += len(one) {
			next := bytes.Index(body[i:], one)
			if next < 0 {
				break
			}
			i += next
			if d, _ := symbolAt(body, i+len(one)); d >= 3 {
				if to := phoneAt(body, i); to > 0 {
					return place{"phone", i, to}
				}
			}
		}
	}
	return place{}
}

// findMailbox looks for mailboxes at the providers where people, not offices, have theirs.
func findMailbox(body []byte, _ kindSet) place {
	for i := 0; ; i++ {
		next := bytes.IndexByte(body[i:], '@')
		if next < 0 {
			return place{}
		}
		i += next
		from := i
		for from > 0 && mailboxByte(body[from-1]) {
			from--
		}
		for _, p := range mailProviders {
			to := i + 1 + len(p)
			if from < i && to <= len(body) && bytes.EqualFold(body[i+1:to], p) && (to == len(body) || !wordByte(body[to]) || fullStop(body, to)) {
				return place{"email", from, to}
			}
		}
	}
}

func mailboxByte(b byte) bool {
	return digit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || bytes.IndexByte([]byte("._-+"), b) >= 0
}

// findPlate looks for number plates: the sign of a province, a letter, and five or six places, most of them digits.
func findPlate(body []byte, _ kindSet) place {
	for i := 3; i < len(body); i++ {
		if c := body[i]; c < 'A' || c > 'Z' || body[i-1] < 0x80 {
			continue
		}
		r, size := utf8.DecodeLastRune(body[:i])
		if size != 3 || !provinces[r] {
			continue
		}
		to := i + 1
		if s, n := symbolAt(body, to); s == dot || s == space {
			to += n
		}
		places, digits := 0, 0
		for to < len(body) && (digit(body[to]) || body[to] >= 'A' && body[to] <= 'Z') {
			if digit(body[to]) {
				digits++
			}
			places++
			to++
		}
		if (places == 5 || places == 6) && digits >= 3 && (to == len(body) || !wordByte(body[to]) || fullStop(body, to)) {
			return place{"plate", i - size, to}
		}
	}
	return place{}
}
