package inbox

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// piece is a run of sentences of two answers: in both, only in the one that was sent, or only in the one that came too late.
type piece struct {
	Text         string
	Theirs, Mine bool
}

// sentencesMost bounds the comparison: an answer has some dozens of sentences.
const sentencesMost = 600

// differ compares two answers sentence by sentence, by their longest common run; nil where one is empty or longer than can be compared.
func differ(theirs, mine string) []piece {
	a, b := sentences(theirs), sentences(mine)
	if len(a) == 0 || len(b) == 0 || len(a) > sentencesMost || len(b) > sentencesMost {
		return nil
	}
	same := make([][]int, len(a)+1)
	for i := range same {
		same[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if strings.TrimSpace(a[i]) == strings.TrimSpace(b[j]) {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	var out []piece
	add := func(text string, theirs, mine bool) {
		if n := len(out); n > 0 && out[n-1].Theirs == theirs && out[n-1].Mine == mine {
			out[n-1].Text += text
			return
		}
		out = append(out, piece{text, theirs, mine})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && strings.TrimSpace(a[i]) == strings.TrimSpace(b[j]):
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

// sentences cuts a text behind its full stops and line ends.
func sentences(s string) []string {
	var out []string
	for s != "" {
		end := len(s)
		if at := strings.IndexFunc(s, ends); at >= 0 {
			_, n := utf8.DecodeRuneInString(s[at:])
			end = at + n
		}
		out = append(out, s[:end])
		s = s[end:]
	}
	return slices.DeleteFunc(out, func(one string) bool { return strings.TrimSpace(one) == "" })
}

// ends are the full stop, exclamation mark, question mark and semicolon in their full width and half width, and the line end.
func ends(r rune) bool {
	switch r {
	case '\u3002', '\uff01', '\uff1f', '\uff1b', '!', '?', ';', '\n':
		return true
	}
	return false
}

// difference is what the reader's refused answer has and lacks beside the one that somebody else sent; nil where nothing was refused.
func (v caseView) difference() []piece {
	m, answered := v.Answer()
	if !answered || v.Refused.Act != actReply.Name && v.Refused.Act != actDone.Name {
		return nil
	}
	return differ(m.Body, v.Lost())
}
