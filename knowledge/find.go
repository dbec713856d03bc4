package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"huiyin/pg"
	"huiyin/search/words"
)

// Query asks for the articles that answer something.
type Query struct {
	Text  string  // what was typed, said or written
	Least float64 // how sure it must be that an article answers it, 0 to 1; zero: everything that has a word of it
	Limit int     // at most so many; zero: 10
}

// Offered is how sure it must be before an article is offered to somebody who did not ask for one: a caller's words, a report being written.
const Offered = 0.34

// Found is an article that a query led to.
type Found struct {
	Article
	Score float64 // 0 to 1
}

const (
	longest    = 400 // characters of a query that are read, the last ones of what is still being said
	candidates = 24  // articles that are compared with the query whole
)

// Find gives the articles in force that answer a query, the best first: by the words of titles, questions and bodies, their synonyms, and their pinyin.
func (b *Base) Find(ctx context.Context, q Query) ([]Found, error) {
	asked := b.ask(q.Text)
	found, err := b.find(ctx, asked)
	if err == nil && len(found) == 0 {
		if again := b.respelt(q.Text); again != nil {
			found, err = b.find(ctx, again)
		}
	}
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(f Found) bool { return f.Score < q.Least })
	return found[:min(len(found), cmp.Or(q.Limit, 10))], nil
}

// asking is a query as tokens, each with how nearly it stands for what was typed.
type asking map[words.Token]float64

func (k asking) add(tokens []words.Token, weight float64) {
	for _, t := range tokens {
		k[t] = max(k[t], weight)
	}
}

// How near the forms of a word are to what was typed.
const (
	asTyped   = 1.0
	asSynonym = 0.8
	asSound   = 0.7
	asPlain   = 0.3 // words that say little: please, I would like to ask
)

func (b *Base) ask(text string) asking {
	runes := []rune(text)
	text = string(runes[max(0, len(runes)-longest):])
	all := asking{}
	all.add(words.TextTokens(words.Fold(text)), asTyped)
	for _, w := range b.split(text) {
		if w.Plain {
			for _, t := range words.TextTokens(w.Text) {
				all[t] = asPlain
			}
			continue
		}
		all.addForms(w)
	}
	return all
}

// split cuts a query into the words of the lexicon.
func (b *Base) split(text string) []words.Word {
	list := b.lexicon().Parse(text)
	if split := b.lexicon().Split(list); split != nil {
		return split
	}
	return list
}

func (k asking) addForms(w words.Word) {
	for _, f := range w.Forms {
		switch f.Way {
		case words.AsTyped:
		case words.Synonym:
			k.add(f.Tokens, asSynonym)
		default:
			k.add(f.Tokens, asSound)
		}
	}
}

// respelt is the query as other words of the same sound would write it; nil where there are none.
func (b *Base) respelt(text string) asking {
	list, _ := b.lexicon().Respell(b.lexicon().Parse(text))
	if list == nil {
		return nil
	}
	all := asking{}
	for _, w := range list {
		all.addForms(w)
	}
	return all
}

func (b *Base) find(ctx context.Context, asked asking) ([]Found, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	tokens, weights := make([]int32, 0, len(asked)), make([]float64, 0, len(asked))
	for t, w := range asked {
		tokens, weights = append(tokens, t), append(weights, w)
	}
	list, err := b.read(ctx, b.DB, `join (
			with df as (select token, count(*) as n from article_term where token = any ($2::integer[]) group by token), among as (select count(*)::float8 as n from article where shown is not null)
			select k.article, sum(k.weight * q.w * power(ln(1 + among.n / df.n), 2)) as score
			from unnest($2::integer[], $3::float8[]) as q (t, w) join df on df.token = q.t join article_term k on k.token = q.t, among group by k.article
		) hit on hit.article = a.id where `+inForce+` order by hit.score desc, a.id limit $4`, b.today(), tokens, weights, candidates)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rare, err := b.rarity(ctx, asked, list)
	if err != nil {
		return nil, err
	}
	found := make([]Found, 0, len(list))
	for _, a := range list {
		found = append(found, Found{a, rare.score(asked, a.Content)})
	}
	slices.SortStableFunc(found, func(x, y Found) int { return cmp.Compare(y.Score, x.Score) })
	return found, nil
}

// rarity is how much each word says: the square of the logarithm of how few articles have it.
type rarity struct {
	of     map[words.Token]float64
	absent float64 // of a word that no article has
}

func (b *Base) rarity(ctx context.Context, asked asking, list []Article) (rarity, error) {
	seen := map[words.Token]bool{}
	for t := range asked {
		seen[t] = true
	}
	for _, a := range list {
		for t := range terms(a.Content) {
			seen[t] = true
		}
	}
	tokens := make([]int32, 0, len(seen))
	for t := range seen {
		tokens = append(tokens, t)
	}
	r := rarity{of: map[words.Token]float64{}}
	rows, err := b.DB.Query(ctx, `select token, count(*), (select count(*) from article where shown is not null) from article_term where token = any ($1::integer[]) group by token`, tokens)
	if err != nil {
		return r, pg.Classify(fmt.Errorf("weigh words: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var t words.Token
		var n, among float64
		if err := rows.Scan(&t, &n, &among); err != nil {
			return r, err
		}
		r.of[t] = math.Pow(math.Log(1+among/n), 2)
		r.absent = math.Pow(math.Log(1+among), 2)
	}
	return r, rows.Err()
}

// absentShare is how much of a query counts against an article in words that no article has: the more is asked that nobody answers, the less sure is any answer.
const absentShare = 0.5

func (r rarity) weight(t words.Token) float64 {
	if w, ok := r.of[t]; ok {
		return w
	}
	return absentShare * r.absent
}

// score is how surely an article answers a query, 0 to 1: how alike the nearest of its questions is, and how much of the query its body speaks of.
func (r rarity) score(asked asking, c Content) float64 {
	total := 0.0
	for t, w := range asked {
		total += w * r.weight(t)
	}
	if total == 0 {
		return 0
	}
	best := 0.0
	for _, f := range forms(c) {
		folded := words.Fold(f)
		whole, shared := 0.0, 0.0
		for _, t := range words.TextTokens(folded) {
			whole += r.weight(t)
			shared += asked[t] * r.weight(t)
		}
		sounds := 0.0
		for _, t := range words.SoundTokens(folded) {
			sounds += asked[t] * r.weight(t)
		}
		if whole == 0 || shared+sounds == 0 {
			continue
		}
		of := (shared + sounds) / total // of the query
		best = max(best, 0.5*(shared+sounds)/math.Sqrt(whole*total)+0.35*of+0.15*min(shared/whole, 1))
	}
	spoken := 0.0
	for t, w := range terms(c) {
		if w == inBody {
			spoken += asked[t] * r.weight(t)
		}
	}
	return min(best+0.25*spoken/total, 1)
}
