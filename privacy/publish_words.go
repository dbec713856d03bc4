package privacy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
)

// CardWords selects public cards by what somebody's words were understood to mean: of every list that is not empty, one must fit.
type CardWords struct {
	Number      string   // of a card; alone
	Categories  []string // these matters and those below them
	Territories []string // districts or streets
	Units       []string
	Kinds       []string
	Outcomes    []string
	Limit       int
	Skip        int
}

// None tells whether nothing was understood.
func (w CardWords) None() bool {
	return w.Number == "" && len(w.Categories)+len(w.Territories)+len(w.Units)+len(w.Kinds)+len(w.Outcomes) == 0
}

// newestCards bounds how many of the newest cards a question by words is answered from, so that a rare one costs little too.
const newestCards = 60000

// CountedCards bounds how many cards that fit are counted.
const CountedCards = 1000

// CardsByWords reads cards that fit, newest first, and how many fit, counted up to one above CountedCards. What was withheld, even a moment ago, is not among them.
func CardsByWords(ctx context.Context, q pg.Querier, w CardWords) (cards []PublicCase, total int, err error) {
	rows, err := q.Query(ctx, `with fit as materialized (
			select case_id, number, filed_on from (select case_id, number, filed_on, district, street, category, kind, unit, outcome from public_card where withheld = '' and ($1 = '' or number = $1) order by filed_on desc, number limit $2) k
			where ($3::text[] is null or exists (select from unnest($3::text[]) c where starts_with(category, c))) and ($4::text[] is null or district = any ($4) or street = any ($4))
			and ($5::text[] is null or unit = any ($5)) and ($6::text[] is null or kind = any ($6)) and ($7::text[] is null or outcome = any ($7)) order by filed_on desc, number limit $8
		), page as (select case_id, number, filed_on from fit order by filed_on desc, number limit $9 offset $10)
		select (select count(*) from fit), c.card from page p join public_card c on c.case_id = p.case_id order by p.filed_on desc, p.number`,
		w.Number, newestCards, orNull(w.Categories), orNull(w.Territories), orNull(w.Units), orNull(w.Kinds), orNull(w.Outcomes), max(CountedCards, w.Skip+w.Limit)+1, w.Limit, w.Skip)
	if err != nil {
		return nil, 0, fmt.Errorf("find cards: %w", err)
	}
	cards, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicCase, error) {
		var p PublicCase
		var body []byte
		if err := row.Scan(&total, &body); err != nil {
			return p, err
		}
		return p, json.Unmarshal(body, &p.card)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find cards: %w", err)
	}
	return cards, total, nil
}
