package words

import (
	"slices"
	"strings"
)

// What a word that was found is worth: as typed before in other words, and those before what only sounds so; in the title before in the text. Every engine that ranks by itself ranks by these.
const (
	TypedInTitle = 3.0
	TypedInText  = 2.0
	OtherInTitle = 1.8
	OtherInText  = 1.4
	OnlyTheSound = 0.6
	Together     = 2.0 // all words, one after the other without anything between
)

// Worth is what a word is worth in a document of a folded title and text (the title among it); 0 where it is not there.
func (w Word) Worth(title, text string) float64 {
	best := 0.0
	for i, f := range w.Forms {
		switch {
		case f.Text == "":
			if best == 0 && len(f.spans([]rune(text))) > 0 {
				best = OnlyTheSound
			}
		case i == 0 && f.in(title):
			return TypedInTitle
		case i == 0 && f.in(text):
			best = TypedInText
		case best < OtherInTitle && f.in(title):
			best = OtherInTitle
		case best < OtherInText && f.in(text):
			best = OtherInText
		}
	}
	return best
}

// in tells whether the text of a form stands in a folded text, elsewhere than across two other words.
func (f Form) in(text string) bool {
	if !strings.Contains(text, f.Text) {
		return false
	}
	for _, not := range f.Not {
		text = strings.ReplaceAll(text, not, f.Broken(not))
	}
	return strings.Contains(text, f.Text)
}

// Weigh is how much words count together.
func Weigh(list []Word) float64 {
	sum := 0.0
	for _, w := range list {
		sum += w.Weight
	}
	return sum
}

// sentence is how many words make a sentence, of which somewhat less than half must be found.
const sentence = 5

// Half is how much of what was asked must be found where not everything is.
func Half(list []Word) float64 {
	if len(list) > sentence {
		return Weigh(list) * 0.4
	}
	return Weigh(list) / 2
}

// Bringing are the words of which at least one must be found where half of what was asked is enough: those that say little and do not make up half even together bring nobody.
func Bringing(list []Word) []Word {
	says := slices.DeleteFunc(slices.Clone(list), func(w Word) bool { return w.Plain })
	if Weigh(list)-Weigh(says) < Half(list) {
		return says
	}
	return list
}

// Joined is all words written as one.
func Joined(list []Word) string {
	var b strings.Builder
	for _, w := range list {
		b.WriteString(w.Text)
	}
	return b.String()
}
