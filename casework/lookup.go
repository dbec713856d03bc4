package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/seal"
)

// lookers are the roles that find a caller by telephone number or e-mail address.
var lookers = []Role{Operator, Dispatcher, Callback, Supervisor, Privacy, Publisher, SystemRole}

// noteLookup writes who looked for whom, in the transaction that answers: there need not be a case whose history could tell.
func (d *Docket) noteLookup(ctx context.Context, tx pgx.Tx, by Actor, contact []byte, found int) error {
	role, may := by.acting(lookers)
	if !may {
		return errNotYourStep
	}
	_, err := tx.Exec(ctx, `insert into lookup_use (at, staff_id, role, unit, contact, found) values ($1, nullif($2, 0), $3, $4, $5, $6)`, d.Now().UTC(), by.StaffID, role, by.Unit, contact, found)
	if err != nil {
		return fmt.Errorf("note look-up: %w", err)
	}
	return nil
}

// History is what the hotline knows of a caller before anything is revealed: how many cases, and the latest of them, masked.
type History struct {
	Count  int
	Latest []Case
}

// latestOfCaller is how many earlier cases an operator sees while the caller speaks.
const latestOfCaller = 5

// Caller finds the earlier cases of a telephone number by its keyed hash. The look-up leaves a trace, also where nothing is found; the number itself is kept nowhere.
// Errors: fault.Forbidden for all but the hotline's staff.
func (d *Docket) Caller(ctx context.Context, by Actor, phone string) (History, error) {
	var h History
	hash := d.Keys.Hash(seal.Phone, phone)
	page, err := d.List(ctx, by, Query{Contact: hash, Newest: true, Limit: latestOfCaller})
	if err != nil {
		return h, err
	}
	h.Count, h.Latest = len(page.Cases), page.Cases
	if page.Next == "" {
		return h, nil
	}
	err = d.inTx(ctx, by, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from cases c join person p on p.case_id = c.id where p.phone_hash = $1`, hash).Scan(&h.Count)
	})
	return h, err
}

// Earlier counts the cases that the caller of one case filed before it, by the keyed hash of the telephone number, else of the e-mail address. Only the number is told, and nothing is revealed.
func (d *Docket) Earlier(ctx context.Context, by Actor, id CaseID) (int, error) {
	n := 0
	if !by.Sight().All {
		return 0, errNotYourStep // a unit could tell from it who stands behind a case
	}
	if err := pg.Ask(ctx, d.DB, by.scope(), func(b *pgx.Batch) { askEarlier(b, &n, id) }); err != nil {
		return 0, fmt.Errorf("count earlier cases: %w", err)
	}
	return n, nil
}

// askEarlier queues the counting of a caller's earlier cases.
func askEarlier(b *pgx.Batch, n *int, id CaseID) {
	pg.Row(b, []any{n}, `select count(*) from person own join cases this on this.id = own.case_id
			join person p on p.case_id <> own.case_id and (p.phone_hash = own.phone_hash or own.phone_hash is null and p.email_hash = own.email_hash)
			join cases c on c.id = p.case_id and c.filed_at < this.filed_at where own.case_id = $1`, id)
}
