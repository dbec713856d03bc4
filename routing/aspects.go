package routing

import (
	"fmt"
	"slices"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/model"
)

// What a trained model may tell of a case beside the unit: the values are kinds, codes of categories and of areas, and urgencies.
const (
	aspectKind      = "kind"
	aspectCategory  = "category"
	aspectTerritory = "territory"
	aspectUrgency   = "urgency"
)

// Aspects are the names of what a trained model may tell beside the unit.
var Aspects = []string{aspectKind, aspectCategory, aspectTerritory, aspectUrgency}

// hear lets the model tell kind, category, place and urgency where it knows them better than the rules. A report stays a report, what is critical stays critical, and a place that a name tells exactly is never moved.
func (p *Proposal) hear(c *City, l *Learned, told map[string][]model.Candidate) {
	if k, ok := first(told[aspectKind], &p.Sure.Kind, string(p.Kind), func(v string) bool { return slices.Contains(casework.Kinds, casework.Kind(v)) }); ok && p.Kind != casework.Report {
		p.Kind, p.Sure.Kind = casework.Kind(k.Label), l.belief(k)
	}
	if k, ok := first(told[aspectCategory], &p.Sure.Category, p.Category.Code, func(v string) bool { _, known := c.categoryAt[v]; return known }); ok {
		p.Category, p.Sure.Category = CategoryRef{k.Label, c.CategoryPath(k.Label, locale.ZH)}, l.belief(k)
	}
	area := func(v string) bool { _, known := c.Territory(v); return known && v != c.Code }
	if k, ok := first(told[aspectTerritory], &p.Sure.Territory, p.Territory.Code, area); ok && (p.Territory.Code == "" || p.Territory.Code == k.Label) {
		p.Territory, p.Sure.Territory = TerritoryRef{k.Label, c.TerritoryName(k.Label, locale.ZH)}, l.belief(k)
	}
	if k, ok := first(told[aspectUrgency], &p.Sure.Urgency, string(p.Urgency), func(v string) bool { return slices.Contains(casework.Urgencies, casework.Urgency(v)) }); ok && p.Urgency != casework.Critical {
		p.Urgency, p.Sure.Urgency = casework.Urgency(k.Label), l.belief(k)
	}
}

// first is the model's first candidate where it is to be followed: where it has a meaning in the city and is likelier than what the rules say.
func first(list []model.Candidate, rules *Belief, value string, known func(string) bool) (model.Candidate, bool) {
	if len(list) == 0 || !known(list[0].Label) {
		return model.Candidate{}, false
	}
	best := list[0]
	if best.Label != value && best.P <= rules.P {
		if i := slices.IndexFunc(list, func(k model.Candidate) bool { return k.Label == value }); i > 0 {
			rules.P = min(rules.P, 1-best.P) // whoever has seen the city's cases thinks otherwise: less sure
		}
		return model.Candidate{}, false
	}
	return best, best.Label != value || best.P > rules.P
}

// belief is how sure the model is of a candidate, and by which words.
func (l *Learned) belief(k model.Candidate) Belief {
	args := Args{{"Percent", both(fmt.Sprintf("%.0f", 100*k.P))}, {"Version", both(l.Version)}, {"Words", both(quoted(k.Evidence))}}
	reason := because(byModel, args)
	if len(k.Evidence) == 0 {
		reason.Key += "_unsaid"
	}
	return Belief{P: k.P, Source: byModel, Reasons: []Reason{reason}}
}
