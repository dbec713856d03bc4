package words

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Suggest completes what somebody is typing, by the words of the vocabulary: the last word of it, by its characters, its pinyin or its first letters. What is offered is the whole of the text as it would then be.
func (l *Lexicon) Suggest(typed string, limit int) []string {
	typed = strings.TrimLeft(typed, " ")
	at := strings.LastIndexAny(typed, " \u3000")
	head, last := typed[:at+1], Fold(typed[at+1:])
	if last == "" || utf8.RuneCountInString(typed) > maxQuery {
		return nil
	}
	var found []string
	if isLetters(last) {
		if len(last) >= 2 {
			found = append(spoken(l.byInitial, last, len(last) >= 3), spoken(l.bySound, last, true)...)
		}
	} else {
		for w := range l.known {
			if len(w) > len(last) && strings.HasPrefix(w, last) && !l.plain[w] {
				found = append(found, w)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b string) int {
		return cmp.Or(len(l.groupOf[b])-len(l.groupOf[a]), len(a)-len(b), strings.Compare(a, b))
	})
	var out []string
	for _, w := range found {
		if len(out) < limit {
			out = appendNew(out, head+w)
		}
	}
	return out
}

// spoken are the words whose readings are the letters, or begin with them.
func spoken(by map[string][]string, letters string, longer bool) []string {
	found := slices.Clone(by[letters])
	if longer {
		for so, list := range by {
			if len(so) > len(letters) && strings.HasPrefix(so, letters) {
				found = append(found, list...)
			}
		}
	}
	return found
}

// Near are words of the vocabulary that somebody may have meant by one that finds nothing: those that sound almost the same, or share most characters. The nearest first.
func (l *Lexicon) Near(typed string, limit int) []string {
	type near struct {
		word string
		far  int
	}
	var found []near
	for _, w := range l.Parse(typed) {
		runes := []rune(w.Text)
		if l.known[w.Text] || w.Plain || len(runes) < 2 || len(runes) > 8 {
			continue
		}
		said := w.Text
		if so := sounds(runes); so != nil {
			said = strings.Join(so[0], "")
		} else if !isLetters(said) {
			continue
		}
		limit := 2 + len(said)/8
		for sound, list := range l.bySound {
			if d := distance(said, sound, limit); d < limit {
				for _, other := range list {
					if other != w.Text && !strings.Contains(w.Text, other) {
						found = append(found, near{other, d})
					}
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(a.far-b.far, strings.Compare(a.word, b.word)) })
	var out []string
	for _, n := range found {
		if len(out) < limit {
			out = appendNew(out, n.word)
		}
	}
	return out
}
