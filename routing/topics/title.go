package topics

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiyin/search/words"
)

// Bounds of a title in characters.
const (
	shortestSentence = 6
	longestSentence  = 40
	notFirst         = 0.8 // what a sentence counts that is not the first of its message
	titleFrom        = 60  // messages that are asked for a title: of more, the first ones in time are enough
)

// title is the sentence of a message that says most of what all say, in the fewest words.
func (g *grouper) title(members []int32) string {
	middle := map[int32]float32{}
	for _, w := range g.v.middle(members) {
		middle[w.term] = w.weight
	}
	best, most := "", -1.0
	for _, m := range members[:min(len(members), titleFrom)] {
		for i, s := range sentences(g.given[m].Text) {
			score := g.says(s, middle)
			if i > 0 {
				score *= notFirst
			}
			if score > most {
				best, most = s, score
			}
		}
	}
	return best
}

// says is how much of the middle of a topic a sentence holds, for its length.
func (g *grouper) says(sentence string, middle map[int32]float32) float64 {
	runes := words.FoldWithPositions(sentence).Runes
	sum, n := 0.0, 0
	seen := map[int32]bool{}
	for i := 1; i < len(runes); i++ {
		n++
		if t, ok := g.v.pairs[[2]rune{runes[i-1], runes[i]}]; ok && !seen[t] {
			seen[t] = true
			sum += float64(middle[t])
		}
	}
	return sum / math.Sqrt(float64(n)+8)
}

// sentences are what can be a title: the first thoughts of a text, without greeting, opener and signs at their ends.
func sentences(text string) []string {
	text = strings.TrimSpace(text)
	text = text[wordLists().greeting(text):]
	var out []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。！？!?；;\n\r", r) }) {
		if len(out) == 3 {
			break
		}
		s = strings.TrimSpace(s)
		s = s[wordLists().greeting(s):]
		s = clip(withoutOpener(strings.Trim(s, " ,，、:：.…\t")))
		if n := utf8.RuneCountInString(s); n >= shortestSentence {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = append(out, clip(strings.Join(strings.Fields(text), " ")))
	}
	return out
}

// withoutOpener drops the words with which a resident begins, where more than these follows.
func withoutOpener(s string) string {
	l := wordLists()
	for again := true; again; {
		again = false
		for _, list := range l.openers {
			for _, word := range list {
				if rest, ok := strings.CutPrefix(s, string(word)); ok && utf8.RuneCountInString(rest) >= shortestSentence {
					s = strings.TrimLeft(rest, " ,，、:：")
					again = true
				}
			}
		}
	}
	return s
}

// clip shortens a sentence to the bound of a title, at a comma if there is one in its second half.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= longestSentence {
		return s
	}
	runes = runes[:longestSentence]
	for i := len(runes) - 1; i > longestSentence/2; i-- {
		if strings.ContainsRune("，,、：:", runes[i]) {
			return string(runes[:i])
		}
	}
	return strings.TrimRightFunc(string(runes), unicode.IsPunct) + "…"
}

// Shares of messages from which on a place is that of the topic.
const (
	placeShare = 0.5 // have the name, or come from the area
	placeAfter = 0.3 // of those have it before a word that comes after places
)

// place is the narrowest area that most of the messages name, and the name of the topic where that is one of a place.
func (g *grouper) place(t *gathering, members []int32) string {
	count := map[int32]int{}
	best := int32(-1)
	for _, m := range members {
		for _, a := range g.all[m].places() {
			count[a]++
		}
	}
	for a, n := range count {
		if float64(n) < placeShare*float64(len(members)) {
			continue
		}
		if best < 0 || len(g.areas[a]) > len(g.areas[best]) || len(g.areas[a]) == len(g.areas[best]) && a < best {
			best = a
		}
	}
	area, name := "", ""
	if best >= 0 {
		area = g.written(members, []rune(g.areas[best]))
	}
	for _, p := range t.names {
		if g.isPlace(p, members) {
			name = g.written(members, p.text)
			break
		}
	}
	switch {
	case strings.HasPrefix(name, area):
		return name
	case strings.HasPrefix(area, name):
		return area
	}
	return area + name
}

// isPlace tells whether a phrase names a place that most of the messages are about.
func (g *grouper) isPlace(p *phrase, members []int32) bool {
	l := wordLists()
	text := string(p.text)
	ends := slices.ContainsFunc(l.ending, func(e string) bool { return strings.HasSuffix(text, e) })
	n, after := 0, 0
	for _, m := range members {
		runes := g.all[m].runes
		at := indexOf(runes, p.text)
		if at < 0 {
			continue
		}
		n++
		next := string(runes[min(at+len(p.text), len(runes)):min(at+len(p.text)+5, len(runes))])
		if slices.ContainsFunc(l.after, func(w string) bool { return strings.Contains(next, w) }) {
			after++
		}
	}
	return float64(n) >= placeShare*float64(len(members)) && (ends || float64(after) >= placeAfter*float64(n))
}

// written is how a folded name is written in the first of the messages that has it.
func (g *grouper) written(members []int32, name []rune) string {
	for _, m := range members {
		for _, text := range []string{g.given[m].Address, g.given[m].Text} {
			f := words.FoldWithPositions(text)
			if at := indexOf(f.Runes, name); at >= 0 {
				return strings.Join(strings.Fields(text[f.At[at]:f.At[at+len(name)]]), "")
			}
		}
	}
	return string(name)
}
