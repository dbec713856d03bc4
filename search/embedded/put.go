// Package embedded is the search engine inside the hotline's own database: hashed pieces of words under one inverted index, checked on the text.
package embedded

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/words"
)

// Engine is the embedded engine. Documents are visible when the transaction of Put commits.
type Engine struct {
	DB      pg.Querier // reads; usually the pool
	Lexicon *words.Lexicon
	Now     func() time.Time // for recency
	Zone    *time.Location   // the city's, for months

	known statistics
}

// Limits on what is kept of one case, in characters.
const (
	maxText  = 40000
	heard    = 48 // of the text, by sound
	putChunk = 100
)

// entry is a row of search_document.
type entry struct {
	title, body string
	tokens      []words.Token // by which it is found as it is written, and its labels
	sounds      []words.Token // by which it is found as it sounds
}

// entryOf turns a document into what is kept of it.
func entryOf(d search.Document) entry {
	title, place, body := words.Fold(d.Title), words.Fold(d.Place), words.Fold(d.Body)
	parts := []string{title, place, body}
	for _, said := range d.Said {
		parts = append(parts, words.Fold(said))
	}
	names := words.Fold(strings.Join(d.Names, "/"))
	parts = append(parts, names, words.Fold(d.Number), words.Fold(d.ExternalNo))
	text := cut(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n"), maxText)
	labels := append(times(d.FiledAt), words.Label("district", d.District))
	for _, u := range d.Parties {
		labels = append(labels, words.Label("unit", string(u)))
	}
	labels = append(labels, partsOf(d.Case)...)
	if d.District != "" && len(d.Category) >= 2 {
		labels = append(labels, areaLabel(d.District, d.Category))
	}
	for n := 2; n <= len(d.Category); n += 2 {
		labels = append(labels, words.Label("category", d.Category[:n]))
	}
	return entry{title: title, body: text,
		tokens: words.Union(labels, words.TextTokens(text)), sounds: orNone(words.Union(words.SoundTokens(title), words.SoundTokens(place), words.SoundTokens(cut(body, heard))))}
}

// orNone is a list of tokens for a column that has no null.
func orNone(list []words.Token) []words.Token {
	if list == nil {
		return []words.Token{}
	}
	return list
}

// Read is what an index keeps of a document: folded title and text, and the pieces by which they are found.
func Read(d search.Document) (title, body string, tokens []words.Token) {
	e := entryOf(d)
	return e.title, e.body, words.Union(e.tokens, e.sounds)
}

func cut(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i]
		}
		n++
	}
	return s
}

// Put stores documents; those older than what is there, and those that say nothing new, change nothing.
func (e *Engine) Put(ctx context.Context, q pg.Querier, docs []search.Document) error {
	docs = slices.Clone(docs)
	slices.SortFunc(docs, func(a, b search.Document) int { // one order for all writers: no deadlock
		return cmp.Or(slices.Compare(a.Case[:], b.Case[:]), b.Version-a.Version)
	})
	docs = slices.CompactFunc(docs, func(a, b search.Document) bool { return a.Case == b.Case })
	for chunk := range slices.Chunk(docs, putChunk) {
		if err := put(ctx, q, chunk); err != nil {
			return fmt.Errorf("put %d documents: %w", len(chunk), err)
		}
	}
	return nil
}

func put(ctx context.Context, q pg.Querier, docs []search.Document) error {
	n := len(docs)
	ids, versions, filed := make([]casework.CaseID, n), make([]int, n), make([]time.Time, n)
	var columns [10][]string
	for i := range columns {
		columns[i] = make([]string, n)
	}
	for i, d := range docs {
		en := entryOf(d)
		ids[i], versions[i], filed[i] = d.Case, d.Version, d.FiledAt
		for k, v := range []string{string(d.State), string(d.Kind), d.Category, d.District, string(d.Lead), textArray(d.Parties), en.title, en.body, intArray(en.tokens), intArray(en.sounds)} {
			columns[k][i] = v
		}
	}
	_, err := q.Exec(ctx, `insert into search_document as s (case_id, version, filed_at, state, kind, category, district, lead_unit, parties, title, body, tokens, sounds)
		select d.case_id, d.version, d.filed_at, d.state, d.kind, d.category, d.district, d.lead_unit, d.parties::text[], d.title, d.body, d.tokens::integer[], d.sounds::integer[]
		from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
			as d (case_id, version, filed_at, state, kind, category, district, lead_unit, parties, title, body, tokens, sounds)
		on conflict (case_id) do update set version = excluded.version, filed_at = excluded.filed_at, state = excluded.state, kind = excluded.kind, category = excluded.category,
			district = excluded.district, lead_unit = excluded.lead_unit, parties = excluded.parties, title = excluded.title, body = excluded.body, tokens = excluded.tokens, sounds = excluded.sounds
		where s.version <= excluded.version
			and (s.state, s.kind, s.category, s.district, s.lead_unit, s.parties, s.title, s.filed_at, s.body, s.tokens, s.sounds)
				is distinct from (excluded.state, excluded.kind, excluded.category, excluded.district, excluded.lead_unit, excluded.parties, excluded.title, excluded.filed_at, excluded.body, excluded.tokens, excluded.sounds)`,
		ids, versions, filed, columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7], columns[8], columns[9])
	return err
}

// Drop forgets cases.
func (e *Engine) Drop(ctx context.Context, q pg.Querier, ids []casework.CaseID) error {
	if _, err := q.Exec(ctx, `delete from search_document where case_id = any ($1)`, ids); err != nil {
		return fmt.Errorf("drop %d documents: %w", len(ids), err)
	}
	return nil
}

func textArray[T ~string](list []T) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(s)) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

func intArray(list []words.Token) string {
	b := make([]byte, 0, 12*len(list)+2)
	b = append(b, '{')
	for i, t := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(t), 10)
	}
	return string(append(b, '}'))
}
