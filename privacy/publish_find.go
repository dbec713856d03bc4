package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// CardSearch selects public cards for programs; empty fields do not narrow.
type CardSearch struct {
	Numbers    []string
	Categories []string // exact codes; the empty code is that of cases without a matter
	Outcomes   []Outcome
	From       time.Time // filed at or after, by the full hours that the cards tell
	Until      time.Time // filed before
	Changed    time.Time // made or changed at or after
	Limit      int       // cards a page
	Page       int       // from 1
}

// FindCards reads a page of public cards, newest first, and tells how many the search leaves.
func FindCards(ctx context.Context, q pg.Querier, s CardSearch) (cards []PublicCase, total int, err error) {
	// The day narrows along the index; the hour of the first step decides at the edges.
	const where = ` from public_card where withheld = '' and ($1::text[] is null or number = any ($1)) and ($2::text[] is null or category = any ($2)) and ($3::text[] is null or outcome = any ($3))
		and ($4::timestamptz is null or filed_on >= ($4::timestamptz - interval '1 day')::date and (card->'steps'->0->>'at')::timestamptz >= $4)
		and ($5::timestamptz is null or filed_on <= ($5::timestamptz + interval '1 day')::date and (card->'steps'->0->>'at')::timestamptz < $5)
		and ($6::timestamptz is null or made_at >= $6)`
	outcomes := make([]string, 0, len(s.Outcomes))
	for _, o := range s.Outcomes {
		outcomes = append(outcomes, string(o))
	}
	args := []any{orNull(s.Numbers), orNull(s.Categories), orNull(outcomes), orNever(s.From), orNever(s.Until), orNever(s.Changed)}
	if err := q.QueryRow(ctx, `select count(*)`+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count cards: %w", err)
	}
	rows, err := q.Query(ctx, `select card`+where+` order by filed_on desc, number limit $7 offset $8`, append(args, s.Limit, (max(s.Page, 1)-1)*s.Limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("find cards: %w", err)
	}
	cards, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicCase, error) {
		var p PublicCase
		var body []byte
		if err := row.Scan(&body); err != nil {
			return p, err
		}
		return p, json.Unmarshal(body, &p.card)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find cards: %w", err)
	}
	return cards, total, nil
}

func orNull(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
