package routing

import (
	"cmp"
	"math"
	"slices"

	"huiyin/casework"
)

// claim is a unit's share of the certainty, and why it has the largest part of it.
type claim struct {
	unit           casework.UnitCode
	share, largest float64
	why            ground
}

// tally adds up the shares of units.
type tally []claim

func (t tally) add(unit casework.UnitCode, share float64, why ground) tally {
	if unit == "" || share <= 0 {
		return t
	}
	for i := range t {
		if k := &t[i]; k.unit == unit {
			k.share += share
			if share > k.largest {
				k.largest, k.why = share, why
			}
			return t
		}
	}
	return append(t, claim{unit, share, share, why})
}

// ground is why a share is given. It becomes reasons where the unit is named in the end.
type ground struct {
	matter  Args    // its category and the words that tell it; nil where the area alone tells
	duty    *listed // the entry of the duty lists
	cites   string  // the reason that cites it
	overlap bool    // city and district both lead the matter
	place   string  // the reason that speaks of the place; empty where none does
	area    int     // of those that the names leave open
}

// The reasons that shares are given for.
const (
	reasonWords         = "routing.reason_words"
	reasonDuty          = "routing.reason_duty"
	reasonAssist        = "routing.reason_assist"
	reasonOverlap       = "routing.reason_overlap"
	reasonOverlapSecond = "routing.reason_overlap_second"
	reasonPlace         = "routing.reason_place"
	reasonPoint         = "routing.reason_point"
	reasonPlaceOpen     = "routing.reason_place_open"
	reasonNoPlace       = "routing.reason_no_place"
	reasonAreaOnly      = "routing.reason_area_only"
)

// candidates shares out certainty: matter by matter to those who lead it there, a little to those who assist, and what the words leave open to the government of the area.
func (c *City) candidates(matters []matter, place where) ([]Candidate, []casework.UnitCode) {
	var room [12]claim
	t := tally(room[:0])
	helpers := []casework.UnitCode{}
	strength, sum := 0.0, 0.0
	for i, m := range matters {
		sum += m.score * m.score
		if i == 0 {
			strength = 1 - math.Exp(-m.score/half)
		}
	}
	var assist [8]casework.UnitCode
	for i, m := range matters {
		units := assist[:0]
		t, units = c.share(t, m, most*strength*m.score*m.score/sum, place, units)
		if i == 0 {
			helpers = append(helpers, units...)
		}
	}
	if gov := c.government(place.area); gov != "" {
		t = t.add(gov, areaOnly*(1-strength), ground{place: reasonAreaOnly})
	}
	named := t[:0]
	for _, k := range t {
		if k.share = math.Round(min(k.share, most)*1e4) / 1e4; k.share >= least {
			named = append(named, k)
		}
	}
	slices.SortStableFunc(named, func(a, b claim) int {
		if a.share != b.share {
			return cmp.Compare(b.share, a.share)
		}
		return cmp.Compare(c.unitAt[a.unit], c.unitAt[b.unit])
	})
	named = named[:min(len(named), candidates)]
	list, reasons := make([]Candidate, 0, len(named)), make([]Reason, 0, 4*len(named))
	for _, k := range named {
		from := len(reasons)
		reasons = c.reasons(reasons, k.why, place)
		list = append(list, Candidate{k.unit, k.share, slices.Clip(reasons[from:])})
	}
	if len(list) > 0 {
		helpers = slices.DeleteFunc(helpers, func(u casework.UnitCode) bool { return u == list[0].Unit })
	}
	return list, helpers
}

// share gives one matter's certainty to its leads and assistants, and appends the assistants to the helpers.
func (c *City) share(t tally, m matter, p float64, place where, helpers []casework.UnitCode) (tally, []casework.UnitCode) {
	leads, overlap := c.leadsAt(m.code)
	for _, list := range [...][]listed{overlap, c.assisting(m.code)} {
		for i := range list {
			d := &list[i]
			unit := c.holder(&d.Duty, place.area)
			if unit == "" || slices.Contains(helpers, unit) {
				continue
			}
			helpers = append(helpers, unit)
			cites := reasonAssist
			if d.Lead {
				cites = reasonOverlapSecond
			}
			t = t.add(unit, p*shared, ground{matter: m.told, duty: d, cites: cites})
		}
	}
	p *= 1 - shared*float64(len(helpers))
	for i := range leads {
		t = c.lead(t, ground{matter: m.told, duty: &leads[i], cites: reasonDuty, overlap: len(overlap) > 0}, p/float64(len(leads)), place)
	}
	return t, helpers
}

// lead gives a share to whoever holds a leading duty at the place. Where the names leave several districts open they divide it;
// where the place is unknown the city's department of the same function stands in, and else the next wider entry or the government of the area.
func (c *City) lead(t tally, why ground, p float64, place where) tally {
	d := &why.duty.Duty
	if unit := c.holder(d, place.area); unit != "" {
		switch {
		case d.Level == CityLevel:
		case place.names == "":
			why.place = reasonPoint
		default:
			why.place = reasonPlace
		}
		return t.add(unit, p, why)
	}
	open := 0
	for _, district := range place.options {
		if c.holder(d, district) != "" {
			open++
		}
	}
	for _, district := range place.options {
		why.place, why.area = reasonPlaceOpen, district
		t = t.add(c.holder(d, district), p/float64(open), why)
	}
	if open > 0 {
		return t
	}
	if gov := c.government(place.area); gov != "" {
		why.place = reasonAreaOnly
		return t.add(gov, p*homeless, why)
	}
	why.place = reasonNoPlace
	if unit := c.functions[functionAt{d.Function, c.Code}]; unit != "" {
		return t.add(unit, p*homeless, why)
	}
	if n := len(d.Category) - 2; n >= 2 {
		wider := c.leading(d.Category[:n])
		for i := range wider {
			if unit := c.holder(&wider[i].Duty, place.area); unit != "" {
				return t.add(unit, p*homeless, ground{matter: why.matter, duty: &wider[i], cites: reasonDuty, place: reasonNoPlace})
			}
		}
	}
	return t
}

// reasons tells why a share is given.
func (c *City) reasons(list []Reason, why ground, place where) []Reason {
	if why.matter != nil {
		list = append(list, Reason{reasonWords, why.matter}, Reason{why.cites, why.duty.cited})
	}
	if why.overlap {
		list = append(list, Reason{reasonOverlap, Args{}})
	}
	switch why.place {
	case "":
	case reasonPlace:
		list = append(list, Reason{why.place, place.told})
	case reasonPlaceOpen:
		list = append(list, Reason{why.place, Args{{"Place", c.lies[why.area].name}, {"Words", both(place.names)}}})
	case reasonNoPlace:
		list = append(list, Reason{why.place, Args{}})
	default: // the place alone
		list = append(list, Reason{why.place, place.told[:1]})
	}
	return list
}
