package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"huiyin/locale"
	"huiyin/search/words"
)

// Text is a published text that may answer a question, such as an article of a knowledge base, in one language.
type Text struct {
	Path  string // where it stands, without language
	Title string
	Asked []string // ways in which people ask for it
	Body  string
	Owner string     // who answers for it, in words
	Basis string     // what it stands on, in words
	Since time.Time  // first day on which it holds
	Until *time.Time // last day on which it holds; nil: none is known
}

// Source says in words who answers for a text, on what it stands, and since or until when it holds.
func (t Text) Source(lang locale.Lang) string {
	parts := []string{lang.T("search.owner", locale.Args{"Unit": t.Owner})}
	if t.Basis != "" {
		parts = append(parts, lang.T("search.basis", locale.Args{"Basis": t.Basis}))
	}
	if t.Until != nil {
		parts = append(parts, lang.T("search.until", locale.Args{"Day": lang.Date(*t.Until)}))
	} else {
		parts = append(parts, lang.T("search.since", locale.Args{"Day": lang.Date(t.Since)}))
	}
	return strings.Join(parts, " · ")
}

// Texts finds published texts by words, the best first; whoever publishes any gives one. It gives none that is out of date.
type Texts func(ctx context.Context, lang locale.Lang, text string, limit int) ([]Text, error)

// Article is a text that was found, with what was looked for marked in it.
type Article struct {
	Text
	Headline words.Excerpt // the whole title
	Found    words.Excerpt // where it was found: in the body, or in a way in which people ask for it
	worth    float64
}

const (
	articleExcerpt = 110 // characters of a body that are shown
	fewAsked       = 4   // of so many words each counts; in a sentence whoever publishes knows better what it is about
)

// articles asks all who publish texts, and marks what was looked for. Latin words are found by pieces of three letters, so what has none of them whole was found by accident and is left out.
func articles(ctx context.Context, lexicon *words.Lexicon, publish []Texts, lang locale.Lang, text string, limit int) ([]Article, error) {
	if strings.TrimSpace(text) == "" || limit <= 0 {
		return nil, nil
	}
	var all []Article
	typed := lexicon.Parse(text)
	parts := lexicon.Split(typed)
	if parts == nil {
		parts = typed
	}
	sounding, _ := lexicon.Respell(typed)
	said, sounds := says(append(parts[:len(parts):len(parts)], typed...)), says(sounding)
	latin := !slices.ContainsFunc(typed, func(w words.Word) bool {
		return strings.ContainsFunc(w.Text, func(r rune) bool { return r > unicode.MaxLatin1 })
	})
	for _, find := range publish {
		some, err := find(ctx, lang, text, limit)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			a := t.marked(said)
			if a.worth == 0 {
				a = t.marked(sounds)
			}
			if a.worth > 0 || !latin {
				all = append(all, a)
			}
		}
	}
	if len(parts) <= fewAsked {
		slices.SortStableFunc(all, func(a, b Article) int { return cmp.Compare(b.worth, a.worth) })
	}
	return all[:min(len(all), limit)], nil
}

// marked marks words in a text: in its body, or else in the first way of asking that has any.
func (t Text) marked(list []words.Word) Article {
	a := Article{Text: t, Headline: words.Mark(t.Title, list, len(t.Title)), Found: words.Mark(t.Body, list, articleExcerpt)}
	for _, asked := range t.Asked {
		if m := words.Mark(asked, list, articleExcerpt); !a.Found.Hits() && m.Hits() {
			a.Found = m
		}
	}
	title, whole := words.Fold(t.Title), words.Fold(strings.Join(append([]string{t.Title, t.Body}, t.Asked...), "\n"))
	for _, w := range list {
		a.worth += w.Weight * w.Worth(title, whole)
	}
	return a
}

// says leaves out words that say little.
func says(list []words.Word) []words.Word {
	return slices.DeleteFunc(slices.Clone(list), func(w words.Word) bool { return w.Plain })
}

// Articles finds published texts that answer what staff look for, the best first.
func (s *Service) Articles(ctx context.Context, lang locale.Lang, text string, limit int) ([]Article, error) {
	return articles(ctx, s.Lexicon, s.Texts, lang, text, limit)
}
