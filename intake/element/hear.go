package element

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hearing is one turn under search.
type hearing struct {
	turn  int
	text  string
	found []Found
}

// add notes what stands at some bytes of the turn, unless it overlaps one of the same kind.
func (h *hearing) add(k Kind, from, to int, value string, count float64) {
	start := utf8.RuneCountInString(h.text[:from])
	f := Found{Kind: k, Turn: h.turn, Start: start, End: start + utf8.RuneCountInString(h.text[from:to]), Value: value, Count: count}
	if value != "" && !slices.ContainsFunc(h.found, func(g Found) bool { return g.Kind == k && f.Start < g.End && g.Start < f.End }) {
		h.found = append(h.found, f)
	}
}

func (h *hearing) contacts() {
	for _, re := range said.phone {
		for _, m := range re.FindAllStringIndex(h.text, -1) {
			if digits := spokenDigits(h.text[m[0]:m[1]]); isPhone(digits) && !inNumber(h.text, m[0], m[1]) {
				h.add(Contact, m[0], m[1], digits, 0)
			}
		}
	}
	for _, re := range said.name {
		for _, m := range re.FindAllStringSubmatchIndex(h.text, -1) {
			name := h.text[m[2]:m[3]]
			if !slices.ContainsFunc(said.NotName, func(w string) bool { return strings.HasPrefix(name, w) }) {
				h.add(Name, m[2], m[3], name, 0)
			}
		}
	}
}

// inNumber tells that what was found is part of a longer number, such as that of an order.
func inNumber(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return unicode.IsDigit(before) || unicode.IsDigit(after)
}

// isPhone takes a mobile number, or a landline with its area code.
func isPhone(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] > '2' || len(digits) >= 10 && len(digits) <= 12 && digits[0] == '0'
}

// counts finds amounts of money or numbers of people.
func (h *hearing) counts(k Kind, patterns []*regexp.Regexp) {
	for _, re := range patterns {
		for _, m := range re.FindAllStringSubmatchIndex(h.text, -1) {
			before := h.text[:m[0]]
			n, ok := number(h.text[m[2]:m[3]])
			if !ok || slices.ContainsFunc(said.NotCount, func(w string) bool { return strings.HasSuffix(before, w) }) {
				continue
			}
			if len(m) >= 6 && m[4] >= 0 {
				n *= float64(said.Tens[h.text[m[4]:m[5]]])
			}
			if len(m) >= 8 && m[6] >= 0 { // three yuan five
				if tenth, ok := number(h.text[m[6]:m[7]]); ok && tenth < 10 {
					n += tenth / 10
				}
			}
			if n > 0 {
				h.add(k, m[0], m[1], h.text[m[0]:m[1]], n)
			}
		}
	}
}

func (h *hearing) times() {
	for _, re := range said.time {
		for _, m := range re.FindAllStringSubmatchIndex(h.text, -1) {
			m = m[len(m)-2:] // the group, else the whole
			h.add(Time, m[0], m[1], h.text[m[0]:m[1]], 0)
		}
	}
}

// places finds names that the city knows, with the number behind them, and what sounds like a place.
func (h *hearing) places(known []string) {
	for _, name := range known {
		for from := 0; utf8.RuneCountInString(name) >= 2; {
			at := strings.Index(h.text[from:], name)
			if at < 0 {
				break
			}
			at += from
			end := at + len(name)
			if m := said.behindPlace.FindString(h.text[end:]); m != "" {
				end += len(m)
			}
			h.add(Place, at, end, h.text[at:end], 0)
			from = end
		}
	}
	for _, re := range said.place {
		for _, m := range re.FindAllStringIndex(h.text, -1) {
			from := m[0] + afterLast(h.text[m[0]:m[1]], said.BeforePlace)
			value := h.text[from:m[1]]
			if utf8.RuneCountInString(value) >= 3 && !notPlace(value) {
				h.add(Place, from, m[1], value, 0)
			}
		}
	}
}

func notPlace(s string) bool {
	return slices.Contains(said.NotPlace, s) || slices.ContainsFunc(said.NotPlaceEnd, func(w string) bool { return strings.HasSuffix(s, w) })
}

// afterLast tells where a place begins: behind the last of the words that stand before places, and leaves at least three characters.
func afterLast(text string, list []string) int {
	runes := []rune(text)
	if len(runes) <= 3 {
		return 0
	}
	limit := len(string(runes[:len(runes)-3]))
	best := 0
	for _, w := range list {
		for from := 0; ; {
			at := strings.Index(text[from:], w)
			if at < 0 {
				break
			}
			from += at + len(w)
			if from <= limit && !unicodeDigitAfter(text, from) && from > best {
				best = from
			}
		}
	}
	return best
}

// unicodeDigitAfter keeps the cut out of the middle of an address: behind a number the place is already there.
func unicodeDigitAfter(text string, at int) bool {
	return strings.ContainsFunc(text[:at], unicode.IsDigit)
}

// sentences finds what it is about and what is wanted.
func (h *hearing) sentences() {
	at, best, bestFrom, bestTo := 0, 0, 0, 0
	for _, s := range splitSentences(h.text) {
		from, to := at+s[0], at+s[1]
		text := strings.ToLower(h.text[from:to])
		hits := 0
		for _, w := range said.Matter {
			hits += strings.Count(text, w)
		}
		if hits > best {
			best, bestFrom, bestTo = hits, from, to
		}
		for _, re := range said.ask {
			if m := re.FindStringIndex(text); m != nil && len(text) == to-from {
				h.add(Ask, from+m[0], to, strings.TrimSpace(h.text[from+m[0]:to]), 0)
				break
			}
		}
	}
	if best > 0 {
		h.add(Matter, bestFrom, bestTo, strings.TrimSpace(h.text[bestFrom:bestTo]), float64(best))
	}
}

var sentenceEnd = regexp.MustCompile(`[。！？!?；;_\n]+|，|,`)

// splitSentences cuts a turn into clauses, as byte offsets; short clauses stay with the one before.
func splitSentences(text string) [][2]int {
	var out [][2]int
	from := 0
	put := func(to int) {
		if strings.TrimSpace(text[from:to]) == "" {
			return
		}
		if n := len(out); n > 0 && utf8.RuneCountInString(text[from:to]) < 3 && out[n-1][1] >= from-3 {
			out[n-1][1] = to
			return
		}
		out = append(out, [2]int{from, to})
	}
	for _, m := range sentenceEnd.FindAllStringIndex(text, -1) {
		if m[0] > from {
			put(m[0])
		}
		from = m[1]
	}
	put(len(text))
	return out
}
