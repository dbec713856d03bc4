package routing

// Likely is the likelihood below which a guess does not stand ready for the operator: it must be chosen.
const Likely = 0.6

// sureOfCategory is how sure the best matter is: by the strength of its words, and by how near the next comes.
func (c *City) sureOfCategory(matters []matter) Belief {
	if len(matters) == 0 {
		return say(categoryNone)
	}
	first := matters[0]
	said := first.told[1:] // the words alone
	switch {
	case len(matters) > 1 && 2*matters[1].score >= first.score:
		return say(categoryContested, Arg{"Other", c.paths[matters[1].category]}, said[0])
	case first.strong:
		return say(categoryStrong, said...)
	}
	return say(categoryPlain, said...)
}

// sureOfPlace is how sure the place is: by how it was found.
func (c *City) sureOfPlace(w where) Belief {
	source := territoryDistrict
	switch {
	case w.area == wholeCity && len(w.options) > 0:
		source = territoryOpen
	case w.area == wholeCity:
		source = territoryNone
	case w.how != "":
		source = w.how
	case c.lies[w.area].street != "":
		source = territoryStreet
	}
	return say(source, w.told...)
}
