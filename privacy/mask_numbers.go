package privacy

// piece is a run of digits in the text.
type piece struct{ from, to int }

// maxJoin is the most digits that pieces are joined to: a card of 19 places and its country's or bank's prefix.
const maxJoin = 22

// numbers finds telephone, identity, card and other long numbers, also when they are broken up by spaces, dashes, dots or brackets.
func (s *scan) numbers() {
	if s.seen&rare != 0 {
		s.starred()
	}
	var few [16]piece
	pieces := s.pieces(few[:0])
	for i := 0; i < len(pieces); {
		i += max(1, s.longest(pieces[i:]))
	}
}

// starred takes mobile numbers of which somebody hid a part already: seven open digits are still too many.
func (s *scan) starred() {
	for i := 0; i < len(s.text); i++ {
		from, stars := i, 0
		for s.free(i) && (isDigit(s.text[i]) || s.text[i] == '*') {
			if s.text[i] == '*' {
				stars++
			}
			i++
		}
		if i-from == 11 && stars > 0 && stars < 9 && s.text[from] == '1' && s.text[from+1] >= '3' && s.text[from+1] <= '9' {
			s.take(from, i, Phone)
		}
	}
}

// pieces adds the runs of free ASCII digits to a list.
func (s *scan) pieces(out []piece) []piece {
	for i := 0; i < len(s.text); i++ {
		if s.looks[i]&(figure|taken) != figure || !isDigit(s.text[i]) {
			continue
		}
		from := i
		for s.free(i) && isDigit(s.text[i]) {
			i++
		}
		out = append(out, piece{from, i})
	}
	return out
}

// longest takes the longest number that the first pieces make, and tells how many pieces it used.
func (s *scan) longest(ps []piece) (used int) {
	var joined [maxJoin]byte
	var ends [maxJoin]int // of pieces, in digits
	n, last := 0, 0
	for last < len(ps) {
		p := ps[last]
		if last > 0 && !s.separates(ps[last-1].to, p.from) || n+p.to-p.from > maxJoin {
			break
		}
		for i := p.from; i < p.to; i++ {
			joined[n] = byte(s.text[i])
			n++
		}
		ends[last] = n
		if last++; last == maxJoin {
			break
		}
	}
	if last == 0 { // one piece longer than any join
		s.single(ps[0])
		return 1
	}
	for k := last; k > 1; k-- {
		from, to := ps[0].from, ps[k-1].to
		d := string(joined[:ends[k-1]])
		if kind := s.joinedKind(d, ends[:k], from, to); kind != "" {
			if len(d) == 17 {
				to++ // the X
			}
			if kind == Phone {
				from, to = s.widen(from, to)
			}
			if s.take(from, to, kind) {
				return k
			}
		}
	}
	s.single(ps[0])
	return 1
}

// separates tells whether the runes between two pieces can stand inside one number.
func (s *scan) separates(from, to int) bool {
	if to-from < 1 || to-from > 3 {
		return false
	}
	for i := from; i < to; i++ {
		switch s.text[i] {
		case ' ', '\t', '-', '.', '_', '/', ',', '(', ')', 0x00A0, 0x00B7, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x30FB, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		default:
			return false
		}
	}
	return true
}

// joinedKind tells what digits from several pieces are; ends are the piece borders. Joined numbers must fit more strictly
// than single ones, since dates, sums and lists stand side by side too.
func (s *scan) joinedKind(d string, ends []int, from, to int) string {
	switch {
	case len(d) == 18 && idCheck(d), len(d) == 18 && ends[0] == 6 && idShape(d):
		return IDCard
	case len(d) == 17 && upper(s.at(to)) == 'X' && idCheck(d+"X"):
		return IDCard
	case len(d) >= 15 && len(d) <= 19 && ends[0] == 4 && len(ends) >= 4 && ends[1] == 8 && ends[2] == 12 && (luhn(d) || d[:2] == "62"):
		return BankCard
	case len(d) >= 16 && len(d) <= 19 && len(ends) == 2 && ends[0] == 6 && luhn(d):
		return BankCard
	case len(d) >= 12 && (ends[0] == 4 || ends[0] == 6) && bankCues.near(s.text, from, 5):
		return BankCard
	case isMobile(d) && !(len(d) == 11 && ends[0] == 2 && ends[1] == 5): // 13,800,138,000 is a sum
		return Phone
	case isLandline(d) && (ends[0] == 3 || ends[0] == 4 || d[:2] == "86" || d[:2] == "00"):
		return Phone
	case len(d) == 8 && len(ends) == 2 && ends[0] == 4 && d[0] >= '2' && d[0] <= '8' && d[:2] != "20" && !s.counts(to) && phoneCues.near(s.text, to-9, 12):
		return Phone
	}
	return ""
}

// single takes a number that stands in one piece.
func (s *scan) single(p piece) {
	d := make([]byte, 0, 24)
	for i := p.from; i < p.to; i++ {
		d = append(d, byte(s.text[i]))
	}
	from, to := p.from, p.to
	if len(d) == 17 && upper(s.at(to)) == 'X' && !isAlnum(s.at(to+1)) {
		d, to = append(d, 'X'), to+1
	}
	switch kind := s.singleKind(string(d), from, to); kind {
	case "":
	case Phone:
		from, to = s.widen(from, to)
		fallthrough
	default:
		s.take(from, to, kind)
	}
}

