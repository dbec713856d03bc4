package console

import (
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// From which likelihood on a proposal is called sure, and from which likely. Below the second nothing stands ready by itself.
const surely, likely = 0.85, 0.6

// sureness is a likelihood in a word and a share.
func sureness(p shell.Page, share float64) string {
	word := "unsure"
	switch {
	case share >= surely:
		word = "sure"
	case share >= likely:
		word = "likely"
	}
	return p.T("console.sure_"+word, locale.Args{"P": percent(share)})
}

// sureOf is what the machine took the case for when it was filed, each with how sure it was and why; empty for cases from before it said so.
func (p *paneView) sureOf(v dossier.View, made routing.Proposal) {
	place := made.Territory.Code
	if place != "" {
		place = v.City.TerritoryName(place, v.P.Lang)
	}
	matter := made.Category.Code
	if matter != "" {
		matter = v.City.CategoryPath(matter, v.P.Lang)
	}
	for _, one := range []struct {
		key, value string
		belief     routing.Belief
	}{
		{"console.sure_of_kind", v.P.T("kind." + string(made.Kind)), made.Sure.Kind},
		{"console.sure_of_category", matter, made.Sure.Category},
		{"console.sure_of_territory", place, made.Sure.Territory},
		{"console.sure_of_urgency", v.P.T("urgency." + string(made.Urgency)), made.Sure.Urgency},
	} {
		if one.belief.Source == "" {
			continue
		}
		said := v.P.T("console.sure_nothing")
		if one.value != "" {
			said = one.value + " · " + sureness(v.P, one.belief.P)
		}
		for _, r := range one.belief.Reasons {
			said += v.P.T("console.sure_why", locale.Args{"Reason": r.Text(v.P.Lang)})
		}
		p.Sure = append(p.Sure, shell.Item{Key: v.P.T(one.key), Value: said})
	}
}
