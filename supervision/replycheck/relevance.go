package replycheck

import (
	"unicode"

	"huiyin/search/words"
)

// How the words of a question weigh.
const (
	headLength = 40 // characters that are taken for its title
	headWeight = 2
	leastAsked = 16 // weight of the pairs of a question under which nothing can be said
	fullMatch  = 30 // weight of shared pairs of characters that makes an answer wholly one to the question, however long this is
)

type pair [2]rune

// pairs are the pairs of neighbouring characters of a text that mean something, with their weight.
func pairs(text string) (all map[pair]float64, total float64) {
	all = map[pair]float64{}
	folded := words.Fold(text)
	rare := []rune(standard().common.ReplaceAllStringFunc(folded, func(word string) string { return blanks(word) }))
	for i := 1; i < len(rare); i++ {
		p := pair{rare[i-1], rare[i]}
		if !meaning(p[0]) || !meaning(p[1]) {
			continue
		}
		w := 1.0
		if i < headLength {
			w = headWeight
		}
		if w > all[p] {
			total += w - all[p]
			all[p] = w
		}
	}
	return all, total
}

func blanks(word string) string {
	out := make([]rune, 0, len(word))
	for range word {
		out = append(out, ' ')
	}
	return string(out)
}

func meaning(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !standard().joins[r]
}

// relevance is how much of what was asked comes again in a reply, 0..1.
func relevance(asked, reply string) float64 {
	question, total := pairs(asked)
	if total < leastAsked {
		return 1 // too little was asked for words to show
	}
	answer, _ := pairs(reply)
	shared := 0.0
	for p, w := range question {
		if _, ok := answer[p]; ok {
			shared += w
		}
	}
	return min(shared/min(total, fullMatch), 1)
}
