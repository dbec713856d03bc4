package bulletin

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/privacy"
	"huiyin/routing"
)

// Bounds of what a bulletin holds.
const (
	MostTitle = 80   // characters
	MostBody  = 3000 // characters
	MostSteps = 40
	MostUnits = 20
)

var (
	themeSlug = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])(-[2-9])?$`)
	cardSlug  = regexp.MustCompile(`^[0-9a-z][0-9a-z-]{0,31}$`)
)

// check holds a draft against its form and the city. Errors: fault.Invalid with the field.
func check(city *routing.City, kind Kind, slug string, c Content) error {
	invalid := func(key, field string) error { return fault.New(fault.Invalid, key).At(field) }
	switch {
	case !slices.Contains(Kinds, kind):
		return invalid("fault.invalid", "kind")
	case kind == Theme && !themeSlug.MatchString(slug):
		return invalid("fault.bulletin_month", "slug")
	case kind == Typical && !cardSlug.MatchString(slug):
		return invalid("fault.bulletin_card", "card")
	}
	for _, t := range []struct {
		field string
		words Words
		most  int
	}{{"title", c.Title, MostTitle}, {"body", c.Body, MostBody}, {"promise", c.Promise, MostBody}} {
		if t.field == "promise" && kind != Theme {
			continue
		}
		if blank(t.words.ZH) {
			return invalid("fault.bulletin_missing", t.field+"_zh")
		}
		if blank(t.words.EN) {
			return invalid("fault.bulletin_missing", t.field+"_en")
		}
		if utf8.RuneCountInString(t.words.ZH) > t.most || utf8.RuneCountInString(t.words.EN) > 3*t.most {
			return invalid("fault.bulletin_long", t.field+"_zh")
		}
	}
	if kind == Typical {
		return nil
	}
	if _, ok := city.Unit(c.Lead); !ok {
		return invalid("fault.bulletin_unit", "lead")
	}
	for _, u := range c.Co {
		if _, ok := city.Unit(u); !ok || u == c.Lead || len(c.Co) > MostUnits {
			return invalid("fault.bulletin_unit", "co")
		}
	}
	if len(c.Categories) == 0 {
		return invalid("fault.bulletin_category", "categories")
	}
	for _, code := range c.Categories {
		if _, ok := city.Category(code); !ok {
			return invalid("fault.bulletin_category", "categories")
		}
	}
	if !day(c.Due) {
		return invalid("fault.bulletin_day", "due")
	}
	if len(c.Plan) == 0 || len(c.Plan) > MostSteps {
		return invalid("fault.bulletin_plan", "plan")
	}
	for _, s := range c.Plan {
		if !day(s.Due) || s.Done != "" && !day(s.Done) || blank(s.What.ZH) || blank(s.What.EN) {
			return invalid("fault.bulletin_plan", "plan")
		}
	}
	for _, n := range c.Progress {
		if !day(n.On) || blank(n.What.ZH) || blank(n.What.EN) || len(c.Progress) > MostSteps {
			return invalid("fault.bulletin_progress", "progress")
		}
	}
	return nil
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func day(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Personal finds what in a text looks like somebody's data: none of it may be published (domain rule: never public are names, numbers, addresses).
func Personal(c Content) []privacy.Span {
	var all []privacy.Span
	look := func(w Words) {
		for _, text := range []string{w.ZH, w.EN} {
			_, spans := privacy.Mask(text)
			all = append(all, spans...)
		}
	}
	look(c.Title)
	look(c.Body)
	look(c.Promise)
	for _, s := range c.Plan {
		look(s.What)
	}
	for _, n := range c.Progress {
		look(n.What)
	}
	return all
}

// May reports whether somebody drafts, publishes and takes down: publishers and supervisors of the hotline.
func May(by casework.Actor) bool {
	return by.Unit == casework.Hotline && by.Has(casework.Publisher, casework.Supervisor)
}
