package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/search/words"
)

const (
	sampleLeast = 2000  // fewer documents are not worth a sample: reading any of them costs nothing
	sampleMost  = 50000 // documents drawn, about
	sampleLock  = 0x68757969_73616d70
	sampleGood  = 30 * 24 * time.Hour // towns change their matters with the seasons
	sampleGrown = 1.25                // times as many documents ask for a new sample
	unsampled   = 0.003               // the part of all documents that a token is thought to have before anything was drawn
)

// sample is in which part of some documents, drawn by chance, each token was found. The zero value knows nothing.
type sample struct {
	drawnAt time.Time
	drawn   float64
	tokens  []words.Token // sorted
	found   []int32
}

// share is the part of all documents that have a token. One that was found once at most is as rare as can be told.
func (s sample) share(t words.Token) float64 {
	if s.drawn == 0 {
		return unsampled
	}
	if i, ok := slices.BinarySearch(s.tokens, t); ok {
		return float64(s.found[i]) / s.drawn
	}
	return min(unsampled, 1/s.drawn)
}

// read reads the sample where it is another than the one at hand.
func (s *sample) read(ctx context.Context, q pg.Querier) error {
	next := *s
	err := q.QueryRow(ctx, `select drawn_at, drawn, tokens, found from search_sample where drawn_at <> $1`, s.drawnAt).Scan(&next.drawnAt, &next.drawn, &next.tokens, &next.found)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("read sample: %w", err)
	}
	*s = next
	return nil
}

// Sample draws documents anew where there are many more than when that was done last, or that is long ago, and counts their tokens. It tells how many were drawn: none where nothing is due or another process is at it.
func (e *Engine) Sample(ctx context.Context, db pg.DB) (int, error) {
	var documents float64
	var due bool
	if err := db.QueryRow(ctx, `select c.reltuples, c.reltuples >= $1 and not exists (select from search_sample s where c.reltuples between s.documents / $2 and s.documents * $2 and s.drawn_at > clock_timestamp() - $3::interval)
		from pg_class c where c.oid = 'search_document'::regclass`, sampleLeast, sampleGrown, sampleGood).Scan(&documents, &due); err != nil || !due {
		return 0, err
	}
	drawn := 0
	err := pg.InTx(ctx, db, pg.Settings{"work_mem": "64MB", "statement_timeout": fmt.Sprint(time.Minute.Milliseconds())}, func(tx pgx.Tx) error {
		var alone bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, int64(sampleLock)).Scan(&alone); err != nil || !alone {
			return err
		}
		var err error
		drawn, err = draw(ctx, tx, "search_document", documents)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("draw a sample of the index: %w", err)
	}
	return drawn, nil
}

// draw counts the tokens of about sampleMost documents of a table that holds so many.
func draw(ctx context.Context, q pg.Querier, table string, documents float64) (int, error) {
	from := fmt.Sprintf("%s tablesample system (%g) repeatable (1)", pgx.Identifier{table}.Sanitize(), min(100, 100*sampleMost/max(1, documents)))
	var drawn int
	if err := q.QueryRow(ctx, `select count(*) from `+from).Scan(&drawn); err != nil || drawn == 0 {
		return 0, err
	}
	_, err := q.Exec(ctx, `insert into search_sample (documents, drawn, tokens, found)
		select $1, $2, coalesce(array_agg(token order by token), '{}'), coalesce(array_agg(n order by token), '{}')
		from (select token, count(*)::integer as n from `+from+`, unnest(tokens || sounds) token group by token having count(*) > 1) counted
		on conflict (one) do update set drawn_at = clock_timestamp(), documents = excluded.documents, drawn = excluded.drawn, tokens = excluded.tokens, found = excluded.found`, documents, drawn)
	return drawn, err
}
