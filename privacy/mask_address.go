package privacy

// addresses finds the part of an address that leads to one door: house number, building, entrance, floor, room. Street and
// neighbourhood stay, since the case is about them.
func (s *scan) addresses() {
	for i := 0; i < len(s.text); i++ {
		if s.looks[i]&(figure|letter|numeric) == 0 || !s.doorPart(i) || s.doorPart(i-1) {
			continue
		}
		if to, ok := s.chain(i); ok {
			s.take(i, to, Address)
			i = to - 1
		} else if to, ok := s.dashes(i); ok {
			s.take(i, to, Address)
			i = to - 1
		}
	}
}

// doorPart tells whether a rune can belong to the number of a building or room.
func (s *scan) doorPart(i int) bool {
	return s.free(i) && (isAlnum(s.text[i]) || numeral(s.text[i]) != 0 || s.text[i] == ten)
}

const ten = 0x5341 // the numeral ten, which stands in numbers but not in spelled-out digits

// chain reads numbers with their words, one after another (house number, building, entrance, floor, room). It counts when
// one word is strong, when a bare number of three places stands for a room, or when a house number follows a street.
func (s *scan) chain(i int) (end int, ok bool) {
	at := i
	for {
		from := at
		for at-from <= longestDoor && (s.doorPart(at) || at > from && s.at(at) == '-' && s.doorPart(at+1)) {
			at++
		}
		n := at - from
		if n == 0 || n > longestDoor {
			return end, ok
		}
		strong, weak := strongParts.at(s.text, at), weakParts.at(s.text, at)
		word := max(strong, weak)
		if word == 0 {
			if at > i+n && n >= 3 && n <= 4 && isDigit(s.text[from]) && quantities.at(s.text, at) == 0 {
				return at, true // a bare room number behind a building or floor
			}
			return end, ok
		}
		if notParts.at(s.text, at+word) > 0 && word == 1 {
			return end, ok
		}
		switch {
		case strong > 0:
			ok = true
		case s.houseNumber(from, at), n >= 3 && isDigit(s.text[from]) && s.text[at] != number:
			ok = true
		case s.text[at] == number && !ok:
			return end, ok // a day of the month, a bus, a list
		}
		at += word
		end = at
		if s.at(at) == ' ' || s.at(at) == '-' || s.at(at) == '#' {
			at++
		}
	}
}

// longestDoor is how many signs the number of a house or room has at most; a longer run is none, and is not read to its end.
const longestDoor = 9

const number = 0x53F7 // the word for a number (of a house, a day, a line)

// houseNumber tells whether the number from..at stands behind a street or a place.
func (s *scan) houseNumber(from, at int) bool {
	return s.text[at] == number && (places.before(s.text, from) > 0 || s.at(from-1) == ' ' && places.before(s.text, from-1) > 0)
}

// dashes reads building, entrance and room as numbers with dashes (3-2-501) behind the name of a place.
func (s *scan) dashes(i int) (end int, ok bool) {
	if places.before(s.text, i) == 0 {
		return 0, false
	}
	at, dash := i, 0
	for s.doorPart(at) || at > i && (s.at(at) == '-' || s.at(at) == '#') && s.doorPart(at+1) {
		if s.text[at] == '-' || s.text[at] == '#' {
			dash++
		}
		at++
	}
	return at, dash >= 1 && dash <= 4 && isDigit(s.text[at-1])
}
