package routing

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"huiyin/casework"
)

// tally adds up the shares of units and keeps the reasons of each unit's largest one.
type tally struct {
	order   []casework.UnitCode
	share   map[casework.UnitCode]float64
	largest map[casework.UnitCode]float64
	reasons map[casework.UnitCode][]Reason
}

func newTally() *tally {
	return &tally{share: map[casework.UnitCode]float64{}, largest: map[casework.UnitCode]float64{}, reasons: map[casework.UnitCode][]Reason{}}
}

func (t *tally) add(unit casework.UnitCode, share float64, reasons ...Reason) {
	if unit == "" || share <= 0 {
		return
	}
	if _, ok := t.share[unit]; !ok {
		t.order = append(t.order, unit)
	}
	t.share[unit] += share
	if share > t.largest[unit] {
		t.largest[unit], t.reasons[unit] = share, reasons
	}
}

// candidates shares out certainty: matter by matter to those who lead it there, a little to those who assist, and what the words leave open to the government of the area.
func (c *City) candidates(matters []matter, place where) ([]Candidate, []casework.UnitCode) {
	t := newTally()
	helpers := []casework.UnitCode{}
	strength, sum := 0.0, 0.0
	for i, m := range matters {
		sum += m.score * m.score
		if i == 0 {
			strength = 1 - math.Exp(-m.score/half)
		}
	}
	for i, m := range matters {
		assist := c.share(t, m, most*strength*m.score*m.score/sum, place)
		if i == 0 {
			helpers = assist
		}
	}
	if gov := c.government(place.code); gov != "" {
		t.add(gov, areaOnly*(1-strength), Reason{"routing.reason_area_only", map[string]Name{"Place": c.placeName(place.code)}})
	}
	list := []Candidate{}
	for _, unit := range t.order {
		if p := math.Round(min(t.share[unit], most)*1e4) / 1e4; p >= least {
			list = append(list, Candidate{unit, p, t.reasons[unit]})
		}
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(c.unitAt[a.Unit], c.unitAt[b.Unit]))
	})
	list = list[:min(len(list), candidates)]
	if len(list) > 0 {
		helpers = slices.DeleteFunc(helpers, func(u casework.UnitCode) bool { return u == list[0].Unit })
	}
	return list, helpers
}

// share gives one matter's certainty to its leads and assistants, and tells the assistants.
func (c *City) share(t *tally, m matter, p float64, place where) []casework.UnitCode {
	words := Reason{"routing.reason_words", map[string]Name{"Words": both(strings.Join(m.words, " · ")), "Category": {c.CategoryPath(m.code, "zh-CN"), c.CategoryPath(m.code, "en")}}}
	leads, overlap := c.leadsAt(m.code)
	helpers := []casework.UnitCode{}
	for _, d := range append(slices.Clone(overlap), c.assisting(m.code)...) {
		unit := c.holder(d, place.code)
		if unit == "" || slices.Contains(helpers, unit) {
			continue
		}
		helpers = append(helpers, unit)
		reason := Reason{"routing.reason_assist", cite(d)}
		if d.Lead {
			reason.Key = "routing.reason_overlap_second"
		}
		t.add(unit, p*shared, words, reason)
	}
	p *= 1 - shared*float64(len(helpers))
	for _, d := range leads {
		c.lead(t, d, p/float64(len(leads)), place, words, len(overlap) > 0)
	}
	return helpers
}

// leadsAt splits the leading entries of a matter. Where city and district both lead it, the city's department does and the district's assists (Weifang ordinance of 2021, article 24).
func (c *City) leadsAt(category string) (leads, overlap []Duty) {
	all := c.leading(category)
	if !slices.ContainsFunc(all, func(d Duty) bool { return d.Level == CityLevel }) {
		return all, nil
	}
	for _, d := range all {
		if d.Level == CityLevel {
			leads = append(leads, d)
		} else {
			overlap = append(overlap, d)
		}
	}
	return leads, overlap
}

// lead gives a share to whoever holds a leading duty at the place. Where the names leave several districts open they divide it;
// where the place is unknown the city's department of the same function stands in, and else the next wider entry or the government of the area.
func (c *City) lead(t *tally, d Duty, p float64, place where, words Reason, overlap bool) {
	reasons := []Reason{words, {"routing.reason_duty", cite(d)}}
	if overlap {
		reasons = append(reasons, Reason{"routing.reason_overlap", map[string]Name{}})
	}
	if unit := c.holder(d, place.code); unit != "" {
		if d.Level != CityLevel {
			reasons = append(reasons, Reason{"routing.reason_place", map[string]Name{"Words": both(strings.Join(place.names, " · ")), "Place": c.placeName(place.code)}})
			if len(place.names) == 0 {
				reasons[len(reasons)-1] = Reason{"routing.reason_point", map[string]Name{"Place": c.placeName(place.code)}}
			}
		}
		t.add(unit, p, reasons...)
		return
	}
	var open []casework.UnitCode
	for _, district := range place.options {
		if unit := c.holder(d, district); unit != "" {
			open = append(open, unit)
		}
	}
	for _, unit := range open {
		u, _ := c.Unit(unit)
		reason := Reason{"routing.reason_place_open", map[string]Name{"Words": both(strings.Join(place.names, " · ")), "Place": c.placeName(u.Territory)}}
		t.add(unit, p/float64(len(open)), append(slices.Clone(reasons), reason)...)
	}
	if len(open) > 0 {
		return
	}
	if gov := c.government(place.code); gov != "" {
		t.add(gov, p*homeless, append(reasons, Reason{"routing.reason_area_only", map[string]Name{"Place": c.placeName(place.code)}})...)
		return
	}
	unknown := Reason{"routing.reason_no_place", map[string]Name{}}
	if unit := c.functions[functionAt{d.Function, c.Code}]; unit != "" {
		t.add(unit, p*homeless, append(reasons, unknown)...)
		return
	}
	if n := len(d.Category) - 2; n >= 2 {
		for _, wider := range c.leading(d.Category[:n]) {
			if unit := c.holder(wider, place.code); unit != "" {
				t.add(unit, p*homeless, words, Reason{"routing.reason_duty", cite(wider)}, unknown)
				return
			}
		}
	}
}

func (c *City) placeName(code string) Name {
	return Name{c.TerritoryName(code, "zh-CN"), c.TerritoryName(code, "en")}
}

func cite(d Duty) map[string]Name { return map[string]Name{"Basis": d.Basis, "Note": d.Note} }

// both is a name that is the same in every language, such as words quoted from the text.
func both(s string) Name { return Name{ZH: s, EN: s} }
