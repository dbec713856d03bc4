package knowledge

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/search/words"
)

// edition tells which versions are published. What was worked out of them holds while it stays the same: what was published once is never changed.
type edition struct {
	count, sum int64
	today      time.Time
}

// askEdition queues the question for the present edition.
func (b *Base) askEdition(batch *pgx.Batch, into *edition) {
	into.today = b.today()
	pg.Row(batch, []any{&into.count, &into.sum}, `select count(*), coalesce(sum(hashtextextended(id || '@' || shown, 0) >> 20), 0)::bigint from article where shown is not null`)
}

// wording is one version of an article.
type wording struct {
	article int64
	version int
}

// hit is an article that was found, by the version that was in force.
type hit struct {
	wording
	score float64
}

// reading is what the scoring of queries needs of one article.
type reading struct {
	forms []form
	body  []words.Token // that stand in the body only
}

// form is one of the sentences by which an article is asked for.
type form struct {
	text, sound []words.Token
	whole       float64 // what its words say together
}

// rate is how many articles have a word.
type rate struct {
	token words.Token
	n     float64
}

func askRates(batch *pgx.Batch, into *[]rate, tokens []words.Token) {
	pg.Rows(batch, into, func(row pgx.CollectableRow) (r rate, err error) { return r, row.Scan(&r.token, &r.n) }, `select token, count(*) from article_term where token = any ($1::integer[]) group by token`, tokens)
}

// rarity is how much each word says: the square of the logarithm of how few articles have it.
type rarity struct {
	among  float64
	of     map[words.Token]float64 // of the words of articles
	asked  map[words.Token]float64 // of the words of the query
	absent float64                 // of a word that no article has
}

// saying is what a word says that n articles have.
func (r rarity) saying(n float64) float64 { return math.Pow(math.Log(1+r.among/n), 2) }

// Bounds of what is kept.
const (
	keptAnswers  = 2000
	keptReadings = 2000
)

// kept holds what was worked out of one edition: articles taken apart, how rare their words are, and which of them answered what. Queries stand in it by a hash under a key that
// nobody knows, so that nothing of what a caller said outlives the answer. It is safe for concurrent use.
type kept struct {
	mu       sync.Mutex
	secret   []byte
	at       edition
	readings map[wording]*reading // by article and version
	of       map[words.Token]float64
	answers  map[[sha256.Size]byte][]hit
}

// key names a query.
func (k *kept) key(q Query) (key [sha256.Size]byte) {
	k.mu.Lock()
	if k.secret == nil {
		k.secret = make([]byte, 32)
		_, _ = rand.Read(k.secret) // never fails: crypto/rand ends the process instead
	}
	h := hmac.New(sha256.New, k.secret)
	k.mu.Unlock()
	var bounds [16]byte
	binary.LittleEndian.PutUint64(bounds[:], math.Float64bits(q.Least))
	binary.LittleEndian.PutUint64(bounds[8:], uint64(q.Limit)) //nolint:gosec // any number will do
	h.Write(bounds[:])
	h.Write([]byte(q.Text))
	copy(key[:], h.Sum(nil))
	return key
}

// answer is what was found for a query, and in which edition.
func (k *kept) answer(key [sha256.Size]byte) (edition, []hit, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	hits, ok := k.answers[key]
	return k.at, hits, ok
}

// keep keeps what was found for a query.
func (k *kept) keep(key [sha256.Size]byte, at edition, hits []hit) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.turn(at)
	if len(k.answers) >= keptAnswers {
		clear(k.answers)
	}
	k.answers[key] = hits
}

// turn forgets what belongs to another edition. The lock is held.
func (k *kept) turn(at edition) {
	if k.at == at && k.answers != nil {
		return
	}
	k.at, k.readings, k.of, k.answers = at, map[wording]*reading{}, map[words.Token]float64{}, map[[sha256.Size]byte][]hit{}
}

// readings are articles taken apart, in the order of hits, and how rare their words are.
type readings struct {
	list   []*reading
	rarity rarity
}

// articles takes apart the articles of hits; those that were taken apart before are not read again.
func (k *kept) articles(ctx context.Context, b *Base, at edition, hits []hit) (readings, error) {
	out := readings{list: make([]*reading, len(hits)), rarity: rarity{among: float64(at.count)}}
	out.rarity.absent = out.rarity.saying(1)
	k.mu.Lock()
	k.turn(at)
	var missing []int64
	for i, h := range hits {
		if out.list[i] = k.readings[h.wording]; out.list[i] == nil {
			missing = append(missing, h.article)
		}
	}
	out.rarity.of = k.of
	k.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	fresh, of, err := b.takeApart(ctx, out.rarity, missing)
	if err != nil {
		return out, err
	}
	all := maps.Clone(out.rarity.of) // others read the old one
	maps.Copy(all, of)
	out.rarity.of = all
	for i, h := range hits {
		if out.list[i] == nil {
			if out.list[i] = fresh[h.wording]; out.list[i] == nil {
				out.list[i] = &reading{} // it was taken back at this moment
			}
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.at != at {
		return out, nil
	}
	if len(k.readings) >= keptReadings {
		k.readings, k.of = map[wording]*reading{}, map[words.Token]float64{}
	}
	maps.Copy(k.readings, fresh)
	merged := maps.Clone(k.of)
	maps.Copy(merged, of)
	k.of = merged
	return out, nil
}

// takeApart reads articles and how rare their words are.
func (b *Base) takeApart(ctx context.Context, rare rarity, ids []int64) (map[wording]*reading, map[words.Token]float64, error) {
	list, err := b.read(ctx, b.DB, `where v.version = a.shown and a.id = any ($1)`, ids)
	if err != nil {
		return nil, nil, err
	}
	seen := map[words.Token]bool{}
	fresh := map[wording]*reading{}
	for _, a := range list {
		r := &reading{}
		for _, f := range forms(a.Content) {
			folded := words.Fold(f)
			one := form{text: words.TextTokens(folded), sound: words.SoundTokens(folded)}
			r.forms = append(r.forms, one)
			for _, t := range slices.Concat(one.text, one.sound) {
				seen[t] = true
			}
		}
		for t, w := range terms(a.Content) {
			seen[t] = true
			if w == inBody {
				r.body = append(r.body, t)
			}
		}
		fresh[wording{a.ID, a.Number}] = r
	}
	var rates []rate
	if err := pg.Ask(ctx, b.DB, nil, func(batch *pgx.Batch) { askRates(batch, &rates, slices.Collect(maps.Keys(seen))) }); err != nil {
		return nil, nil, fmt.Errorf("weigh words: %w", err)
	}
	of := map[words.Token]float64{}
	for _, r := range rates {
		of[r.token] = rare.saying(r.n)
	}
	rare.of = of
	for _, r := range fresh {
		for i, f := range r.forms {
			for _, t := range f.text {
				r.forms[i].whole += rare.weight(t)
			}
		}
	}
	return fresh, of, nil
}
