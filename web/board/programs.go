package board

import (
	"cmp"
	"maps"
	"slices"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/register"
	"huiyin/web/shell"
)

// helper is a program beside the router that reads what residents write or what staff do, and helps people to decide.
type helper struct {
	Code string // its texts are algorithm.<Code>_…
	// Known tells in words what the city itself has measured of it; nil where it has nothing to count by.
	Known func(l locale.Lang, v useView) string
}

// helpers are those of every city. The product's own figures stand in their texts, with day and method.
func helpers() []helper {
	return []helper{
		{"duplicates", func(l locale.Lang, v useView) string {
			m := v.Algorithm.Merges
			return l.T("algorithm.duplicates_city", locale.Args{"Joined": l.Number(m.Joined), "Parted": l.Number(m.Parted)})
		}},
		{"topics", nil},
		{"masking", nil},
		{"replies", nil},
		{"warning", func(l locale.Lang, v useView) string {
			w := v.Totals.Warnings
			return l.T("algorithm.warning_city", locale.Args{"Raised": l.Number(w.Raised), "Misuse": l.Number(w.Misuse), "Open": l.Number(w.Open)})
		}},
	}
}

// items are a helper's fields in the order of the standard.
func (h helper) items(v useView) []shell.Item {
	t := v.T
	items := []shell.Item{
		{Key: t("algorithm.does"), Value: t("algorithm." + h.Code + "_does")},
		{Key: t("algorithm.human"), Value: t("algorithm." + h.Code + "_human")},
		{Key: t("algorithm.risk"), Value: t("algorithm." + h.Code + "_risk")},
		{Key: t("algorithm.measured"), Value: t("algorithm." + h.Code + "_measured")},
	}
	if h.Known != nil {
		items = append(items, shell.Item{Key: t("algorithm.here"), Value: h.Known(v.Lang, v)})
	}
	return items
}

// overrides adds up what people did with the first proposal, by district and by the unit proposed; fewer than enoughToTell are left out.
func (v useView) overrides() (districts, units shell.Grid) {
	columns := []shell.Column{{Title: v.T("board.district")}, {Title: v.T("algorithm.by_people"), Numeric: true}, {Title: v.T("algorithm.override_share"), Numeric: true}}
	districts = shell.Grid{Caption: v.T("algorithm.override_by_district"), Columns: columns, Empty: v.T("algorithm.override_none")}
	units = shell.Grid{Caption: v.T("algorithm.override_by_unit"), Columns: []shell.Column{{Title: v.T("algorithm.proposed")}, columns[1], columns[2]}, Empty: v.T("algorithm.override_none")}
	row := func(name string, o register.Override) []shell.Cell {
		return []shell.Cell{{Text: name}, {Text: v.Lang.Number(o.Dispatches)}, {Text: hundredths(float64(o.Overridden()) / float64(o.Dispatches))}}
	}
	byDistrict, byUnit := v.Algorithm.overridden(v.Rules.District)
	for _, o := range byDistrict {
		districts.Rows = append(districts.Rows, row(v.Rules.TerritoryName(o.Territory, v.Lang), o))
	}
	for _, o := range byUnit {
		units.Rows = append(units.Rows, row(v.Rules.UnitName(o.Unit, v.Lang), o))
	}
	return districts, units
}

// overridden adds up by district and by unit, the most dispatches first.
func (a algorithm) overridden(district func(string) string) (districts, units []register.Override) {
	byDistrict, byUnit := map[string]register.Override{}, map[casework.UnitCode]register.Override{}
	for _, o := range a.Overrides {
		if code := district(o.Territory); code != "" {
			d := byDistrict[code]
			byDistrict[code] = register.Override{Territory: code, Dispatches: d.Dispatches + o.Dispatches, First: d.First + o.First}
		}
		u := byUnit[o.Unit]
		byUnit[o.Unit] = register.Override{Unit: o.Unit, Dispatches: u.Dispatches + o.Dispatches, First: u.First + o.First}
	}
	enough := func(all []register.Override) []register.Override {
		all = slices.DeleteFunc(all, func(o register.Override) bool { return o.Dispatches < enoughToTell })
		slices.SortFunc(all, func(a, b register.Override) int {
			return cmp.Or(cmp.Compare(b.Dispatches, a.Dispatches), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Territory, b.Territory))
		})
		return all
	}
	return enough(slices.Collect(maps.Values(byDistrict))), enough(slices.Collect(maps.Values(byUnit)))
}

