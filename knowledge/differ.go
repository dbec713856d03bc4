package knowledge

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Piece is a run of sentences of two versions: in both, only in the older, or only in the newer.
type Piece struct {
	Text     string
	Old, New bool
}

// sentencesMost bounds a comparison: an article has some dozens of sentences.
const sentencesMost = 400

// Differ compares two texts sentence by sentence, by their longest common run.
func Differ(old, now string) []Piece {
	a, b := sentences(old), sentences(now)
	if len(a) > sentencesMost || len(b) > sentencesMost {
		return []Piece{{Text: old, Old: true}, {Text: now, New: true}}
	}
	same := make([][]int, len(a)+1)
	for i := range same {
		same[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			same[i][j] = max(same[i+1][j], same[i][j+1])
			if equal(a[i], b[j]) {
				same[i][j] = same[i+1][j+1] + 1
			}
		}
	}
	var out []Piece
	add := func(text string, old, now bool) {
		if n := len(out); n > 0 && out[n-1].Old == old && out[n-1].New == now {
			out[n-1].Text += text
			return
		}
		out = append(out, Piece{text, old, now})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && equal(a[i], b[j]):
			add(b[j], true, true)
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && same[i+1][j] >= same[i][j+1]:
			add(a[i], true, false)
			i++
		default:
			add(b[j], false, true)
			j++
		}
	}
	return out
}

func equal(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// sentences cuts a text behind its full stops and line ends.
func sentences(s string) []string {
	var out []string
	for s != "" {
		end := len(s)
		if at := strings.IndexAny(s, "\u3002\uff01\uff1f\uff1b!?;\n"); at >= 0 {
			_, n := utf8.DecodeRuneInString(s[at:])
			end = at + n
		}
		out = append(out, s[:end])
		s = s[end:]
	}
	return slices.DeleteFunc(out, func(one string) bool { return strings.TrimSpace(one) == "" })
}

// whole is all that a reader sees of a version in one language, as one text to be compared.
func (c Content) whole(title string, asked []string, body, basis string) string {
	parts := []string{title, strings.Join(asked, "\n"), body, basis, c.Link, c.ValidFrom.Format("2006-01-02")}
	if c.ExpiresOn != nil {
		parts = append(parts, c.ExpiresOn.Format("2006-01-02"))
	}
	return strings.Join(parts, "\n") + "\n"
}

// Whole is what a version says in Chinese and in English, each as one text for Differ.
func (c Content) Whole() (zh, en string) {
	return c.whole(c.Title.ZH, c.Asked.ZH, c.Body.ZH, c.Basis.ZH), c.whole(c.Title.EN, c.Asked.EN, c.Body.EN, c.Basis.EN)
}
