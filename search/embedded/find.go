package embedded

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/search"
	"huiyin/search/words"
)

const (
	window     = 4000 // newest documents read for what no token finds, such as a single character
	candidates = 300  // of the window, to be ranked
	nearRead   = 400  // newest documents with a part of the words, to be ranked
	nearWanted = 10   // below so many hits, documents with a part of the words are shown too
	whole      = 1000 // hits of a stage that are all read, so that they are counted as well
)

// stage is one way to read a query: all of these words, or (some) as many as make up half of what was asked.
type stage struct {
	words []words.Word
	some  bool
	base  float64 // added to scores, so that a nearer stage stands before a farther one
}

type row struct {
	id    casework.CaseID
	score float64
	filed time.Time
	of    properties // where they are to be counted
}

// Find asks in stages until there is enough: as typed with synonyms, in parts, by sound where nothing was found, and some of the words.
func (e *Engine) Find(ctx context.Context, q search.Query, sight casework.Sight) (search.Found, error) {
	if q.Limit <= 0 {
		q.Limit = search.DefaultLimit
	}
	typed := e.Lexicon.Parse(q.Text)
	if len(typed) == 0 && strings.TrimSpace(q.Text) != "" {
		return search.Found{}, nil // punctuation only
	}
	a := answer{e: e, q: q, sight: sight, want: q.Offset + q.Limit + 1, seen: map[casework.CaseID]bool{}}
	if q.Sentence {
		if split := e.Lexicon.Split(typed); split != nil {
			typed = split
		}
		err := a.run(ctx, stage{words: typed, some: len(typed) > 1}, false)
		return a.page(), err
	}
	if err := a.run(ctx, stage{words: typed, base: 30}, false); err != nil {
		return search.Found{}, err
	}
	split := e.Lexicon.Split(typed)
	if split != nil && len(a.rows) < a.want {
		if err := a.run(ctx, stage{words: split, base: 20}, false); err != nil {
			return search.Found{}, err
		}
	}
	var instead []string
	if len(a.rows) == 0 {
		sounding, spelling := e.Lexicon.Respell(typed)
		if sounding != nil {
			if err := a.run(ctx, stage{words: sounding, base: 10}, false); err != nil {
				return search.Found{}, err
			}
			if len(a.rows) > 0 {
				instead = spelling
			}
		}
	}
	if len(a.rows) == 0 {
		corrected, spelling, err := e.corrected(ctx, typed)
		if err == nil && corrected != nil {
			err = a.run(ctx, stage{words: corrected, base: 10}, false)
		}
		if err != nil {
			return search.Found{}, err
		}
		if len(a.rows) > 0 {
			instead = spelling
		}
	}
	parts := typed
	if split != nil {
		parts = split
	}
	if len(a.rows) < nearWanted && len(parts) > 1 {
		if err := a.run(ctx, stage{words: parts, some: true}, true); err != nil {
			return search.Found{}, err
		}
	}
	found := a.page()
	found.Instead = instead
	if found.Facets = a.counted; q.Facets && found.Facets == nil {
		var err error
		if found.Facets, err = e.facets(ctx, q, sight, a.first); err != nil {
			return search.Found{}, err
		}
	}
	return found, nil
}

// answer gathers the hits of the stages.
type answer struct {
	e     *Engine
	q     search.Query
	sight casework.Sight
	want  int
	rows  []row
	near  map[casework.CaseID]bool
	seen  map[casework.CaseID]bool
	first *stage // the first stage that found something

	counted *search.Facets // its hits, where all of them were read
}

func (a *answer) run(ctx context.Context, s stage, near bool) error {
	rows, all, err := a.e.stage(ctx, a.q, a.sight, s, a.want)
	if err != nil {
		return err
	}
	if len(rows) > 0 && a.first == nil {
		a.first = &s
		if all {
			a.counted = a.e.countRows(rows, a.q)
		}
	}
	for _, r := range rows {
		if a.seen[r.id] || len(a.rows) >= a.want {
			continue
		}
		a.seen[r.id] = true
		if near {
			if a.near == nil {
				a.near = map[casework.CaseID]bool{}
			}
			a.near[r.id] = true
		}
		r.score += s.base
		a.rows = append(a.rows, r)
	}
	return nil
}

func (a *answer) page() search.Found {
	rows := a.rows
	if a.q.Sort == search.Newest {
		slices.SortStableFunc(rows, func(x, y row) int { return y.filed.Compare(x.filed) })
	}
	var found search.Found
	found.More = len(rows) > a.q.Offset+a.q.Limit
	rows = rows[min(a.q.Offset, len(rows)):min(a.q.Offset+a.q.Limit, len(rows))]
	for _, r := range rows {
		found.Hits = append(found.Hits, search.Match{Case: r.id, Score: r.score, Near: a.near[r.id]})
	}
	return found
}

