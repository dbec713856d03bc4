package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// betweenDays narrows public cards to those filed from $1 on and before $2; an end of null is open.
const betweenDays = ` from public_card where ($1::date is null or filed_on >= $1) and ($2::date is null or filed_on < $2)`

func dayOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	day := t.Format(time.DateOnly)
	return &day
}

// EachCard gives the public cards filed in [from, until), one after the other, the newest first, and at most so many; 0 is all. Zero is an open end. It keeps none of them in memory.
func EachCard(ctx context.Context, q pg.Querier, from, until time.Time, most int, each func(PublicCase) error) error {
	rows, err := q.Query(ctx, `select card`+betweenDays+` and withheld = '' order by filed_on desc, number limit nullif($3, 0)`, dayOrNull(from), dayOrNull(until), most)
	if err != nil {
		return fmt.Errorf("read cards: %w", err)
	}
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&body}, func() error {
		var p PublicCase
		if err := json.Unmarshal(body, &p.card); err != nil {
			return err
		}
		return each(p)
	})
	if err != nil {
		return fmt.Errorf("read cards: %w", err)
	}
	return nil
}

// CardsChanged tells how many cards filed in [from, until) are shown, and when one of them, or one that is withheld now, was last made anew. Zero is an open end.
func CardsChanged(ctx context.Context, q pg.Querier, from, until time.Time) (shown int, at time.Time, err error) {
	var last *time.Time
	err = q.QueryRow(ctx, `select count(*) filter (where withheld = ''), max(made_at) filter (where number is not null)`+betweenDays, dayOrNull(from), dayOrNull(until)).Scan(&shown, &last)
	if err != nil {
		return 0, at, fmt.Errorf("look at cards: %w", err)
	}
	if last != nil {
		at = *last
	}
	return shown, at, nil
}

// CardDays are the first and the last day on which a case with a public card was filed; zero where there is none.
func CardDays(ctx context.Context, q pg.Querier) (first, last time.Time, err error) {
	var a, b *time.Time
	err = q.QueryRow(ctx, `select (select filed_on from public_card where withheld = '' order by filed_on limit 1), (select filed_on from public_card where withheld = '' order by filed_on desc limit 1)`).Scan(&a, &b)
	if err != nil {
		return first, last, fmt.Errorf("look at days of cards: %w", err)
	}
	if a != nil && b != nil {
		first, last = *a, *b
	}
	return first, last, nil
}
