package console

import (
	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// From which likelihood on a proposal is called sure; from routing.Likely on it is likely, and below that nothing stands ready by itself.
const surely = 0.85

// sureness is a likelihood in a word and a share.
func sureness(p shell.Page, share float64) string {
	word := "unsure"
	switch {
	case share >= surely:
		word = "sure"
	case share >= routing.Likely:
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
	p.Guess = map[string]string{}
	now := v.F.Case
	for _, one := range []struct {
		name, value string
		untouched   bool // it stands as the machine left it
		belief      routing.Belief
	}{
		{"kind", v.P.T("kind." + string(made.Kind)), now.Kind == made.Kind, made.Sure.Kind},
		{"category", matter, now.Category == made.Category.Code, made.Sure.Category},
		{"territory", place, now.Territory == made.Territory.Code, made.Sure.Territory},
		{"urgency", v.P.T("urgency." + string(made.Urgency)), now.Urgency == made.Urgency, made.Sure.Urgency},
	} {
		if one.belief.Source == "" {
			continue
		}
		if one.value != "" && one.untouched && one.belief.P < routing.Likely && now.State == casework.Registered {
			p.Guess[one.name] = v.P.T("console.guess", locale.Args{"Guess": one.value, "P": percent(one.belief.P)})
		}
		said := v.P.T("console.sure_nothing")
		if one.value != "" {
			said = one.value + " · " + sureness(v.P, one.belief.P)
		}
		for _, r := range one.belief.Reasons {
			said += v.P.T("console.sure_why", locale.Args{"Reason": r.Text(v.P.Lang)})
		}
		p.Sure = append(p.Sure, shell.Item{Key: v.P.T("console.sure_of_" + one.name), Value: said})
	}
}

// ready is what stands ready in a field: what somebody sent and was refused, else what stands in the case, and nothing where the machine only guessed it.
func (p *paneView) ready(v dossier.View, act, name, now string) string {
	if p.Guess[name] != "" {
		now = ""
	}
	return v.Value(act, name, now)
}

// open puts the machine's guess before the choices of a field where it does not stand ready; left alone, the guess stays in the case, unconfirmed.
func (p *paneView) open(name string, choices []shell.Choice) []shell.Choice {
	guess := p.Guess[name]
	if guess == "" {
		return choices
	}
	if len(choices) > 0 && choices[0].Value == "" {
		choices = choices[1:]
	}
	return append([]shell.Choice{{Label: guess}}, choices...)
}
