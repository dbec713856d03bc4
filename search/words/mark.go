package words

import (
	"slices"
	"strings"
)

// Part is a piece of an excerpt; Hit says that it was searched for.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// Excerpt is a text in pieces, with what was found in it marked.
type Excerpt []Part

// String is the excerpt without marks.
func (e Excerpt) String() string {
	var b strings.Builder
	for _, p := range e {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Hits reports whether anything is marked.
func (e Excerpt) Hits() bool { return slices.ContainsFunc(e, func(p Part) bool { return p.Hit }) }

// Mark cuts at most limit characters out of a text, around the first thing found, and marks what was found. Cut ends carry an ellipsis.
func Mark(text string, list []Word, limit int) Excerpt {
	f := FoldWithPositions(text)
	found := spans(f.Runes, list)
	from, to := 0, len(f.Runes)
	if to > limit {
		to = limit
		if len(found) > 0 && found[0].end > limit*2/3 {
			from = max(0, found[0].start-limit/4)
			to = min(len(f.Runes), from+limit)
		}
	}
	var e Excerpt
	piece := func(a, b int, hit bool) {
		if a < b {
			end := f.At[b]
			if hit {
				end = f.At[b-1] + runeLen(text[f.At[b-1]:])
			}
			e = append(e, Part{text[f.At[a]:end], hit})
			if hit && end < f.At[b] {
				e = append(e, Part{Text: text[end:f.At[b]]})
			}
		}
	}
	if from > 0 {
		e = append(e, Part{Text: "…"})
	}
	at := from
	for _, s := range found {
		if s.end <= from || s.start >= to {
			continue
		}
		start, end := max(s.start, from), min(s.end, to)
		piece(at, start, false)
		piece(start, end, true)
		at = end
	}
	piece(at, to, false)
	if to < len(f.Runes) {
		e = append(e, Part{Text: "…"})
	}
	return e
}

func runeLen(s string) int {
	for i := range s {
		if i > 0 {
			return i
		}
	}
	return len(s)
}

type span struct{ start, end int }

// spans finds every form of the words in folded text, in order, those that touch joined.
func spans(text []rune, list []Word) []span {
	var found []span
	for _, w := range list {
		for _, f := range w.Forms {
			found = append(found, f.spans(text)...)
		}
	}
	slices.SortFunc(found, func(a, b span) int { return a.start - b.start })
	var out []span
	for _, s := range found {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (f Form) spans(text []rune) []span {
	var out []span
	switch {
	case f.Text != "":
		for _, at := range occurrences(text, []rune(f.Text)) {
			if !f.crossed(text, at) {
				out = append(out, at)
			}
		}
	case f.sound != nil:
		for i := 0; i+len(f.sound) <= len(text); i++ {
			if matches(len(f.sound), func(k int) bool { return reads(text[i+k], f.sound[k]) }) {
				out = append(out, span{i, i + len(f.sound)})
			}
		}
	case f.letter != "":
		for i := 0; i+len(f.letter) <= len(text); i++ {
			if matches(len(f.letter), func(k int) bool { return begins(text[i+k], f.letter[k]) }) {
				out = append(out, span{i, i + len(f.letter)})
			}
		}
	}
	return out
}

// crossed tells whether an occurrence stands only by accident, across two other words.
func (f Form) crossed(text []rune, at span) bool {
	for _, not := range f.Not {
		long, short := []rune(not), []rune(f.Text)
		for _, inside := range occurrences(long, short) {
			from := at.start - inside.start
			if from >= 0 && from+len(long) <= len(text) && slices.Equal(text[from:from+len(long)], long) {
				return true
			}
		}
	}
	return false
}

func matches(n int, ok func(int) bool) bool {
	for k := range n {
		if !ok(k) {
			return false
		}
	}
	return n > 0
}

func occurrences(text, word []rune) []span {
	var out []span
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i] == word[0] && slices.Equal(text[i:i+len(word)], word) {
			out = append(out, span{i, i + len(word)})
		}
	}
	return out
}

// Broken is how a context of Not is written so that the word no longer occurs in it, for engines that check on the text.
func (f Form) Broken(not string) string {
	runes := []rune(f.Text)
	return strings.ReplaceAll(not, f.Text, string(runes[:1])+" "+string(runes[1:]))
}
