package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

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

// Find gives the articles in force that answer a query, the best first: by the words of titles, questions and bodies, their synonyms, and their pinyin. What was worked out for
// the same words is kept while the articles stay as they are; what an article says is read anew each time.
func (b *Base) Find(ctx context.Context, q Query) ([]Found, error) {
	key := b.kept.key(q)
	if edition, hits, ok := b.kept.answer(key); ok {
		found, same, err := b.take(ctx, edition, hits)
		if err != nil || same {
			return found, err
		}
	}
	edition, hits, err := b.find(ctx, b.ask(q.Text))
	if err == nil && len(hits) == 0 {
		if again := b.respelt(q.Text); again != nil {
			edition, hits, err = b.find(ctx, again)
		}
	}
	if err != nil {
		return nil, err
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.score < q.Least })
	hits = hits[:min(len(hits), cmp.Or(q.Limit, 10))]
	found, _, err := b.take(ctx, edition, hits)
	if err != nil {
		return nil, err
	}
	b.kept.keep(key, edition, hits)
	return found, nil
}

// take reads the articles that were found, in their order; same tells that nothing was published or taken back since they were found.
func (b *Base) take(ctx context.Context, found edition, hits []hit) (list []Found, same bool, err error) {
	var now edition
	var articles []Article
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.article
	}
	err = pg.Ask(ctx, b.DB, nil, func(batch *pgx.Batch) {
		b.askEdition(batch, &now)
		if len(ids) > 0 {
			b.askArticles(batch, &articles, `where `+inForce+` and a.id = any ($2)`, b.today(), ids)
		}
	})
	if err != nil {
		return nil, false, fmt.Errorf("read articles: %w", err)
	}
	for _, h := range hits {
		i := slices.IndexFunc(articles, func(a Article) bool { return a.ID == h.article && a.Number == h.version })
		if i >= 0 {
			list = append(list, Found{articles[i], h.score})
		}
	}
	return list, now == found, nil
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

// find scores the articles that have most of what is asked.
func (b *Base) find(ctx context.Context, asked asking) (edition, []hit, error) {
	var at edition
	if len(asked) == 0 {
		return at, nil, nil
	}
	tokens, weights := make([]int32, 0, len(asked)), make([]float64, 0, len(asked))
	for t, w := range asked {
		tokens, weights = append(tokens, t), append(weights, w)
	}
	var hits []hit
	var df []rate
	err := pg.Ask(ctx, b.DB, nil, func(batch *pgx.Batch) {
		b.askEdition(batch, &at)
		pg.Rows(batch, &hits, func(row pgx.CollectableRow) (h hit, err error) { return h, row.Scan(&h.article, &h.version) }, `select a.id, v.version from article a join article_version v on v.article = a.id join (
			with df as (select token, count(*) as n from article_term where token = any ($2::integer[]) group by token), among as (select count(*)::float8 as n from article where shown is not null)
			select k.article, sum(k.weight * q.w * power(ln(1 + among.n / df.n), 2)) as score
			from unnest($2::integer[], $3::float8[]) as q (t, w) join df on df.token = q.t join article_term k on k.token = q.t, among group by k.article
		) hit on hit.article = a.id where `+inForce+` order by hit.score desc, a.id limit $4`, b.today(), tokens, weights, candidates)
		askRates(batch, &df, tokens)
	})
	if err != nil || len(hits) == 0 {
		return at, nil, err
	}
	read, err := b.kept.articles(ctx, b, at, hits)
	if err != nil {
		return at, nil, err
	}
	rare := read.rarity
	rare.asked = map[words.Token]float64{}
	for _, r := range df {
		rare.asked[r.token] = rare.saying(r.n)
	}
	for i, one := range read.list {
		hits[i].score = rare.score(asked, one)
	}
	slices.SortStableFunc(hits, func(x, y hit) int { return cmp.Compare(y.score, x.score) })
	return at, hits, nil
}

// absentShare is how much of a query counts against an article in words that no article has: the more is asked that nobody answers, the less sure is any answer.
const absentShare = 0.5

func (r rarity) weight(t words.Token) float64 {
	if w, ok := r.asked[t]; ok {
		return w
	}
	if w, ok := r.of[t]; ok {
		return w
	}
	return absentShare * r.absent
}

// score is how surely an article answers a query, 0 to 1: how alike the nearest of its questions is, and how much of the query its body speaks of.
func (r rarity) score(asked asking, a *reading) float64 {
	total := 0.0
	for t, w := range asked {
		total += w * r.weight(t)
	}
	if total == 0 {
		return 0
	}
	best := 0.0
	for _, f := range a.forms {
		shared, sounds := 0.0, 0.0
		for _, t := range f.text {
			shared += asked[t] * r.weight(t)
		}
		for _, t := range f.sound {
			sounds += asked[t] * r.weight(t)
		}
		if f.whole == 0 || shared+sounds == 0 {
			continue
		}
		of := (shared + sounds) / total // of the query
		best = max(best, 0.5*(shared+sounds)/math.Sqrt(f.whole*total)+0.35*of+0.15*min(shared/f.whole, 1))
	}
	spoken := 0.0
	for _, t := range a.body {
		spoken += asked[t] * r.weight(t)
	}
	return min(best+0.25*spoken/total, 1)
}
