package search

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/search/words"
)

// Public answers what the public looks for, from what is published only: cards of cases, which hold no words but codes, and published texts such as those of a knowledge base. Use NewPublic.
type Public struct {
	db      pg.Querier
	lexicon *words.Lexicon
	names   []named
	texts   []Texts
}

// What a name of the city stands for.
const (
	aMatter  = "category"
	anArea   = "territory"
	aUnit    = "unit"
	aKind    = "kind"
	anEnding = "outcome"
)

// named is a code with one of its names, folded.
type named struct {
	what, code, name string
}

// Meaning is what a word of a question was understood to be.
type Meaning struct {
	What  string // category, territory, unit, kind or outcome
	Codes []string
	Word  string
}

// PublicFound is the answer.
type PublicFound struct {
	Meanings []Meaning // how the question was understood; none: no card fits
	Cards    []privacy.PublicCase
	Total    int // cards that fit, counted up to one above privacy.CountedCards
	More     bool
	Articles []Article // on every page, so that they can be counted
}

// NewPublic makes the search of the public over a city's names.
func NewPublic(db pg.Querier, city *routing.City, lexicon *words.Lexicon, texts ...Texts) *Public {
	s := &Public{db: db, lexicon: lexicon, texts: texts}
	add := func(what, code string, names ...string) {
		for _, n := range names {
			if n = words.Fold(n); utf8.RuneCountInString(n) >= 2 {
				s.names = append(s.names, named{what, code, n})
			}
		}
	}
	for _, c := range city.Categories() {
		add(aMatter, c.Code, c.Name.ZH, c.Name.EN)
	}
	for _, t := range city.Territories() {
		if t.Level == "district" || t.Level == "street" {
			add(anArea, t.Code, append(slices.Clone(t.Aliases), t.Name.ZH, t.Name.EN)...)
		}
	}
	for _, p := range city.Places() {
		add(anArea, p.Street, append(slices.Clone(p.Aliases), p.Name.ZH, p.Name.EN)...)
	}
	for _, u := range city.Units() {
		add(aUnit, string(u.Code), append(slices.Clone(u.Aliases), u.Name.ZH, u.Name.EN)...)
	}
	for _, k := range casework.Kinds {
		add(aKind, string(k), locale.ZH.T("kind."+string(k)), locale.EN.T("kind."+string(k)))
	}
	for outcome, key := range privacy.OutcomeNames {
		add(anEnding, string(outcome), locale.ZH.T(key), locale.EN.T(key))
	}
	return s
}

// cardNumber is how numbers of cards look; see privacy.PublicNumber.
var cardNumber = regexp.MustCompile(`^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$`)

// Find answers a question. page counts from 1; perPage cards stand on each.
func (s *Public) Find(ctx context.Context, lang locale.Lang, text string, page, perPage int) (PublicFound, error) {
	var f PublicFound
	text = strings.TrimSpace(text)
	if text == "" {
		return f, nil
	}
	var err error
	if f.Articles, err = articles(ctx, s.lexicon, s.texts, lang, text, perPage); err != nil {
		return f, err
	}
	if cardNumber.MatchString(text) && strings.ContainsAny(text, "0123456789") {
		f.Cards, f.Total, err = privacy.CardsByWords(ctx, s.db, privacy.CardWords{Number: strings.ToUpper(text), Limit: 1})
		if err != nil || len(f.Cards) > 0 {
			return f, err
		}
	}
	f.Meanings = s.read(text)
	w := privacy.CardWords{Limit: perPage, Skip: (max(page, 1) - 1) * perPage}
	into := map[string]*[]string{aMatter: &w.Categories, anArea: &w.Territories, aUnit: &w.Units, aKind: &w.Kinds, anEnding: &w.Outcomes}
	for _, m := range f.Meanings {
		*into[m.What] = append(*into[m.What], m.Codes...)
	}
	if w.None() {
		return f, nil
	}
	f.Cards, f.Total, err = privacy.CardsByWords(ctx, s.db, w)
	f.More = f.Total > w.Skip+len(f.Cards) && len(f.Cards) == perPage
	return f, err
}

// read understands a question by the names of the city: a word, or one that means the same or sounds so, is a name, is in one, or has one in it. Words that are no name are passed over.
func (s *Public) read(text string) []Meaning {
	typed := s.lexicon.Parse(text)
	for _, list := range [][]words.Word{s.lexicon.Split(typed), typed} {
		if found := s.meanings(list); len(found) > 0 {
			return found
		}
	}
	if list, _ := s.lexicon.Respell(typed); list != nil {
		return s.meanings(list)
	}
	return nil
}

func (s *Public) meanings(list []words.Word) []Meaning {
	var out []Meaning
	for _, w := range list {
		best, fit := map[string][]string{}, map[string]int{}
		for _, n := range s.names {
			q := fits(w, n.name)
			if q == 0 || q < fit[n.what] {
				continue
			}
			if q > fit[n.what] {
				fit[n.what], best[n.what] = q, nil
			}
			if !slices.Contains(best[n.what], n.code) {
				best[n.what] = append(best[n.what], n.code)
			}
		}
		// A word means one thing: what it fits best, in this order where two fit alike.
		what, top := "", 0
		for _, one := range []string{aMatter, anArea, aUnit, aKind, anEnding} {
			if fit[one] > top && (!w.Plain || fit[one] == wholeName) {
				what, top = one, fit[one]
			}
		}
		if what != "" {
			out = append(out, Meaning{What: what, Codes: best[what], Word: w.Text})
		}
	}
	return out
}

// How well a word fits a name.
const (
	nameInWord  = 1 + iota
	otherInName // a synonym, or what sounds so
	wordInName
	wholeName
)

func fits(w words.Word, name string) int {
	best := 0
	for i, f := range w.Forms {
		switch {
		case f.Text == "" || utf8.RuneCountInString(f.Text) < 2:
		case f.Text == name:
			return wholeName
		case strings.Contains(name, f.Text) && i == 0:
			best = max(best, wordInName)
		case strings.Contains(name, f.Text):
			best = max(best, otherInName)
		case i == 0 && utf8.RuneCountInString(name) >= 3 && strings.Contains(f.Text, name):
			best = max(best, nameInWord)
		}
	}
	return best
}
