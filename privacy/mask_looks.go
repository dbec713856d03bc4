package privacy

import (
	"slices"
	"unicode/utf8"
)

// look is what a rune can be by itself, told once for each: nearly every place of a text is passed over by it. Of runes outside ASCII it says
// what may be, and whoever asks looks closer.
type look uint8

const (
	taken     look = 1 << iota // belongs to a finding already
	figure                     // 0 to 9
	letter                     // of the Latin alphabet
	numeric                    // a Chinese numeral
	plateSign                  // of a province or service on a number plate
	chatSign                   // begins the name of a chat or payment service
	nameSign                   // begins a word that announces a name, or a title
	rare                       // @, *, a person's sex, and what is no character
)

// lookOf tells the look of a rune of a text under search.
func lookOf(r rune) look {
	if r < utf8.RuneSelf {
		return asciiLooks[r]
	}
	return looks[r&(1<<13-1)]
}

// asciiLooks are the looks of ASCII; looks those of all other runes, by their last 13 bits.
var asciiLooks, looks = func() (ascii [utf8.RuneSelf]look, others [1 << 13]look) {
	add := func(l look, runes ...rune) {
		for _, r := range runes {
			if r < utf8.RuneSelf {
				ascii[r] |= l
			} else {
				others[r&(1<<13-1)] |= l
			}
		}
	}
	for r := range rune(utf8.RuneSelf) {
		if isDigit(r) {
			add(figure, r)
		}
		if isLetter(r) {
			add(letter, r)
		}
	}
	add(numeric, ten)
	add(rare, '@', star, male, female, utf8.RuneError)
	for l, words := range map[look][]string{numeric: numberWords["numerals"], plateSign: slices.Concat(plateWords["provinces"], plateWords["services"]), chatSign: numberWords["chat cues"],
		nameSign: slices.Concat(nameWords["strong cues"], nameWords["weak cues"], nameWords["titles"])} {
		for _, w := range words {
			first, _ := utf8.DecodeRuneInString(w)
			add(l, first)
		}
	}
	return ascii, others
}()
