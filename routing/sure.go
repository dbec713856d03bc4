package routing

import (
	"strings"

	"huiyin/locale"
)

// Likely is the likelihood below which a guess does not stand ready for the operator: it must be chosen.
const Likely = 0.6

// sureOfCategory is how sure the best matter is: by the strength of its words, and by how near the next comes.
func (c *City) sureOfCategory(matters []matter) Belief {
	if len(matters) == 0 {
		return say(categoryNone, because(categoryNone, nil))
	}
	first := matters[0]
	args := map[string]Name{"Words": both(strings.Join(first.words, " · "))}
	source := categoryPlain
	switch {
	case len(matters) > 1 && 2*matters[1].score >= first.score:
		source = categoryContested
		args["Other"] = Name{c.CategoryPath(matters[1].code, locale.ZH), c.CategoryPath(matters[1].code, locale.EN)}
	case first.strong:
		source = categoryStrong
	}
	return say(source, because(source, args))
}

// sureOfPlace is how sure the place is: by how it was found.
func (c *City) sureOfPlace(w where) Belief {
	source := territoryDistrict
	switch {
	case w.code == "" && len(w.options) > 0:
		source = territoryOpen
	case w.code == "":
		source = territoryNone
	case w.how != "":
		source = w.how
	case c.Street(w.code) != "":
		source = territoryStreet
	}
	args := map[string]Name{"Words": both(strings.Join(w.names, " · "))}
	if w.code != "" {
		args["Place"] = c.placeName(w.code)
	}
	return say(source, because(source, args))
}
