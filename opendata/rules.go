package opendata

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/datause"
	"huiyin/locale"
	"huiyin/routing/sla"
	"huiyin/rulebook"
	"huiyin/supervision"
)

// uses are the uses of residents' data by month, as /data-use tells them: by purpose, and by unit.
var uses = Set{Key: "uses", Every: "MONTHLY", Monthly: true, Columns: []Column{
	{Name: "month", Type: Text},
	{Name: "part", Type: Text, Mean: "use_part"},
	{Name: "code", Type: Text, Mean: "use_code"},
	{Name: "people", Type: Integer, Unit: "uses"},
	{Name: "machine", Type: Integer, Unit: "uses"},
	{Name: "unassigned", Type: Integer, Unit: "uses", Empty: "purpose"},
	{Name: "cases", Type: Integer, Unit: "cases", Mean: "unit_cases", Empty: "purpose"},
}, list: useMonths, rows: func(ctx context.Context, r *Reading, give each) error {
	all, err := useMonths(ctx, r)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := r.uses(ctx, m, give); err != nil {
			return err
		}
	}
	return nil
}}

// useMonths are the months that are over and in which data was used.
func useMonths(ctx context.Context, r *Reading) ([]supervision.Month, error) {
	var first *time.Time
	if err := r.tx.QueryRow(ctx, `select min(day) from data_use_day`).Scan(&first); err != nil || first == nil {
		return nil, err
	}
	all := months(supervision.MonthOf(*first, time.UTC), supervision.MonthOf(r.Now(), r.City.TZ).Add(-1))
	return slices.DeleteFunc(all, func(m supervision.Month) bool { return !holds(r.Period, m) }), nil
}

func (r *Reading) uses(ctx context.Context, m supervision.Month, give each) error {
	t, err := datause.Totals(ctx, r.tx, datause.Span{From: m.Start(r.City.TZ), Until: m.Add(1).Start(r.City.TZ)})
	if err != nil {
		return err
	}
	for _, p := range t.Purposes {
		if err := give(Row{m.String(), "purpose", string(p.Purpose), p.Human, p.Automatic, nil, nil}, nil); err != nil {
			return err
		}
	}
	for _, u := range t.Units {
		if err := give(Row{m.String(), "unit", string(u.Unit), u.Human, u.Automatic, u.Unassigned, u.Cases}, nil); err != nil {
			return err
		}
	}
	return nil
}

// definitions are the ways in which figures are counted.
var definitions = Set{Key: "definitions", Every: "IRREG", Columns: []Column{
	{Name: "definition", Type: Text},
	{Name: "measure", Type: Text},
	{Name: "now", Type: YesNo},
	{Name: "lower", Type: YesNo},
	{Name: "name_zh", Type: Text}, {Name: "name_en", Type: Text},
	{Name: "how_zh", Type: Text, Mean: "how"}, {Name: "how_en", Type: Text, Mean: "how"},
}, rows: func(_ context.Context, _ *Reading, give each) error {
	for _, d := range slices.Concat(supervision.Definitions, supervision.Retired) {
		if err := give(Row{d.ID(), string(d.Measure), d.Now, d.Lower, locale.ZH.T(d.Name), locale.EN.T(d.Name), locale.ZH.T(d.How), locale.EN.T(d.How)}, nil); err != nil {
			return err
		}
	}
	return nil
}}

// codes are the names of what the other sets name by a code: units, areas, matters.
var codes = Set{Key: "codes", Every: "IRREG", Columns: []Column{
	{Name: "set", Type: Text},
	{Name: "code", Type: Text},
	{Name: "parent", Type: Text, Empty: "top"},
	{Name: "name_zh", Type: Text}, {Name: "name_en", Type: Text, Empty: "untranslated"},
	{Name: "residents", Type: Integer, Unit: "people", Empty: "unknown"},
}, rows: func(_ context.Context, r *Reading, give each) error {
	for _, u := range r.City.Units() {
		var people any
		if u.Population > 0 {
			people = u.Population
		}
		if err := give(Row{"unit", string(u.Code), orNil(u.Parent), u.Name.ZH, orNil(u.Name.EN), people}, nil); err != nil {
			return err
		}
	}
	for _, t := range r.City.Territories() {
		if err := give(Row{"area", t.Code, orNil(t.Parent), t.Name.ZH, orNil(t.Name.EN), nil}, nil); err != nil {
			return err
		}
	}
	for _, c := range r.City.Categories() {
		if err := give(Row{"matter", c.Code, orNil(c.Parent), c.Name.ZH, orNil(c.Name.EN), nil}, nil); err != nil {
			return err
		}
	}
	return nil
}}

