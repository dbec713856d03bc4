package search

import (
	"context"
	"regexp"
	"strings"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/seal"
	"huiyin/search/words"
)

// Service finds cases for people: the engine proposes, the database decides who sees what, and marks are made on the masked words.
type Service struct {
	Engine  Engine
	Docket  *casework.Docket
	Lexicon *words.Lexicon
	Texts   []Texts // what is published for whoever looks; see Articles
}

// How a query was understood.
const (
	ByWords   = "words"
	ByNumber  = "number"  // a work-order number, or that of another system
	ByContact = "contact" // a phone number or e-mail address, by its keyed hash
	ByCode    = "code"    // a tracking code, by its keyed hash
)

// Result is what a person gets.
type Result struct {
	Hits    []Hit
	By      string // how the query was understood
	More    bool
	Facets  *Facets  // nil unless asked for and searched by words
	Instead string   // the query as it was searched instead, where nothing was found as typed; else empty
	Near    []string // words that may have been meant, where nothing was found
	Standby bool     // the search server was away; the index in the database answered
}

// Hit is one case found, with what was found marked.
type Hit struct {
	Case  casework.Case
	Score float64
	Near  bool          // not everything that was asked for is in it
	Title words.Excerpt // the whole title; empty where the words are only kept
	Text  words.Excerpt // where it was found: in the text, the place, or what was said; empty as well
}

// nearOffered is how many words are offered where nothing was found.
const nearOffered = 5

// excerptLength is how many characters of a text are shown around what was found.
const excerptLength = 90

var (
	numberForm = regexp.MustCompile(`^[0-9A-Za-z-]{6,40}$`)
	phoneForm  = regexp.MustCompile(`^(\+?86|0086)?1[3-9][0-9]{9}$|^0[0-9]{2,3}[0-9]{7,8}$`)
	emailForm  = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// Find finds cases in the actor's scope. A whole number, phone number, e-mail address or tracking code finds its cases whatever the filters say.
// Errors: fault.Forbidden for those who have no cases to search, residents among them.
func (s *Service) Find(ctx context.Context, by casework.Actor, q Query) (Result, error) {
	sight := by.Sight()
	if sight.None() {
		return Result{}, fault.New(fault.Forbidden, "fault.forbidden")
	}
	q = q.within()
	if r, found, err := s.direct(ctx, by, q); err != nil || found {
		if err == nil && (r.By == ByNumber || r.By == ByCode) {
			err = s.used(ctx, by, r.By, words.Fold(q.Text), nil, len(r.Hits))
		}
		return r, err
	}
	found, err := s.Engine.Find(ctx, q, sight)
	if err != nil {
		return Result{}, err
	}
	hits, err := s.seen(ctx, by, q, found)
	if err != nil {
		return Result{}, err
	}
	var near []string
	if len(hits) == 0 {
		near = s.Lexicon.Near(q.Text, nearOffered)
	}
	return Result{Hits: hits, Near: near, By: ByWords, More: found.More, Facets: found.Facets, Instead: strings.Join(found.Instead, " "), Standby: found.Standby}, nil
}

// direct finds what a whole number, contact or code names; found is false where the text is none of them, or names nothing in scope.
func (s *Service) direct(ctx context.Context, by casework.Actor, q Query) (r Result, found bool, err error) {
	text := strings.TrimSpace(words.Fold(q.Text))
	compact := strings.NewReplacer(" ", "", "-", "").Replace(text)
	list := func(how string, cq casework.Query) (Result, bool, error) {
		cq.Newest, cq.Limit = true, q.Limit
		page, err := s.Docket.List(ctx, by, cq)
		if err != nil || len(page.Cases) == 0 {
			return Result{}, false, err
		}
		r := Result{By: how, More: page.Next != ""}
		for _, c := range page.Cases {
			r.Hits = append(r.Hits, plainHit(c))
		}
		return r, true, nil
	}
	if numberForm.MatchString(text) && strings.ContainsAny(text, "0123456789") {
		for _, number := range []string{strings.TrimSpace(q.Text), strings.ToUpper(text)} {
			if r, found, err = list(ByNumber, casework.Query{Number: number}); err != nil || found {
				return r, found, err
			}
		}
	}
	switch hotline := by.Sight().All; {
	case !hotline && (phoneForm.MatchString(compact) || emailForm.MatchString(text)):
		return Result{}, false, nil // units may not try numbers; casework.Docket.List says why
	case phoneForm.MatchString(compact):
		return list(ByContact, casework.Query{Contact: s.Docket.Keys.Hash(seal.Phone, compact)})
	case emailForm.MatchString(text):
		return list(ByContact, casework.Query{Contact: s.Docket.Keys.Hash(seal.Email, text)})
	}
	if _, ok := casework.NormalCode(q.Text); !ok {
		return Result{}, false, nil
	}
	id, err := s.Docket.ByCode(ctx, q.Text)
	if err == nil {
		var c casework.Case
		if c, err = s.Docket.Case(ctx, by, id); err == nil {
			return Result{By: ByCode, Hits: []Hit{plainHit(c)}}, true, nil
		}
	}
	if fault.KindOf(err) == fault.NotFound {
		return Result{}, false, nil
	}
	return Result{}, false, err
}

func plainHit(c casework.Case) Hit {
	if c.KeptOnly() {
		return Hit{Case: c}
	}
	return Hit{Case: c, Title: words.Mark(c.Title, nil, len(c.Title)), Text: words.Mark(c.Body, nil, excerptLength)}
}

// seen reads what was found in the actor's scope, in the engine's order, and marks it.
func (s *Service) seen(ctx context.Context, by casework.Actor, q Query, found Found) ([]Hit, error) {
	if len(found.Hits) == 0 {
		return nil, nil
	}
	ids := make([]casework.CaseID, len(found.Hits))
	for i, h := range found.Hits {
		ids[i] = h.Case
	}
	list, err := s.Docket.Seen(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	at := make(map[casework.CaseID]casework.Seen, len(list))
	for _, c := range list {
		at[c.ID] = c
	}
	asked := s.asked(q.Text, found.Instead)
	var hits []Hit
	for _, h := range found.Hits {
		c, visible := at[h.Case]
		if !visible {
			continue
		}
		hit := Hit{Case: c.Case, Score: h.Score, Near: h.Near}
		if !c.KeptOnly() {
			hit.Title, hit.Text = words.Mark(c.Title, asked, len(c.Title)), mark(c, asked)
		}
		hits = append(hits, hit)
	}
	return hits, nil
}

// asked is every word to be marked: as typed, in its parts, and as it was searched instead.
func (s *Service) asked(text string, instead []string) []words.Word {
	typed := s.Lexicon.Parse(text)
	asked := append(typed[:len(typed):len(typed)], s.Lexicon.Split(typed)...)
	if instead != nil {
		respelled, _ := s.Lexicon.Respell(typed)
		asked = append(asked, respelled...)
	}
	return asked
}

// mark shows the first of a case's texts in which something was found.
func mark(c casework.Seen, asked []words.Word) words.Excerpt {
	first := words.Mark(c.Body, asked, excerptLength)
	if first.Hits() {
		return first
	}
	for _, text := range append([]string{c.Place}, c.Said...) {
		if e := words.Mark(text, asked, excerptLength); e.Hits() {
			return e
		}
	}
	return first
}
