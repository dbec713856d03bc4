package address

import "unicode/utf8"

// nearest finds what a misspelt name behind the last certain one means: the one area inside it whose name differs by a character or sounds alike.
// Where nothing is certain the name must sound alike. It gives -1 where none or several areas do.
func (g *Gazetteer) nearest(text []rune, p Place) (area int32, end int) {
	if p.Area >= 0 && (g.areas[p.Area].Level >= Street || len(p.Open) > 0) {
		return -1, 0
	}
	rest := text[p.End:]
	area = -1
	best := different
	try := func(i int32) {
		a := &g.areas[i]
		how, n := nearName(rest, a, a.Name[:g.stems[i]])
		if how > best || how == different || p.Area < 0 && how != sounds {
			return
		}
		if how == best {
			area = several
			return
		}
		best, area, end = how, i, p.End+n
	}
	if p.Area < 0 {
		for i := range g.areas {
			if g.areas[i].Level <= District {
				try(int32(i)) //nolint:gosec // areas are fewer than 2³¹
			}
		}
	} else {
		g.below(p.Area, try)
	}
	if area == several {
		return -1, 0
	}
	return area, end
}

const several = -2

// below visits every area inside another.
func (g *Gazetteer) below(i int32, visit func(int32)) {
	for _, c := range g.children[i] {
		visit(c)
		g.below(c, visit)
	}
}

// How far a written name is from the one on the list.
const (
	sounds   = iota // every character sounds as it should
	oneWrong        // one character is another one
	oneMoved        // one is missing or too many
	different
)

// nearName compares the beginning of a text with an area's name: its stem may be misspelt, a word for its level must stand behind it.
func nearName(text []rune, a *Area, stem string) (how, end int) {
	how = different
	length := utf8.RuneCountInString(stem)
	for n := max(2, length-1); n <= length+1 && n < len(text); n++ {
		w := levelEnds[a.Level].begins(text[n:])
		if w == 0 {
			continue
		}
		short := []rune(stem)
		d := compare(text[:n], short)
		if d == oneWrong && len(short) < 3 && string(text[n:n+w]) != a.Name[len(stem):] {
			continue // too little is left of the name
		}
		if d < how {
			how, end = d, n+w
		}
	}
	return how, end
}

// compare tells how far two names are from each other. Names of two characters must share one and be of one length.
func compare(a, b []rune) int {
	if len(a) == len(b) {
		wrong, alike := 0, true
		for i := range a {
			if a[i] != b[i] {
				wrong++
				alike = alike && sameSound(a[i], b[i])
			}
		}
		switch {
		case alike && (wrong < len(a) || len(a) > 2):
			return sounds
		case wrong == 1:
			return oneWrong
		}
		return different
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) != len(a)+1 || len(a) < 3 {
		return different
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if string(a[i:]) == string(b[i+1:]) {
		return oneMoved
	}
	return different
}

// Misspelt tells whether a written name may be a misspelling of one on a list: it sounds alike, or one character of a longer name is another one.
// A character that tells names apart, such as a number or a side of the sky, is not taken for a mistake, nor are the last two, which tell what sort
// of place it is; the same name is none.
func Misspelt(written, listed []rune) bool {
	if len(written) != len(listed) || len(listed) < 3 {
		return false
	}
	wrong, last := 0, 0
	for i := range listed {
		if written[i] == listed[i] {
			continue
		}
		last = i
		if wrong++; telling[written[i]] || telling[listed[i]] {
			return false
		}
	}
	how := compare(written, listed)
	return wrong > 0 && (how == sounds || how == oneWrong && len(listed) > 4 && last < len(listed)-2)
}