// calendars are the days by which limits are counted, of every year for which there is a notice.
var calendars = Set{Key: "calendars", Every: "ANNUAL", Columns: []Column{
	{Name: "date", Type: Date},
	{Name: "calendar", Type: Text},
	{Name: "work", Type: YesNo},
	{Name: "why", Type: Text},
	{Name: "name_zh", Type: Text, Mean: "holiday", Empty: "ordinary"}, {Name: "name_en", Type: Text, Mean: "holiday", Empty: "ordinary"},
	{Name: "provisional", Type: YesNo},
}, rows: func(_ context.Context, r *Reading, give each) error {
	for _, n := range r.Holiday.Years() {
		if !n.Announced() {
			continue
		}
		for d := calendar.NewDate(n.Year, time.January, 1); d.Year() == n.Year; d++ {
			day := r.Holiday.Day(d)
			if err := give(Row{d.String(), r.Holiday.Version(), day.Work, string(day.Why), orNil(day.Name), orNil(day.NameEn), day.Provisional}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}}

// policies are the limits that were ever in force, version by version, the newest first.
var policies = Set{Key: "policies", Every: "IRREG", Columns: []Column{
	{Name: "version", Type: Integer, Unit: "order", Mean: "policy_version"},
	{Name: "policy", Type: Text},
	{Name: "since", Type: Date, Empty: "first"},
	{Name: "part", Type: Text, Mean: "policy_part"},
	{Name: "code", Type: Text, Mean: "policy_code"},
	{Name: "clock", Type: Text, Mean: "policy_clock"},
	{Name: "amount", Type: Integer, Unit: "limit", Empty: "no_limit"},
	{Name: "unit", Type: Text, Mean: "limit_unit", Empty: "no_limit"},
	{Name: "law", Type: Text, Empty: "own_rule"},
}, rows: func(ctx context.Context, r *Reading, give each) error {
	all, err := r.Book.History(ctx, rulebook.PolicyFile)
	if err != nil {
		return err
	}
	for _, v := range all {
		content, err := r.Book.Content(ctx, rulebook.PolicyFile, v.Version)
		if err != nil {
			return err
		}
		p, err := sla.Parse(content)
		if err != nil {
			return fmt.Errorf("policy %d: %w", v.Version, err)
		}
		var since any
		if !v.At.IsZero() {
			since = v.At.In(r.City.TZ).Format(time.DateOnly)
		}
		for _, l := range limitsOf(p) {
			amount, unit := measured(l.limit)
			if err := give(Row{v.Version, p.ID(), since, l.part, l.code, l.clock, amount, unit, orNil(l.law)}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}}

// limit is one limit of a policy.
type limit struct {
	part, code, clock string
	limit             sla.Limit
	law               string
}

func limitsOf(p *sla.Policy) []limit {
	var all []limit
	class := func(part, code string, c sla.Class) {
		all = append(all, limit{part, code, "dispatch", c.Dispatch, ""}, limit{part, code, casework.ClockSign, c.Sign, ""}, limit{part, code, casework.ClockContact, c.Contact, ""}, limit{part, code, casework.ClockHandle, c.Handle, ""})
	}
	for _, u := range slices.Sorted(maps.Keys(p.Urgency)) {
		class("urgency", string(u), p.Urgency[u])
	}
	for _, k := range casework.Kinds {
		class("kind", string(k), p.Kinds[k])
	}
	for _, s := range p.Statutes {
		for _, c := range s.Categories {
			all = append(all, limit{"statute", c, casework.ClockHandle, s.Handle, s.Law.ZH})
		}
	}
	for _, one := range []struct {
		code string
		l    sla.Limit
	}{{"return_window", p.Return.Window}, {"return_arbitration", p.Return.Arbitration}, {"extension_notice", p.Extension.Notice}, {"extension_decision", p.Extension.Decision}, {"rectify_contact", p.Rectify.Contact},
		{"rectify_simple", p.Rectify.Simple}, {"rectify_complex", p.Rectify.Complex}, {"follow_up", p.FollowUp.Within}, {"rights_answer", p.Rights.Answer}, {"rights_takedown", p.Rights.Takedown}} {
		all = append(all, limit{"rule", one.code, casework.ClockHandle, one.l, ""})
	}
	return all
}

// measured is a limit as a number and what it counts.
func measured(l sla.Limit) (amount, unit any) {
	switch {
	case l.WorkingDays > 0:
		return l.WorkingDays, "working_days"
	case l.Days > 0:
		return l.Days, "calendar_days"
	case l.Months > 0:
		return l.Months, "months"
	case l.Wall > 0:
		return int(l.Wall.Minutes()), "minutes"
	}
	return nil, nil
}