// record is an entry of the algorithm register for programs, under the field names of the United Kingdom's Algorithmic Transparency Recording Standard.
type record struct {
	Code            string           `json:"code"`
	Name            name             `json:"name"`
	Description     name             `json:"description"`
	Organisation    name             `json:"organisation"`
	Contact         string           `json:"contact"`
	Phase           string           `json:"phase"`
	HumanDecisions  name             `json:"human_decisions_and_review"`
	Appeals         name             `json:"appeals_and_review"`
	Risks           name             `json:"risks_and_mitigations"`
	Model           string           `json:"model_version,omitempty"` // empty: rules alone
	Performance     name             `json:"model_performance"`
	PerformanceHere *name            `json:"performance_here,omitempty"`
	Measured        *measured        `json:"measured,omitempty"`
	Overrides       []overrideRecord `json:"overrides,omitempty"`
}

// measured is what a trained model's card says, as shares.
type measured struct {
	Rows        int             `json:"rows"`
	Accuracy    float64         `json:"accuracy"`
	TopThree    float64         `json:"accuracy_among_three"`
	Calibration float64         `json:"calibration_error"`
	ByDistrict  []measuredShare `json:"by_district"`
	ByUnit      []measuredShare `json:"by_unit"`
}

type measuredShare struct {
	Code     string  `json:"code"`
	Rows     int     `json:"rows"`
	Accuracy float64 `json:"accuracy"`
}

// overrideRecord is how often people dispatched otherwise than proposed, in a district or where a unit was proposed first.
type overrideRecord struct {
	Scope      string `json:"scope"` // district or unit
	Code       string `json:"code"`
	Dispatches int    `json:"dispatches"`
	Overridden int    `json:"overridden"`
}

// records are the register's entries, the router first.
func (v useView) records() []record {
	inBoth := func(text func(locale.Lang) string) name { return name{text(locale.ZH), text(locale.EN)} }
	city := locale.Args{}
	owner := inBoth(func(l locale.Lang) string {
		city["City"] = v.Rules.Name.In(l)
		return l.T("algorithm.owner_text", city)
	})
	a := v.Algorithm
	router := record{Code: "routing", Name: texts("algorithm.name_text"), Description: texts("algorithm.does_text"), Organisation: owner, Contact: v.Rules.Phone, Phase: "production",
		HumanDecisions: texts("algorithm.human_" + onOff(a.Decision.Alone)), Appeals: texts("algorithm.appeal_text"), Risks: texts("algorithm.risk_text"), Performance: texts("algorithm.routing_measured")}
	if a.Decision.Model != 0 {
		c := a.Model.Card
		router.Model = register.Version(a.Decision.Model)
		router.Measured = &measured{Rows: c.Rows, Accuracy: c.Accuracy, TopThree: c.TopThree, Calibration: c.Calibration, ByDistrict: []measuredShare{}, ByUnit: []measuredShare{}}
		for _, p := range c.ByPart {
			router.Measured.ByDistrict = append(router.Measured.ByDistrict, measuredShare{p.Name, p.Rows, p.Accuracy})
		}
		for _, s := range c.ByClass {
			if s.Rows >= enoughToTell {
				router.Measured.ByUnit = append(router.Measured.ByUnit, measuredShare{s.Label, s.Rows, s.Recall})
			}
		}
	}
	districts, units := a.overridden(v.Rules.District)
	for _, o := range districts {
		router.Overrides = append(router.Overrides, overrideRecord{"district", o.Territory, o.Dispatches, o.Overridden()})
	}
	for _, o := range units {
		router.Overrides = append(router.Overrides, overrideRecord{"unit", string(o.Unit), o.Dispatches, o.Overridden()})
	}
	all := []record{router}
	for _, h := range helpers() {
		one := record{Code: h.Code, Name: texts("algorithm." + h.Code + "_name"), Description: texts("algorithm." + h.Code + "_does"), Organisation: owner, Contact: v.Rules.Phone, Phase: "production",
			HumanDecisions: texts("algorithm." + h.Code + "_human"), Appeals: texts("algorithm.appeal_any"), Risks: texts("algorithm." + h.Code + "_risk"), Performance: texts("algorithm." + h.Code + "_measured")}
		if h.Known != nil {
			here := inBoth(func(l locale.Lang) string { return h.Known(l, v) })
			one.PerformanceHere = &here
		}
		all = append(all, one)
	}
	return all
}
