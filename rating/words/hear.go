package words

import "strings"

// Heard is what a caller said of a rating while being called back: a proposal for the agent, who confirms it.
type Heard struct {
	Level  int    // 0: none was said plainly
	Solved Solved // empty: nothing was said plainly
	Quote  string // the turn that says the level, as it was heard
}

// Hear reads the turns of a caller; the last plain word counts, and what is doubtful proposes nothing. ok is false where there is nothing to propose.
func Hear(turns []string) (h Heard, ok bool) {
	for _, t := range turns {
		if r := Parse(t); r.Sure() {
			h.Level, h.Quote = r.Level, t
			if r.Solved != NotSaid {
				h.Solved = r.Solved
			}
			continue
		}
		if s := solvedIn(t); s != NotSaid {
			h.Solved = s
		}
	}
	return h, h.Level != 0 || h.Solved != NotSaid
}

// solvedIn is what a turn says about the solution alone, where it says one thing.
func solvedIn(text string) Solved {
	t, whole := bounded(text)
	t = even(t)
	if !whole || len([]rune(t)) > shortRunes || strings.ContainsRune(t, '?') || doubted(t) {
		return NotSaid
	}
	found, left := NotSaid, t
	for _, p := range lex.phrases {
		i := -1
		if p.solved != NotSaid {
			i = at(left, p.text)
		}
		if i < 0 {
			continue
		}
		if negated(left[:i]) || found != NotSaid && found != p.solved {
			return NotSaid
		}
		found, left = p.solved, without(left, i, i+len(p.text))
	}
	return found
}
