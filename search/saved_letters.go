package search

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Brakes on letters of saved searches.
const (
	dailyPause  = 24 * time.Hour
	atOncePause = 15 * time.Minute
	toldBatch   = 50
)

// Told is what a letter tells: how many, and where to look. It holds no word of a case, nor the name that the person gave the search.
type Told struct {
	Search  int64
	Address string
	New     int // cases
	At      time.Time
}

// Address is where somebody wants letters; empty where nowhere.
func (s *Shelf) Address(ctx context.Context, account int64) (string, error) {
	var address string
	err := s.DB.QueryRow(ctx, `select address from staff_mail where staff_id = $1`, account).Scan(&address)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read address: %w", err)
	}
	return address, nil
}

// WriteTo keeps where somebody wants letters; an empty address ends them. Error: fault.Invalid at "address".
func (s *Shelf) WriteTo(ctx context.Context, account int64, address string) error {
	if address = strings.TrimSpace(address); address == "" {
		_, err := s.DB.Exec(ctx, `delete from staff_mail where staff_id = $1`, account)
		return err
	}
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address || len(address) > 254 {
		return fault.New(fault.Invalid, "fault.search_address").At("address")
	}
	_, err := s.DB.Exec(ctx, `insert into staff_mail (staff_id, address, set_at) values ($1, $2, $3) on conflict (staff_id) do update set address = excluded.address, set_at = excluded.set_at`, account, address, s.Now().UTC())
	return err
}

// Tell hands over one letter for each search of which there is something to tell and whose pause is over. tell queues it in the same transaction that notes it as told, so that none is written twice or lost.
func (a *Alerts) Tell(ctx context.Context, tell func(context.Context, pgx.Tx, Told) error) (int, error) {
	now := a.Now().UTC()
	told := 0
	err := pg.InTx(ctx, a.DB, nil, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select s.id, m.address, s.untold from saved_search s join account c on c.id = s.staff_id join staff_mail m on m.staff_id = s.staff_id
			where s.alert and s.untold > 0 and c.disabled_at is null and (s.letters = 'daily' and coalesce(s.told_at, '-infinity') <= $1 or s.letters = 'at_once' and coalesce(s.told_at, '-infinity') <= $2)
			order by s.told_at nulls first, s.id limit $3 for update of s skip locked`, now.Add(-dailyPause), now.Add(-atOncePause), toldBatch)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Told, error) {
			t := Told{At: now}
			err := row.Scan(&t.Search, &t.Address, &t.New)
			return t, err
		})
		if err != nil {
			return err
		}
		for _, t := range list {
			if err := tell(ctx, tx, t); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `update saved_search set untold = 0, told_at = $2 where id = $1`, t.Search, now); err != nil {
				return err
			}
			told++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("tell of saved searches: %w", err)
	}
	return told, nil
}
