package embedded

import (
	"fmt"
	"slices"
	"strings"

	"huiyin/search/words"
)

// maxArms bounds the ways to find the words together that the inverted index is asked for at once.
const maxArms = 24

// arm is one way to find words together, which the inverted index answers in one walk through the lists of its tokens: all of each form, of each of some lists one, of each list of labels and of days one, and all of how it sounds.
type arm struct {
	forms  [][]words.Token
	alone  [][]words.Token // as any, but never left out: the text does not decide
	any    [][]words.Token
	labels [][]words.Token
	days   [][]words.Token // none, or the one list of labels of time
	heard  []words.Token
}

// and is the way that is both.
func (a arm) and(b arm) arm {
	return arm{forms: slices.Concat(a.forms, b.forms), alone: slices.Concat(a.alone, b.alone), any: slices.Concat(a.any, b.any), labels: slices.Concat(a.labels, b.labels), days: slices.Concat(a.days, b.days), heard: words.Union(a.heard, b.heard)}
}

// apart bounds the lists of which each is a condition of its own.
const apart = 8

// condition is the arm for the database. Each list is a condition of its own, the rarest first: of lists in one condition the index looks up every document of the shortest in all the others, of conditions it leaves a document at the
// first that it does not meet. span is the part of all documents that the days hold.
func (s *statement) condition(a arm, known *statistics, span float64) string {
	var all []string
	add := func(column string, lists [][]words.Token) {
		for _, one := range lists[:min(len(lists), apart)] {
			operator := "@>"
			if len(one) > 1 {
				operator = "&&"
			}
			all = append(all, fmt.Sprintf("%s %s %s::integer[]", column, operator, s.arg(one)))
		}
		if len(lists) <= apart {
			return
		}
		var rest []words.Token
		for _, one := range lists[apart:] {
			if len(one) > 1 {
				all = append(all, fmt.Sprintf("%s && %s::integer[]", column, s.arg(one)))
			} else {
				rest = append(rest, one...)
			}
		}
		if rest != nil {
			all = append(all, fmt.Sprintf("%s @> %s::integer[]", column, s.arg(rest)))
		}
	}
	add("d.tokens", known.rarestFirst(slices.Concat(each(words.Union(a.forms...)), a.alone, a.any, a.labels), a.days, span))
	add("d.sounds", known.rarestFirst(each(a.heard), nil, 0))
	return strings.Join(all, " and ")
}

// each is every token as a list of its own.
func each(tokens []words.Token) [][]words.Token {
	lists := make([][]words.Token, len(tokens))
	for i := range tokens {
		lists[i] = tokens[i : i+1 : i+1]
	}
	return lists
}

// ways are the ways in which the inverted index finds a word; none: only a text tells whether it is there. Where the text is read anyway (known given), a form of several tokens is asked for by the rarest of them, so that
// all written forms are one way; else such a form is a way of its own.
func ways(w words.Word, known *statistics) []arm {
	var out []arm
	var single []words.Token
	written, alone := 0, false
	for _, f := range w.Forms {
		switch {
		case len(f.Tokens) == 0:
			return nil
		case f.Text != "":
			written++
			alone = alone || f.Alone()
		}
	}
	for _, f := range w.Forms {
		switch {
		case f.Text == "":
			out = append(out, arm{heard: f.Tokens})
		case len(f.Tokens) == 1 && (written > 1 || alone):
			single = append(single, f.Tokens[0])
		case written > 1 && known != nil:
			single = append(single, known.rarest(f.Tokens))
		default:
			out = append(out, arm{forms: [][]words.Token{f.Tokens}})
		}
	}
	switch {
	case alone:
		out = append(out, arm{alone: [][]words.Token{words.Union(single)}})
	case single != nil:
		out = append(out, arm{any: [][]words.Token{words.Union(single)}})
	}
	return out
}

// together are the ways to find all of the words, without those for which there is no room; ok is false where no word is among them.
func together(list []words.Word, known *statistics) (arms []arm, ok bool) {
	arms = []arm{{}}
	for _, w := range list {
		of := ways(w, known)
		if len(of) == 0 || len(arms)*len(of) > maxArms {
			continue
		}
		next := make([]arm, 0, len(arms)*len(of))
		for _, a := range arms {
			for _, b := range of {
				next = append(next, a.and(b))
			}
		}
		arms, ok = next, true
	}
	return arms, ok
}

// onIndex is the condition that the inverted index answers: each way to find what a stage asks for, with the labels beside it. It is the only condition on
// tokens, so that the database never compares those of documents it found by other means. Words for which there is no room are left to the text; without any words the labels alone are asked for.
// part, unless nil, is the label of a part of all documents, which no column tells. alone tells that the index decides, and not the text and the columns of what it finds: then nothing is left out.
func (s *statement) onIndex(st stage, beside labels, part []words.Token, known *statistics, alone bool) (cond string, ok bool) {
	list := st.bringing()
	if len(list) == 0 && beside.none() && part == nil {
		return "", false
	}
	arms, free := []arm{{}}, known
	if alone {
		free = nil
	}
	if len(list) > 0 {
		if arms, ok = st.arms(free); !ok {
			return "", false
		}
	}
	for i := range arms {
		arms[i].labels, arms[i].days = beside.properties, beside.days
		if part != nil {
			arms[i].alone = append(slices.Clip(arms[i].alone), part)
		}
	}
	if !alone {
		arms = known.thinned(arms, beside.span)
	}
	all := make([]string, len(arms))
	for i, a := range arms {
		all[i] = s.condition(a, known, beside.span)
	}
	return "(" + strings.Join(all, " or ") + ")", true
}

// arms are the ways to find what the stage asks for.
func (s stage) arms(known *statistics) (all []arm, ok bool) {
	if !s.some {
		return together(s.words, known)
	}
	for _, w := range s.bringing() {
		if len(ways(w, known)) == 0 {
			return nil, false
		}
	}
	for _, group := range s.groups() {
		arms, ok := together(group, known)
		if !ok {
			return nil, false
		}
		all = append(all, arms...)
	}
	return all, true
}

// groups are the smallest groups of words that make up half of what was asked, of which a hit has one or more. Where there would be too many, each word is a group, and the text tells whether it is enough.
func (s stage) groups() [][]words.Word {
	list := s.bringing()
	half := words.Half(s.words) - (words.Weigh(s.words) - words.Weigh(list))
	var groups [][]words.Word
	var add func(group []words.Word, from int, weight float64)
	add = func(group []words.Word, from int, weight float64) {
		for i := from; i < len(list) && len(groups) <= maxGroups; i++ {
			larger := append(group[:len(group):len(group)], list[i])
			if sum := weight + list[i].Weight; sum >= half-1e-9 {
				if smallest(larger, sum, half) {
					groups = append(groups, larger)
				}
			} else {
				add(larger, i+1, sum)
			}
		}
	}
	if add(nil, 0, 0); len(groups) <= maxGroups {
		return groups
	}
	groups = nil
	for _, w := range list {
		groups = append(groups, []words.Word{w})
	}
	return groups
}

// maxGroups bounds the groups of words of which one is enough.
const maxGroups = 6

// smallest tells whether no word of a group can be left out.
func smallest(group []words.Word, weight, half float64) bool {
	for _, w := range group {
		if weight-w.Weight >= half-1e-9 {
			return false
		}
	}
	return true
}
