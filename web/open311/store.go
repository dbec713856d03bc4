package open311

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/privacy"
)

// number is the service_request_id of a case: the number of its public card, so that nobody can tell from it which work order it is, and it opens nothing.
func (x *Service) number(id casework.CaseID) string { return privacy.PublicNumber(x.Docket.Keys, id) }

// token belongs to a request for the address /tokens: it tells the number and opens nothing else.
func (x *Service) token(id casework.CaseID) string {
	return x.Docket.Keys.Token("open311", id.String())
}

// updateID names one word about a request; from the numbers nobody can count what happens in the city.
func (x *Service) updateID(number string, seq int64) string {
	return x.Docket.Keys.Token("open311 update", number, strconv.FormatInt(seq, 10))[:updateLength]
}

// noteID names a word that came from outside.
func (x *Service) noteID(number string, key casework.Key) string {
	return x.Docket.Keys.Token("open311 note", number, hex.EncodeToString(key[:]))[:updateLength]
}

const updateLength = 16 // 80 bits

var everything = pg.Settings{"huiyin.scope": "system"}

// keep remembers which program brought a case; again for the same case it changes nothing.
func (x *Service) keep(ctx context.Context, id casework.CaseID, client int64) error {
	err := pg.InTx(ctx, x.DB, everything, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into open311_request (number, case_id, token_hash, client, filed_at) values ($1, $2, $3, nullif($4::bigint, 0), $5) on conflict do nothing`,
			x.number(id), id, x.Docket.Keys.Hash("open311", x.token(id)), client, x.Now().UTC())
		return err
	})
	if err != nil {
		return pg.Classify(fmt.Errorf("keep request: %w", err))
	}
	return nil
}

// ofToken finds the number that belongs to a token; empty where none does.
func (x *Service) ofToken(ctx context.Context, token string) (number string, err error) {
	err = pg.InTx(ctx, x.DB, everything, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select number from open311_request where token_hash = $1`, x.Docket.Keys.Hash("open311", token)).Scan(&number)
		if pg.IsNoRows(err) {
			return nil
		}
		return err
	})
	if err != nil {
		err = pg.Classify(fmt.Errorf("find token: %w", err))
	}
	return number, err
}

// brought is a request with its case.
type brought struct {
	Number string
	Case   casework.CaseID
}

// ofClient finds those of the numbers that a program brought.
func (x *Service) ofClient(ctx context.Context, client int64, numbers []string) ([]brought, error) {
	return x.find(ctx, `select number, case_id from open311_request where client = $1 and number = any ($2) order by number`, client, numbers)
}

// changedOf finds what a program brought and what happened to in a time, at most limit.
func (x *Service) changedOf(ctx context.Context, client int64, from, until time.Time, limit int) ([]brought, error) {
	return x.find(ctx, `select number, case_id from open311_request r where client = $1
		and exists (select 1 from event e where e.case_id in (r.case_id, (select c.merged_into from cases c where c.id = r.case_id)) and e.step not in ('use', 'file') and e.at >= $2 and e.at <= $3) order by number limit $4`, client, from, until, limit)
}

func (x *Service) find(ctx context.Context, sql string, args ...any) (list []brought, err error) {
	err = pg.InTx(ctx, x.DB, everything, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[brought])
		return err
	})
	if err != nil {
		err = pg.Classify(fmt.Errorf("find requests: %w", err))
	}
	return list, err
}
