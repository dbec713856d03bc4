package privacy

// emails finds mail addresses, also with full-width signs or a space around the @.
func (s *scan) emails() {
	for i, r := range s.text {
		if r != '@' {
			continue
		}
		from, to := i, i+1
		if s.at(from-1) == ' ' && isAlnum(s.at(from-2)) {
			from--
		}
		if s.at(to) == ' ' && isAlnum(s.at(to+1)) {
			to++
		}
		start, end := from, to
		for s.free(start-1) && localPart(s.text[start-1]) {
			start--
		}
		for s.free(end) && (isAlnum(s.text[end]) || (s.text[end] == '.' || s.text[end] == '-') && isAlnum(s.at(end+1))) {
			end++
		}
		for start < from && s.text[start] == '.' {
			start++
		}
		if start < from && end > to {
			s.take(start, end, Email)
		}
	}
}

func localPart(r rune) bool {
	return isAlnum(r) || r == '.' || r == '_' || r == '-' || r == '+' || r == '%'
}

// plates finds number plates: province, letter, five places (six for new energy), with a dot, dash or space among them; plates
// of services; and plates without their province after a word such as "plate".
func (s *scan) plates() {
	for i := 0; i < len(s.text); i++ {
		r := s.text[i]
		switch {
		case s.looks[i]&taken != 0 || s.looks[i]&(letter|plateSign) == 0:
		case provinces[r] && s.plate(i, i+1, 1):
		case services[r] && s.plate(i, i+1, 3):
		case isLetter(r) && !isAlnum(s.at(i-1)) && (plateCues.near(s.text, i, 3) || s.afterPlate(i)):
			s.plate(i, i, 2)
		}
	}
}

// plate takes a plate that begins at from and whose letter stands at letter or one separator behind it, with at least so many digits.
func (s *scan) plate(from, letter, digits int) bool {
	if plateGap(s.at(letter)) && letter > from {
		letter++
	}
	if !isLetter(s.at(letter)) {
		return false
	}
	i, n, seen := letter+1, 0, 0
	for n < 6 {
		if n < 5 && plateGap(s.at(i)) {
			if !plateBody(s.at(i + 1)) {
				break
			}
			i++
		} else if n == 5 && s.long(i) {
			break
		}
		r := s.at(i)
		if !plateBody(r) {
			break
		}
		if isDigit(r) {
			seen++
		}
		i, n = i+1, n+1
	}
	if n == 4 && plateSuffixes[s.at(i)] {
		i, n = i+1, 5
	}
	if n < 5 || seen < digits {
		return false
	}
	return s.take(from, i, Plate)
}

// long tells whether the run of letters and digits at i is more than the one place that a new-energy plate adds: then another
// number is glued to the plate.
func (s *scan) long(i int) bool {
	return isAlnum(s.at(i)) && isAlnum(s.at(i+1))
}

// afterPlate tells whether a plate ends one or two signs before i, as in a list.
func (s *scan) afterPlate(i int) bool {
	if len(*s.found) == 0 {
		return false
	}
	last := (*s.found)[len(*s.found)-1]
	return last.Kind == Plate && i > last.End && i-last.End <= 2
}

func plateBody(r rune) bool { return isAlnum(r) || r == '*' }

func plateGap(r rune) bool {
	switch r {
	case ' ', '-', '.', 0x00B7, 0x2022, 0x30FB, 0x2014, 0x2013, 0x2027, 0x22C5, 0x00A0:
		return true
	}
	return false
}

// codes finds codes of letters and digits: unified social credit codes by their check place, passports and the like after their cue.
func (s *scan) codes() {
	for i := 0; i < len(s.text); i++ {
		if s.looks[i]&(figure|letter) == 0 || !isAlnum(s.text[i]) {
			continue
		}
		from, letters := i, 0
		for s.free(i) && isAlnum(s.text[i]) {
			if isLetter(s.text[i]) {
				letters++
			}
			i++
		}
		n := i - from
		if letters == 0 || n < 7 || n > 20 {
			continue
		}
		var b [20]byte
		for k := range n {
			b[k] = byte(upper(s.text[from+k]))
		}
		d := string(b[:n])
		switch {
		case n == 18 && idShape(d) && letters == 1 && d[17] == 'X':
			s.take(from, i, IDCard)
		case n == 18 && (creditCheck(d) || licenceCues.near(s.text, from, 5)):
			s.take(from, i, Licence)
		case n-letters >= 6 && documentCues.near(s.text, from, 4):
			s.take(from, i, Other)
		case n-letters >= 6 && licenceCues.near(s.text, from, 4):
			s.take(from, i, Licence)
		}
	}
}

// accounts finds the accounts of chat and payment services: a cue, a few filling words, an identifier.
func (s *scan) accounts() {
	for i := 0; i < len(s.text); {
		if s.looks[i]&chatSign == 0 {
			i++
			continue
		}
		n := chatCues.at(s.text, i)
		if n == 0 || isLetter(s.text[i]) && isAlnum(s.at(i-1)) {
			i++
			continue
		}
		i += n
		from := i
		for from < len(s.text) && from < i+6 {
			if f := fillers.at(s.text, from); f > 0 {
				from += f
			} else if s.text[from] == ' ' {
				from++
			} else {
				break
			}
		}
		to := from
		for s.free(to) && (isAlnum(s.text[to]) || s.text[to] == '_' || s.text[to] == '-') {
			to++
		}
		if n := to - from; n >= 5 && n <= 24 && !isMobile(string(s.text[from:to])) {
			s.take(from, to, WeChat)
		}
	}
}