// stage runs one stage by the inverted index: of what is frequent the newest first, and all where that is not enough. What no token finds is looked for in the newest documents. all tells that these are all hits of the
// stage, with their properties, which happens only where they are to be counted.
func (e *Engine) stage(ctx context.Context, q search.Query, sight casework.Sight, s stage, want int) (rows []row, all bool, err error) {
	some := q
	some.Facets = false
	st := &statement{}
	if _, ok := e.byIndex(st, some, sight, s, want); !ok {
		st = &statement{}
		rows, err := e.rows(ctx, e.byReading(st, some, sight, s, want), st.args, false)
		return rows, false, err
	}
	if err := e.known.fresh(ctx, e.DB); err != nil {
		return nil, false, err
	}
	part, documents := e.known.expected(s, q, sight)
	enough, ranking := want, float64(ranking)
	if s.some {
		enough, ranking = min(want, nearWanted), nearRank
	}
	for wanted := ranking / part; documents > 2*ranking; {
		since, holds := e.known.newest(wanted, q)
		if since.IsZero() {
			break
		}
		recent := &statement{}
		some.Since = since
		newest, _ := e.byIndex(recent, some, sight, s, want)
		rows, err := e.rows(ctx, newest, recent.args, false)
		if err != nil || len(rows) >= enough {
			return rows, false, err
		}
		seen := seenIn(len(rows), holds, part)
		documents, wanted = seen/part*documents, max(ranking/seen, wider*holds)
		part = seen
	}
	if s.some {
		q.Facets = false
	}
	limit := want
	if q.Facets {
		limit = max(want, whole)
	}
	st = &statement{}
	sql, _ := e.byIndex(st, q, sight, s, limit)
	rows, err = e.rows(ctx, sql, st.args, q.Facets)
	return rows, q.Facets && len(rows) < limit, err
}

// seenIn is what part of all documents a stage finds, after so many of a span were fewer than was thought: what was seen, but not rarer by any factor, since the newest may all be about one matter that nobody asked for.
func seenIn(found int, holds, thought float64) float64 {
	return max(float64(found+1)/holds, thought/wider)
}

func (e *Engine) rows(ctx context.Context, sql string, args []any, counted bool) ([]row, error) {
	// Planned with the values: a plan for any value would not know which words are rare.
	rows, err := e.DB.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var one row
		into := []any{&one.id, &one.score, &one.filed}
		if counted {
			into = append(into, one.of.into()...)
		}
		return one, r.Scan(into...)
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return out, nil
}

// columns are those that the ranking reads: of the tokens, by far the largest, only the sounds, and only where a word may be found by its sound alone.
func (s stage) columns(counted bool) string {
	columns := "d.case_id, d.filed_at, d.title, d.body"
	if counted {
		columns += ", " + propertyColumns
	}
	for _, w := range s.words {
		if slices.ContainsFunc(w.Forms, func(f words.Form) bool { return f.Text == "" }) {
			return columns + ", d.sounds"
		}
	}
	return columns
}

// byReading is the statement over the newest documents. With no words at all it reads on until there is enough.
func (e *Engine) byReading(st *statement, q search.Query, sight casework.Sight, s stage, want int) string {
	newest := "select * from search_document d" + where(st.dates(q, false)) + " order by d.filed_at desc, d.case_id desc"
	limit := candidates
	if len(s.words) > 0 {
		newest += fmt.Sprintf(" limit %d", window)
		if q.Sort == search.Newest {
			limit = want
		}
	} else {
		limit = want
	}
	var conds []string
	for _, w := range s.bringing() {
		conds = append(conds, st.onText(w))
	}
	match := joined(s, conds)
	from := fmt.Sprintf("(select %s from (%s) d%s limit %d) d", s.columns(false), newest, where(st.filters(q, sight), match), max(limit, want))
	return e.ranked(st, from, q, s, want)
}

// byIndex is the statement over all documents by the inverted index; ok is false where no word can be found that way.
func (e *Engine) byIndex(st *statement, q search.Query, sight casework.Sight, s stage, want int) (sql string, ok bool) {
	match, ok := e.match(st, q, sight, s)
	if !ok {
		return "", false
	}
	found := fmt.Sprintf("(select %s from search_document d%s offset 0) d", s.columns(q.Facets), where(match)) // found first: planned together with an order, all documents would be read by time where few are found
	if s.some {
		found = fmt.Sprintf("(select * from %s order by d.filed_at desc limit %d) d", found, nearRead)
	}
	return e.ranked(st, found, q, s, want), true
}

