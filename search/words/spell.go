package words

import "strings"

// Latin words of so many letters may have one letter wrong, or two.
const (
	oneWrong = 4
	twoWrong = 8
)

// Misspellable are the Latin words of a query that may be written wrongly.
func Misspellable(list []Word) []Word {
	var out []Word
	for _, w := range list {
		if !w.Quoted && isLetters(w.Text) && len(w.Text) >= oneWrong {
			out = append(out, w)
		}
	}
	return out
}

// Pieces are the tokens of which a text with a word much like this one has some.
func (w Word) Pieces() []Token { return w.Forms[0].Tokens }

// Correct replaces Latin words by the most like them in folded texts: one letter wrong, missing, too many or two exchanged, of longer words two. instead is how the query would then be written; nil where nothing is alike.
func (l *Lexicon) Correct(list []Word, texts []string) (out []Word, instead []string) {
	changed := false
	best := map[string]string{}
	for _, w := range Misspellable(list) {
		limit := 1
		if len(w.Text) >= twoWrong {
			limit = 2
		}
		nearest := limit + 1
		for _, text := range texts {
			for _, other := range latinWords(text) {
				if d := distance(w.Text, other, nearest); d > 0 && d < nearest {
					nearest, best[w.Text] = d, other
				}
			}
		}
	}
	for _, w := range list {
		if other, ok := best[w.Text]; ok {
			out, instead, changed = append(out, l.word(other, false)), append(instead, other), true
			continue
		}
		out, instead = append(out, w), append(instead, w.Text)
	}
	if !changed {
		return nil, nil
	}
	return out, instead
}

// latinWords are the words of plain letters in a folded text.
func latinWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' })
}

// distance is how many letters two words differ by, exchanged neighbours counting as one; whatever is not below limit comes back as limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least >= limit {
			return limit
		}
		before, last, now = last, now, before
	}
	return min(last[len(b)], limit)
}
