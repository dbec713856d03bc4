package rating

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/search/words"
)

// Sought is what somebody looks for among the ratings of services. Zero fields do not narrow it.
type Sought struct {
	Text  string // words; every one of them must be there
	Worst Level
	Best  Level
	Units []casework.UnitCode
	Since time.Time // given at or after
	Until time.Time // given before
	Limit int       // 1..MaxFound, DefaultFound where zero
}

// How many ratings one search finds.
const (
	DefaultFound = 20
	MaxFound     = 100
)

// Find finds ratings by words in what the resident wrote (masked), the tags, the level, the point and its unit, the newest first, among those that the actor may see; more tells that there are others.
func (b *Book) Find(ctx context.Context, by casework.Actor, s Sought) (list []Listed, more bool, err error) {
	if s.Limit <= 0 || s.Limit > MaxFound {
		s.Limit = DefaultFound
	}
	where, args := []string{"true"}, []any{s.Limit + 1}
	narrow := func(condition string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	folded := words.Fold(s.Text)
	if tokens := words.TextTokens(folded); len(tokens) > 0 {
		narrow(`o.words @> $%d`, tokens)
	} else if folded != "" {
		narrow(`strpos(o.body, $%d) > 0`, folded)
	}
	if s.Worst > 0 {
		narrow(`o.level >= $%d`, s.Worst)
	}
	if s.Best > 0 {
		narrow(`o.level <= $%d`, s.Best)
	}
	if len(s.Units) > 0 {
		narrow(`o.unit = any ($%d)`, s.Units)
	}
	if !s.Since.IsZero() {
		narrow(`o.given_at >= $%d`, s.Since)
	}
	if !s.Until.IsZero() {
		narrow(`o.given_at < $%d`, s.Until)
	}
	err = pg.InTx(ctx, b.DB, sight(by), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+opinionColumns+`, p.code, p.unit, p.kind, p.name_zh, p.name_en, p.place_zh, p.place_en, p.closes, p.opened_at, p.closed_at
			from service_opinion o join service_point p on p.code = o.point where `+strings.Join(where, " and ")+` order by o.given_at desc, o.id limit $1`, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Listed, err error) {
			return l, row.Scan(append(l.dest(), l.At.dest()...)...)
		})
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("find ratings: %w", err)
	}
	if more = len(list) > s.Limit; more {
		list = list[:s.Limit]
	}
	return list, more, nil
}

// tokens are what a rating is found by.
func (b *Book) tokens(p Point, level Level, tagSet string, tags []string, body string) []words.Token {
	text := []string{body, p.NameZH, p.NameEN, p.PlaceZH, p.PlaceEN}
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		text = append(text, lang.T(fmt.Sprintf("satisfaction.%d", level)))
		if b.Desk != nil && b.Desk.City != nil {
			text = append(text, b.Desk.City.UnitName(p.Unit, lang))
		}
		for _, code := range tags {
			text = append(text, TagText(tagSet, code, lang))
		}
	}
	return words.TextTokens(words.Fold(strings.Join(text, "\n")))
}

// SweepWords makes ratings that have no tokens yet findable, and tells how many; those given before they were kept. It is safe to run twice, or on two machines at once.
func (b *Book) SweepWords(ctx context.Context) (int, error) {
	n := 0
	err := pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select o.id, o.level, o.tag_set, o.tags, o.body, p.code, p.unit, p.kind, p.name_zh, p.name_en, p.place_zh, p.place_en, p.closes, p.opened_at, p.closed_at
			from service_opinion o join service_point p on p.code = o.point where o.words is null order by o.given_at desc limit 500 for update of o skip locked`)
		if err != nil {
			return err
		}
		type one struct {
			id     uuid.UUID
			tokens []words.Token
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one, error) {
			var r one
			var level Level
			var set, body string
			var tags []string
			var p Point
			err := row.Scan(append([]any{&r.id, &level, &set, &tags, &body}, p.dest()...)...)
			r.tokens = b.tokens(p, level, set, tags, body)
			return r, err
		})
		if err != nil {
			return err
		}
		n = len(list)
		for _, r := range list {
			if _, err := tx.Exec(ctx, `update service_opinion set words = $2 where id = $1`, r.id, r.tokens); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("read the words of ratings: %w", err)
	}
	return n, nil
}
