package console

import (
	"strconv"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/search"
	"huiyin/web/dossier"
)

// narrowing is one row of links that narrow or widen the search by one thing.
type narrowing struct {
	Label string
	Pills []dossier.Pill
}

// offered is how many values of one facet are offered as links.
const offered = 6

// narrowings are links for what people narrow by: the state and the last days at once, and whatever the hits differ by, with how many there are. Where the words name a person there are none, since no address may carry
// them.
func (v foundView) narrowings() []narrowing {
	if personal(v.Asked.Text) || v.Like != nil {
		return nil
	}
	list := []narrowing{v.byState(), v.byDays()}
	f := v.R.Facets
	if f == nil {
		return list
	}
	p, city := v.P, v.Names.City
	add := func(label string, counts []search.Count, now string, name func(code string) string, set func(*asked, string)) {
		n := narrowing{Label: p.T(label)}
		if now != "" {
			to := v.Asked
			set(&to, "")
			n.Pills = append(n.Pills, dossier.Pill{Text: name(now), Href: v.Asked.address(1), Current: true}, dossier.Pill{Text: p.T("find.all"), Href: to.address(1)})
		}
		for _, c := range counts {
			if text := name(c.Value); text != "" && c.Value != now && len(n.Pills) < offered {
				to := v.Asked
				set(&to, c.Value)
				n.Pills = append(n.Pills, dossier.Pill{Text: text, Href: to.address(1), Count: strconv.Itoa(c.N)})
			}
		}
		if len(n.Pills) > 1 || now != "" {
			list = append(list, n)
		}
	}
	add("call.narrow_unit", f.Units, v.Asked.Unit, func(code string) string { return city.UnitName(casework.UnitCode(code), p.Lang) }, func(a *asked, s string) { a.Unit = s })
	add("find.by_category", f.Categories, v.Asked.Category, func(code string) string { t, _ := city.Category(code); return t.Name.In(p.Lang) }, func(a *asked, s string) { a.Category = s })
	add("find.by_district", f.Districts, v.Asked.District, func(code string) string { return city.TerritoryName(code, p.Lang) }, func(a *asked, s string) { a.District = s })
	add("find.by_kind", f.Kinds, v.Asked.Kind, func(code string) string { return p.T("kind." + code) }, func(a *asked, s string) { a.Kind = s })
	add("find.by_month", f.Months, v.Asked.Month, v.month, func(a *asked, s string) { a.Month = s })
	return list
}

func (v foundView) month(code string) string {
	t, err := time.ParseInLocation(monthForm, code, locale.Zone)
	if err != nil {
		return ""
	}
	return v.P.Lang.Month(t)
}

func (v foundView) byState() narrowing {
	row := narrowing{Label: v.P.T("call.narrow_state")}
	for _, s := range append([]string{""}, stageOrder...) {
		to := v.Asked
		to.State = s
		text := v.P.T("call.any_state")
		if s != "" {
			text = v.P.T("call.state_" + s)
		}
		row.Pills = append(row.Pills, dossier.Pill{Text: text, Href: to.address(1), Current: v.Asked.State == s, Count: v.inStage(s)})
	}
	return row
}

// inStage is how many of the hits are in a stage, where that was counted.
func (v foundView) inStage(stage string) string {
	if v.R.Facets == nil || v.R.Facets.Total == 0 || v.Asked.State != "" || stage == "" {
		return ""
	}
	n := 0
	for _, c := range v.R.Facets.States {
		for _, s := range stages[stage] {
			if string(s) == c.Value {
				n += c.N
			}
		}
	}
	return strconv.Itoa(n)
}

func (v foundView) byDays() narrowing {
	p, a := v.P, v.Asked
	row := narrowing{Label: p.T("call.narrow_days")}
	for _, d := range []struct {
		text  string
		since string
	}{{p.T("call.any_day"), ""}, {p.T("call.days_today"), dossier.Date(p.Now)}, {p.T("call.days_week"), dossier.Date(p.Now.AddDate(0, 0, -6))}, {p.T("call.days_month"), dossier.Date(p.Now.AddDate(0, 0, -29))}} {
		to := a
		to.Since, to.Until, to.Month = d.since, "", ""
		row.Pills = append(row.Pills, dossier.Pill{Text: d.text, Href: to.address(1), Current: a.Since == d.since && a.Until == "" && a.Month == ""})
	}
	return row
}

// orders are the links by which the hits are put in another order.
func (v foundView) orders() []dossier.Pill {
	best, newest := v.Asked, v.Asked
	best.Sort, newest.Sort = "", string(search.Newest)
	return []dossier.Pill{{Text: v.P.T("find.best"), Href: best.address(1), Current: v.Asked.Sort == ""}, {Text: v.P.T("find.newest"), Href: newest.address(1), Current: v.Asked.Sort != ""}}
}

// instead are links to words that may have been meant.
func (v foundView) instead() []dossier.Pill {
	var list []dossier.Pill
	for _, w := range v.R.Near {
		to := v.Asked
		to.Text = w
		list = append(list, dossier.Pill{Text: w, Href: to.address(1)})
	}
	return list
}

// can tells whether what was asked can be saved and taken away: words that name a person cannot.
func (v foundView) can() bool {
	return v.Done && !v.Rated.Asked && v.Like == nil && !personal(v.Asked.Text)
}
