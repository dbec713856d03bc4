package privacy

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// The kinds of personal data that Mask finds, in the fixed words of the interfaces contract.
const (
	Name     = "name"
	Phone    = "phone"          // mobile and landline, with extension
	IDCard   = "id_card"        // resident identity number of 18 or 15 places (GB 11643)
	BankCard = "bank_card"      // card number (GB/T 15694, Luhn) or an account number after its cue
	Plate    = "plate"          // vehicle number plate (GA 36)
	Email    = "email"          //
	WeChat   = "wechat"         // accounts of WeChat, QQ and the like, after their cue
	Address  = "address_detail" // what leads to one door: building, entrance, floor, room, house number
	Licence  = "licence"        // unified social credit code (GB 32100) and registration numbers after their cue
	Other    = "other"          // passports and the like after their cue, and long numbers of unknown meaning
)

// Span is one finding: runes Start to End (exclusive) of the input text.
type Span struct {
	Start int
	End   int
	Kind  string
}

// star stands for one hidden character, so that a reader sees how long the hidden part was.
const star = '*'

// Mask hides personal data in a resident's or an official's words. The masked copy has as many runes as the text; the spans are
// in order and do not overlap. What stays of a finding: the first digit of a phone, the surname of a name, the province of
// a plate, the @ of an address, the words (building, room) of an address. Rules alone find names, so names that no word
// announces can stay: what is published also needs a person's eye (domain study 6.2).
func Mask(text string) (masked string, spans []Span) {
	return Masker{}.Mask(text)
}

// scan is one text under search.
type scan struct {
	text  []rune  // as written, with full-width forms made plain, rune by rune
	looks []look  // of each rune
	seen  look    // in any of them
	found *[]Span // behind a pointer, by which the compiler knows that the text stays in its room
}

// room is where a scan of an ordinary text takes place: nothing of it outlives the search.
type room struct {
	text  [512]rune
	looks [512]look
}

// newScan begins a search through a text, in a room that is used for nothing else meanwhile; what it finds is put into found.
func newScan(text string, in *room, found *[]Span) scan {
	s := scan{text: in.text[:0], looks: in.looks[:0], found: found}
	if len(text) > len(in.text) {
		n := utf8.RuneCountInString(text)
		s.text, s.looks = slices.Grow(s.text, n), slices.Grow(s.looks, n)
	}
	for _, r := range text {
		r = plain(r)
		l := lookOf(r)
		s.text, s.looks, s.seen = append(s.text, r), append(s.looks, l), s.seen|l
	}
	return s
}

// plain gives the ASCII form of full-width and mathematical letters and digits.
func plain(r rune) rune {
	switch {
	case r < 0x3000:
		return r
	case r == 0x3000:
		return ' '
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFF01 + '!'
	case r >= 0x1D7CE && r <= 0x1D7FF:
		return '0' + (r-0x1D7CE)%10
	}
	return r
}

// search goes through every rule but those for names.
func (s *scan) search() {
	if s.seen&rare != 0 {
		s.emails()
	}
	if s.seen&letter != 0 {
		s.plates()
	}
	s.accounts()
	if s.seen&letter != 0 {
		s.codes()
	}
	s.numbers()
	s.spelledNumbers()
	s.addresses()
}

// take notes a finding, unless part of it belongs to another already.
func (s *scan) take(from, to int, kind string) bool {
	if from < 0 || to > len(s.text) || from >= to {
		return false
	}
	for i := from; i < to; i++ {
		if s.looks[i]&taken != 0 {
			return false
		}
	}
	for i := from; i < to; i++ {
		s.looks[i] |= taken
	}
	*s.found = append(*s.found, Span{Start: from, End: to, Kind: kind})
	return true
}

// at gives the rune at i, 0 outside the text.
func (s *scan) at(i int) rune {
	if i < 0 || i >= len(s.text) {
		return 0
	}
	return s.text[i]
}

// free tells whether i lies in the text and in no finding.
func (s *scan) free(i int) bool { return i >= 0 && i < len(s.looks) && s.looks[i]&taken == 0 }

// hide puts stars over a finding, leaving what its kind may keep.
func (s *scan) hide(out []rune, f Span) {
	from := f.Start
	switch f.Kind {
	case Phone:
		from++
	case Plate:
		if isHan(s.text[from]) {
			from++
		}
	case Name:
		from += surname(s.text, f.Start)
	}
	for i := from; i < f.End; i++ {
		switch {
		case f.Kind == Email && s.text[i] == '@':
		case f.Kind == Address && !(isDigit(s.text[i]) || isLetter(s.text[i]) || numeral(s.text[i]) != 0):
		default:
			out[i] = star
		}
	}
}

func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isAlnum(r rune) bool  { return isDigit(r) || isLetter(r) }
func isHan(r rune) bool    { return r >= 0x3400 && unicode.Is(unicode.Han, r) }
func upper(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}
