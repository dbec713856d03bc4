package inbox

import (
	"unicode"

	"huiyin/fault"
	"huiyin/web/dossier"
)

// fewestSigns is from how many letters or figures on a reason can say anything: five Han characters, one English word.
const fewestSigns = 5

// reasonOf is the reason that a unit gives for a request. Somebody has to decide by it, and the resident may read it: a full stop is none.
// Errors: fault.Invalid at the field. An empty one is left to the step, which knows whether it is needed.
func reasonOf(r dossier.Request) (string, error) {
	reason := r.Value("reason")
	if reason != "" && !says(reason) {
		return "", fault.New(fault.Invalid, "fault.reason_thin").At("reason")
	}
	return reason, nil
}

// says reports whether a text has enough letters and figures, and not all the same one.
func says(text string) bool {
	signs, kinds := 0, map[rune]bool{}
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			signs++
			kinds[unicode.ToLower(r)] = true
		}
	}
	return signs >= fewestSigns && len(kinds) > 2
}