// singleKind tells what an unbroken number is, by its own form first and by the words around it second.
func (s *scan) singleKind(d string, from, to int) string {
	n := len(d)
	if d[n-1] == 'X' || n == 18 {
		switch {
		case idCheck(d) || idShape(d):
			return IDCard
		case n == 18 && creditCheck(d):
			return Licence
		}
	}
	switch {
	case n == 15 && idShape(d) && !datedOrder(d):
		return IDCard
	case isMobile(d), isLandline(d):
		return Phone
	case n < 5:
		return ""
	case n >= 8 && bankCues.near(s.text, from, 5):
		return BankCard
	case n >= 8 && licenceCues.near(s.text, from, 5):
		return Licence
	case documentCues.near(s.text, from, 4):
		return Other
	case datedOrder(d) || orderCues.near(s.text, from, 3):
		return ""
	case n >= 13 && n <= 19 && d[0] >= '3' && luhn(d), n >= 16 && n <= 19 && d[:2] == "62":
		return BankCard
	case n >= 15:
		return Other
	case n >= 12 && d[0] == '1' && d[1] >= '3', n >= 12 && d[:2] == "01":
		return Phone // a mobile number with something glued to it
	case n == 7 || n == 8:
		return s.localKind(d, from, to)
	case n >= 5 && n <= 14 && phoneCues.near(s.text, from, 4) && !s.counts(to) && !publicLine(d):
		return Phone
	}
	return ""
}

// localKind decides about a landline without its area code: eight places stand for themselves, seven need a word
// before, and right behind such a word any will do.
func (s *scan) localKind(d string, from, to int) string {
	if phoneCues.near(s.text, from, 4) && !s.counts(to) {
		return Phone
	}
	if d[0] < '2' || d[0] > '8' || s.counts(to) || s.at(from-1) == '.' && isDigit(s.at(from-2)) || isLetter(s.at(from-1)) || isLetter(s.at(to)) {
		return ""
	}
	if len(d) == 8 || phoneCues.near(s.text, from, 12) {
		return Phone
	}
	return ""
}

// counts tells whether what follows makes a plain number a quantity.
func (s *scan) counts(to int) bool {
	return quantities.at(s.text, to) > 0 || s.at(to) == '.' && isDigit(s.at(to+1))
}

// publicLine tells whether d is a short number that everybody has: 1xx, 12345, 95xxx, 96xxx, 100xx, 10086.
func publicLine(d string) bool {
	return len(d) == 5 && (d[0] == '1' || d[0] == '9')
}

// widen adds a plus or an opening bracket before a phone number and the extension behind it.
func (s *scan) widen(from, to int) (int, int) {
	if s.free(from-1) && (s.text[from-1] == '+' || s.text[from-1] == '(' && s.closesInside(from, to)) {
		from--
	}
	at := to
	for s.free(at) && (s.text[at] == ' ' || s.text[at] == '-') && at < to+2 {
		at++
	}
	if ext := extensions.at(s.text, at); ext > 0 {
		at += ext
	}
	if at == to {
		return from, to
	}
	end := at
	for s.free(end) && isDigit(s.text[end]) {
		end++
	}
	if end-at < 2 || end-at > 6 || isDigit(s.text[to-1]) && s.text[at-1] == ' ' {
		return from, to
	}
	return from, end
}

func (s *scan) closesInside(from, to int) bool {
	for i := from; i < to; i++ {
		if s.text[i] == ')' {
			return true
		}
	}
	return false
}

// spelledNumbers finds numbers written out with Chinese numerals, alone or mixed with digits.
func (s *scan) spelledNumbers() {
	var ats [32]int
	var ds [32]byte
	for i := 0; i < len(s.text); i++ {
		if s.looks[i]&(figure|numeric) == 0 || !s.spells(i) {
			continue
		}
		at, d, words := ats[:0], ds[:0], 0
		j := i
		for {
			if !s.spells(j) {
				if s.spells(j+1) && s.separates(j, j+1) {
					j++
					continue
				}
				break
			}
			r := s.text[j]
			if v := numeral(r); v != 0 {
				r, words = v, words+1
			}
			at, d = append(at, j), append(d, byte(r))
			j++
		}
		i = j
		if words >= 2 && len(d) >= 7 {
			s.spelled(string(d), at)
		}
	}
}

// spells tells whether a free numeral or digit stands at i.
func (s *scan) spells(i int) bool {
	return s.free(i) && (isDigit(s.text[i]) || numeral(s.text[i]) != 0)
}

// spelled takes the numbers inside a run of numerals; at gives the place of each digit. A run may go on with a numeral
// that is the next word's.
func (s *scan) spelled(d string, at []int) {
	digits, places := make([]byte, 0, len(d)), 0
	for k, i := range at {
		if isDigit(s.text[i]) {
			digits, places = append(digits, d[k]), places+1
		}
	}
	if places >= 11 && (isMobile(string(digits)) || isLandline(string(digits))) { // a numeral one (一) used as a dash
		s.take(at[0], at[len(at)-1]+1, Phone)
		return
	}
	for k := 0; k+7 <= len(d); k++ {
		for _, n := range [...]int{18, 12, 11, 10} {
			if k+n > len(d) {
				continue
			}
			w := d[k : k+n]
			kind := ""
			switch {
			case n == 18 && idShape(w):
				kind = IDCard
			case n < 18 && (isMobile(w) || isLandline(w)):
				kind = Phone
			}
			if kind != "" && s.take(at[k], at[k+n-1]+1, kind) {
				if k+n < len(at) {
					s.spelled(d[k+n:], at[k+n:])
				}
				return
			}
		}
	}
	switch near := phoneCues.near(s.text, at[0], 12); {
	case len(d) >= 15 && !datedOrder(d):
		s.take(at[0], at[len(at)-1]+1, Other)
	case len(d) <= 9 && near && d[0] >= '2' && d[0] <= '8' && !datedOrder(d):
		s.take(at[0], at[min(len(at), 8)-1]+1, Phone)
	}
}
