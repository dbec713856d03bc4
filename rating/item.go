package rating

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

// Item is one handled item and round, which may be rated once.
type Item struct {
	ID      uuid.UUID
	Point   string // where it was handled
	Unit    casework.UnitCode
	Number  string // the unit's own number of the item
	Round   int    // of handling, from 1
	Matter  string
	Channel string // one of ItemChannels
	Issued  time.Time
	Expires time.Time
}

// ItemChannels are the ways in which an item was handled, or its token given.
var ItemChannels = []string{"window", "hall", "phone", "web", "terminal", "letter", "sms", "api"}

const (
	maxNumber = 64
	maxMatter = 120
	itemUse   = "rate-item"
)

// ItemToken is the bearer token that rates one item: signed, so that nobody can make one, and the same each time it is asked for.
func (b *Book) ItemToken(id uuid.UUID) string {
	return b.Keys.Token(itemUse, id.String()) + "." + id.String()
}

// Issue hands out the token of an item that was handled: the same item and round again gives the same token, and so does the same request key of the same account.
// Errors: fault.Forbidden, fault.Invalid with the field, fault.Gone for a closed point, fault.Conflict "fault.key_reused" where the key came with another item.
func (b *Book) Issue(ctx context.Context, by casework.Actor, i Item, request string) (Item, string, error) {
	p, err := b.Point(ctx, strings.TrimSpace(i.Point))
	if err != nil {
		return i, "", err
	}
	if !serves(by, p.Unit) {
		return i, "", fault.New(fault.Forbidden, "fault.forbidden")
	}
	if p.ClosedAt != nil {
		return i, "", fault.New(fault.Gone, "fault.point_closed")
	}
	if err := i.check(p); err != nil {
		return i, "", err
	}
	var key []byte
	if request != "" {
		sum := sha256.Sum256([]byte(request))
		key = sum[:]
	}
	id, err := uuid.NewV7()
	if err != nil {
		return i, "", err
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	number, round := i.Number, i.Round
	err = pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into service_item (id, point, unit, number, round, matter, channel, issued_at, issued_by, expires_at, request)
			values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9::bigint, 0), $10, $11) on conflict do nothing`,
			id, p.Code, p.Unit, i.Number, i.Round, i.Matter, i.Channel, now, by.StaffID, now.AddDate(0, 0, TokenDays), key)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select `+itemColumns+` from service_item where issued_by = nullif($4::bigint, 0) and request = $5 or unit = $1 and number = $2 and round = $3 order by request is not distinct from $5 desc limit 1`,
			p.Unit, i.Number, i.Round, by.StaffID, key).Scan(i.dest()...)
	})
	if err != nil {
		return i, "", pg.Classify(fmt.Errorf("issue rating token: %w", err))
	}
	if i.Number != number || i.Round != round {
		return i, "", fault.New(fault.Conflict, "fault.key_reused")
	}
	return i, b.ItemToken(i.ID), nil
}

func (i *Item) check(p Point) error {
	i.Point, i.Unit = p.Code, p.Unit
	i.Number, i.Matter = strings.TrimSpace(i.Number), strings.Join(strings.Fields(i.Matter), " ")
	if i.Number == "" {
		return fault.New(fault.Invalid, "fault.number_needed").At("number")
	}
	if utf8.RuneCountInString(i.Number) > maxNumber {
		return fault.New(fault.TooLarge, "fault.field_too_long").At("number").With("Limit", maxNumber)
	}
	if utf8.RuneCountInString(i.Matter) > maxMatter {
		return fault.New(fault.TooLarge, "fault.field_too_long").At("matter").With("Limit", maxMatter)
	}
	if i.Round == 0 {
		i.Round = 1
	}
	if i.Channel == "" {
		i.Channel = string(p.Kind)
	}
	if i.Round < 1 || i.Round > 100 {
		return fault.New(fault.Invalid, "fault.invalid").At("round")
	}
	if !slices.Contains(ItemChannels, i.Channel) {
		return fault.New(fault.Invalid, "fault.invalid").At("channel")
	}
	return nil
}

const itemColumns = `id, point, unit, number, round, matter, channel, issued_at, expires_at`

func (i *Item) dest() []any {
	return []any{&i.ID, &i.Point, &i.Unit, &i.Number, &i.Round, &i.Matter, &i.Channel, &i.Issued, &i.Expires}
}

// ByToken finds what an item's token rates. Errors: fault.NotFound "fault.no_such_link", fault.Gone "fault.link_expired" after TokenDays.
func (b *Book) ByToken(ctx context.Context, token string) (Item, Point, error) {
	id, ok := b.checked(token, itemUse)
	if !ok {
		return Item{}, Point{}, fault.New(fault.NotFound, "fault.no_such_link")
	}
	var i Item
	err := b.DB.QueryRow(ctx, `select `+itemColumns+` from service_item where id = $1`, id).Scan(i.dest()...)
	if pg.IsNoRows(err) {
		return i, Point{}, fault.New(fault.NotFound, "fault.no_such_link")
	}
	if err != nil {
		return i, Point{}, pg.Classify(fmt.Errorf("read rated item: %w", err))
	}
	p, err := b.Point(ctx, i.Point)
	if err == nil && b.Now().After(i.Expires) {
		err = fault.New(fault.Gone, "fault.link_expired")
	}
	return i, p, err
}

// checked reads the row out of a signed token.
func (b *Book) checked(token, use string) (uuid.UUID, bool) {
	secret, text, found := strings.Cut(token, ".")
	id, err := uuid.Parse(text)
	return id, found && err == nil && b.Keys.CheckToken(secret, use, id.String())
}
