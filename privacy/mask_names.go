package privacy

import (
	"maps"
	"slices"
)

// names finds personal names by the words that announce them (before or behind), by a phone number or a sex behind them,
// in lists, and by having been found elsewhere in the same text.
func (s *scan) names() {
	before := len(*s.found)
	for i, l := range s.looks {
		if l&nameSign == 0 {
			continue
		}
		if n := strongCues.at(s.text, i); n > 0 {
			s.announced(i+n, true)
		} else if n := weakCues.at(s.text, i); n > 0 {
			s.announced(i+n, false)
		}
		if titles.at(s.text, i) > 0 {
			s.titled(i)
		}
	}
	s.besideNumbers()
	s.inLists(before)
	s.again(before)
}

// announced takes the name behind a cue.
func (s *scan) announced(i int, sure bool) {
	from := i
	for i < from+4 && (nameFillers[s.at(i)] || s.at(i) == ' ') {
		i++
	}
	if n := s.nameAt(i, sure || i > from); n > 0 {
		s.take(i, i+n, Name)
	}
}

// surname gives the length of the surname at i, 0 for none.
func surname(text []rune, i int) int {
	if n := compoundSurnames.at(text, i); n > 0 {
		return n
	}
	if i >= 0 && i < len(text) && surnames[text[i]] {
		return 1
	}
	return 0
}

// nameAt gives the length of the full name at i, 0 where none reads as one. sure says that a word or sign demands a name here.
func (s *scan) nameAt(i int, sure bool) int {
	n := surname(s.text, i)
	if n == 0 || !sure && n == 1 && doubtfulSurnames[s.text[i]] || !s.given(i+n) || notNames.at(s.text, i) > 0 || titles.at(s.text, i+n) > 0 {
		return 0
	}
	if !s.given(i+n+1) || titles.at(s.text, i+n+1) > 0 || weakCues.at(s.text, i+n+1) > 0 {
		return n + 1
	}
	return n + 2
}

// given tells whether a rune can stand in a given name.
func (s *scan) given(i int) bool {
	return s.free(i) && isHan(s.text[i]) && !nameStops[s.text[i]]
}

// titled takes the full name before a title; a surname alone names nobody and stays.
func (s *scan) titled(title int) {
	for _, n := range [...]int{4, 3, 2} {
		from := title - n
		if from < 0 || surnames[s.text[title-1]] && n == 2 {
			continue
		}
		sn := surname(s.text, from)
		if sn == 0 || n-sn < 1 || n-sn > 2 || n == 3 && sn == 1 && surnames[s.text[title-1]] && nameStops[s.text[title-2]] {
			continue
		}
		ok := notNames.at(s.text, from) == 0
		for i := from + sn; i < title; i++ {
			ok = ok && s.given(i)
		}
		if ok && s.take(from, title, Name) {
			return
		}
	}
}

// besideNumbers takes names that stand beside a phone or identity number, or before a sex.
func (s *scan) besideNumbers() {
	for _, f := range *s.found {
		if f.Kind != Phone && f.Kind != IDCard {
			continue
		}
		end := f.Start
		for range 4 {
			if nameGap(s.at(end - 1)) {
				end--
			} else {
				end -= max(phoneCues.before(s.text, end), identityCues.before(s.text, end))
			}
		}
		s.endingAt(end)
		at := f.End
		if nameGap(s.at(at)) {
			at++
		}
		if n := s.nameAt(at, true); n > 0 && !isHan(s.at(at+n)) {
			s.take(at, at+n, Name)
		}
	}
	if s.seen&rare == 0 {
		return
	}
	for i, r := range s.text {
		if (r == male || r == female) && nameGap(s.at(i-1)) && !isHan(s.at(i+1)) {
			s.endingAt(i - 1)
		}
	}
}

const (
	male   = 0x7537
	female = 0x5973
)

// nameGap tells whether a sign stands between a name and what is said of the person.
func nameGap(r rune) bool {
	switch r {
	case ' ', ',', ':', '(', 0x3001, '/', '|':
		return true
	}
	return false
}

// endingAt takes the name that ends at end, where a border or a sign stands before it.
func (s *scan) endingAt(end int) {
	for _, n := range [...]int{3, 2, 4} {
		from := end - n
		if from < 0 || isHan(s.at(from-1)) && weakCues.before(s.text, from) == 0 {
			continue
		}
		if s.nameAt(from, true) == n && s.take(from, end, Name) {
			return
		}
	}
}

// inLists takes the names that go on after a name: two people, joined by a sign or a word for and.
func (s *scan) inLists(first int) {
	for k := first; k < len(*s.found); k++ {
		f := (*s.found)[k]
		if f.Kind != Name {
			continue
		}
		at := f.End
		for at < len(s.looks) && s.looks[at]&taken != 0 { // the phone number of the first
			at++
		}
		if s.at(at) == 0x3001 || s.at(at) == ',' && at == f.End || listWords[s.at(at)] {
			if n := s.nameAt(at+1, false); n > 0 && (s.at(at) != ',' || !isHan(s.at(at+1+n))) {
				s.take(at+1, at+1+n, Name)
			}
		}
	}
}

// again takes the other places of the names found. However many they are, the text is read once.
func (s *scan) again(first int) {
	if !slices.ContainsFunc((*s.found)[first:], func(f Span) bool { return f.Kind == Name }) {
		return
	}
	names, begin, lengths := map[string]bool{}, map[rune]bool{}, map[int]bool{}
	for _, f := range (*s.found)[first:] {
		if f.Kind == Name {
			name := s.text[f.Start:f.End]
			names[string(name)], begin[name[0]], lengths[len(name)] = true, true, true
		}
	}
	longestFirst := slices.SortedFunc(maps.Keys(lengths), func(a, b int) int { return b - a })
	for i, r := range s.text {
		if !begin[r] {
			continue
		}
		for _, n := range longestFirst {
			if i+n <= len(s.text) && names[string(s.text[i:i+n])] {
				s.take(i, i+n, Name)
			}
		}
	}
}
