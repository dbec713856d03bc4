package knowledge

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/privacy"
)

// Bounds on what an article may say, in characters.
const (
	MaxTitle     = 100
	MaxQuestion  = 100
	MaxQuestions = 12
	MaxBody      = 4000
	MaxBasis     = 300
)

var codeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// clean takes out spaces at the ends and empty questions.
func (c *Content) clean() {
	for _, s := range []*string{&c.Title.ZH, &c.Title.EN, &c.Body.ZH, &c.Body.EN, &c.Basis.ZH, &c.Basis.EN, &c.Link, &c.Note, &c.Category} {
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
	for _, list := range []*[]string{&c.Asked.ZH, &c.Asked.EN} {
		var kept []string
		for _, q := range *list {
			if q = strings.Join(strings.Fields(q), " "); q != "" && !slices.Contains(kept, q) {
				kept = append(kept, q)
			}
		}
		*list = append([]string{}, kept...)
	}
}

// check refuses what is not whole, and whole mobile and identity numbers: privacy.PublicPages lets none out, so the page of an article that had one would not open.
// Errors: fault.Invalid at the field.
func (c *Content) check() error {
	long := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	for _, f := range []struct {
		name, value string
		most        int
		optional    bool
	}{
		{"title_zh", c.Title.ZH, MaxTitle, false}, {"title_en", c.Title.EN, 2 * MaxTitle, false}, {"body_zh", c.Body.ZH, MaxBody, false}, {"body_en", c.Body.EN, 2 * MaxBody, false},
		{"basis_zh", c.Basis.ZH, MaxBasis, false}, {"basis_en", c.Basis.EN, 2 * MaxBasis, false}, {"note", c.Note, MaxBasis, true}, {"link", c.Link, 500, true},
	} {
		if f.value == "" && !f.optional {
			return fault.New(fault.Invalid, "fault.article_part_missing").At(f.name)
		}
		if long(f.value, f.most) {
			return fault.New(fault.Invalid, "fault.article_part_long").At(f.name).With("Limit", f.most)
		}
		if privacy.PublicPages.Check([]byte(f.value)) != nil {
			return fault.New(fault.Invalid, "fault.article_number").At(f.name)
		}
	}
	for name, list := range map[string][]string{"asked_zh": c.Asked.ZH, "asked_en": c.Asked.EN} {
		if len(list) == 0 && name == "asked_zh" {
			return fault.New(fault.Invalid, "fault.article_part_missing").At(name)
		}
		if len(list) > MaxQuestions || slices.ContainsFunc(list, func(q string) bool { return long(q, 2*MaxQuestion) }) {
			return fault.New(fault.Invalid, "fault.article_questions").At(name).With("Limit", MaxQuestions)
		}
		if privacy.PublicPages.Check([]byte(strings.Join(list, "\n"))) != nil {
			return fault.New(fault.Invalid, "fault.article_number").At(name)
		}
	}
	if c.Link != "" {
		if u, err := url.Parse(c.Link); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fault.New(fault.Invalid, "fault.article_link").At("link")
		}
	}
	switch {
	case c.ValidFrom.IsZero():
		return fault.New(fault.Invalid, "fault.article_day").At("valid_from")
	case c.ExpiresOn != nil && c.ExpiresOn.Before(c.ValidFrom):
		return fault.New(fault.Invalid, "fault.article_day").At("expires_on")
	case c.ReviewOn.IsZero():
		return fault.New(fault.Invalid, "fault.article_day").At("review_on")
	}
	return nil
}

// MayWrite tells whether an actor may write the articles of a unit: the hotline any, a unit its own and those of units below it.
func MayWrite(by casework.Actor, owner casework.UnitCode) bool {
	return by.Kind == casework.BySystem || hotline(by, casework.Operator, casework.Dispatcher, casework.Supervisor, casework.Publisher) || ofUnit(by, owner, casework.Liaison, casework.Handler, casework.Leader)
}

// MayReview tells whether an actor may say that an article of a unit is right.
func MayReview(by casework.Actor, owner casework.UnitCode) bool {
	return MayPublish(by) || ofUnit(by, owner, casework.Liaison, casework.Leader)
}

// MayPublish tells whether an actor may put articles in force and take them back.
func MayPublish(by casework.Actor) bool {
	return by.Kind == casework.BySystem || hotline(by, casework.Dispatcher, casework.Supervisor, casework.Publisher)
}

// MayRead tells whether an actor sees drafts and earlier versions.
func MayRead(by casework.Actor) bool {
	return by.Kind == casework.BySystem || by.Kind == casework.ByStaff
}

func hotline(by casework.Actor, roles ...casework.Role) bool {
	return by.Kind == casework.ByStaff && by.Unit == casework.Hotline && by.Has(roles...)
}

func ofUnit(by casework.Actor, owner casework.UnitCode, roles ...casework.Role) bool {
	return by.Kind == casework.ByStaff && by.Unit != casework.Hotline && by.Has(roles...) && slices.Contains(by.Units, owner)
}
