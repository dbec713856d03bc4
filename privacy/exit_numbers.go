package privacy

import (
	"bytes"
	"slices"
)

// exitCues are the words before which a number in an unusual grouping is a telephone number.
var exitCues = bytesOf(numberWords["exit cues"])

// exitDates are the words behind which a number is a part of a date.
var exitDates = bytesOf(numberWords["exit dates"])

func bytesOf(words []string) [][]byte {
	var out [][]byte
	for _, w := range words {
		out = append(out, []byte(w))
	}
	return out
}

// The symbols of a number beside its digits, which stand for themselves.
const (
	notOfNumber = -1 - iota
	space       // inside one line
	dash
	dot
	nothing // of no width
)

// symbolAt reads one symbol of a number: the digit 0 to 9 or one of the constants, and how many bytes it has.
func symbolAt(b []byte, i int) (symbol, size int) {
	if i >= len(b) || i < 0 {
		return notOfNumber, 0
	}
	switch c := b[i]; {
	case digit(c):
		return int(c - '0'), 1
	case c == ' ':
		return space, 1
	case c == '-':
		return dash, 1
	case c == '.':
		return dot, 1
	case c < 0xC2:
		return notOfNumber, 0
	case c == 0xC2:
		if i+1 < len(b) && b[i+1] == 0xA0 {
			return space, 2
		}
		if i+1 < len(b) && b[i+1] == 0xB7 {
			return dot, 2
		}
		return notOfNumber, 0
	}
	if i+2 >= len(b) {
		return notOfNumber, 0
	}
	return wide(rune(b[i]&0x0F)<<12 | rune(b[i+1]&0x3F)<<6 | rune(b[i+2]&0x3F)), 3
}

// wide is what a character of three bytes is in a number.
func wide(r rune) int {
	switch {
	case r >= 0xFF10 && r <= 0xFF19:
		return int(r - 0xFF10)
	case r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x3000:
		return space
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFF0D:
		return dash
	case r >= 0x200B && r <= 0x200D, r == 0x2060, r == 0xFEFF:
		return nothing
	}
	if d := numerals[r]; d != 0 {
		return int(d - '0')
	}
	return notOfNumber
}

// loose is a number as it is written: its digits, how many stand in each group, and what stands between.
type loose struct {
	digits [19]byte // as ASCII
	n      int
	groups [19]int
	last   int    // of the groups
	marks  [3]int // how often space, dash and dot stand between groups
	zero   bool   // a later group begins with nought, as figures never do
	to     int    // behind the last digit
}

// readLoose reads a number of want digits from a place; ok is false where it has fewer.
func readLoose(b []byte, from, want int) (l loose, ok bool) {
	between, mark := 0, 0
	for i := from; l.n < want; {
		s, size := symbolAt(b, i)
		switch {
		case s >= 0:
			if between > 0 {
				l.last++
				l.marks[space-mark]++
				l.zero = l.zero || s == 0
				between = 0
			}
			l.digits[l.n] = byte('0' + s)
			l.n++
			l.groups[l.last]++
			l.to = i + size
		case s == nothing:
		case s == notOfNumber, between == 3:
			return l, false
		default:
			between++
			mark = s
		}
		i += size
	}
	return l, true
}

// phoneAt tells where a whole mobile number ends that begins at a one; 0: none does.
func phoneAt(b []byte, from int) int {
	l, ok := readLoose(b, from, 11)
	if !ok || l.digits[1] < '3' || !endsAt(b, l) {
		return 0
	}
	start, code := country(b, from)
	if s, _ := symbolBefore(b, from); s >= 0 && !code || !cleanBefore(b, start) {
		return 0
	}
	if l.last == 0 {
		return l.to
	}
	if !code && inRow(b, from, l) {
		return 0
	}
	if l.marks[-dot+space] > 0 && (l.marks[0] > 0 || l.marks[1] > 0) {
		return 0
	}
	if l.last == 2 && l.groups[0] == 3 && l.groups[1] == 4 { // as everybody writes it
		return l.to
	}
	switch {
	case cued(b, start):
		return l.to
	case l.marks[2] > 0 || l.last > 2 || l.groups[0] < 3:
		return 0 // figures side by side
	}
	if l.zero || l.marks[1] == l.last && !(l.groups[1] == 8 && (l.digits[3] == '1' || l.digits[3] == '2')) { // not a number and a day
		return l.to
	}
	return 0
}

