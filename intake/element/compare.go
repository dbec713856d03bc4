package element

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Order is what the operator wrote down.
type Order struct {
	Text  string
	Place string
	Phone string
}

// How an order falls short of what was said.
const (
	Omitted     = "omitted"     // said, and not written
	Contradicts = "contradicts" // written otherwise
)

// Gap is one thing that the caller said and the order omits or contradicts.
type Gap struct {
	Kind    Kind
	How     string
	Heard   Found
	Written string // what the order says instead; empty where it says nothing
}

// mostGaps bounds what is pointed out: a longer list is not read while a caller waits.
const mostGaps = 6

// Compare points out what the caller said and the order omits or contradicts: place, time, amounts, numbers of people, the wish, the telephone number. at is the day of the call, by which
// "yesterday" and a date are held against each other. It is pure. Nothing is said of an element that was not heard.
func Compare(turns []Said, places []string, o Order, at time.Time) []Gap {
	heard := Extract(turns, places)
	text := o.Place + "\n" + o.Text
	written := Extract([]Said{{Caller: true, Text: o.Place}, {N: 1, Caller: true, Text: o.Text}}, places)
	var gaps []Gap
	gaps = append(gaps, comparePlace(heard, written, text)...)
	gaps = append(gaps, compareTime(heard, text, at)...)
	gaps = append(gaps, compareCounts(heard, written, Amount)...)
	gaps = append(gaps, compareCounts(heard, written, People)...)
	gaps = append(gaps, compareAsk(heard, text)...)
	gaps = append(gaps, comparePhone(heard, text, o.Phone)...)
	return gaps[:min(len(gaps), mostGaps)]
}

// comparePlace holds the most exact place that was heard against the order, and the number of the house against the number written behind the same name.
func comparePlace(heard, written Elements, text string) []Gap {
	best, ok := heard.Best(Place)
	if !ok {
		return nil
	}
	name, number := splitPlace(best.Value)
	_, behind, found := strings.Cut(text, name)
	if found {
		if number == "" {
			return nil
		}
		wrote := said.houseNumber.FindStringIndex(behind)
		if wrote == nil || wrote[0] != 0 {
			if strings.Contains(plain(text), plain(number)) {
				return nil // written apart from its road
			}
			return []Gap{{Kind: Place, How: Omitted, Heard: best}}
		}
		if sameNumber(number, behind[:wrote[1]]) {
			return nil
		}
		return []Gap{{Kind: Place, How: Contradicts, Heard: best, Written: name + cmp.Or(said.behindPlace.FindString(behind), behind[:wrote[1]])}}
	}
	for _, other := range heard.Of(Place) { // the caller named several places: one of them is enough
		if short, _ := splitPlace(other.Value); strings.Contains(text, short) {
			return nil
		}
	}
	for _, other := range written.Of(Place) { // "the estate's east gate" said shorter
		if short, _ := splitPlace(other.Value); strings.Contains(name, short) || strings.Contains(short, name) {
			return nil
		}
	}
	gap := Gap{Kind: Place, How: Omitted, Heard: best}
	if wrote, ok := written.Best(Place); ok {
		gap.How, gap.Written = Contradicts, wrote.Value
	}
	return []Gap{gap}
}

// splitPlace takes a place apart before its first number.
func splitPlace(s string) (name, number string) {
	for _, m := range said.houseNumber.FindAllStringIndex(s, -1) {
		if m[0] > 0 && said.behindPlace.MatchString(s[m[0]:]) {
			return s[:m[0]], s[m[0]:m[1]]
		}
	}
	return s, ""
}

func sameNumber(a, b string) bool {
	x, ok := number(a)
	y, ok2 := number(b)
	return ok && ok2 && math.Abs(x-y) < 0.005
}

// compareCounts holds each amount, or number of people, against those written.
func compareCounts(heard, written Elements, k Kind) []Gap {
	wrote := written.Of(k)
	said := heard.Of(k)
	same := func(list []Found, n float64) bool {
		return slices.ContainsFunc(list, func(f Found) bool { return math.Abs(f.Count-n) < 0.005 })
	}
	var gaps []Gap
	for _, f := range said {
		if same(wrote, f.Count) || same(countsOf(gaps), f.Count) {
			continue
		}
		gap := Gap{Kind: k, How: Omitted, Heard: f}
		for _, w := range wrote {
			if !same(said, w.Count) { // written, and never said
				gap.How, gap.Written = Contradicts, w.Value
			}
		}
		gaps = append(gaps, gap)
	}
	return gaps
}

func countsOf(gaps []Gap) (list []Found) {
	for _, g := range gaps {
		list = append(list, g.Heard)
	}
	return list
}

// compareAsk looks for each wish among the written words.
func compareAsk(heard Elements, text string) []Gap {
	var gaps []Gap
	for _, f := range heard.Of(Ask) {
		if wish := bareWish(f.Value); len([]rune(wish)) >= leastWish && shared(wish, text) < wishKept {
			gaps = append(gaps, Gap{Kind: Ask, How: Omitted, Heard: f})
		}
	}
	return gaps[:min(len(gaps), 2)]
}

const (
	leastWish = 4   // characters of a wish without its opening words; shorter ones are politeness
	wishKept  = 0.4 // share of its pairs of characters that the order must have
)

func bareWish(s string) string {
	for _, re := range said.ask {
		if m := re.FindStringIndex(s); m != nil && m[0] == 0 {
			s = s[m[1]:]
			break
		}
	}
	for _, w := range said.Filler {
		s = strings.ReplaceAll(s, w, "")
	}
	return s
}

// shared is the share of the pairs of neighbouring characters of a that b has too.
func shared(a, b string) float64 {
	pairs, n := 0, 0
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, a))
	for i := 0; i+1 < len(letters); i++ {
		n++
		if strings.Contains(b, string(letters[i:i+2])) {
			pairs++
		}
	}
	if n == 0 {
		return 1
	}
	return float64(pairs) / float64(n)
}

func comparePhone(heard Elements, text, phone string) []Gap {
	f, ok := heard.Best(Contact)
	if !ok || strings.Contains(spokenDigits(phone), f.Value) || strings.Contains(spokenDigits(text), f.Value) {
		return nil
	}
	if phone == "" {
		return []Gap{{Kind: Contact, How: Omitted, Heard: f}}
	}
	return []Gap{{Kind: Contact, How: Contradicts, Heard: f, Written: phone}}
}
