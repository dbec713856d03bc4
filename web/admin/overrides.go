package admin

import (
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/rulebook"
	"huiyin/web/shell"
)

// matters names what a law or an override covers.
func matters(p shell.Page, city *routing.City, categories []string, kinds []casework.Kind) string {
	var about, who []string
	for _, code := range categories {
		about = append(about, city.CategoryPath(code, p.Lang))
	}
	for _, k := range kinds {
		who = append(who, p.T("kind."+string(k)))
	}
	var parts []string
	for _, all := range [][]string{about, who} {
		if len(all) > 0 {
			parts = append(parts, strings.Join(all, p.T("dossier.comma")))
		}
	}
	return strings.Join(parts, " · ")
}

// override is a row for each group of kinds and urgencies that has the same limits under an override.
func override(p shell.Page, rules *rulebook.Rules, o sla.Override) [][]shell.Cell {
	why := o.Why.EN
	if p.Lang == locale.ZH {
		why = o.Why.ZH
	}
	type line struct {
		who    []string
		limits [3]string
	}
	var lines []line
	add := func(name string, c sla.Class) {
		limits := [3]string{limit(p, c.Sign), limit(p, c.Contact), limit(p, c.Handle)}
		i := slices.IndexFunc(lines, func(l line) bool { return l.limits == limits })
		if i < 0 {
			lines = append(lines, line{limits: limits})
			i = len(lines) - 1
		}
		lines[i].who = append(lines[i].who, name)
	}
	kinds, urgency := o.Classes()
	for _, u := range casework.Urgencies {
		if c, ok := urgency[u]; ok {
			add(p.T("urgency."+string(u)), c)
		}
	}
	for _, k := range casework.Kinds {
		if c, ok := kinds[k]; ok {
			add(p.T("kind."+string(k)), c)
		}
	}
	covered := matters(p, rules.City, o.Categories, nil)
	rows := make([][]shell.Cell, 0, len(lines))
	for _, l := range lines {
		who := strings.Join(l.who, p.T("dossier.comma"))
		if covered != "" {
			who = covered + " · " + who
		}
		rows = append(rows, []shell.Cell{{Text: who}, {Text: why}, {Text: l.limits[0]}, {Text: l.limits[1]}, {Text: l.limits[2]}, {Text: otherwise(p, rules.Terms.Policy, o.Own())}})
	}
	return rows
}

// otherwise tells what differs beside the clocks of a unit.
func otherwise(p shell.Page, base, own *sla.Policy) string {
	var all []string
	tell := func(key string, was, is sla.Limit) {
		if was != is {
			all = append(all, p.T(key, locale.Args{"Limit": limit(p, is)}))
		}
	}
	tell("admin.else_return", base.Return.Window, own.Return.Window)
	tell("admin.else_ruling", base.Return.Arbitration, own.Return.Arbitration)
	if base.Extension.DaysMax != own.Extension.DaysMax {
		all = append(all, p.T("admin.else_extension", locale.Args{"Limit": p.Lang.N("admin.working_days", own.Extension.DaysMax)}))
	}
	tell("admin.else_decision", base.Extension.Decision, own.Extension.Decision)
	tell("admin.else_call", base.FollowUp.Within, own.FollowUp.Within)
	tell("admin.else_rectify", base.Rectify.Simple, own.Rectify.Simple)
	tell("admin.else_complex", base.Rectify.Complex, own.Rectify.Complex)
	return strings.Join(all, p.T("dossier.comma"))
}
