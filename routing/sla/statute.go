package sla

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/locale"
)

// Statute is a limit that a law sets for a matter in place of the city's own, such as sixty working days for labour inspection. The resident sees
// both: by when the law wants it done, and by when the city would have, which is when they hear how it stands (Jinan ordinance of 2018, article 24).
type Statute struct {
	Name       string          `yaml:"name"`       // short, in small letters; kept with every clock that runs by it
	Categories []string        `yaml:"categories"` // codes; those below them are meant too
	Kinds      []casework.Kind `yaml:"kinds"`      // empty: every kind
	Handle     Limit           `yaml:"handle"`
	LastDay    LastDay         `yaml:"last_day"` // where a limit in calendar days or months ends on a day off; empty: as the policy says
	Extend     Limit           `yaml:"extend"`   // greatest extension by this law, in working days or, where handle counts by dates, calendar days; none: the policy's own
	Law        struct {
		ZH string `yaml:"zh"`
		EN string `yaml:"en"`
	} `yaml:"law"` // law and article, as people read it
}

// Text names the law and the article.
func (s Statute) Text(lang locale.Lang) string {
	if lang == locale.ZH {
		return s.Law.ZH
	}
	return s.Law.EN
}

func (s Statute) covers(m Matter) bool {
	return (len(s.Kinds) == 0 || slices.Contains(s.Kinds, m.Kind)) && m.Category != "" &&
		slices.ContainsFunc(s.Categories, func(c string) bool { return strings.HasPrefix(m.Category, c) })
}

// statute is the first of the policy's statutes that covers a matter. What is urgent is never put off by a law.
func (p *Policy) statute(m Matter) (Statute, bool) {
	if m.Urgency != "" && m.Urgency != casework.Normal {
		return Statute{}, false
	}
	i := slices.IndexFunc(p.Statutes, func(s Statute) bool { return s.covers(m) })
	if i < 0 {
		return Statute{}, false
	}
	return p.Statutes[i], true
}

// Statute finds the law that a clock runs by; ok is false where the policy in force no longer names it.
func (p *Policy) Statute(name string) (s Statute, ok bool) {
	i := slices.IndexFunc(p.Statutes, func(s Statute) bool { return s.Name == name })
	if i < 0 {
		return Statute{}, false
	}
	return p.Statutes[i], true
}

// ExtendMost is the greatest extension of a limit that runs by a law, or with an empty name of the city's own, in the days that the limit is counted in.
func (p *Policy) ExtendMost(statute string) int {
	if s, ok := p.Statute(statute); ok && !s.Extend.None() {
		return s.Extend.WorkingDays + s.Extend.Days
	}
	return p.Extension.DaysMax
}

func (p *Policy) checkStatutes() error {
	for i, s := range p.Statutes {
		switch {
		case !nameForm.MatchString(s.Name):
			return fmt.Errorf("statutes[%d].name: %q must be small letters, digits and hyphens", i, s.Name)
		case slices.ContainsFunc(p.Statutes[:i], func(o Statute) bool { return o.Name == s.Name }):
			return fmt.Errorf("statutes[%d].name: %s stands twice", i, s.Name)
		case len(s.Categories) == 0 || slices.Contains(s.Categories, ""):
			return fmt.Errorf("statutes[%d].categories: missing", i)
		case !s.Handle.Dated():
			return fmt.Errorf("statutes[%d].handle: must be working days, calendar days or months", i)
		case !s.Extend.None() && (s.Extend.Months > 0 || s.Extend.Wall > 0 || (s.Extend.Days > 0) != s.Handle.byDate()):
			return fmt.Errorf("statutes[%d].extend: must be in the days that handle, %s, is counted in", i, s.Handle)
		case s.Law.ZH == "" || s.Law.EN == "":
			return fmt.Errorf("statutes[%d].law: must be named in zh and en", i)
		}
		if err := p.Statutes[i].Handle.under(cmp.Or(s.LastDay, p.LastDay)); err != nil {
			return fmt.Errorf("statutes[%d].handle: %w", i, err)
		}
		for _, k := range s.Kinds {
			if !slices.Contains(casework.Kinds, k) {
				return fmt.Errorf("statutes[%d].kinds: %q is none of %v", i, k, casework.Kinds)
			}
		}
	}
	return nil
}