// match are all conditions, with those of the words by tokens for the index and on the text of what it finds; ok is false where the index cannot answer.
func (e *Engine) match(st *statement, q search.Query, sight casework.Sight, s stage) (conds []string, ok bool) {
	list := s.bringing()
	if len(list) == 0 {
		return nil, false // the newest are read until there is enough
	}
	index, ok := st.onIndex(s, e.labels(q, sight), nil, &e.known, false)
	if !ok {
		return nil, false
	}
	conds = append(append([]string{index}, st.filters(q, sight)...), st.dates(q, true)...)
	for _, w := range list {
		if !s.some { // where some words are enough, the ranking reads the text
			conds = append(conds, st.onText(w))
		}
	}
	return conds, true
}

// bringing are the words of which a hit has one or all.
func (s stage) bringing() []words.Word {
	if !s.some {
		return s.words
	}
	return words.Bringing(s.words)
}

// enough is the condition that half of what was asked is in the document d.
func (s stage) enough(st *statement) string {
	var found []string
	for _, w := range s.words {
		found = append(found, fmt.Sprintf("case when %s then %g::float8 else 0 end", st.onText(w), w.Weight))
	}
	return fmt.Sprintf("%s >= %g", strings.Join(found, " + "), words.Half(s.words))
}

// joined joins the conditions of the words: all of them, or one of those that mean something.
func joined(s stage, conds []string) []string {
	if !s.some || len(conds) == 0 {
		return conds
	}
	return []string{"(" + strings.Join(conds, " or ") + ")"}
}

// ranked orders the candidates: a word in the title before one in the text, as typed before other forms, the words together before apart, new before old.
func (e *Engine) ranked(st *statement, candidates string, q search.Query, s stage, want int) string {
	order := "score desc, filed_at desc, case_id desc"
	if q.Sort == search.Newest {
		order = "filed_at desc, case_id desc"
	}
	score := []string{fmt.Sprintf("exp(-greatest(0, date_part('epoch', %s::timestamptz - d.filed_at)) / 5184000)", st.arg(e.Now()))}
	from, enough := candidates, ""
	if s.some {
		from, enough = s.matched(st, candidates)
	}
	for i, w := range s.words {
		value := st.worth(w)
		if s.some {
			value = fmt.Sprintf("case when d.m%d then %s else 0::float8 end", i, value)
		}
		score = append(score, fmt.Sprintf("%g::float8 * %s", w.Weight, value))
	}
	if len(s.words) > 1 {
		score = append(score, fmt.Sprintf("case when strpos(d.body, %s) > 0 then %g::float8 else 0 end", st.arg(words.Joined(s.words)), words.Together))
	}
	columns := ""
	if q.Facets {
		columns = ", " + propertyColumns
	}
	return fmt.Sprintf("select d.case_id, %s as score, d.filed_at%s from %s%s order by %s limit %d", strings.Join(score, " + "), columns, from, enough, order, want)
}

// matched is the candidates with a column for each word that tells whether it is there, and the condition that half of what was asked is.
func (s stage) matched(st *statement, candidates string) (from, enough string) {
	here, found := make([]string, len(s.words)), make([]string, len(s.words))
	for i, w := range s.words {
		here[i] = fmt.Sprintf("%s as m%d", st.onText(w), i)
		found[i] = fmt.Sprintf("case when d.m%d then %g::float8 else 0 end", i, w.Weight)
	}
	return fmt.Sprintf("(select d.*, %s from %s offset 0) d", strings.Join(here, ", "), candidates), fmt.Sprintf(" where %s >= %g", strings.Join(found, " + "), words.Half(s.words))
}

// worth is what a word that was found is worth: as typed before in other words, and those before what only sounds so; in the title before in the text.
func (s *statement) worth(w words.Word) string {
	var title, body []string
	sounds := false
	for _, f := range w.Forms[1:] {
		if f.Text == "" {
			sounds = true
			continue
		}
		text := s.arg(f.Text)
		title = append(title, "strpos(d.title, "+text+") > 0")
		body = append(body, "strpos(d.body, "+text+") > 0")
	}
	typed := s.arg(w.Text)
	value := fmt.Sprintf("case when strpos(d.title, %s) > 0 then %g::float8 when strpos(d.body, %s) > 0 then %g::float8", typed, words.TypedInTitle, typed, words.TypedInText)
	if len(title) > 0 {
		value += fmt.Sprintf(" when %s then %g::float8", strings.Join(title, " or "), words.OtherInTitle)
	}
	if sounds && len(body) > 0 {
		value += fmt.Sprintf(" when %s then %g::float8", strings.Join(body, " or "), words.OtherInText)
	}
	if sounds {
		return value + fmt.Sprintf(" else %g::float8 end", words.OnlyTheSound)
	}
	return value + fmt.Sprintf(" else %g::float8 end", words.OtherInText)
}
