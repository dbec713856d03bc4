package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// CardsPerPage is the length of a page of public cards.
const CardsPerPage = 25

// lastCardPage bounds how deep a reader may page; narrower filters lead further.
const (
	lastCardPage  = 400
	lastFoundPage = 40 // with a filter
)

// Keep stores the public card of a case, or that it is withheld and why. A card that was shown before keeps its number as a tombstone.
// It runs inside the follower's transaction.
func Keep(ctx context.Context, q pg.Querier, id casework.CaseID, filedOn, now time.Time, p PublicCase, why Withheld) error {
	var number *string
	var card []byte
	if why == Shown {
		body, err := json.Marshal(p.card)
		if err != nil {
			return fmt.Errorf("write card: %w", err)
		}
		card, number = body, &p.card.Number
	}
	c := p.card
	_, err := q.Exec(ctx, `insert into public_card as k (case_id, number, withheld, filed_on, district, street, category, kind, unit, outcome, card, made_at)
		values ($1, $2, $3, $4::date, $5, $6, $7, $8, $9, $10, $11, $12)
		on conflict (case_id) do update set number = coalesce(excluded.number, k.number), withheld = excluded.withheld, filed_on = excluded.filed_on, district = excluded.district,
			street = excluded.street, category = excluded.category, kind = excluded.kind, unit = excluded.unit, outcome = excluded.outcome, card = excluded.card, made_at = excluded.made_at
		where k.withheld <> excluded.withheld or k.card is distinct from excluded.card`,
		id, number, why, filedOn.Format(time.DateOnly), c.District, c.Street, c.Category, c.Kind, c.Unit, c.Outcome, card, now)
	if err != nil {
		return fmt.Errorf("keep card: %w", err)
	}
	return nil
}

// CardFilter selects public cards; empty fields do not narrow.
type CardFilter struct {
	District string
	Street   string
	Category string // prefix
	Kind     casework.Kind
	Units    []casework.UnitCode
	Outcome  Outcome
	Page     int // from 1
}

// CardPage is one page of public cards, newest first.
type CardPage struct {
	Cards []PublicCase
	Total int  // cards that the filter leaves, as far as pages lead to them
	More  bool // there are more than Total
	Page  int
	Pages int
}

// where is the condition of a filter: only what is asked for, so that each question finds its index.
func (f CardFilter) where() (sql string, args []any) {
	sql = ` from public_card where withheld = ''`
	and := func(condition string, value any) {
		args = append(args, value)
		sql += fmt.Sprintf(" and "+condition, len(args))
	}
	for _, one := range []struct{ column, value string }{{"district", f.District}, {"street", f.Street}, {"kind", string(f.Kind)}, {"outcome", string(f.Outcome)}} {
		if one.value != "" {
			and(one.column+" = $%d", one.value)
		}
	}
	if f.Category != "" {
		and("category like $%d", strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Category)+"%")
	}
	if len(f.Units) > 0 {
		units := make([]string, 0, len(f.Units))
		for _, u := range f.Units {
			units = append(units, string(u))
		}
		and("unit = any ($%d::text[])", units)
	}
	return sql, args
}

// Cards reads a page of public cards. Without a filter the total is the count that the table keeps; with one it is counted, as far as pages lead.
func Cards(ctx context.Context, q pg.Querier, f CardFilter) (CardPage, error) {
	where, args := f.where()
	last := lastCardPage
	if len(args) > 0 {
		last = lastFoundPage
	}
	most := last * CardsPerPage
	out := CardPage{Page: min(max(f.Page, 1), last)}
	count := `select count(*) from (select 1` + where + fmt.Sprintf(` limit %d) c`, most+1)
	if len(args) == 0 {
		count = `select coalesce((select n from card_tally where withheld = ''), 0)`
	}
	if err := q.QueryRow(ctx, count, args...).Scan(&out.Total); err != nil {
		return out, fmt.Errorf("count cards: %w", err)
	}
	if len(args) > 0 && out.Total > most {
		out.Total, out.More = most, true
	}
	out.Pages = min((out.Total+CardsPerPage-1)/CardsPerPage, last)
	rows, err := q.Query(ctx, `select card`+where+fmt.Sprintf(` order by filed_on desc, number limit %d offset %d`, CardsPerPage, (out.Page-1)*CardsPerPage), args...)
	if err != nil {
		return out, fmt.Errorf("read cards: %w", err)
	}
	out.Cards, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (PublicCase, error) {
		var p PublicCase
		var body []byte
		if err := row.Scan(&body); err != nil {
			return p, err
		}
		return p, json.Unmarshal(body, &p.card)
	})
	if err != nil {
		return out, fmt.Errorf("read cards: %w", err)
	}
	return out, nil
}

// CardByNumber reads one public card. A card that was shown once and is withheld now comes back empty with the reason: its tombstone.
// Errors: fault.NotFound.
func CardByNumber(ctx context.Context, q pg.Querier, number string) (PublicCase, Withheld, error) {
	var p PublicCase
	var why Withheld
	var body []byte
	err := q.QueryRow(ctx, `select withheld, card from public_card where number = $1`, number).Scan(&why, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, why, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return p, why, fmt.Errorf("read card: %w", err)
	}
	if why != Shown {
		return p, why, nil
	}
	return p, why, json.Unmarshal(body, &p.card)
}

// WithheldTotals tells how many of all cases are shown (under Shown) and how many are withheld, by reason, as the table keeps count.
func WithheldTotals(ctx context.Context, q pg.Querier) (map[Withheld]int, error) {
	rows, err := q.Query(ctx, `select withheld, n from card_tally where n > 0`)
	if err != nil {
		return nil, fmt.Errorf("read tally of cards: %w", err)
	}
	out := map[Withheld]int{}
	var why Withheld
	var n int
	_, err = pgx.ForEachRow(rows, []any{&why, &n}, func() error { out[why] = n; return nil })
	return out, err
}

// WithheldCounts tells how many cases are shown (under Shown) and how many are withheld, by reason, of those filed in [from, until).
func WithheldCounts(ctx context.Context, q pg.Querier, from, until time.Time) (map[Withheld]int, error) {
	rows, err := q.Query(ctx, `select withheld, count(*) from public_card where filed_on >= $1::date and filed_on < $2::date group by withheld`, from.Format(time.DateOnly), until.Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("count withheld cards: %w", err)
	}
	out := map[Withheld]int{}
	var why Withheld
	var n int
	_, err = pgx.ForEachRow(rows, []any{&why, &n}, func() error { out[why] = n; return nil })
	return out, err
}