// identityAt tells where a whole identity number ends that begins here; 0: none does. It is unbroken and has the form of one, or in groups and has the right check digit too.
func identityAt(b []byte, from int) int {
	if s, _ := symbolBefore(b, from); s >= 0 || !cleanBefore(b, from) {
		return 0
	}
	l, ok := readLoose(b, from, 17)
	if !ok || l.digits[0] == '0' || l.last > 3 || l.marks[2] > 0 || l.last > 0 && l.groups[0] != 6 {
		return 0
	}
	if d := l.digits[6:14]; d[0] != '1' && d[0] != '2' || d[0] == '1' && d[1] < '8' || d[0] == '2' && d[1] != '0' || d[4] > '1' || d[6] > '3' {
		return 0
	}
	s, size := symbolAt(b, l.to)
	switch {
	case s >= 0:
		l.digits[17] = byte('0' + s)
		l.to += size
	case l.to < len(b) && (b[l.to] == 'X' || b[l.to] == 'x'):
		l.digits[17] = 'X'
		l.to++
	default:
		return 0
	}
	if !endsAt(b, l) {
		return 0
	}
	if d := string(l.digits[6:14]); !isDay(d) {
		return 0
	}
	if l.last == 0 || idCheck(string(l.digits[:18])) && !inRow(b, from, l) {
		return l.to
	}
	return 0
}

// endsAt tells whether the number is whole behind its last digit: nothing goes on that would make it a part of something else.
func endsAt(b []byte, l loose) bool {
	if s, _ := symbolAt(b, l.to); s >= 0 {
		return false
	}
	return l.to == len(b) || !wordByte(b[l.to]) || fullStop(b, l.to) || b[l.to] == '-' && l.last > 0
}

// cleanBefore tells whether nothing before a place makes what begins there a part of something else.
func cleanBefore(b []byte, from int) bool { return from == 0 || !wordByte(b[from-1]) }

// symbolBefore is symbolAt for what ends before a place.
func symbolBefore(b []byte, to int) (symbol, size int) {
	for n := 1; n <= 3 && n <= to; n++ {
		if s, size := symbolAt(b, to-n); size == n {
			return s, n
		}
	}
	return notOfNumber, 0
}

// groupBefore reads the digits that stand before a place, and at most two spaces or dashes between: how many they are, as a number, where they begin and what stands between (notOfNumber: nothing).
func groupBefore(b []byte, at int) (n, value, from, mark int) {
	mark, from = notOfNumber, at
	for range 3 {
		s, size := symbolBefore(b, from)
		if s >= 0 || s == notOfNumber {
			break
		}
		if s != nothing {
			mark = s
		}
		from -= size
	}
	for tens := 1; n < 12; n++ {
		s, size := symbolBefore(b, from)
		if s < 0 {
			break
		}
		value, tens, from = value+s*tens, tens*10, from-size
	}
	return n, value, from, mark
}

// country finds the country's number before a mobile number: where it begins with it, and whether there is one.
func country(b []byte, from int) (start int, found bool) {
	n, value, at, _ := groupBefore(b, from)
	if value != 86 || n != 2 && n != 4 {
		return from, false
	}
	if at > 0 && b[at-1] == '+' {
		at--
	}
	return at, true
}

// inRow tells whether a number in groups is a part of a longer row of figures. A row of nothing but telephone numbers is none, and neither is a date or a time beside it.
func inRow(b []byte, from int, l loose) bool {
	n, _, at, mark := groupBefore(b, from)
	if n > 0 && mark != notOfNumber && l.marks[space-mark] > 0 && !dated(b, at-1, mark) {
		return true
	}
	i, after := l.to, notOfNumber
	for range 3 {
		s, size := symbolAt(b, i)
		if s >= 0 || s == notOfNumber {
			break
		}
		if s != nothing {
			after = s
		}
		i += size
	}
	if s, _ := symbolAt(b, i); s < 0 || after == notOfNumber || l.marks[space-after] == 0 {
		return false
	}
	to := i
	for range 8 {
		s, size := symbolAt(b, to)
		if s < 0 {
			break
		}
		to += size
	}
	if dated(b, to, after) {
		return false
	}
	next, ok := readLoose(b, i, 11)
	return !ok || next.digits[0] != '1' || next.digits[1] < '3' || next.groups != l.groups
}

// dated tells whether the byte beside a group of digits makes it a part of a date or a time, and not of the row whose groups stand apart by mark.
func dated(b []byte, at, mark int) bool {
	if at < 0 || at >= len(b) {
		return false
	}
	return b[at] == ':' || b[at] == '/' || b[at] == '-' && mark != dash || slices.ContainsFunc(exitDates, func(w []byte) bool { return bytes.HasPrefix(b[at:], w) })
}

// cued tells whether a word of exitCues stands shortly before a place.
func cued(b []byte, from int) bool {
	before := b[max(0, from-40):from]
	for _, w := range exitCues {
		if bytes.Contains(before, w) {
			return true
		}
	}
	return false
}
